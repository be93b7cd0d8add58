// One episode: the conversation with what each call changed, its score, and steps to walk through.

import { get } from "./api.js";
import { conversation } from "./conversation.js";
import { h, name } from "./dom.js";
import { DASH, figure, integer, money, score, seconds, time } from "./format.js";
import { table } from "./table.js";
import { block, pretty } from "./text.js";

export async function show(view, { rest, parameters, remember }) {
  const episode = await get(`episode/${encodeURIComponent(rest)}`);
  const steps = conversation(episode);
  const counter = h("span", { class: "counter", role: "status" });
  const previous = h(
    "button",
    { type: "button", onclick: () => move(-1) },
    "Previous ",
    h("kbd", {}, "k"),
  );
  const next = h("button", { type: "button", onclick: () => move(1) }, "Next ", h("kbd", {}, "j"));
  const copy = h("button", { type: "button", onclick: () => share(copy) }, "Copy link");
  let at = 0;
  const go = (number, { scroll = true, focus = true } = {}) => {
    if (!steps.length) return;
    at = Math.min(Math.max(number, 1), steps.length);
    steps.forEach((step, i) => step.classList.toggle("current", i === at - 1));
    steps.forEach((step, i) =>
      i === at - 1
        ? step.setAttribute("aria-current", "step")
        : step.removeAttribute("aria-current"),
    );
    counter.replaceChildren(`step ${at} of ${steps.length}`);
    previous.disabled = at <= 1;
    next.disabled = at >= steps.length;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (scroll)
      steps[at - 1].scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    if (focus) steps[at - 1].focus({ preventScroll: true });
  };
  const shown = (number) => !steps[number - 1].parentElement.hidden;
  const move = (by) => {
    let to = at + by;
    while (to >= 1 && to <= steps.length && !shown(to)) to += by;
    if (to < 1 || to > steps.length) return;
    go(to);
    remember({ step: String(at) });
  };
  steps.forEach((step, i) => {
    const link = step.querySelector(".link");
    link.href = `#/episode/${encodeURIComponent(rest)}?step=${i + 1}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go(i + 1, { scroll: false });
      remember({ step: String(at) });
    });
  });
  const seats = [...new Set(episode.messages.map((message) => message.seat).filter(Boolean))];
  const seat =
    seats.length > 1 &&
    h(
      "select",
      {
        "aria-label": "Seat",
        onchange: () => {
          for (const step of steps)
            step.parentElement.hidden = Boolean(seat.value) && step.dataset.seat !== seat.value;
        },
      },
      h("option", { value: "" }, "All seats"),
      seats.map((name) => h("option", { value: name }, name)),
    );
  counter.append(steps.length ? `${steps.length} steps` : "no messages");
  previous.disabled = true;
  view.append(
    h(
      "header",
      { class: "episode-head" },
      h("h1", {}, `${episode.task}`, h("span", { class: "by" }, " by "), name(episode.agent)),
      h(
        "p",
        { class: "about" },
        [
          episode.environment,
          episode.split,
          episode.run && `run ${episode.run}`,
          `trial ${episode.trial}`,
        ]
          .filter(Boolean)
          .join(" \u00b7 "),
      ),
    ),
    h(
      "div",
      { class: "toolbar", role: "toolbar", "aria-label": "Steps" },
      previous,
      counter,
      next,
      seat,
      copy,
    ),
    h(
      "div",
      { class: "episode-body" },
      verdict(episode),
      h(
        "section",
        { class: "steps", "aria-label": "Conversation" },
        steps.length
          ? h(
              "ol",
              {},
              steps.map((step) => h("li", {}, step)),
            )
          : h("p", { class: "nothing" }, "No message was exchanged."),
        ledger(episode),
        opinions(episode),
      ),
      details(episode),
    ),
  );
  return {
    keys(key) {
      if (key === "j") move(1);
      else if (key === "k") move(-1);
      else return false;
      return true;
    },
    ready() {
      const wanted = Number(parameters.step);
      if (wanted >= 1) go(wanted, { focus: false });
      else scrollTo(0, 0);
    },
  };
}

async function share(button) {
  try {
    await navigator.clipboard.writeText(location.href);
    button.replaceChildren("Copied");
  } catch {
    prompt("The link to this step:", location.href);
  }
  setTimeout(() => button.replaceChildren("Copy link"), 1500);
}

function verdict(episode) {
  const right = episode.status === "scored";
  const metrics = Object.entries(episode.metrics);
  return h(
    "section",
    { class: "panel verdict", "aria-label": "Score" },
    h("h2", {}, "Score"),
    h(
      "p",
      { class: "big" },
      h("strong", {}, score(episode.headline)),
      " ",
      h(
        "span",
        { class: right ? "outcome" : "outcome warn" },
        right ? (episode.outcome ?? DASH) : episode.status,
      ),
    ),
    (episode.invalidated || episode.error) &&
      block(
        episode.invalidated ? `marked invalid: ${episode.invalidated}` : episode.error,
        "text problem",
      ),
    facts([
      ["reward", figure(episode.reward)],
      ...metrics.map(([name, value]) => [
        name,
        typeof value === "number" ? figure(value) : JSON.stringify(value),
      ]),
    ]),
  );
}

function details(episode) {
  const { config } = episode;
  return h(
    "section",
    { class: "panel details", "aria-label": "Details" },
    h("h2", {}, "Details"),
    facts([
      ["key", h("code", {}, episode.key)],
      ["session", episode.session],
      ["started", `${time(episode.started)} UTC`],
      ["took", seconds(episode.seconds)],
      ["turns", integer(episode.turns)],
      ["model calls", integer(episode.calls)],
      ["tokens read", integer(episode.input_tokens)],
      ["tokens written", integer(episode.output_tokens)],
      ["cost", money(episode.cost)],
      ["seed", String(episode.seed)],
      ["attempt", String(episode.attempt + 1)],
      ["retries", integer(episode.retries)],
    ]),
    group("Difficulty", episode.difficulty),
    group("Configuration", config),
    others(episode),
  );
}

function group(name, values) {
  const entries = Object.entries(values ?? {});
  if (!entries.length) return null;
  return h(
    "div",
    {},
    h("h3", {}, name),
    facts(
      entries.map(([key, value]) => [
        key,
        typeof value === "number"
          ? figure(value)
          : typeof value === "string"
            ? value
            : pretty(value),
      ]),
    ),
  );
}

const facts = (pairs) =>
  h(
    "dl",
    { class: "facts" },
    pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );

function others(episode) {
  const rest = episode.others.filter((other) => other.key !== episode.key);
  if (!rest.length) return null;
  return h(
    "div",
    {},
    h("h3", {}, "The same task by others"),
    h(
      "ul",
      { class: "others" },
      rest.map((other) =>
        h(
          "li",
          {},
          h(
            "a",
            { href: `#/episode/${encodeURIComponent(other.key)}` },
            other.agent,
            other.trial ? ` \u00b7 trial ${other.trial}` : "",
            other.run && ` \u00b7 ${other.run}`,
          ),
          h("span", {}, other.status === "scored" ? score(other.headline) : other.status),
        ),
      ),
    ),
  );
}

