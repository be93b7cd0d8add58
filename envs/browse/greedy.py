"""`greedy_reader`: a real attempt at *browse* with no model, only words and numbers.

The text goes along the path, and so does the reader. It searches for the first description (a
decade as ten years) and opens results. To go on from a page it collects ways on: the page's links,
and what a search for its title together with the next sentence shows, since a relation may stand on
the other page alone; it tries those first that stand among the right words. A page counts as the
entity that a sentence describes as far as it bears out the sentence's spans and words, and names
the page before it. Of all chains of pages begun, the most promising is continued; when the budget
ends, the longest and best one gives the answer.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, field

from ..core import Action, Observation, Script, Seat, call, text_of
from .reading import (
    Link,
    asked_values,
    descriptions,
    links,
    numbers,
    question_of,
    results,
    spans,
    without_links,
)

__all__ = ["greedy_reader"]

COMMON = frozenset(
    [
        "also", "an", "and", "another", "around", "as", "at", "between", "by", "called",
        "consider", "exactly", "for", "from", "has", "have", "in", "is", "it", "its",
        "latter", "name", "of", "on", "or", "same", "start", "take", "that", "the", "there",
        "think", "this", "to", "was", "were", "what", "which", "who", "whose", "with",
        "yet",
    ]
)  # fmt: skip
SYNONYMS = {
    "birthplace": "born birth native", "born": "birth birthplace native", "death": "died",
    "died": "death", "educated": "education school student", "employed": "employer staff worked",
    "worked": "employer staff occupation", "taught": "student teacher pupil learned",
    "student": "teacher taught pupil learned", "married": "spouse wife husband",
    "child": "parent father mother son daughter", "parent": "child children son daughter",
    "founded": "founder establish", "wrote": "author written", "written": "author wrote",
    "published": "publisher brought", "directed": "director", "produced": "producer",
    "designed": "architect designer", "painted": "painter", "composed": "composer",
    "based": "headquarter", "commissioned": "patron", "lie": "location place river",
    "stand": "location place", "setting": "set", "namesake": "named name honour",
    "named": "namesake honour", "member": "membership", "award": "prize laureate",
}  # fmt: skip
"""Words that pages may use for the same thing (stems as `_words` makes them)."""
KINDS = {
    "person": r"\b(?:born|occupation|spouse|he|she|his|her)\b",
    "settlement": r"\b(?:settlement|village|hamlet|town|city|port|inhabitants|people live)\b",
}
"""How the beginning of a page shows what it is about, where it need not say the noun."""
OPENED_FIRST = 6
"""Results of the first search that are opened."""
WAYS_ON = 8
"""Ways on from one page that are tried."""
GOOD = 0.3
"""How well a page must fit to be gone on from."""

Opened = Generator[Action, Observation, "Node | None"]


@dataclass
class Node:
    """A page read as the entity at one position of the path."""

    position: int
    fits: float
    """Sum of how well each page of the chain fits its description."""
    title: str
    text: str
    chain: frozenset[str]
    ways_on: list[Link] | None = field(default=None)

    @property
    def promise(self) -> float:
        """Mean fit of the chain, and a little for its length."""
        return self.fits / (self.position + 1) + 0.06 * self.position


def greedy_reader(seat: Seat) -> Script:
    """See the module."""
    opening = text_of(seat.opening)
    budget = [int(n) for n in re.findall(r"You have (\d+) tool calls", opening)]
    left = budget[0] if budget else 32
    described, asked = descriptions(question_of(opening))
    described = described or [asked]  # one relation and a named start are one sentence
    last = len(described) - 1

    named = re.findall(r"“([^”]+)”", described[0])
    found = results(text_of((yield call("search", query=_query(described[0], named)))))
    left -= 1
    if named:
        found.sort(key=lambda result: _plain_title(result.title) != named[0].casefold())
    nodes: list[Node] = []
    done: list[Node] = []
    for result in found[: 1 if named else OPENED_FIRST]:
        node = yield from _read(Link(result.title, result.url, ""), None, described)
        left -= 1
        if node is not None:
            nodes.append(node)
    while left > 0 and nodes:
        node = max(nodes, key=lambda node: node.promise)
        if node.position == last:
            nodes.remove(node)
            done.append(node)
        elif node.ways_on is None:
            sought = described[node.position + 1]
            shown = yield call("search", query=_query(f"{node.title} {sought}", []))
            left -= 1
            node.ways_on = _ways_on(node, sought, text_of(shown))
        elif node.ways_on:
            link = node.ways_on.pop(0)
            after = yield from _read(link, node, described)
            left -= 1
            if after is not None:
                nodes.append(after)
        else:
            nodes.remove(node)
            done.append(node)
    if nodes or done:
        best = max(nodes + done, key=lambda node: (node.position, node.fits))
        yield call("answer", text=_extract(best, asked))


def _read(link: Link, before: Node | None, described: list[str]) -> Opened:
    """Open a link as the next entity of a chain; None if it does not fit."""
    shown = text_of((yield call("open", url=link.url)))
    title, _, text = shown.partition("\n")
    if before is None:
        fit = 1.0 if "“" in described[0] else _fit(text, described[0])
        return Node(0, fit, title, text, frozenset({link.url}))
    position = before.position + 1
    fit = (_fit(text, described[position]) + _share(described[position], link.context)) / 2
    if fit < GOOD:
        return None
    return Node(position, fit + before.fits, title, text, before.chain | {link.url})


def _ways_on(node: Node, sought: str, shown: str) -> list[Link]:
    """Links of a page, and results that speak of it, the best surrounded by the right words."""
    wanted = _words(sought)
    wanted |= {synonym for word in wanted for synonym in SYNONYMS.get(word, "").split()}
    name = _plain_title(node.title)
    ranked: dict[str, tuple[float, Link]] = {}
    mentions = [
        Link(result.title, result.url, result.snippet)
        for result in results(shown)
        if name in result.snippet.casefold()
    ]
    for link in (*links(node.text), *mentions):
        if link.url in node.chain:
            continue
        words = _words(link.context)
        overlap = len(wanted & words) / (3 + len(words)) ** 0.5
        if link.url not in ranked or overlap > ranked[link.url][0]:
            ranked[link.url] = (overlap, link)
    best = sorted(ranked.values(), key=lambda item: -item[0])
    return [link for _, link in best[:WAYS_ON]]


def _fit(text: str, sought: str) -> float:
    """How far a page bears a description out, 0 to 1: each span counts for two, words for one."""
    wanted = spans(sought)
    known = numbers(text) if wanted else []
    borne_out = sum(any(low <= n <= high for n in known) for low, high in wanted)
    fit = (2 * borne_out + _share(sought, text)) / (2 * len(wanted) + 1)
    return fit if _is_about(text, _noun(sought)) else fit / 4


def _share(sought: str, text: str) -> float:
    """The share of a description's words, its noun apart, that a text holds in some form."""
    words = _words(sought) - _words(_noun(sought))
    there = _words(text)
    shared = sum(
        word in there or any(synonym in there for synonym in SYNONYMS.get(word, "").split())
        for word in words
    )
    return shared / len(words) if words else 1.0


