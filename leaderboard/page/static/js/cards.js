// The environments, each with its card. Markdown arrives as a tree and becomes elements here.

import { get } from "./api.js";
import { h, nothing } from "./dom.js";

const TAGS = new Set(
  "p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code hr strong em s a br table thead tbody tr th td".split(
    " ",
  ),
);
const DEEPER = { h1: "h2", h2: "h3", h3: "h4", h4: "h5", h5: "h6" };

function elements(nodes) {
  return nodes.map((node) => {
    if (typeof node === "string") return node;
    const inside = elements(node.in);
    if (!TAGS.has(node.tag)) return inside;
    if (node.tag === "a")
      return h(
        "a",
        {
          href: /^https?:\/\//.test(node.href) ? node.href : null,
          rel: "noopener noreferrer",
          target: "_blank",
        },
        inside,
      );
    if (node.tag === "thead" && !inside.flat(Infinity).some((each) => each.textContent?.trim()))
      return [];
    const made = h(DEEPER[node.tag] ?? node.tag, {}, inside);
    if (node.tag === "table")
      return h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" },
        made,
      );
    if (node.tag === "pre") made.tabIndex = 0;
    return made;
  });
}

export async function show(view, { parameters, remember }) {
  const cards = await get("cards");
  view.append(
    h("h1", {}, "Environments"),
    h(
      "p",
      { class: "lead" },
      "What each world is, where it comes from, what is asked, and what is known about its limits.",
    ),
  );
  if (!cards.length) {
    view.append(nothing("No environment is registered."));
    return;
  }
  const article = h("article", { class: "panel card", "aria-live": "polite" });
  const list = h("ul", { class: "list" });
  const links = cards.map((card) => {
    const link = h(
      "a",
      { href: `#/environments?${new URLSearchParams({ id: card.id })}` },
      h("strong", {}, card.name),
      h("span", {}, card.about),
    );
    link.addEventListener("click", (event) => {
      event.preventDefault();
      remember({ id: card.id });
      draw(card.id);
    });
    list.append(h("li", {}, link));
    return link;
  });
  const draw = (id) => {
    const at = Math.max(
      0,
      cards.findIndex((card) => card.id === id || card.name === id),
    );
    const card = cards[at];
    links.forEach((link, i) =>
      i === at ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"),
    );
    article.replaceChildren(
      h(
        "p",
        { class: "facts" },
        h("code", {}, card.id),
        " \u00b7 ranked by ",
        h("code", {}, card.headline),
        " \u00b7 ",
        h(
          "a",
          { href: `#/board?${new URLSearchParams({ environment: card.id })}` },
          "its leaderboard",
        ),
      ),
      ...(card.text.length
        ? elements(card.text).flat(Infinity)
        : [nothing("This environment has no card.")]),
    );
  };
  draw(parameters.id);
  view.append(
    h("div", { class: "cards" }, h("nav", { "aria-label": "Environments" }, list), article),
  );
}
