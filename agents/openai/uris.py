"""From a URI to the agent behind one of OpenAI's two APIs."""

from __future__ import annotations

from ...envs.core import check_among
from ..base import Agent
from ..chat import ChatAgent, speaking
from .agent import OpenAIAgent
from .responses import ResponsesAgent

APIS: dict[str, type[ChatAgent]] = {"chat": OpenAIAgent, "responses": ResponsesAgent}


def from_uri(name: str, options: dict[str, str]) -> Agent:
    """`openai/<model>?temperature=0&stream=true&api=responses&base_url=...`."""
    others = dict(options)
    api = others.pop("api", "chat")
    check_among("api", api, APIS)
    return speaking(APIS[api], name, others)