function ledger(episode) {
  if (!episode.ledger.length) return null;
  const columns = [
    { key: "turn", name: "turn", cell: (row) => integer(row.turn), numeric: true },
    { key: "agent", name: "who", cell: (row) => row.agent ?? "" },
    { key: "tool", name: "tool", cell: (row) => h("code", {}, row.tool || DASH) },
    {
      key: "arguments",
      name: "arguments",
      cell: (row) => block(pretty(row.arguments ?? {}), "text small"),
    },
    {
      key: "changes",
      name: "changed",
      cell: (row) => block((row.changes ?? []).map(pretty).join("\n") || DASH, "text small"),
    },
    {
      key: "error",
      name: "error",
      cell: (row) => (row.error ? block(row.error, "text small problem") : ""),
    },
  ].filter((column) => column.key !== "agent" || episode.ledger.some((row) => row.agent));
  return h(
    "details",
    { class: "panel ledger" },
    h(
      "summary",
      {},
      `Ledger: ${integer(episode.ledger.length)} ${episode.ledger.length === 1 ? "call" : "calls"} as the host saw ${episode.ledger.length === 1 ? "it" : "them"}`,
    ),
    table({ caption: "Ledger", columns, rows: episode.ledger }),
  );
}

/** What judges said who have read the conversation alone; the verdict above is the state's. */
function opinions(episode) {
  if (!episode.opinions?.length) return null;
  const columns = [
    { key: "judge", name: "judge", cell: (row) => row.judge },
    { key: "question", name: "question", cell: (row) => block(row.question, "text small") },
    {
      key: "answer",
      name: "answer",
      cell: (row) => (row.answer === null ? "none" : row.answer ? "yes" : "no"),
    },
    { key: "why", name: "why", cell: (row) => block(row.why || row.error || DASH, "text small") },
  ];
  return h(
    "details",
    { class: "panel ledger" },
    h("summary", {}, `What judges said: ${integer(episode.opinions.length)}`),
    table({ caption: "What judges said", columns, rows: episode.opinions }),
  );
}
