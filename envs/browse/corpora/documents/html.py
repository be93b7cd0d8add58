"""HTML as Markdown: headings, paragraphs, lists, tables and links; everything else is dropped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["markdown_of"]

_SKIPPED = frozenset({"script", "style", "template", "noscript", "svg", "head", "nav", "iframe"})
_BLOCKS = frozenset(
    {
        "p", "div", "section", "article", "main", "aside", "header", "footer", "ul", "ol", "dl",
        "table", "blockquote", "pre", "figure", "form", "fieldset", "address", "body", "hr",
    }
)  # fmt: skip
_LINES = frozenset({"br", "li", "tr", "dt", "dd", "caption", "figcaption"})


def markdown_of(html: str) -> tuple[str, str]:
    """The title of a page and its text as Markdown."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "".join(reader.parts)
    text = re.sub(r"[ \t\f\v\xa0]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return " ".join("".join(reader.title).split()), text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title: list[str] = []
        self._skipping = 0
        self._in_title = False
        self._links: list[tuple[str, int]] = []
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title" and not self.parts:
            self._in_title = True
        elif tag in _SKIPPED:
            self._skipping += 1
        elif self._skipping:
            return
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.parts.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "tr":
            self._cells = 0
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" | " if self._cells else "| ")
            self._cells += 1
        elif tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif self._skipping:
            return
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            words = " ".join("".join(self.parts[start:]).split())
            del self.parts[start:]
            words = words.replace("[", "(").replace("]", ")")
            linked = bool(words and address and not re.search(r"[()\s<>]", address))
            self.parts.append(f"[{words}]({address})" if linked else words)
        elif tag == "tr" and self._cells:
            self.parts.append(" |")
        elif tag in _BLOCKS or tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._skipping:
            self.parts.append(re.sub(r"\s+", " ", data))
