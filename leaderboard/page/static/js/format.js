// Numbers as people read them; a dash for what is not known.

export const DASH = "\u2013";
const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

const known = (make) => (value) => (value === null || value === undefined ? DASH : make(value));

export const integer = known((value) => whole.format(value));
export const short = known((value) =>
  value < 10_000 ? whole.format(value) : compact.format(value),
);
export const score = known((value) => value.toFixed(3));
export const tenth = known((value) => value.toFixed(1));
export const money = known((value) => `$${value < 0.1 ? value.toPrecision(2) : value.toFixed(2)}`);
export const signed = known(
  (value) => (value > 0 ? "+" : value < 0 ? "\u2212" : "\u00b1") + Math.abs(value).toFixed(3),
);
export const figure = known((value) => String(Number(value.toPrecision(4))));
export const seconds = known((value) =>
  value < 1
    ? `${figure(Number((value * 1000).toPrecision(3)))} ms`
    : `${Number(value.toPrecision(3))} s`,
);
export const interval = (low, high) =>
  low === null || high === null ? "unknown" : `${score(low)}\u2009\u2013\u2009${score(high)}`;
export const time = known((value) => {
  const moment = new Date(value * 1000);
  return Number.isNaN(moment.getTime())
    ? DASH
    : moment.toISOString().slice(0, 19).replace("T", " ");
});

/** "palestra/Browse-v0 · test · run x": what a group of rows is about. */
export const groupName = (row) =>
  [row.environment, row.split, row.run && `run ${row.run}`].filter(Boolean).join(" \u00b7 ");
