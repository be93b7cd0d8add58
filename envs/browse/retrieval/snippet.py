"""Snippets: the passage of a page where most of a query's words stand together."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = ["fold", "needles", "snippet"]

WIDTH = 220
"""Characters of a snippet, about."""
LEAD = 60
"""Characters shown before the first match, at most."""
OCCURRENCES = 6
"""How often each word is looked for in a page."""


def _folding() -> dict[int, str]:
    """Single characters to single characters, so that positions stay what they are."""
    table = {}
    for code in range(0xC0, 0x250):
        base = unicodedata.normalize("NFKD", chr(code).lower())[0]
        table[code] = base if base.isascii() else chr(code).lower()[0]
    return table


_FOLDING = _folding()


def fold(text: str) -> str:
    """Lower case without accents, of the same length as `text`."""
    lower = text.lower()
    if lower.isascii():
        return lower
    if len(lower) != len(text):  # "İ" lower-cases to two characters
        lower = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    return lower.translate(_FOLDING)


def needles(terms: Sequence[str]) -> list[str]:
    """What to look for in a folded page for each stemmed term: the part its word forms share."""
    return [term[:-1] if len(term) > 3 and term.endswith(("i", "e")) else term for term in terms]


def snippet(text: str, folded: str, words: Sequence[tuple[str, float]]) -> str:
    """The passage of a plain text that holds the words of most weight.

    Args:
        text, folded: the page, plain, and the same folded.
        words: folded beginnings of words, each with its weight.
    """
    return _cut(text, _best_start(folded, words))


def _best_start(folded: str, words: Sequence[tuple[str, float]]) -> int:
    """Where the heaviest window begins; 0 if no word occurs."""
    found: list[tuple[int, int]] = []
    for number, (word, _) in enumerate(words):
        at = folded.find(word)
        times = 0
        while at >= 0 and times < OCCURRENCES:
            if at == 0 or not folded[at - 1].isalnum():
                found.append((at, number))
                times += 1
            at = folded.find(word, at + len(word))
    found.sort()
    best, best_start = 0.0, 0
    inside = [0] * len(words)
    weight, last = 0.0, 0
    for first, (start, number) in enumerate(found):
        while last < len(found) and found[last][0] < start + WIDTH - LEAD:
            entering = found[last][1]
            if not inside[entering]:
                weight += words[entering][1]
            inside[entering] += 1
            last += 1
        if weight > best + 1e-9:
            best, best_start = weight, found[first][0]
        inside[number] -= 1
        if not inside[number]:
            weight -= words[number][1]
    return best_start


def _cut(text: str, at: int) -> str:
    """About `WIDTH` characters around a position, from a sentence's or word's beginning."""
    if len(text) <= WIDTH:
        return text
    start = max(0, min(at, len(text) - WIDTH + LEAD) - LEAD)
    if start:
        sentence = text.rfind(". ", start, at)
        space = text.find(" ", start, at)
        start = sentence + 2 if sentence >= 0 else space + 1 if space >= 0 else at
    end = start + WIDTH
    if end >= len(text):
        end = len(text)
    else:
        space = text.rfind(" ", start + WIDTH // 2, end)
        end = space if space > 0 else end
    return f"{'... ' if start else ''}{text[start:end]}{' ...' if end < len(text) else ''}"
