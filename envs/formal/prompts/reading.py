"""Reading: what an agent answered, and (for reference agents) what it was shown.

The paper's parser: full stops, commas and sequence marks are stripped, the first word is the
answer. Of a worked answer, the last "the answer is ..." counts. (The release kept one digit of it,
which is wrong for sums; here the whole number is kept.)
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Shown", "read_answer", "read_answers", "shown_in"]

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_SAID = re.compile(r"answer is(?: then)?:?\s*([+-]?[0-9]{1,9})\b", re.IGNORECASE)
_BLOCK = re.compile(r"Entry:\n(.*?)\nAnswer:(.*?)(?=\n\nEntry:\n|\Z)", re.DOTALL)


def read_answer(text: str, traced: bool = False) -> int | None:
    """The answer in a reply; None if it cannot be read.

    Args:
        text: the reply.
        traced: whether a worked answer is expected (then a bare one is read too).
    """
    if traced and (said := _SAID.findall(text)):
        return int(said[-1])
    plain = text.lower().replace("<s>", " ").replace("<bos>", " ").strip(" .,\n\t")
    word = plain.split(maxsplit=1)[0].strip(".,") if plain else ""
    return int(word) if _NUMBER.fullmatch(word) else None


def read_answers(text: str, count: int) -> list[int | None]:
    """The answers to a block of queries, one word each; what is missing is None."""
    words = re.split(r"[\s,;]+", text.strip(" .,\n\t"), maxsplit=count)[:count]
    found: list[int | None] = [
        int(word) if _NUMBER.fullmatch(word.strip(".")) else None for word in words
    ]
    return found + [None] * (count - len(found))


class Shown(NamedTuple):
    """What an opening shows."""

    texts: list[str]
    answers: list[int]
    queries: list[str]


def shown_in(opening: str) -> Shown:
    """Exemplars and queries, read off an opening's text as an agent would."""
    texts: list[str] = []
    answers: list[int] = []
    queries: list[str] = []
    for entry, said in _BLOCK.findall(opening):
        numbers = _NUMBER.findall(said)
        if numbers:
            texts.append(entry)
            answers.append(int(_SAID.findall(said)[-1] if _SAID.search(said) else numbers[-1]))
        else:
            queries.append(entry)
    return Shown(texts, answers, queries)
