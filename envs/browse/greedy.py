"""`greedy_reader`: a real attempt at *browse* with no model, only words and numbers.

It goes through the question sentence by sentence, as the text goes along the path: it searches for
the first description, opens the best results, keeps the page that fits best, ranks that page's
links by the words around them, opens the best of those, keeps the one that fits the next sentence,
and so on. A page fits as far as it holds the sentence's words and numbers in its spans. It never
turns back, and stops one call short of its budget.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from typing import NamedTuple

from ..core import Action, Observation, Script, Seat, call, text_of
from .reading import asked_values, links, question_of, results, sentences, spans

__all__ = ["greedy_reader"]

COMMON = frozenset(
    "a an and also another around as at between by consider called exactly for from has have in is "
    "it its latter name of on or same start take that the there think this to was were what which "
    "who whose with".split()
)
START_PAGES = 4
"""Results opened for the first description."""

Calls = Generator[Action, Observation, "Page | None"]


class Page(NamedTuple):
    """An opened page, and how well it fits what was sought."""

    fit: float
    title: str
    url: str
    text: str


def greedy_reader(seat: Seat) -> Script:
    """See the module."""
    opening = text_of(seat.opening)
    budget = [int(n) for n in re.findall(r"You have (\d+) tool calls", opening)]
    left = _Budget(budget[0] if budget else 32)
    question = question_of(opening)
    described, asked = _descriptions(question)
    page = yield from _start(described[0], left)
    seen = {page.url} if page else set()
    for position, sought in enumerate(described[1:], start=1):
        if page is None:
            break
        share = max(1, left.calls // (len(described) - position))
        page = (yield from _follow(page, sought, min(share, 4), left, seen)) or page
        seen.add(page.url)
    if page is not None:
        yield call("answer", text=_extract(page, asked))


class _Budget:
    def __init__(self, calls: int) -> None:
        self.calls = calls


def _start(sought: str, left: _Budget) -> Calls:
    """Search for the first description and keep the result that fits best."""
    named = re.findall(r"“([^”]+)”", sought)
    left.calls -= 1
    found = results(text_of((yield call("search", query=named[0] if named else sought))))
    if named:
        found.sort(key=lambda result: result.title.casefold() != named[0].casefold())
    urls = [result.url for result in found[: 1 if named else START_PAGES]]
    return (yield from _best(urls, sought, left))


def _follow(page: Page, sought: str, tries: int, left: _Budget, seen: set[str]) -> Calls:
    """Open the links of a page that stand among the right words and keep the best target."""
    wanted = _words(sought)
    ranked: dict[str, float] = {}
    for link in links(page.text):
        if link.url not in seen:
            overlap = len(wanted & _words(link.context)) / (1 + len(_words(link.context)) ** 0.5)
            ranked[link.url] = max(overlap, ranked.get(link.url, 0.0))
    urls = sorted(ranked, key=lambda url: -ranked[url])[:tries]
    return (yield from _best(urls, sought, left))


def _best(urls: Iterable[str], sought: str, left: _Budget) -> Calls:
    best: Page | None = None
    for url in urls:
        if left.calls <= 0:
            break
        left.calls -= 1
        shown = text_of((yield call("open", url=url)))
        title, _, text = shown.partition("\n")
        page = Page(_fit(text, sought), title, url, text)
        if best is None or page.fit > best.fit:
            best = page
    return best


def _fit(text: str, sought: str) -> float:
    """How much of a description a page bears out: spans count double, words once in all."""
    numbers = [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", text) if len(n) < 16]
    wanted = spans(sought)
    borne_out = sum(any(low <= n <= high for n in numbers) for low, high in wanted)
    words = _words(sought)
    return 2 * borne_out + len(words & _words(text)) / max(1, len(words))


def _descriptions(question: str) -> tuple[list[str], str]:
    """What is said of each entity in turn, and the sentence that asks."""
    *told, asked = sentences(question)
    if not told:  # "Which town is the birthplace of the person who wrote the novel “X”?"
        clauses = re.split(r"\s(?:that|who)\s|^Which \w+ ", question.rstrip("?"))
        first, *others = reversed([clause for clause in clauses if clause])
        return [first, *([first, *others][: len(others) + 1])], asked
    merged: list[str] = []
    for sentence in told:
        if merged and re.match(r"(?:This|The latter) [\w ]+? also ", sentence):
            merged[-1] += " " + sentence
        else:
            merged.append(sentence)
    return merged, asked


def _extract(page: Page, asked: str) -> str:
    """The title, or the value that stands among the words of the question."""
    wanted = _words(asked)
    lines = re.split(r"\n|(?<=[a-z)]\.)\s", page.text)
    lines.sort(key=lambda line: -len(wanted & _words(line)) / (1 + len(_words(line)) ** 0.5))
    for line in lines:
        values = asked_values(asked, line)
        if values:
            return values[0]
    return page.title


def _words(text: str) -> set[str]:
    words = re.findall(r"[a-z]{2,}", re.sub(r"\]\([^)]*\)", "]", text).lower())
    return {word.removesuffix("s") for word in words} - COMMON
