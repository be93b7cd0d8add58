"""What a chat template takes: found out once, by rendering, and never read out of its text.

Some templates refuse a system message or drop it in silence (Gemma 2, early Mistral), some demand
that user and assistant speak by turns, and some have a place for a model's thoughts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

__all__ = ["Form", "find_form", "fit"]

_MARK = "Q7mark"
Render = Callable[[Sequence[Any]], str]


class Form(NamedTuple):
    """What a chat template takes."""

    system: bool = True
    """A system message at the beginning."""
    neighbours: bool = True
    """Two user messages in a row."""
    thoughts: bool = False
    """`reasoning_content` of the last assistant message, which it writes out."""


def find_form(render: Render) -> Form:
    """Find out what a template takes.

    A template that cannot render a plain question is taken as it is: it refuses for a reason that
    is told when a conversation begins.

    Args:
        render: a list of chat messages as text.
    """
    question = _said("user", "-")
    if not _renders(render, [question], "-"):
        return Form()
    reply = {**_said("assistant", "-"), "reasoning_content": _MARK}
    return Form(
        system=_renders(render, [_said("system", _MARK), question], _MARK),
        neighbours=_renders(render, [question, _said("user", _MARK)], _MARK),
        thoughts=_renders(render, [question, reply], _MARK),
    )


def fit(messages: Sequence[Any], form: Form) -> list[Any]:
    """The same conversation as the template takes it.

    Instructions of a system message open the first user message; a system message after that
    becomes a user message. Neighbouring user messages are joined.
    """
    if form.system and form.neighbours:
        return list(messages)
    fitted: list[Any] = []
    waiting: list[Any] = []  # instructions, until somebody speaks
    for message in messages:
        role, text = message["role"], message["content"]
        if role == "system" and not form.system:
            if not fitted:
                waiting.append(text)
                continue
            role = "user"
        if waiting and role != "user":
            fitted.append(_said("user", "\n\n".join(waiting)))
            waiting = []
        if role == "user":
            if not form.neighbours and fitted and fitted[-1]["role"] == "user":
                waiting = [fitted.pop()["content"]]
            for before in reversed(waiting):
                text = _joined(before, text)
            waiting = []
            message = {**message, "role": "user", "content": text}
        fitted.append(message)
    return fitted + ([_said("user", "\n\n".join(waiting))] if waiting else [])


def _joined(first: Any, second: Any) -> Any:
    """Two contents as one: texts with an empty line between them, or parts in order."""
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return [*_parts(first), *_parts(second)]


def _parts(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())


def _said(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


def _renders(render: Render, messages: Sequence[Any], expected: str) -> bool:
    """Whether the template takes these messages, and writes what is expected."""
    try:
        return expected in render(messages)
    except Exception:  # Jinja's and whatever a template does to itself
        return False
