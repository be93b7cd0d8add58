// The frame: which view an address shows, the keyboard, and the file's state while a run writes.

import { get, Problem, SITE } from "./api.js";
import { h } from "./dom.js";
import { show as board } from "./board.js";
import { show as cards } from "./cards.js";
import { show as compare } from "./compare.js";
import { show as cost } from "./cost.js";
import { show as curves } from "./curves.js";
import { show as episode } from "./episode.js";
import { show as episodes } from "./episodes.js";

const VIEWS = { board, compare, cost, curves, episodes, episode, environments: cards };
const EVERY = 4000;

const main = document.getElementById("main");
const status = document.querySelector(".file");
let current = null;
let shown = "";
let version = null;

/** Where we are: "#/episodes?agent=x" is {name: "episodes", rest: "", parameters: {agent: "x"}}. */
function place() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [name, rest = ""] = path.split("/");
  return {
    name: name || "board",
    rest: decoded(rest),
    parameters: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Change the address without leaving the view. */
function remember(parameters) {
  const { name, rest } = place();
  const query = new URLSearchParams(parameters).toString();
  const path = rest ? `${name}/${encodeURIComponent(rest)}` : name;
  history.replaceState(null, "", `#/${path}${query ? `?${query}` : ""}`);
  shown = location.hash;
}

async function go() {
  if (location.hash === shown && current) return;
  if (location.hash === "#main") {
    history.replaceState(null, "", shown || "#/board");
    main.focus();
    return;
  }
  const first = shown === "";
  shown = location.hash;
  const asked = shown;
  const { name, rest, parameters } = place();
  for (const link of document.querySelectorAll("nav a")) {
    const mine = link.hash === `#/${name}` || (name === "episode" && link.hash === "#/episodes");
    if (mine) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "center" });
    } else link.removeAttribute("aria-current");
  }
  current?.leave?.();
  current = null;
  const view = h("div", { class: `view ${name}` });
  main.setAttribute("aria-busy", "true");
  const waiting = setTimeout(
    () => main.replaceChildren(h("p", { class: "nothing", role: "status" }, "Reading\u2026")),
    300,
  );
  let made;
  try {
    if (!VIEWS[name]) throw new Problem(`There is no page "${name}".`);
    made = await VIEWS[name](view, { rest, parameters, remember });
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    view.replaceChildren(
      h("h1", {}, "This cannot be shown"),
      h("p", { class: "problem", role: "alert" }, error.message),
    );
  }
  clearTimeout(waiting);
  if (asked !== location.hash && place().name + place().rest !== name + rest) return; // somebody went on
  current = made ?? {};
  main.replaceChildren(view);
  main.removeAttribute("aria-busy");
  const title = view.querySelector("h1");
  document.title = title ? `${title.textContent} \u2013 Palestra` : "Palestra";
  current.ready?.();
  if (!first && title) {
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    if (!current.ready) scrollTo(0, 0);
  }
}

async function watch() {
  try {
    const state = await get("state");
    const changed = version !== null && version !== state.version;
    version = state.version;
    if (changed) await current?.refresh?.();
    const said = SITE
      ? state.file
      : `${state.file}${changed ? ` \u00b7 new results ${new Date().toLocaleTimeString()}` : ""}`;
    if (status.textContent !== said && (changed || !status.textContent || status.dataset.lost)) {
      status.replaceChildren(said);
    }
    delete status.dataset.lost;
  } catch (error) {
    status.dataset.lost = "yes";
    status.replaceChildren(error.message);
  }
  if (!SITE)
    setTimeout(
      () =>
        document.hidden
          ? document.addEventListener("visibilitychange", watch, { once: true })
          : watch(),
      EVERY,
    );
}

addEventListener("hashchange", go);
addEventListener("keydown", (event) => {
  if (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.target.closest("input, select, textarea")
  )
    return;
  if (current?.keys?.(event.key)) event.preventDefault();
});
go();
watch();
