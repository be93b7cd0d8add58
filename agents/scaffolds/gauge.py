"""How many tokens a conversation has: counted where a tokenizer is at hand, else estimated.

An estimate is made from characters. How many of them make a token is learned from what the agent's
own replies report, so after the first reply it fits the model, the language and the tools.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...envs.core import Message, Usage, text_in
from ..base import Agent
from .base import bare

__all__ = ["Gauge", "characters"]

_AT_FIRST = 3.5
"""Characters in a token before anything is known: fewer than in English prose, to be careful."""
_LEAST, _MOST = 0.5, 10.0
_PICTURE = 4_000
"""Characters that an image counts for."""
_FRAME = 12
"""Characters that a message counts for beside its texts."""

Tools = Sequence[Mapping[str, Any]]


class Gauge:
    """Measures conversations for one agent.

    Args:
        agent: whose context is measured; a local model brings its tokenizer.
    """

    def __init__(self, agent: Agent) -> None:
        self._template: Any = getattr(bare(agent), "template", None)
        self._per_token = _AT_FIRST
        self._spoken = 0  # tokens of the last reply, which a local model reads again
        found = re.search(r"[?&]max_tokens=(\d+)", bare(agent).uri)
        self.max_tokens: int = int(found[1]) if found else getattr(bare(agent), "max_tokens", 0)

    def tokens(self, messages: Sequence[Message], tools: Tools) -> int:
        """The tokens of a request."""
        if self._template is not None:
            try:
                return len(self._template.begin(messages, tools)) + self._spoken
            except Exception:  # a template that refuses says so when the agent is asked
                self._template = None
        return round(characters(messages, tools) / self._per_token)

    def learn(self, messages: Sequence[Message], tools: Tools, usage: Usage) -> None:
        """Note what a request really took; usage of several calls together says nothing."""
        if usage.calls > 1 or usage.input_tokens <= 0:
            return
        if self._template is not None:  # it may hold thoughts that a new beginning leaves out
            known = len(self._template.begin(messages, tools))
            self._spoken = max(0, usage.input_tokens + usage.output_tokens - known)
        measured = characters(messages, tools) / usage.input_tokens
        self._per_token = min(_MOST, max(_LEAST, measured))


def characters(messages: Sequence[Message], tools: Tools = ()) -> int:
    """The characters of a request, as far as a model reads them."""
    return sum(map(_length, messages)) + sum(len(_json(tool)) for tool in tools)


def _length(message: Message) -> int:
    origin = message.get("origin")
    if origin is not None:  # it goes back to the provider as it came
        return _FRAME + len(_json(origin["turn"]))
    content = message.get("content")
    pictures = sum(part["type"] != "text" for part in content) if isinstance(content, list) else 0
    calls = message.get("tool_calls")
    called = len(_json(calls)) if calls else 0
    return _FRAME + len(text_in(message)) + pictures * _PICTURE + called


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
