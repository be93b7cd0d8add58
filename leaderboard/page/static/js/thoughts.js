// What a model thought and did not say, folded; deeper, its turn as the provider sent it.

import { h } from "./dom.js";
import { integer } from "./format.js";
import { block, pretty } from "./text.js";

/** What belongs to a message and is no part of what was said; nothing, for most messages. */
export function unsaid(message) {
  const origin = message.origin && sent(message.origin);
  if (!message.thoughts) return origin ? [origin] : [];
  const text =
    typeof message.thoughts === "string" ? message.thoughts : pretty(message.thoughts);
  return [
    h(
      "details",
      { class: "thoughts" },
      h("summary", {}, `Thought, not said: ${integer(text.length)} characters`),
      block(text),
      origin,
    ),
  ];
}

/** The provider's own form of a turn, which is written out once somebody opens it. */
function sent(origin) {
  const details = h("details", { class: "origin" }, h("summary", {}, "As the provider sent it"));
  details.addEventListener(
    "toggle",
    () => details.append(block(pretty(origin.turn ?? origin), "text small")),
    { once: true },
  );
  return details;
}
