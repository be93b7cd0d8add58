"""Markdown as a tree of plain data, so that a page builds its elements itself and parses no HTML.

`[{"tag": "p", "in": ["some ", {"tag": "strong", "in": ["text"]}]}, ...]`: a text is text, and a tag
is one of a short list. HTML in the source stays text, and links lead to http(s) or nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

Node: TypeAlias = "str | dict[str, Any]"

_TAGS = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "hr"),
    *("strong", "em", "s", "a", "br", "table", "thead", "tbody", "tr", "th", "td"),
}
_TEXTS = {"text", "html_inline", "html_block"}


def tree(text: str) -> list[Node]:
    """The blocks of a Markdown text (CommonMark and tables)."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return _all(SyntaxTreeNode(parser.parse(text)).children)


def _all(nodes: Iterable[SyntaxTreeNode]) -> list[Node]:
    return [made for node in nodes for made in _node(node)]


def _node(node: SyntaxTreeNode) -> list[Node]:
    if node.type in _TEXTS:
        return [node.content]
    if node.type == "softbreak":
        return ["\n"]
    if node.type == "image":
        return [node.content or "image"]
    if node.type in ("fence", "code_block"):
        return [{"tag": "pre", "in": [{"tag": "code", "in": [node.content]}]}]
    if node.type == "code_inline":
        return [{"tag": "code", "in": [node.content]}]
    inside = _all(node.children)
    if node.tag not in _TAGS or node.hidden:
        return inside
    made: dict[str, Any] = {"tag": node.tag, "in": inside}
    if node.tag == "a":
        href = str(node.attrs.get("href", ""))
        if not href.startswith(("https://", "http://")):
            return inside
        made["href"] = href
    return [made]
