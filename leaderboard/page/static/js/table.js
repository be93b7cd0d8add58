// A table whose columns sort: real buttons in its headings, and `aria-sort` that says how.

import { h } from "./dom.js";

/**
 * columns: [{key, name, title, cell(row), value(row), numeric, head, sortable, wide}]
 * sort: "key" or "-key"; onSort is told the next one.
 */
export function table({ caption, columns, rows, sort = "", onSort, label }) {
  const heads = columns.map((column) => heading(column, sort, onSort));
  const body = rows.map((row) =>
    h(
      "tr",
      { class: row.faint ? "faint" : null },
      columns.map((column) =>
        h(
          column.head ? "th" : "td",
          { class: kind(column), scope: column.head ? "row" : null },
          column.cell(row),
        ),
      ),
    ),
  );
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": label ?? caption },
    h(
      "table",
      {},
      h("caption", { class: "sr" }, caption),
      h("thead", {}, h("tr", {}, heads)),
      h("tbody", {}, body),
    ),
  );
}

const kind = (column) =>
  [column.numeric && "numeric", column.head && "head", column.wide && "wide", column.class]
    .filter(Boolean)
    .join(" ") || null;

function heading(column, sort, onSort) {
  const sorted = sort.replace(/^-/, "") === column.key;
  const down = sort.startsWith("-");
  const attributes = { scope: "col", class: kind(column), title: column.title };
  if (!onSort || column.sortable === false) return h("th", attributes, column.name);
  const first = column.numeric && !column.lowFirst ? `-${column.key}` : column.key;
  const other = first.startsWith("-") ? column.key : `-${column.key}`;
  return h(
    "th",
    { ...attributes, "aria-sort": sorted ? (down ? "descending" : "ascending") : null },
    h(
      "button",
      {
        type: "button",
        class: "sort",
        "data-sort": column.key,
        onclick: () => onSort(sort === first ? other : first),
      },
      h("span", { class: "words" }, column.name),
      sorted && h("span", { class: "arrow", "aria-hidden": "true" }, down ? "\u25be" : "\u25b4"),
    ),
  );
}

/** Rows in the order of a column; what is not known comes last either way. */
export function sorted(rows, columns, sort) {
  const column = columns.find((each) => each.key === sort.replace(/^-/, ""));
  if (!column) return rows;
  const way = sort.startsWith("-") ? -1 : 1;
  return rows.toSorted((one, two) => {
    const [a, b] = [column.value(one), column.value(two)];
    if (a === null || b === null) return (a === null) - (b === null);
    return way * (typeof a === "number" ? a - b : String(a).localeCompare(String(b)));
  });
}

/** Draw a table again without losing the place of who tabs or reads. */
export function redraw(place, ...content) {
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const name = active?.dataset.sort;
  const regions = [...place.querySelectorAll(".scroll")];
  const at = active ? regions.findIndex((region) => region.contains(active)) : -1;
  const lefts = regions.map((region) => region.scrollLeft);
  place.replaceChildren(...content);
  place.querySelectorAll(".scroll").forEach((region, i) => (region.scrollLeft = lefts[i] ?? 0));
  if (name && at >= 0) {
    place
      .querySelectorAll(".scroll")
      [at]?.querySelector(`[data-sort="${name}"]`)
      ?.focus({ preventScroll: true });
  }
}
