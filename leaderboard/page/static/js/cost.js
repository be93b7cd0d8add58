// Score against what it costs: money, tokens, turns or time; the line joins those that none beats.

import { get } from "./api.js";
import { chosen, fieldsOf, groups } from "./board.js";
import { chart, colour } from "./chart.js";
import { h, name, nothing } from "./dom.js";
import { filters } from "./filters.js";
import { figure, interval, score } from "./format.js";
import { sorted, table } from "./table.js";
import { visible } from "./text.js";

const COSTS = {
  cost: ["US dollars an episode", (row) => (row.cost === null ? null : row.cost / row.n)],
  tokens: [
    "tokens an episode",
    (row) =>
      (row.input_tokens + row.output_tokens || null) &&
      (row.input_tokens + row.output_tokens) / row.n,
  ],
  tool_calls: ["tool calls an episode", (row) => row.tool_calls],
  turns: ["turns an episode", (row) => row.turns],
  seconds: ["seconds an episode", (row) => row.seconds],
};

export async function show(view, { parameters, remember }) {
  const board = await get("board");
  const all = groups(board.rows);
  let wanted = { ...parameters };
  const place = h("div", {});
  const draw = () => {
    const title = all.has(wanted.of) ? wanted.of : all.keys().next().value;
    const rows = chosen(all.get(title) ?? [], { agent: wanted.agent });
    const by =
      wanted.by in COSTS
        ? wanted.by
        : (Object.keys(COSTS).find((key) => rows.some((row) => COSTS[key][1](row))) ?? "turns");
    const points = rows
      .map((row) => ({ ...row, name: visible(row.agent), x: COSTS[by][1](row) }))
      .filter((point) => point.x !== null);
    if (!points.length) {
      place.replaceChildren(nothing(`No ${COSTS[by][0].split(" an ")[0]} were recorded here.`));
      return;
    }
    const missing = rows.length - points.length;
    place.replaceChildren(
      panel(title, COSTS[by][0], points, wanted.sort ?? "x", (sort) => change({ ...wanted, sort })),
      missing
        ? h(
            "p",
            { class: "remark" },
            `Of ${missing} more ${missing === 1 ? "agent" : "agents"} this cost is not known.`,
          )
        : "",
    );
  };
  const change = (next) => {
    wanted = next;
    remember(wanted);
    draw();
  };
  draw();
  view.append(
    h("h1", {}, "Cost against score"),
    h(
      "p",
      { class: "lead" },
      "Agents on the line are beaten by none: nobody scores more for less.",
    ),
    filters(
      [
        {
          name: "of",
          label: "Environment, split, run",
          options: [...all.keys()].map((name) => [name, name]),
          required: true,
        },
        {
          name: "by",
          label: "Cost",
          any: "the first that is known",
          options: Object.entries(COSTS).map(([key, [name]]) => [key, name]),
        },
        fieldsOf(board.rows)[3],
      ],
      wanted,
      change,
    ),
    place,
  );
}

/** Those that nobody beats: each scores more than all that cost less. */
function front(points) {
  let best = -Infinity;
  return points
    .toSorted((one, two) => one.x - two.x || two.mean - one.mean)
    .filter((point) => point.mean > best && ((best = point.mean), true));
}

