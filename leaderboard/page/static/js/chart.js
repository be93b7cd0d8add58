// Charts by Observable Plot, and the dot and whisker of a table's row.

import { h, s } from "./dom.js";
import { interval, score } from "./format.js";

/** Colours of Okabe and Ito, which colour-blind people can tell apart; by CSS, for light and dark. */
const SERIES = Array.from({ length: 7 }, (_, i) => `var(--series-${i})`);
export const colour = (index) => SERIES[index % SERIES.length];
/** A dash for every round of colours. */
export const dash = (index) =>
  ["none", "6,3", "2,2", "8,3,2,3"][Math.floor(index / SERIES.length) % 4];

/** A Plot that fills its place and is drawn again when that changes. */
export function chart(label, options) {
  const place = h("div", { class: "chart" });
  let width = 0;
  const draw = () => {
    const now = Math.floor(place.clientWidth);
    if (!now || now === width) return;
    width = now;
    const plot = globalThis.Plot.plot({ className: "figure", ...options(width), width });
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", label);
    place.replaceChildren(plot);
  };
  new ResizeObserver(draw).observe(place);
  return place;
}

/** The scale that a group's rows share: 0 to 1 for rates, else what there is. */
export function axis(rows) {
  const values = rows
    .flatMap((row) => [row.low, row.high, row.mean, row.mean_scored])
    .filter((v) => v !== null);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (least >= 0 && most <= 1) return globalThis.d3.scaleLinear([0, 1], [6, 154]);
  return globalThis.d3.scaleLinear([least, most], [6, 154]).nice();
}

/** A row's mean with its interval; a ring where the scored episodes alone would put it. */
export function whisker(row, scale) {
  const at = (value) => scale(value).toFixed(1);
  const [left, right] = scale.range();
  const marks = scale
    .ticks(4)
    .map((tick) => s("line", { class: "grid", x1: at(tick), x2: at(tick), y1: 2, y2: 22 }));
  const drawn = [s("line", { class: "base", x1: left, x2: right, y1: 12, y2: 12 }), ...marks];
  if (row.low !== null) {
    drawn.push(s("line", { class: "range", x1: at(row.low), x2: at(row.high), y1: 12, y2: 12 }));
    for (const end of [row.low, row.high]) {
      drawn.push(s("line", { class: "range", x1: at(end), x2: at(end), y1: 8, y2: 16 }));
    }
  }
  let label = `${score(row.mean)}, 95% interval ${interval(row.low, row.high)}`;
  if (row.invalid && row.mean_scored !== null) {
    drawn.push(
      s("line", { class: "bracket", x1: at(row.mean), x2: at(row.mean_scored), y1: 12, y2: 12 }),
    );
    drawn.push(s("circle", { class: "ring", cx: at(row.mean_scored), cy: 12, r: 3.5 }));
    label += `; ${score(row.mean_scored)} if only scored episodes counted`;
  }
  drawn.push(s("circle", { class: "dot", cx: at(row.mean), cy: 12, r: 4.5 }));
  return s(
    "svg",
    {
      class: "whisker",
      viewBox: "0 0 160 24",
      width: 160,
      height: 24,
      role: "img",
      "aria-label": label,
    },
    s("title", {}, label),
    drawn,
  );
}

/** The ends of a scale, for the heading of a column of whiskers. */
export function ends(scale) {
  const [least, most] = scale.domain();
  const text = (value) => String(Number(value.toPrecision(3)));
  return h(
    "span",
    { class: "ends", "aria-hidden": "true" },
    h("span", {}, text(least)),
    h("span", {}, text(most)),
  );
}
