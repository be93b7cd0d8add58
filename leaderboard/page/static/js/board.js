// The leaderboard: a table for each environment, split and run; both ends of the bracket.

import { get } from "./api.js";
import { axis, ends, whisker } from "./chart.js";
import { h, name, nothing, unseen } from "./dom.js";
import { filters, valuesOf } from "./filters.js";
import {
  DASH,
  figure,
  groupName,
  integer,
  interval,
  money,
  score,
  seconds,
  short,
  tenth,
} from "./format.js";
import { redraw, sorted, table } from "./table.js";

/** The filters that the board, the comparison and the cost have in common. */
export const fieldsOf = (rows) => [
  { name: "environment", label: "Environment", options: valuesOf(rows, "environment") },
  { name: "split", label: "Split", options: valuesOf(rows, "split") },
  { name: "run", label: "Run", options: valuesOf(rows, "run", (name) => name || "unnamed") },
  { name: "agent", label: "Agent", placeholder: "part of its name" },
];

export function chosen(rows, wanted) {
  return rows.filter(
    (row) =>
      ["environment", "split", "run"].every(
        (name) => wanted[name] === undefined || row[name] === wanted[name],
      ) &&
      (!wanted.agent || row.agent.toLowerCase().includes(wanted.agent.toLowerCase())),
  );
}

/** Rows by environment, split and run. */
export const groups = (rows) => Map.groupBy(rows, groupName);

export async function show(view, { parameters, remember }) {
  let board = await get("board");
  let wanted = parameters;
  const place = h("div", { class: "groups" });
  const draw = () => {
    const rows = chosen(board.rows, wanted);
    const drawn = [...groups(rows)].map(([title, group]) =>
      section(title, group, wanted.sort ?? "rank", (sort) => change({ ...wanted, sort })),
    );
    redraw(
      place,
      ...(drawn.length
        ? drawn
        : [nothing(board.rows.length ? "No row matches." : "Nothing was run yet.")]),
    );
  };
  const change = (next) => {
    wanted = next;
    remember(wanted);
    draw();
  };
  draw();
  view.append(
    h("h1", {}, "Leaderboard"),
    h(
      "p",
      { class: "lead" },
      "The score that ranks counts what was planned and not scored as 0; \u201cif scored\u201d leaves it out. ",
      "The truth lies between the two. Intervals are 95%, over tasks.",
    ),
    filters(fieldsOf(board.rows), wanted, (next) =>
      change({ ...next, ...(wanted.sort && { sort: wanted.sort }) }),
    ),
    place,
    sessions(board.sessions),
  );
  return {
    async refresh() {
      board = await get("board");
      draw();
    },
  };
}

function section(title, rows, sort, onSort) {
  const first = rows[0];
  const scale = axis(rows);
  const columns = columnsOf(first.metric, scale).filter(
    (column) => !column.optional || rows.some((row) => column.value(row) !== null),
  );
  const options = Object.entries(first.config.options ?? {}).map(([key, value]) =>
    h("code", {}, `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`),
  );
  const most = Math.max(...rows.map((row) => row.tasks));
  return h(
    "section",
    { class: "panel" },
    h("h2", {}, title),
    h(
      "p",
      { class: "about" },
      `${integer(most)} ${most === 1 ? "task" : "tasks"}`,
      ` \u00b7 ranked by ${first.metric} `,
      options,
    ),
    table({
      caption: `Leaderboard of ${title}`,
      columns,
      rows: sorted(
        rows.map((row) => ({ ...row, faint: row.rank === null })),
        columns,
        sort,
      ),
      sort,
      onSort,
    }),
    rows.some((row) => row.rank === null) &&
      h(
        "p",
        { class: "remark" },
        `${DASH} not ranked: an upper bound, or more than 10% of what was planned is not scored.`,
      ),
  );
}

const episodesOf = (row) => {
  const { environment, split, run, agent } = row;
  return `#/episodes?${new URLSearchParams({ environment, split, run, agent })}`;
};

