// What a message says, as elements: texts and images in order. An image is shown only if its bytes
// are in the message and of a kind that holds nothing but pixels; nothing is fetched.

import { h } from "./dom.js";
import { block, pretty } from "./text.js";

const IMAGE = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

/** The elements of a content. `who` is the role, for the images' descriptions. */
export function said(content, who) {
  if (typeof content === "string") return content ? [block(content)] : [];
  if (!Array.isArray(content)) return content ? [block(pretty(content))] : [];
  let images = 0;
  return content.map((part) => {
    if (part?.type === "text" && typeof part.text === "string") return block(part.text);
    if (part?.type === "image_url") return shown(part.image_url?.url, ++images, who);
    return block(pretty(part));
  });
}

function shown(url, number, who) {
  const found = typeof url === "string" ? IMAGE.exec(url) : null;
  if (!found) {
    const why = `image ${number} is not shown: it is no PNG, JPEG, GIF or WebP in the message itself`;
    return block(`${why}\n${String(url).slice(0, 200)}`, "text problem");
  }
  const bytes = Math.floor(((url.length - url.indexOf(",") - 1) * 3) / 4);
  const about = `Image ${number} of this ${who} message, ${found[1].toUpperCase()}`;
  return h(
    "figure",
    { class: "shown" },
    h("img", { src: url, alt: about, loading: "lazy", decoding: "async" }),
    h("figcaption", {}, `${found[1].toUpperCase()}, ${bytes.toLocaleString("en")} bytes`),
  );
}
