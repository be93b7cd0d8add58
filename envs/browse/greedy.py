"""`greedy_reader`: a real attempt at *browse* with no model, only words and numbers.

The text goes along the path, and so does the reader: it searches for the first description (a
decade as ten years), opens results, and from there follows links, best first. A page counts as the
entity that a sentence describes as far as it holds the sentence's words and a number in each of its
spans. Of all chains of pages begun, the one that fits best so far is continued with the link that
stands among the right words; when the budget ends, the longest and best chain gives the answer.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from ..core import Action, Observation, Script, Seat, call, text_of
from .reading import (
    Link,
    asked_values,
    links,
    numbers,
    question_of,
    results,
    sentences,
    spans,
    without_links,
)

__all__ = ["greedy_reader"]

COMMON = frozenset(
    [
        "also",
        "an",
        "and",
        "another",
        "around",
        "as",
        "at",
        "between",
        "by",
        "called",
        "consider",
        "exactly",
        "for",
        "from",
        "has",
        "have",
        "in",
        "is",
        "it",
        "its",
        "latter",
        "name",
        "of",
        "on",
        "or",
        "same",
        "start",
        "take",
        "that",
        "the",
        "there",
        "think",
        "this",
        "to",
        "was",
        "were",
        "what",
        "which",
        "who",
        "whose",
        "with",
    ]
)
OPENED_FIRST = 5
"""Results of the first search that are opened."""
GIVE_UP = 3
"""Links of one page that are tried."""

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
    ways_on: Iterator[Link] = field(default_factory=lambda: iter(()))

    @property
    def promise(self) -> float:
        return self.fits - 0.75 * (self.position + 1) + 0.2 * self.position


def greedy_reader(seat: Seat) -> Script:
    """See the module."""
    opening = text_of(seat.opening)
    budget = [int(n) for n in re.findall(r"You have (\d+) tool calls", opening)]
    left = budget[0] if budget else 32
    described, asked = _descriptions(question_of(opening))
    last = len(described) - 1

    named = re.findall(r"“([^”]+)”", described[0])
    found = results(text_of((yield call("search", query=_query(described[0], named)))))
    if named:
        found.sort(key=lambda result: result.title.casefold() != named[0].casefold())
    left -= 1
    nodes: list[Node] = []
    tried: list[Node] = []
    for result in found[: 1 if named else OPENED_FIRST]:
        link = Link(result.title, result.url, "")
        node = yield from _read(link, None, described, left)
        left -= 1
        if node is not None:
            nodes.append(node)
    while left > 0 and nodes:
        node = max(nodes, key=lambda node: node.promise)
        if node.position == last:
            break
        link = next(node.ways_on, None)
        if link is None:
            nodes.remove(node)
            tried.append(node)
            continue
        after = yield from _read(link, node, described, left)
        left -= 1
        if after is not None:
            nodes.append(after)
    reached = nodes + tried
    if reached:
        best = max(reached, key=lambda node: (node.position, node.fits))
        yield call("answer", text=_extract(best, asked))


def _read(link: Link, before: Node | None, described: list[str], left: int) -> Opened:
    """Open a link as the next entity of a chain; None if the page bears nothing out."""
    if left <= 0:
        return None
    shown = text_of((yield call("open", url=link.url)))
    title, _, text = shown.partition("\n")
    position = before.position + 1 if before else 0
    fit = _fit(text, described[position])
    if fit < 0.3:
        return None
    chain = (before.chain if before else frozenset()) | {link.url}
    node = Node(position, fit + (before.fits if before else 0.0), title, text, chain)
    if position + 1 < len(described):
        node.ways_on = _ways_on(node, described[position + 1])
    return node


def _ways_on(node: Node, sought: str) -> Iterator[Link]:
    """The links of a page, those among the words of the next sentence first."""
    wanted = _words(sought)
    ranked: dict[str, tuple[float, Link]] = {}
    for link in links(node.text):
        if link.url in node.chain:
            continue
        words = _words(link.context)
        overlap = len(wanted & words) / (2 + len(words)) ** 0.5
        if link.url not in ranked or overlap > ranked[link.url][0]:
            ranked[link.url] = (overlap, link)
    best = sorted(ranked.values(), key=lambda item: -item[0])
    return iter([link for _, link in best[:GIVE_UP]])


def _fit(text: str, sought: str) -> float:
    """How far a page bears a description out, 0 to 1: each span counts twice what all words do."""
    wanted = spans(sought)
    known = numbers(text) if wanted else []
    borne_out = sum(any(low <= n <= high for n in known) for low, high in wanted)
    words = _words(sought)
    shared = len(words & _words(text)) / max(1, len(words))
    return (2 * borne_out + shared) / (2 * len(wanted) + 1)


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


def _descriptions(question: str) -> tuple[list[str], str]:
    """What is said of each entity in turn, and the sentence that asks."""
    *told, asked = sentences(question)
    if not told:  # "Which town is the birthplace of the person who wrote the novel “X”?"
        clauses = re.split(r"\s(?:that|who)\s|^Which \w+ ", question.rstrip("?"))
        *others, first = [clause for clause in clauses if clause]
        return [first, *reversed(others)], asked
    merged: list[str] = []
    for sentence in told:
        if merged and re.match(r"(?:This|The latter) [\w ]+? also ", sentence):
            merged[-1] += " " + sentence
        else:
            merged.append(sentence)
    if named := re.match(r"The [\w ]+? “[^”]+”", merged[0]):  # one sentence tells of two entities
        merged.insert(0, named[0])
    return merged, asked


def _extract(node: Node, asked: str) -> str:
    """The title, or the value that stands among the words of the question."""
    wanted = _words(asked)

    def nearness(line: str) -> float:
        words = _words(line)
        return len(wanted & words) / (2 + len(words)) ** 0.5

    lines = re.split(r"\n|(?<=[a-z)]\.)\s", without_links(node.text))
    for line in sorted(lines, key=nearness, reverse=True):
        values = asked_values(asked, line)
        if values:
            return values[0]
    return node.title


def _words(text: str) -> set[str]:
    words = re.findall(r"[a-z]{2,}", without_links(text).lower())
    return {word.removesuffix("s") for word in words} - COMMON
