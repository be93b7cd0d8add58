// Every pair of agents on the tasks that both played: differences, filled in as they are computed.

import { get, Problem, SITE } from "./api.js";
import { chosen, fieldsOf, groups } from "./board.js";
import { h, name, nothing, unseen } from "./dom.js";
import { filters } from "./filters.js";
import { DASH, integer, score, signed } from "./format.js";

const MOST = 10;
const SIGNS = { better: "\u25b2", worse: "\u25bc", tied: "=" };

export async function show(view, { parameters, remember }) {
  const board = await get("board");
  const all = groups(board.rows);
  let wanted = { ...parameters };
  let drawn = 0;
  const place = h("div", {});
  const draw = async () => {
    const mine = ++drawn;
    const title = all.has(wanted.of) ? wanted.of : all.keys().next().value;
    const group = all.get(title) ?? [];
    // A site holds the pairs of the first rows alone, and is corrected for all of those.
    const rows = chosen(SITE ? group.slice(0, MOST) : group, { agent: wanted.agent }).slice(0, MOST);
    if (rows.length < 2) {
      place.replaceChildren(nothing("Two agents are needed that played the same tasks."));
      return;
    }
    const detail = h(
      "div",
      { class: "detail", role: "status" },
      "Choose a cell to read it in words.",
    );
    const note = h("p", { class: "remark", role: "status" }, "Comparing \u2026");
    const matrix = new Matrix(rows, detail, note);
    const left = group.length - rows.length;
    place.replaceChildren(
      h(
        "section",
        { class: "panel" },
        h("h2", {}, title),
        h(
          "p",
          { class: "about" },
          `Difference in ${rows[0].metric}: the row\u2019s agent less the column\u2019s`,
          left > 0 && !wanted.agent
            ? ` \u00b7 the first ${MOST}; ${SITE ? `a site leaves out the other ${left}` : `filter by name to see the other ${left}`}`
            : "",
        ),
        matrix.element,
        detail,
        h(
          "p",
          { class: "remark" },
          `${SIGNS.better}\u00a0better, ${SIGNS.worse}\u00a0worse: the 95% interval of the difference, paired by task, leaves out 0, and p is below 0.05 after correction. ${SIGNS.tied}\u00a0tied: the interval lies within 5 points of 0 (for results from 0 to 1). ?\u00a0cannot tell.`,
        ),
        note,
      ),
    );
    await matrix.compute(SITE ? group.slice(0, MOST) : rows, () => mine === drawn);
  };
  view.append(
    h("h1", {}, "Compare"),
    h(
      "p",
      { class: "lead" },
      "Agents meet the same tasks with the same seeds, so they are compared task by task: intervals are narrower than those of two scores, and honest about tasks like these.",
    ),
    filters(
      [
        {
          name: "of",
          label: "Environment, split, run",
          options: [...all.keys()].map((name) => [name, name]),
          required: true,
        },
        fieldsOf(board.rows)[3],
      ],
      wanted,
      (next) => {
        wanted = next;
        remember(wanted);
        draw();
      },
    ),
    place,
  );
  draw().catch((error) => place.append(h("p", { class: "problem", role: "alert" }, error.message)));
  return { leave: () => drawn++ };
}

