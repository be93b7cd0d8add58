// Elements from data. A string is always a text node, with what cannot be seen made visible.

import { visible } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : visible(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : visible(child));
  }
  return element;
}

/** An HTML element: h("a", {href: "#/board"}, "text", otherElement). */
export const h = (tag, attributes, ...children) =>
  filled(document.createElement(tag), attributes, children);

/** An SVG element. */
export const s = (tag, attributes, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

/** A text for screen readers alone. */
export const unseen = (text) => h("span", { class: "sr" }, text);

/** A long name, which may break after what parts it. */
export const name = (text) =>
  visible(text)
    .split(/(?<=[/?&=,])/)
    .flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part]));

/** What is said where there is nothing to show. */
export const nothing = (...text) => h("p", { class: "nothing" }, ...text);
