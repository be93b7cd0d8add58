"""From a URI to the agent behind an API, through a text protocol where it names one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from ...envs.core import UsageError
from ..base import Agent
from ..protocols import TextTools, protocol_of
from ..uri import take_options, yes_or_no
from .agent import ChatAgent

__all__ = ["speaking"]

PASSED_ON = {"temperature": float, "top_p": float, "max_tokens": int, "reasoning_effort": str}
"""Options of a URI that go into each request as they are."""
TAKEN = {
    "base_url": str, "timeout": float, "seed": yes_or_no, "stream": yes_or_no, "protocol": str,
    "thoughts": yes_or_no, "images": yes_or_no,
}  # fmt: skip
"""Options of a URI beside those."""


def speaking(kind: type[ChatAgent], name: str, options: Mapping[str, str]) -> Agent:
    """The agent of this kind that a URI describes; through a text protocol if it names one.

    Raises:
        UsageError: no model is named, or an option is wrong.
    """
    if not name:
        raise UsageError(f"{kind.scheme} needs a model, such as {kind.scheme}/gpt-5")
    kinds = {key: kind_of for key, kind_of in TAKEN.items() if key not in kind.lacks}
    about = f"{kind.scheme}/{name}" + (f"?{urlencode(kind.named)}" if kind.named else "")
    taken = take_options(about, options, kinds | PASSED_ON)
    parameters = {key: taken.pop(key) for key in list(taken) if key in PASSED_ON}
    if "protocol" not in taken:
        return kind(name, parameters=parameters, **taken)
    protocol = protocol_of(taken.pop("protocol"))
    stops = {"stop": list(protocol.stop)} if protocol.stop else {}
    plain = kind(name, parameters=parameters, unnamed=stops, **taken)
    uri = f"{plain.uri}{'&' if '?' in plain.uri else '?'}protocol={protocol.name}"
    return TextTools(plain, protocol, uri)