function panel(title, label, points, sort, onSort) {
  const unbeaten = front(points);
  const labelled = new Set(points.length <= 12 ? points : unbeaten);
  const costs = points.map((point) => point.x);
  const log = Math.min(...costs) > 0 && Math.max(...costs) / Math.min(...costs) > 30;
  const rate = points.every((point) => point.mean >= 0 && point.mean <= 1);
  const labels = spread(
    points.filter((point) => labelled.has(point)),
    rate,
  );
  const [least, most] = [log ? Math.min(...costs) : 0, Math.max(...costs)];
  const at = (x) => (log ? Math.log(x / least) / Math.log(most / least) : x / most);
  const best = new Set(unbeaten);
  const drawn = chart(
    `${points[0].metric} against ${label} for ${points.length} agents of ${title}; the numbers are in the table below`,
    (width) => ({
      height: Math.max(280, Math.min(460, width * 0.5)),
      marginLeft: 48,
      marginRight: 24,
      marginTop: 28,
      marginBottom: 44,
      grid: true,
      x: {
        type: log ? "log" : "linear",
        label,
        nice: true,
        zero: !log,
        ticks: width / 130,
        tickFormat: log ? "~s" : undefined,
      },
      y: { label: points[0].metric, domain: rate ? [0, 1] : undefined, nice: !rate },
      marks: [
        Plot.line(unbeaten, {
          x: "x",
          y: "mean",
          curve: "step-after",
          stroke: "var(--muted)",
          strokeDasharray: "4,3",
        }),
        Plot.ruleX(
          points.filter((point) => point.low !== null),
          { x: "x", y1: "low", y2: "high", stroke: colour(0), strokeOpacity: 0.45, strokeWidth: 2 },
        ),
        Plot.dot(points, { x: "x", y: "mean", r: 5, fill: colour(0), stroke: "var(--surface)" }),
        ...[false, true].map((right) =>
          Plot.text(
            labels.filter((point) => at(point.x) > (width < 500 ? 0.45 : 0.7) === right),
            {
              x: "x",
              y: "mean",
              text: "name",
              dx: right ? -9 : 9,
              dy: -9,
              textAnchor: right ? "end" : "start",
              lineWidth: width < 500 ? 11 : 18,
              textOverflow: "ellipsis",
              stroke: "var(--surface)",
              fill: "var(--ink)",
            },
          ),
        ),
        Plot.tip(
          points,
          Plot.pointer({
            x: "x",
            y: "mean",
            title: (point) =>
              `${point.name}\n${point.metric} ${score(point.mean)} (${interval(point.low, point.high)})\n${figure(point.x)} ${label}`,
          }),
        ),
      ],
    }),
  );
  const columns = [
    {
      key: "agent",
      name: "agent",
      value: (row) => row.agent,
      cell: (row) => name(row.agent),
      head: true,
    },
    {
      key: "x",
      name: label,
      value: (row) => row.x,
      cell: (row) => figure(row.x),
      numeric: true,
      lowFirst: true,
    },
    {
      key: "mean",
      name: points[0].metric,
      value: (row) => row.mean,
      cell: (row) => score(row.mean),
      numeric: true,
    },
    {
      key: "low",
      name: "95% interval",
      value: (row) => row.low,
      cell: (row) => interval(row.low, row.high),
      numeric: true,
    },
    {
      key: "best",
      name: "unbeaten",
      value: (row) => (best.has(row) ? 0 : 1),
      cell: (row) => (best.has(row) ? "yes" : ""),
      numeric: false,
    },
  ];
  return h(
    "section",
    { class: "panel" },
    h("h2", {}, title),
    drawn,
    table({
      caption: `Cost against score of ${title}`,
      columns,
      rows: sorted(points, columns, sort),
      sort,
      onSort,
    }),
  );
}

/** Labels of points that lie on each other: only the first of them, with how many more. */
function spread(points, rate) {
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.mean)];
  const [wide, high] = [
    Math.max(...xs) - Math.min(...xs) || 1,
    rate ? 1 : Math.max(...ys) - Math.min(...ys) || 1,
  ];
  const kept = [];
  for (const point of points) {
    const near = kept.find(
      (other) =>
        Math.abs(other.x - point.x) < wide * 0.12 &&
        Math.abs(other.mean - point.mean) < high * 0.045,
    );
    if (near) near.more++;
    else kept.push({ ...point, more: 0 });
  }
  return kept.map((point) => ({
    ...point,
    name: point.more ? `${point.name} +${point.more}` : point.name,
  }));
}
