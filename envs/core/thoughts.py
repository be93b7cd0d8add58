"""Thoughts are not speech: what a model thought is set apart from what it said, in one place.

    separate_thoughts(say("<think>Is it 0?</think>1"))
    # {"role": "assistant", "content": "1", "thoughts": "Is it 0?"}

Every reply passes through `separate_thoughts` before anybody reads it, and every environment reads
actions through it too, so that graders, simulated users and partners see what was said. The record
keeps both.

Models mark their thoughts in many ways; `_OPENING` and `_CLOSING` list the marks that are known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from .messages import Message

__all__ = ["UNFINISHED", "Split", "separate_thoughts", "split_thoughts", "spoken"]

UNFINISHED = "the reply ended before its thought did: the thought was opened and never closed"
"""The parse error of a reply that is nothing but the beginning of a thought."""

_WORDS = (
    r"(?:[\w.-]+:)?(?:think(?:ing)?|thoughts?|reasoning|ant_?thinking|longcat_think"
    r"|inner_(?:thoughts?|monologue)|scratch_?pad)"
)
_OPENING = "|".join(
    (
        rf"<{_WORDS}(?:\s[^<>]*)?>",  # <think>, <thinking>, <seed:think>, <thought id="1">
        r"\[think(?:ing)?\]",  # Magistral
        "\u25c1think\u25b7",  # Kimi-VL
        r"<\|(?:begin_of_thought|start_thinking|think_start|inner_prefix|thinking)\|>",
        r"<\|channel\|>\s*analysis\b[^<]*<\|message\|>",  # gpt-oss
        r"<\|channel>\s*thought\b",  # Gemma 4
        r"<unused94>(?:thought\b)?",  # MedGemma
    )
)
_CLOSING = "|".join(
    (
        rf"</{_WORDS}\s*>",
        r"\[/think(?:ing)?\]",
        "\u25c1/think\u25b7",
        r"<\|(?:end_of_thought|end_thinking|think_end|inner_suffix|/thinking)\|>",
        r"(?:<\|end\|>)?(?:<\|start\|>assistant)?<\|channel\|>\s*final\b[^<]*<\|message\|>",
        r"(?P<inner><\|end\|>(?:<\|start\|>assistant)?|<channel\|>|<unused95>)",
    )
)
_MARKS = re.compile(rf"(?P<open>{_OPENING})|(?P<close>{_CLOSING})", re.IGNORECASE)
_HINTS = ("<", "[", "\u25c1")
_QUOTES = "`'\"\u2018\u2019\u201c\u201d"
_CODE = re.compile(r"```.*?```", re.DOTALL)
_LISTED = re.compile(r"[\s,;/&*-]*(?:(?:and|or|to|then|with|und|et|y|o|e)[\s,;/&*-]+){0,2}", re.I)
"""What stands between two marks that a sentence or a list only names."""
_MOST_LISTED = 200
"""The most marks among which words are looked for."""
_HARMONY = re.compile(r"analysis(?=\S)(.*?)assistantfinal(.*)\Z", re.DOTALL)
"""gpt-oss's reply where a server leaves out its special tokens."""
_WRAPPERS = re.compile(
    r"\A\s*<\|(?:START_RESPONSE|begin_of_solution)\|>"
    r"|<\|(?:END_RESPONSE|end_of_solution|return)\|>\s*\Z",
    re.IGNORECASE,
)
_ROUNDS = 8
"""The most times that a text is looked through; marks that appear where others were cut out."""


class Split(NamedTuple):
    """A text in two parts.

    Attributes:
        said: what is left once the thoughts are taken off, with no blanks around it; a text with
            no thoughts is left exactly as it is.
        thoughts: the thoughts, separated by empty lines; empty where there are none.
        finished: False where the last thought never ends.
    """

    said: str
    thoughts: str
    finished: bool = True


def split_thoughts(text: str) -> Split:
    """Take the thoughts off a text.

    A thought is what stands between two marks, wherever it stands. A closing mark with no opening
    one ends a thought that began before the text (chat templates write the opening mark into the
    prompt). An opening mark with no closing one begins a thought that never ends, if it stands at
    the start of a line; elsewhere it is a word. Marks are words, too, in quotes, in a block of code
    that holds both, and where a sentence lists them ("between <think> and </think>").
    """
    if text.startswith("analysis") and (harmony := _HARMONY.match(text)):
        return Split(harmony[2].strip(), harmony[1].strip())
    thoughts: list[str] = []
    finished = True
    for number in range(_ROUNDS):
        if not any(hint in text for hint in _HINTS) or not _MARKS.search(text):
            break
        once = _split_once(text, begun_before=number == 0)
        if once is None:
            break
        thoughts += [once.thoughts] if once.thoughts else []
        finished = finished and once.finished
        text = once.said
    if "<|" in text:
        text = _unwrapped(text)
    return Split(text, "\n\n".join(thoughts), finished)