const columnsOf = (metric, scale) => [
  {
    key: "rank",
    name: "#",
    value: (row) => row.rank,
    cell: (row) =>
      row.rank === null
        ? [h("span", { "aria-hidden": "true" }, DASH), unseen("not ranked")]
        : row.rank,
    numeric: true,
    lowFirst: true,
    class: "rank",
  },
  {
    key: "agent",
    name: "agent",
    value: (row) => row.agent,
    cell: (row) => h("a", { href: episodesOf(row), title: "Its episodes" }, name(row.agent)),
    head: true,
  },
  {
    key: "mean",
    name: metric,
    value: (row) => row.mean,
    cell: (row) => h("strong", {}, score(row.mean)),
    numeric: true,
    title: "Mean over what was planned; not scored counts as 0",
  },
  {
    key: "low",
    name: [h("span", {}, "95% interval"), ends(scale)],
    value: (row) => row.low,
    cell: (row) => [
      whisker(row, scale),
      h("span", { class: "bounds", "aria-hidden": "true" }, interval(row.low, row.high)),
    ],
    class: "drawn",
    numeric: true,
  },
  {
    key: "n",
    name: "planned",
    value: (row) => row.n,
    cell: (row) => integer(row.n),
    numeric: true,
  },
  {
    key: "scored",
    name: "scored",
    value: (row) => row.scored,
    cell: (row) => integer(row.scored),
    numeric: true,
  },
  {
    key: "invalid",
    name: "invalid",
    value: (row) => row.invalid,
    cell: (row) => (row.invalid ? h("span", { class: "warn" }, integer(row.invalid)) : "0"),
    numeric: true,
    title: "Planned but not scored: invalid, failed, or not run yet",
  },
  {
    key: "mean_scored",
    name: "if scored",
    value: (row) => row.mean_scored,
    cell: (row) => (row.invalid ? score(row.mean_scored) : DASH),
    numeric: true,
    title: "Mean over scored episodes alone: the other end of the bracket",
  },
  {
    key: "trials",
    name: "trials",
    value: (row) => (row.trials > 1 ? row.trials : null),
    optional: true,
    cell: (row) => integer(row.trials),
    numeric: true,
  },
  {
    key: "turns",
    name: "turns",
    value: (row) => row.turns,
    cell: (row) => tenth(row.turns),
    numeric: true,
    optional: true,
    title: "Mean of an episode",
  },
  {
    key: "tokens",
    name: "tokens",
    value: (row) => row.input_tokens + row.output_tokens || null,
    cell: (row) => short(row.input_tokens + row.output_tokens || null),
    numeric: true,
    optional: true,
    title: "Read and written, in all",
  },
  {
    key: "cost",
    name: "cost",
    value: (row) => row.cost,
    cell: (row) => money(row.cost),
    numeric: true,
    optional: true,
    title: "US dollars, in all",
  },
  {
    key: "seconds",
    name: "time",
    value: (row) => row.seconds,
    cell: (row) => seconds(row.seconds),
    numeric: true,
    optional: true,
    title: "Mean of an episode",
  },
];

function sessions(list) {
  if (!list.length) return null;
  const rows = list.map((each) => ({
    ...each,
    length: each.ended ? each.ended - each.started : null,
  }));
  const columns = [
    {
      key: "started",
      name: "started (UTC)",
      cell: (row) => new Date(row.started * 1000).toISOString().slice(0, 16).replace("T", " "),
    },
    { key: "status", name: "status", cell: (row) => row.status },
    {
      key: "length",
      name: "took",
      cell: (row) => (row.length === null ? DASH : `${figure(row.length)} s`),
      numeric: true,
    },
    {
      key: "command",
      name: "command",
      cell: (row) => h("code", {}, row.command),
      class: "command",
    },
  ];
  return h(
    "details",
    { class: "panel" },
    h("summary", {}, "The last sessions"),
    table({ caption: "Sessions", columns, rows }),
  );
}