def _noun(sought: str) -> str:
    """What kind of thing a description introduces: "person", "settlement"."""
    introduction = re.split(r" that | who |[.?,]", sought, maxsplit=1)[0]
    found = re.findall(r"\b(?:an?|another|the) ([a-z ]+)$", introduction)
    return found[0].split(" of ")[-1] if found else ""


def _is_about(text: str, noun: str) -> bool:
    body = without_links(text)
    lead = body[body.find("**") :][:250] if "**" in body else body[:400]
    if noun == "person" and re.search(KINDS["settlement"], lead.lower()):
        lead = re.sub(r"from .*", "", lead)
        if re.search(r"\b(?:is|was) a [\w ]*(?:settlement|village|town|city|port)", lead):
            return False
    if noun == "person":
        lead = body[:600]
    return not noun or re.search(KINDS.get(noun, rf"\b{noun}\b"), lead.lower()) is not None


def _query(sought: str, named: list[str]) -> str:
    """What to search for: the name, or the words and every year of a short span."""
    if named:
        return named[0]
    years = [
        str(year)
        for low, high in spans(sought)
        if 100 <= low <= high <= 2100 and high - low < 12
        for year in range(low, high + 1)
    ]
    return " ".join([*sorted(_words(sought)), *years])[:1000] or sought


def _extract(node: Node, asked: str) -> str:
    """The title, or the value that stands among the words of the question."""
    wanted = _words(asked)
    wanted |= {synonym for word in wanted for synonym in SYNONYMS.get(word, "").split()}

    def nearness(line: str) -> float:
        words = _words(line)
        return len(wanted & words) / (3 + len(words)) ** 0.5

    lines = re.split(r"\n|(?<=[a-z)]\.)\s", without_links(node.text))
    for line in sorted(lines, key=nearness, reverse=True):
        values = asked_values(asked, line)
        if values:
            return values[0]
    return node.title


def _plain_title(title: str) -> str:
    return re.sub(r" \([^)]*\)$", "", title).casefold()


def _words(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]{2,}", without_links(text).lower())
    return {word.removesuffix("s") for word in words if word not in COMMON}
