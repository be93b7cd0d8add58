"""What a scripted agent can read off the environment's plain text: results, links, cues, values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = [
    "Link",
    "Result",
    "asked_values",
    "descriptions",
    "links",
    "question_of",
    "results",
    "sentences",
    "spans",
]

_RESULT = re.compile(r"^\[(\d+)\] (.*)\n    (\S+)\n    (.*)$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]+)\]\(([^()\s]+)\)")
_NUMBER = r"\d[\d,]*"


class Result(NamedTuple):
    """One search result as shown."""

    number: int
    title: str
    url: str
    snippet: str


class Link(NamedTuple):
    """One link of a page, with the words around it."""

    title: str
    url: str
    context: str


def question_of(opening: str) -> str:
    """The question at the end of the first message."""
    return opening.rpartition("\nQuestion\n")[2].strip()


def results(text: str) -> list[Result]:
    """The results that `search` showed."""
    return [Result(int(n), title, url, snippet) for n, title, url, snippet in _RESULT.findall(text)]


def without_links(text: str) -> str:
    """A text with each link's words and without its address."""
    return _LINK.sub(r"\1", text)


def numbers(text: str) -> list[int]:
    """Every whole number in a text."""
    return [_int(digits) for digits in re.findall(_NUMBER, without_links(text)) if len(digits) < 16]


def links(page: str) -> Iterator[Link]:
    """The links of a shown page, each with the line that it stands in."""
    for line in page.split("\n"):
        for sentence in re.split(r"(?<=[.;])\s", line):
            for title, url in _LINK.findall(sentence):
                yield Link(title, url, without_links(sentence))


def sentences(text: str) -> list[str]:
    """The sentences of a question."""
    return [part.strip() for part in re.split(r"(?<=[.?!])\s+(?=[A-Z“])", text) if part.strip()]


def descriptions(question: str) -> tuple[list[str], str]:
    """What is said of each entity in turn, and the sentence that asks."""
    *told, asked = sentences(question)
    compact = re.match(r"Which (\w+) (.*) the ([\w ]+?) (?:who|that) (.*) (the [\w ]+ “.*”)", asked)
    if compact:  # "Which town is the birthplace of the person who wrote the novel “X”?"
        noun, relation, noun_between, relation_between, named = compact.groups()
        return [named, f"{relation_between} a {noun_between}", f"{relation} a {noun}"], asked
    parts: list[str] = []
    for sentence in told:
        if parts and re.match(r"(?:This|The latter) [\w ]+? also ", sentence):
            parts[-1] += " " + sentence
            continue
        if named := re.match(r"The [\w ]+? “[^”]+”", sentence):
            parts.append(named[0])
        # ", which" leads to yet another entity; "that" only tells more of the same.
        parts += re.split(r", (?:which|who) ", sentence)
    return parts, asked


def spans(text: str) -> list[tuple[int, int]]:
    """The spans of numbers and years that a text speaks of, both ends included.

    "in the 1840s" -> (1840, 1849); "between 10,000 and 20,000" -> (10000, 20000); "in the first
    half of the 19th century" -> (1800, 1850); "in 1843" -> (1843, 1843).
    """
    found = [
        (_int(low), _int(high))
        for low, high in re.findall(rf"between ({_NUMBER}) and ({_NUMBER})", text)
    ]
    found += [(0, _int(high)) for high in re.findall(rf"at most ({_NUMBER})", text)]
    text = re.sub(rf"between {_NUMBER} and {_NUMBER}", " ", text)
    found += [(int(d), int(d) + 9) for d in re.findall(r"\bthe (\d+0)s\b", text)]
    for half, century in re.findall(
        r"(first half|second half)? ?(?:of the )?(\d+)\w\w century", text
    ):
        start = int(century) * 100 - 100
        low, high = {"first half": (0, 50), "second half": (50, 100)}.get(half, (0, 100))
        found.append((start + low, start + high))
    text = re.sub(r"\bthe \d+0s\b|\d+\w\w century", " ", text)
    found += [(_int(n), _int(n)) for n in re.findall(rf"(?:exactly|in) ({_NUMBER})\b", text)]
    return found


def asked_values(question: str, text: str) -> list[str]:
    """Dates or numbers in a text, of the kind that a question asks for."""
    if "which exact date" in question:
        return re.findall(r"\b\d{1,2} [A-Z][a-z]+ \d{3,4}\b", text)
    if "which month and year" in question:
        return re.findall(r"\b[A-Z][a-z]+ \d{3,4}\b", text)
    if "in which year" in question:
        return re.findall(r"\b1\d{3}\b|\b20\d{2}\b", text)
    if "how many" in question:
        return re.findall(r"\b\d[\d,]*\b", text)
    return []


def _int(digits: str) -> int:
    return int(digits.replace(",", ""))