def _split_once(text: str, *, begun_before: bool) -> Split | None:
    """One pass from left to right; None where no mark counts.

    Args:
        text: what to split.
        begun_before: whether a thought may have begun before the text.
    """
    marks = _counting(text)
    last_close = max((i for i, mark in enumerate(marks) if mark["close"]), default=-1)
    said: list[str] = []
    thoughts: list[str] = []
    begun: int | None = None  # where the thought that is open began
    orphans = int(begun_before)  # closing marks without an opening one that still count
    closed = False
    at = 0
    changed = False
    for number, mark in enumerate(marks):
        if begun is None and _is_quoted(text, mark):
            continue
        if mark["open"]:
            if begun is not None:
                orphans += closed  # a thought inside of the thought: one more mark closes it
                continue
            if number > last_close and not _begins_line(text, mark):
                continue
            said.append(text[at : mark.start()])
            begun = mark.end()
            orphans = 0 if not closed else orphans
            closed = True
        else:
            if begun is None and (mark["inner"] or not orphans or _ends_words(text, mark)):
                continue  # means other things, too; or a word of the answer
            if begun is None:  # the opening mark stood in the prompt
                thoughts += [*said, text[at : mark.start()]]
                said.clear()
                orphans -= 1
            else:
                thoughts.append(text[begun : mark.start()])
            begun = None
            closed = True
            at = mark.end()
        changed = True
    if not changed:
        return None
    if begun is not None:
        thoughts.append(text[begun:])
    else:
        said.append(text[at:])
    whole = "\n\n".join(filter(None, map(str.strip, thoughts)))
    return Split("".join(said).strip(), whole, begun is None)


def _counting(text: str) -> list[re.Match[str]]:
    """The marks in a text, less those that its sentences and blocks of code only speak of."""
    marks = list(_MARKS.finditer(text))
    if len(marks) > _MOST_LISTED:
        return marks
    spoken_of: set[int] = set()
    for block in _CODE.finditer(text) if "```" in text else ():
        inside = [i for i, m in enumerate(marks) if block.start() < m.start() < block.end()]
        if len(inside) % 2 == 0 and all(
            bool(marks[i]["open"]) is (n % 2 == 0) for n, i in enumerate(inside)
        ):
            spoken_of.update(inside)
    for i, (one, other) in enumerate(pairwise(marks)):
        listed = _LISTED.fullmatch(text, one.end(), other.start())
        if one["open"] and other["close"] and listed and not _begins_line(text, one):
            spoken_of |= {i, i + 1}
    return [mark for i, mark in enumerate(marks) if i not in spoken_of]


def _ends_words(text: str, mark: re.Match[str]) -> bool:
    """Whether a closing mark is a word in a sentence: "it ends with </think>."."""
    start, end = mark.span()
    return text[max(start - 1, 0) : start] == " " and text[end : end + 1] in tuple(".,;:!?)")


def _unwrapped(text: str) -> str:
    """A text without the marks that some models put around what they say."""
    return _WRAPPERS.sub("", text).strip() if _WRAPPERS.search(text) else text


def _begins_line(text: str, mark: re.Match[str]) -> bool:
    start = mark.start()
    return not text[max(text.rfind("\n", 0, start) + 1, start - 80) : start].strip()


def _is_quoted(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark stands in quotes that open right before it and close right behind it."""
    start, end = mark.span()
    before, after = text[max(start - 2, 0) : start], text[end : end + 1]
    opens = len(before) == 1 or (len(before) == 2 and (before[0].isspace() or before[0] in "([{"))
    return bool(after) and opens and before[-1] in _QUOTES and after in _QUOTES


def separate_thoughts(message: Message) -> Message:
    """An assistant message whose text holds no thoughts; they join its `thoughts`.

    A reply that ends inside a thought, and calls nothing, says nothing that could be relied on: it
    gets a `parse_error`. A message with no thoughts in its text comes back as it is, and so does
    anything that is no message. Where the thoughts are known already (a server sent them apart),
    only a whole thought at the beginning of the text is one more; other marks are words.
    """
    content = message.get("content") if isinstance(message, Mapping) else None
    if not isinstance(content, str) or not content or not _may_hold_thoughts(content):
        return message
    before = message.get("thoughts")
    known = before is not None
    said, thoughts, finished = _split_beginning(content) if known else split_thoughts(content)
    if said == content and finished:
        return message
    calls = message.get("tool_calls")
    separated: Message = {**message, "content": said or (None if calls else "")}
    # Set even where they are empty: from then on, other marks are words.
    more = thoughts if thoughts != before else ""
    separated["thoughts"] = "\n\n".join(filter(None, (before, more)))
    if not finished and not calls and not message.get("parse_error"):
        separated["parse_error"] = UNFINISHED
    return separated


def _may_hold_thoughts(text: str) -> bool:
    return any(hint in text for hint in _HINTS) or text.startswith("analysis")


def _split_beginning(text: str) -> Split:
    """Take whole thoughts off the beginning of a text."""
    thoughts: list[str] = []
    while (thought := thought_at(text, 0)) and thought.closed:
        thoughts.append(thought.text)
        text = text[thought.end :].strip()
    return Split(_unwrapped(text) if "<|" in text else text, "\n\n".join(filter(None, thoughts)))


def spoken(message: Message) -> Message:
    """A message as its environment gets it: without the form in which its provider sent it."""
    if not isinstance(message, Mapping) or "origin" not in message:
        return message
    return {name: value for name, value in message.items() if name != "origin"}  # type: ignore[return-value]


class Thought(NamedTuple):
    """A thought in a text: what it is, where it ends, and whether it is closed there."""

    text: str
    end: int
    closed: bool


def thought_at(text: str, position: int) -> Thought | None:
    """The thought that begins at a position, blanks apart; None where none begins there."""
    start = position + len(text[position:]) - len(text[position:].lstrip())
    opening = _MARKS.match(text, start)
    if opening is None or not opening["open"]:
        return None
    closing = next((mark for mark in _MARKS.finditer(text, opening.end()) if mark["close"]), None)
    if closing is None:
        return Thought(text[opening.end() :].strip(), len(text), False)
    return Thought(text[opening.end() : closing.start()].strip(), closing.end(), True)


def closing_marks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the marks that close a thought begin and end, between two positions."""
    return [m.span() for m in _MARKS.finditer(text, start, end) if m["close"] and not m["inner"]]
