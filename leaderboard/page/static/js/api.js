// Where answers come from: a server, or the files of a static site. Addresses are the same.

export const SITE = document.documentElement.dataset.served === "site";

/** Why there is no answer, in the server's words. */
export class Problem extends Error {}

export async function get(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  const address = `api/${path}.json${query && !SITE ? `?${query}` : ""}`;
  for (let tried = 0; ; tried++) {
    let answer;
    try {
      answer = await fetch(address);
    } catch {
      throw new Problem("Nobody answers: `palestra view` has ended, or the network is gone.");
    }
    if (answer.ok) return answer.json();
    const said = await answer.json().catch(() => ({}));
    if (answer.status !== 503 || tried === 5) {
      throw new Problem(said.error ?? `The server answers ${answer.status}.`);
    }
    await new Promise((resume) => setTimeout(resume, 1000)); // a run holds the file for a moment
  }
}

/** A page of episodes; a static site filters and sorts the list that it has. */
export async function episodes(parameters) {
  if (!SITE) return get("episodes", parameters);
  const list = await get("episodes");
  const size = 50;
  const number = Number(parameters.page ?? 1);
  const rows = ordered(
    list.rows.filter((row) => matches(row, parameters)),
    parameters.sort,
  );
  const cut = rows.slice((number - 1) * size, number * size);
  return {
    total: rows.length,
    page: number,
    size,
    rows: cut,
    of: list.total,
    held: list.rows.length,
  };
}

function matches(row, wanted) {
  for (const name of ["environment", "split", "outcome", "status"]) {
    if (wanted[name] && row[name] !== wanted[name]) return false;
  }
  if (wanted.run !== undefined && row.run !== wanted.run) return false;
  if (wanted.agent && !row.agent.toLowerCase().includes(wanted.agent.toLowerCase())) return false;
  return !wanted.task || row.task.toLowerCase().includes(wanted.task.toLowerCase());
}

function ordered(rows, sort = "-started") {
  const column = sort.replace(/^-/, "");
  const way = sort.startsWith("-") ? -1 : 1;
  const natural = new Intl.Collator("en", { numeric: true });
  const value = (row) => (column === "outcome" ? (row.outcome ?? row.status) : row[column]);
  return rows.toSorted((one, two) => {
    const [a, b] = [value(one), value(two)];
    if (a === null || b === null) return (a === null) - (b === null);
    return way * (typeof a === "number" ? a - b : natural.compare(a, b));
  });
}
