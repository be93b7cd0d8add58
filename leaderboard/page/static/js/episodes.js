// The list of episodes: filters, order and pages are the database's work.

import { episodes, get, Problem, SITE } from "./api.js";
import { fieldsOf } from "./board.js";
import { h, name, nothing } from "./dom.js";
import { filters } from "./filters.js";
import { DASH, integer, money, score, seconds, short, time } from "./format.js";
import { redraw, table } from "./table.js";

const STATUS = ["scored", "invalid", "error"];
const NAMES = ["environment", "split", "run", "agent", "task", "outcome", "status", "sort", "page"];

const columns = [
  {
    key: "task",
    name: "task",
    cell: (row) =>
      h(
        "a",
        { href: `#/episode/${encodeURIComponent(row.key)}` },
        row.task,
        row.trial ? ` \u00b7 trial ${row.trial}` : "",
      ),
    head: true,
  },
  { key: "agent", name: "agent", cell: (row) => name(row.agent), class: "agent" },
  {
    key: "outcome",
    name: "outcome",
    cell: (row) =>
      row.status === "scored" ? (row.outcome ?? DASH) : h("span", { class: "warn" }, row.status),
  },
  {
    key: "headline",
    name: "score",
    cell: (row) => h("strong", {}, score(row.headline)),
    numeric: true,
  },
  { key: "turns", name: "turns", cell: (row) => integer(row.turns), numeric: true },
  { key: "tokens", name: "tokens", cell: (row) => short(row.tokens || null), numeric: true },
  { key: "cost", name: "cost", cell: (row) => money(row.cost), numeric: true },
  { key: "seconds", name: "time", cell: (row) => seconds(row.seconds), numeric: true },
  {
    key: "environment",
    name: "environment",
    cell: (row) => `${row.environment} \u00b7 ${row.split}${row.run ? ` \u00b7 ${row.run}` : ""}`,
  },
  { key: "started", name: "started (UTC)", cell: (row) => time(row.started), numeric: true },
];

export async function show(view, { parameters, remember }) {
  const board = await get("board");
  let wanted = Object.fromEntries(
    Object.entries(parameters).filter(([key]) => NAMES.includes(key)),
  );
  let asked = 0;
  const place = h("div", {});
  const draw = async () => {
    const mine = ++asked;
    place.setAttribute("aria-busy", "true");
    let found;
    try {
      found = await episodes(wanted);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      place.replaceChildren(h("p", { class: "problem", role: "alert" }, error.message));
      return;
    }
    if (mine !== asked) return;
    place.removeAttribute("aria-busy");
    const known = columns.filter(
      ({ key }) => !["tokens", "cost"].includes(key) || found.rows.some((row) => row[key]),
    );
    redraw(
      place,
      h(
        "p",
        { class: "about", role: "status" },
        `${integer(found.total)} ${found.total === 1 ? "episode" : "episodes"}`,
        SITE && found.held < found.of
          ? ` \u00b7 this site holds ${integer(found.held)} of ${integer(found.of)}`
          : "",
      ),
      found.rows.length
        ? table({
            caption: "Episodes",
            columns: known,
            rows: found.rows,
            sort: wanted.sort ?? "-started",
            onSort: (sort) => change({ ...wanted, sort, page: undefined }),
          })
        : nothing("No episode matches."),
      pager(found, async (page) => {
        await change({ ...wanted, page: page > 1 ? String(page) : undefined });
        place.parentElement.scrollIntoView({ block: "start" });
      }),
    );
  };
  const change = (next) => {
    wanted = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined));
    remember(wanted);
    return draw();
  };
  view.append(
    h("h1", {}, "Episodes"),
    filters(
      [
        ...fieldsOf(board.rows),
        { name: "task", label: "Task", placeholder: "part of its id" },
        { name: "outcome", label: "Outcome", options: board.outcomes.map((name) => [name, name]) },
        { name: "status", label: "Status", options: STATUS.map((name) => [name, name]) },
      ],
      wanted,
      (next) => change({ ...next, sort: wanted.sort }),
    ),
    h("section", { class: "panel" }, place),
  );
  await draw();
  return { refresh: draw };
}

function pager({ total, page, size }, go) {
  const last = Math.max(1, Math.ceil(total / size));
  if (last === 1 && page === 1) return null;
  const button = (name, to, on) =>
    h("button", { type: "button", disabled: !on, onclick: () => go(to) }, name);
  return h(
    "nav",
    { class: "pager", "aria-label": "Pages of episodes" },
    button("First", 1, page > 1),
    button("Previous", page - 1, page > 1),
    h("span", {}, `page ${integer(page)} of ${integer(last)}`),
    button("Next", page + 1, page < last),
    button("Last", last, page < last),
  );
}
