"""Gymnasium spaces of messages: what an agent may do, and what it may see.

They are real spaces (sample, contains, seed, equality, pickling), so `check_env`, vector
environments, random agents and fuzzers work on every environment with no further code.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from gymnasium.spaces import Space

from .actions import read_action
from .contents import content_problem
from .errors import FormatError
from .messages import Message, Observation, Part, say, tool_result, user
from .sampling import sample_call, sample_text
from .tools import Tool


class UnicodeText(Space[str]):
    """Any text of `min_length` to `max_length` characters with no lone surrogates.

    Gymnasium's own `Text` spells out its character set, which for Unicode costs over a second.
    """

    def __init__(self, max_length: int, *, min_length: int = 0, seed: int | None = None) -> None:
        self.min_length, self.max_length = min_length, max_length
        super().__init__(shape=None, dtype=str, seed=seed)

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """A short text (up to 40 characters where the bounds allow it)."""
        high = max(self.min_length, min(self.max_length, 40))
        return sample_text(_rng(self), self.min_length, high)

    def contains(self, x: object) -> bool:
        """Whether `x` is such a text."""
        if not isinstance(x, str) or not self.min_length <= len(x) <= self.max_length:
            return False
        return _encodable(x)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnicodeText) and (self.min_length, self.max_length) == (
            other.min_length,
            other.max_length,
        )

    def __repr__(self) -> str:
        return f"UnicodeText({self.min_length}, {self.max_length})"


class ActionSpace(Space[Message]):
    """Well-formed actions: assistant messages whose tool calls fit the tools' schemas.

    Args:
        tools: the tools that may be called.
        text: whether a message with no tool call is an action.
        characters: the most characters in one action.
    """

    def __init__(
        self, tools: Mapping[str, Tool], *, text: bool, characters: int, seed: int | None = None
    ) -> None:
        self.tools, self.text, self.characters = dict(tools), text, characters
        super().__init__(shape=None, dtype=object, seed=seed)  # type: ignore[arg-type]

    def offer(self, tools: Mapping[str, Tool]) -> None:
        """Other tools from now on: those that a task brings along."""
        if self.tools != tools:
            self.tools = dict(tools)
            self.__dict__.pop("_listed", None)

    @cached_property
    def _listed(self) -> list[dict[str, Any]]:
        return [tool.openai() for tool in self.tools.values()]

    def sample(self, mask: Any = None, probability: Any = None) -> Message:
        """One action: a call of one tool with valid arguments, or (where allowed) a short text."""
        rng = _rng(self)
        if not self.tools or (self.text and rng.random() < 0.5):
            return say(sample_text(rng, 1, 40))
        return sample_call(self._listed, rng)

    def contains(self, x: object) -> bool:
        """Whether `x` is well formed (`step` answers it in any case)."""
        try:
            _, calls = read_action(x, self.tools, self.characters)
        except FormatError:
            return False
        if not calls:
            return self.text
        return not any(isinstance(call, FormatError) for call in calls)

    def twin(self) -> ActionSpace:
        """The same space with its own, unseeded source of chance."""
        twin = copy.copy(self)
        twin._np_random = None  # type: ignore[assignment]
        return twin

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ActionSpace)
            and self._listed == other._listed
            and (self.text, self.characters) == (other.text, other.characters)
        )

    def __repr__(self) -> str:
        return f"ActionSpace({', '.join(self.tools)}{', text' if self.text else ''})"


class ObservationSpace(Space[Observation]):
    """Tuples of messages from the environment: system, user and tool messages.

    Args:
        images: whether user and tool messages may show images beside text.
    """

    def __init__(self, seed: int | None = None, *, images: bool = False) -> None:
        self.images = images
        super().__init__(shape=None, dtype=object, seed=seed)  # type: ignore[arg-type]

    def sample(self, mask: Any = None, probability: Any = None) -> Observation:
        """One or two messages."""
        rng = _rng(self)
        text = sample_text(rng, 0, 40)
        shown = self.images and rng.random() < 0.5
        messages = [user([text, _PIXEL] if shown else text)]
        if rng.random() < 0.5:
            messages.append(tool_result("call_0", "tool", sample_text(rng, 0, 40)))
        return tuple(messages)

    def contains(self, x: object) -> bool:
        """Whether `x` is such a tuple."""
        return isinstance(x, tuple) and all(_is_observed(each, self.images) for each in x)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ObservationSpace) and self.images == other.images

    def __repr__(self) -> str:
        return f"ObservationSpace({'images=True' if self.images else ''})"


_KEYS = {"role", "content", "name", "tool_call_id"}
_PIXEL: Part = {
    "type": "image_url",
    "image_url": {
        "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNg"
        "AAAAAgAB5Sfe/AAAAABJRU5ErkJggg=="
    },
}
"""A black pixel."""


def _is_observed(message: object, images: bool) -> bool:
    return (
        isinstance(message, dict)
        and message.get("role") in ("system", "user", "tool")
        and _is_content(message.get("content"), images and message["role"] != "system")
        and message.keys() <= _KEYS
        and (message["role"] != "tool" or isinstance(message.get("tool_call_id"), str))
    )


def _is_content(content: object, images: bool) -> bool:
    if isinstance(content, str):
        return _encodable(content)
    if content_problem(content, images=images) or not isinstance(content, list):
        return False
    return all(_encodable(part["text"]) for part in content if part["type"] == "text")


def _encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _rng(space: Space[Any]) -> random.Random:
    return random.Random(int(space.np_random.integers(2**63)))