class Matrix {
  constructor(rows, detail, note) {
    this.rows = rows;
    this.detail = detail;
    this.note = note;
    this.cells = rows.map(() => rows.map(() => h("td", { class: "pair" }, "\u2026")));
    this.pairs = rows.flatMap((_, i) => rows.slice(i + 1).map((_, j) => [i, i + 1 + j]));
    const head = rows.map((row, i) =>
      h("th", { scope: "col", title: row.agent }, String(i + 1), unseen(` ${row.agent}`)),
    );
    const body = rows.map((row, i) => {
      this.cells[i][i].replaceChildren(h("span", { class: "same" }, score(row.mean)));
      return h(
        "tr",
        {},
        h(
          "th",
          { scope: "row", class: "head" },
          h(
            "span",
            { class: "numbered" },
            h("span", { class: "number" }, String(i + 1)),
            h("span", {}, name(row.agent)),
          ),
        ),
        this.cells[i],
      );
    });
    this.element = h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Matrix of pairs" },
      h(
        "table",
        { class: "matrix" },
        h("caption", { class: "sr" }, "Differences between pairs of agents"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "head" }, "agent"), head)),
        h("tbody", {}, body),
      ),
    );
  }

  /** Differences one by one; then, of all together, p and the verdict that is due to so many. */
  async compute(family, wanted) {
    const pairs = [];
    for (const [i, j] of this.pairs) {
      if (!wanted()) return;
      try {
        const found = await get(`pair/${this.rows[j].cell}-${this.rows[i].cell}`);
        if (found.refused) this.leave(i, j, `Other settings: ${found.refused.join("; ")}`);
        else pairs.push([i, j, found]);
        if (!found.refused) this.both(i, j, found);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        this.leave(i, j, error.message);
      }
    }
    const of = await get(`family/${family.map((row) => row.cell).join("-")}`);
    if (!wanted()) return;
    for (const [i, j, found] of pairs) {
      const { p, verdict, ranked } = of.pairs[`${this.rows[j].cell}-${this.rows[i].cell}`];
      this.both(i, j, { ...found, adjusted: p, verdict, ranked, comparisons: of.comparisons });
    }
    this.note.replaceChildren(of.note || "One comparison: nothing to correct.");
  }

  leave(i, j, why) {
    for (const cell of [this.cells[i][j], this.cells[j][i]])
      cell.replaceChildren(h("span", { title: why }, DASH, unseen(` ${why}`)));
  }

  both(i, j, found) {
    this.fill(i, j, found);
    this.fill(j, i, turned(found));
  }

  fill(i, j, found) {
    const strength = Math.min(3, Math.ceil(Math.abs(found.difference) * 6));
    const cell = this.cells[i][j];
    const open = found.verdict === undefined;
    cell.className = `pair ${open ? "" : found.verdict} strength-${strength}`;
    const sign = open ? "\u2026" : found.low === null ? "?" : (SIGNS[found.verdict] ?? "?");
    cell.replaceChildren(
      h(
        "button",
        {
          type: "button",
          onclick: () => this.tell(i, j, found),
          title: sentence(this.rows[i].agent, this.rows[j].agent, found),
        },
        h("span", { "aria-hidden": "true", class: "sign" }, sign),
        " ",
        signed(found.difference),
        unseen(` ${found.verdict ?? ""}`),
      ),
    );
  }

  tell(i, j, found) {
    for (const each of this.element.querySelectorAll(".chosen")) each.classList.remove("chosen");
    this.cells[i][j].classList.add("chosen");
    this.detail.replaceChildren(
      h("p", {}, sentence(this.rows[i].agent, this.rows[j].agent, found)),
    );
  }
}

const turned = (found) => ({
  ...found,
  before: found.after,
  after: found.before,
  difference: -found.difference,
  low: found.high === null ? null : -found.high,
  high: found.low === null ? null : -found.low,
  verdict: { better: "worse", worse: "better" }[found.verdict] ?? found.verdict,
});

function sentence(one, two, found) {
  const range =
    found.low === null
      ? "so few tasks say nothing about others"
      : `95% interval ${signed(found.low)} to ${signed(found.high)}`;
  const corrected =
    found.comparisons > 1
      ? `; ${chance(found.adjusted)} after Holm over ${integer(found.comparisons)} comparisons`
      : "";
  const few = found.ranked === false ? " (too little is scored, or it is an upper bound)" : "";
  const verdict = found.verdict === undefined ? "" : `: ${found.verdict}${few}`;
  return `${one} ${score(found.after)} against ${two} ${score(found.before)}: ${signed(found.difference)} over ${integer(found.tasks)} common tasks (${range}; ${chance(found.p)}${corrected})${verdict}.`;
}

const chance = (p) => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);
