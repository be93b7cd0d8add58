"""Any agent in the sweep of *formal*, and prompts optimised for it.

    from palestra.evals.formal import AgentAnswerer
    from palestra.envs.formal.sweep import Grid, sweep

    with AgentAnswerer("openai/gpt-5-mini?max_tokens=3") as model:
        for record in sweep(Grid(languages=["parity"]), model, "mini.jsonl"):
            print(record.cell, record.accuracy("punished"))

The paper asks with temperature 0 and at most 3 tokens, 1,024 where answers are worked out and 512
where prompts are optimised; the agent's URI says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from ...agents import Agent, InfrastructureError, ReplyCache, resolve
from ...agents.patience import Retry, patiently, retrying
from ...agents.seeds import of_turn
from ...envs.core import Usage, text_in, user
from ...envs.formal.prompts import Book
from ...envs.formal.prompts.apo import Sizes, optimise

__all__ = ["AgentAnswerer"]


class AgentAnswerer:
    """An agent that answers cells; a context manager.

    Args:
        agent: an agent or its URI.
        concurrency: queries at once.
        retry: how often to ask again when a server fails; then the query counts as failed.
        cache: where models' replies are kept, so that nothing is asked twice.

    Attributes:
        name: the agent's URI.
        usage: what all calls took together.

    Raises:
        UsageError: there is no such agent, or it cannot be asked.
    """

    def __init__(
        self,
        agent: str | Agent,
        *,
        concurrency: int = 64,
        retry: Retry | None = None,
        cache: ReplyCache | None = None,
    ) -> None:
        self._agent = resolve(agent, ()) if isinstance(agent, str) else agent
        self.name = self._agent.uri
        self._concurrency, self._retry = concurrency, retry or Retry()
        self.usage = Usage()
        if cache is not None:
            self._agent.cached_in(cache)
        self._runner = asyncio.Runner()
        self._runner.run(self._agent.check())

    def __enter__(self) -> AgentAnswerer:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._agent.close())
        self._runner.close()

    def answer(self, book: Book, queries: Sequence[str]) -> list[str | None]:
        """The agent's reply to each query; None where it could not be asked."""
        asked = [list(book.opening([query], n)) for n, query in enumerate(queries)]
        return self._runner.run(self._all(asked))

    def ask(self, text: str) -> str:
        """The agent's reply to one text; empty where it could not be asked."""
        (reply,) = self._runner.run(self._all([[user(text)]]))
        return reply or ""

    def optimise(self, book: Book, sizes: Sizes | None = None, seed: int = 0) -> str:
        """A prompt for this agent (style `apo`); see `envs.formal.prompts.apo`."""

        def answered(book: Book, queries: Sequence[str]) -> list[str]:
            return [reply or "" for reply in self.answer(book, queries)]

        return optimise(book, self.ask, answered, sizes, seed)

    async def _all(self, asked: list[list[Any]]) -> list[str | None]:
        gate = asyncio.Semaphore(self._concurrency)

        async def one(number: int, messages: list[Any]) -> str | None:
            player = self._agent.seated(None, number)
            async with gate:
                with retrying(self._retry):
                    try:
                        reply = await patiently(
                            lambda: player.act(messages, [], seed=of_turn(number, 0))
                        )
                    except InfrastructureError as error:
                        self.usage.add(error.usage or Usage(calls=1))
                        return None
                self.usage.add(reply.usage)
                return text_in(reply.message)

        return list(await asyncio.gather(*(one(n, m) for n, m in enumerate(asked))))
