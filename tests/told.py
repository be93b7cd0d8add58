"""Agents that say what a test tells them to, for the tests of what is built around agents."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from palestra.agents import Agent, Reply
from palestra.envs.core import Message, Usage, say, text_in, user

RIGHT, WRONG = "right", "wrong"


class Told(Agent):
    """Answers with what a function of the messages and the seed says."""

    def __init__(self, answer: Callable[..., Any], uri: str = "told") -> None:
        self._answer, self.uri = answer, uri
        self.heard: list[tuple[list[Message], int]] = []

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        self.heard.append((list(messages), seed))
        await asyncio.sleep(0)
        said = self._answer(messages, seed)
        if isinstance(said, Exception):
            raise said
        message = say(said) if isinstance(said, str) else said
        return Reply(message, Usage(calls=1, input_tokens=10, output_tokens=5, cost=0.25))


def in_turn(*answers: Any) -> Told:
    """Answers with these, one after the other."""
    left = iter(answers)
    return Told(lambda messages, seed: next(left))


def coin(p: float) -> Told:
    """Right with probability p, by its seed."""
    return Told(lambda messages, seed: RIGHT if random.Random(seed).random() < p else WRONG)


def pair_of(messages: Sequence[Message]) -> tuple[str, str]:
    """The two replies that a judge is shown."""
    text = text_in(messages[-1])
    first, second = text.split("# Reply 0")[1].split("# Reply 1")
    return first.strip(), second.removesuffix("Which is better?").strip()


def judge(q: float) -> Told:
    """Says which reply is right with probability q where the two differ, else which is first."""

    def verdict(messages: Sequence[Message], seed: int) -> str:
        first, second = pair_of(messages)
        if first == second:
            return '{"better": 0}'
        better = int(second == RIGHT)
        true = random.Random(f"judge/{seed}").random() < q
        return json.dumps({"better": better if true else 1 - better, "why": "so"})

    return Told(verdict, "judge")


def ask(agent: Agent, seed: int = 0, messages: Sequence[Message] = (), tools: Any = ()) -> Reply:
    return asyncio.run(agent.act(list(messages) or [user("2 + 2?")], tools, seed=seed))
