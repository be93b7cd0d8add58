// Messages as steps, each call with what the host's ledger says of it and what it changed.

import { said } from "./content.js";
import { h } from "./dom.js";
import { block, pretty } from "./text.js";
import { unsaid } from "./thoughts.js";

/** One element for each message, in order. */
export function conversation(episode) {
  const turns = new Map();
  const left = new Map();
  for (const entry of episode.ledger) {
    const key = `${entry.agent ?? ""} ${entry.turn}`;
    left.set(key, [...(left.get(key) ?? []), entry]);
  }
  const notes = [...episode.notes];
  return episode.messages.map((message, i) => {
    const seat = message.seat ?? "";
    let turn = null;
    let entries = [];
    let noted = [];
    if (message.role === "assistant") {
      turn = (turns.get(seat) ?? 0) + 1;
      turns.set(seat, turn);
      entries = left.get(`${seat} ${turn}`) ?? [];
      noted = notes.filter((note) => note.turn === turn && (note.seat ?? "") === seat);
    }
    return step(message, i + 1, turn, entries, noted);
  });
}

function step(message, number, turn, entries, notes) {
  const role = message.seat ? (SEATED[message.role] ?? message.role) : message.role;
  const who = [role, message.name].filter(Boolean).join(" ");
  const title = `step-${number}`;
  const body = [];
  for (const note of notes) body.push(...remarks(note));
  body.push(...unsaid(message));
  body.push(...said(message.content, message.role));
  const open = [...entries];
  for (const call of message.tool_calls ?? []) {
    const at = open.findIndex((entry) => entry.tool === call.function?.name);
    body.push(called(call, at >= 0 ? open.splice(at, 1)[0] : null));
  }
  for (const entry of open) body.push(recorded(entry));
  if (message.parse_error) body.push(block(`not readable: ${message.parse_error}`, "text problem"));
  if (!body.length) body.push(h("p", { class: "nothing" }, "empty"));
  return h(
    "article",
    {
      class: `step ${ROLES.has(message.role) ? message.role : "other"}`,
      tabindex: "-1",
      "aria-labelledby": title,
      "data-seat": message.seat ?? "",
    },
    h(
      "header",
      {},
      h(
        "h3",
        { id: title },
        message.seat && h("span", { class: "seat" }, message.seat),
        message.seat && " ",
        h("span", { class: "role" }, who),
      ),
      turn && h("span", { class: "turn" }, `turn ${turn}`),
      h("a", { class: "link", href: "#", title: "Make this the current step" }, `${number}`),
    ),
    body,
  );
}

// In an arena "assistant" and "user" would be taken for seats.
const SEATED = { assistant: "acts", user: "is told", tool: "gets back from" };
const ROLES = new Set(["system", "user", "assistant", "tool"]);

/** What a reply rested on and the conversation does not show: a plan, a finish reason. */
function remarks(note) {
  return Object.entries(note)
    .filter(([name]) => !["turn", "seat"].includes(name))
    .map(([name, value]) =>
      h(
        "div",
        { class: "note" },
        h("span", { class: "label" }, name),
        block(typeof value === "string" ? value : pretty(value)),
      ),
    );
}

function called(call, entry) {
  const given = call.function?.arguments;
  const pairs =
    given && typeof given === "object" && !Array.isArray(given)
      ? Object.entries(given)
      : [["arguments", given ?? null]];
  return h(
    "div",
    { class: "call" },
    h("p", { class: "label" }, "calls ", h("code", {}, call.function?.name ?? "?")),
    h(
      "dl",
      { class: "arguments" },
      pairs.map(([name, value]) =>
        h(
          "div",
          {},
          h("dt", {}, name),
          h("dd", {}, block(typeof value === "string" ? value : pretty(value))),
        ),
      ),
    ),
    entry && effects(entry),
  );
}

function recorded(entry) {
  return h(
    "div",
    { class: "call" },
    h(
      "p",
      { class: "label" },
      entry.malformed ? "format error" : "recorded",
      " ",
      h("code", {}, entry.tool || "no tool"),
    ),
    effects(entry),
  );
}

function effects(entry) {
  return [
    entry.error &&
      h(
        "div",
        { class: "effect" },
        h("span", { class: "label" }, "error"),
        block(entry.error, "text problem"),
      ),
    (entry.changes ?? []).map((change) =>
      h(
        "div",
        { class: "effect" },
        h("span", { class: "label" }, "changed"),
        block(pretty(change)),
      ),
    ),
  ];
}
