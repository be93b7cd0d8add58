// Learning curves: one small chart for each number that the chosen training runs logged.

import { get } from "./api.js";
import { chart, colour, dash } from "./chart.js";
import { h, nothing } from "./dom.js";
import { filters } from "./filters.js";
import { figure } from "./format.js";
import { table } from "./table.js";
import { visible } from "./text.js";

const FIRST = 6;
const ORDER = [/^headline/, /^reward/, /success/, /^loss$/, /^kl/, /entropy/];

export async function show(view, { parameters, remember }) {
  let { folder, runs } = await get("curves");
  let wanted = { ...parameters };
  const place = h("div", {});
  const names = () => runs.map((run) => run.run);
  const picked = () =>
    wanted.runs === undefined ? names().slice(0, FIRST) : wanted.runs.split("\n").filter(Boolean);
  const draw = () => {
    const shown = runs.filter((run) => picked().includes(run.run));
    const metrics = [...new Set(shown.flatMap((run) => Object.keys(run.series)))]
      .filter((name) => !wanted.metric || name.toLowerCase().includes(wanted.metric.toLowerCase()))
      .sort((one, two) => place_of(one) - place_of(two));
    const index = new Map(names().map((name, i) => [name, i]));
    place.replaceChildren(
      ...shown
        .filter((run) => run.problem)
        .map((run) => h("p", { class: "problem" }, `${run.run}: ${run.problem}`)),
      metrics.length
        ? h(
            "div",
            { class: "multiples" },
            metrics.map((name) => panel(name, shown, index)),
          )
        : nothing("Nothing is chosen."),
      metrics.length ? last(metrics, shown) : "",
    );
  };
  const change = (next) => {
    wanted = next;
    remember(wanted);
    draw();
  };
  view.append(
    h("h1", {}, "Learning"),
    h(
      "p",
      { class: "lead" },
      "What training runs logged, by step. A headline is that of the rollouts that were kept, while the policy changes.",
    ),
  );
  if (!runs.length) {
    view.append(
      nothing(
        folder
          ? `There are no training runs in ${folder}. `
          : "No folder of training runs was given. ",
        "Name one with ",
        h("code", {}, "palestra view --runs DIR"),
        "; ",
        h("code", {}, "palestra train"),
        " makes them.",
      ),
    );
    return {};
  }
  view.append(
    filters(
      [{ name: "metric", label: "Number", placeholder: "part of its name" }],
      wanted,
      (next) => change({ ...next, ...(wanted.runs !== undefined && { runs: wanted.runs }) }),
    ),
    h(
      "fieldset",
      { class: "runs" },
      h("legend", {}, "Runs"),
      names().map((name, i) =>
        box(name, i, picked().includes(name), (on) => {
          const now = new Set(picked());
          if (on) now.add(name);
          else now.delete(name);
          change({
            ...wanted,
            runs: names()
              .filter((each) => now.has(each))
              .join("\n"),
          });
        }),
      ),
    ),
    place,
  );
  draw();
  return {
    async refresh() {
      ({ folder, runs } = await get("curves"));
      draw();
    },
  };
}

const place_of = (name) => {
  const found = ORDER.findIndex((pattern) => pattern.test(name));
  return found < 0 ? ORDER.length : found;
};

function box(name, index, on, onChange) {
  const input = h("input", {
    type: "checkbox",
    checked: on,
    onchange: (event) => onChange(event.target.checked),
  });
  return h(
    "label",
    { class: `check series-${index % 7}` },
    input,
    h("span", { class: "swatch", "aria-hidden": "true" }),
    name,
  );
}

function panel(name, runs, index) {
  const lines = runs.filter((run) => run.series[name]);
  const points = lines.map((run) => ({
    run: visible(run.run),
    i: index.get(run.run),
    points: run.series[name].map(([step, value]) => ({ step, value })),
  }));
  const label = `${name} by step: ${points.map(({ run, points: p }) => `${run} from ${figure(p[0].value)} to ${figure(p.at(-1).value)} at step ${figure(p.at(-1).step)}`).join("; ")}`;
  const flat = points.flatMap(({ run, i, points: p }) => p.map((point) => ({ ...point, run, i })));
  const drawn = chart(label, () => ({
    height: 210,
    marginLeft: 52,
    marginRight: 12,
    marginTop: 14,
    marginBottom: 34,
    x: { label: "step", ticks: 5, tickSize: 0 },
    y: { grid: true, ticks: 5, tickSize: 0, nice: true, label: null },
    marks: [
      ...points.flatMap(({ i, points: p }) => {
        const many = p.length > 60;
        const line = { x: "step", y: "value", stroke: colour(i), strokeDasharray: dash(i) };
        const smooth = Plot.windowY(
          { k: Math.max(5, Math.floor(p.length / 40)), anchor: "middle" },
          { ...line, strokeWidth: 2 },
        );
        return many
          ? [Plot.line(p, { ...line, strokeOpacity: 0.25, strokeWidth: 1 }), Plot.line(p, smooth)]
          : [Plot.line(p, { ...line, strokeWidth: 2 })];
      }),
      Plot.tip(
        flat,
        Plot.pointer({
          x: "step",
          y: "value",
          title: (point) => `${point.run}\nstep ${figure(point.step)}\n${figure(point.value)}`,
        }),
      ),
    ],
  }));
  return h("figure", { class: "panel" }, h("figcaption", {}, name), drawn);
}

function last(metrics, runs) {
  const columns = [
    { key: "metric", name: "number", cell: (row) => row.name, head: true },
    ...runs.map((run) => ({
      key: run.run,
      name: run.run,
      cell: (row) => figure(run.series[row.name]?.at(-1)[1] ?? null),
      numeric: true,
    })),
  ];
  return h(
    "details",
    { class: "panel" },
    h("summary", {}, "The last values as a table"),
    table({ caption: "Last values", columns, rows: metrics.map((name) => ({ name })) }),
  );
}
