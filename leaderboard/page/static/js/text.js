// Other people's texts, made safe to look at: what cannot be seen or turns a line around is shown as
// a mark, and what is very long is cut until asked for. Nothing here makes HTML of a text.

const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e01ef}]+/gu;
const CUT = 20_000;
const KEEP = 8_000;
const MARKS = 2_000;

const CONTROLS = (
  "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI " +
  "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
).split(" ");

const count = new Intl.NumberFormat("en");

function mark(code) {
  if (code < 0x20) return `\u27e8${CONTROLS[code]}\u27e9`;
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}

const marks = (run) => Array.from(run, (letter) => mark(letter.codePointAt(0))).join("");

/** A text in which everything can be seen. */
export function visible(text) {
  return String(text).replace(UNSEEN, marks);
}

/** Put a text into an element, its invisible characters as coloured marks. */
export function fill(element, text) {
  let from = 0;
  let made = 0;
  for (const found of text.matchAll(UNSEEN)) {
    if (++made > MARKS) break;
    element.append(text.slice(from, found.index));
    const span = document.createElement("span");
    span.className = "unseen";
    span.textContent = marks(found[0]);
    element.append(span);
    from = found.index + found[0].length;
  }
  element.append(visible(text.slice(from)));
  return element;
}

/** JSON on one line if it is short, else indented. */
export function pretty(value) {
  const spaced = JSON.stringify(value, null, 1) ?? "null";
  const line = spaced.replace(/\n\s*/g, " ").replace(/([[{]) | ([\]}])/g, "$1$2");
  return line.length <= 90 && spaced.length < 1000 ? line : spaced;
}

/** A block of text as it is: lines kept, long ones broken, very long texts cut until asked for. */
export function block(text, name = "text") {
  const element = document.createElement("div");
  element.className = name;
  element.dir = "auto";
  if (text.length <= CUT) return fill(element, text);
  const end = /[\ud800-\udbff]/.test(text[KEEP - 1]) ? KEEP - 1 : KEEP;
  fill(element, text.slice(0, end));
  const more = document.createElement("button");
  more.type = "button";
  more.className = "more";
  more.textContent = `Show all ${count.format(text.length)} characters`;
  more.addEventListener("click", () => {
    element.replaceChildren();
    element.classList.add("whole");
    element.tabIndex = 0;
    fill(element, text);
    element.focus({ preventScroll: true });
  });
  element.append("\u2026\n", more);
  return element;
}
