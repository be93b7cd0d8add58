"""A run: all planned work, many episodes at once, every finished one stored.

The same call twice is safe: what is stored under its key is not played again. Ctrl-C keeps what is
finished; so does `kill -9` (see `leaderboard/spool.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import platform
import shlex
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from itertools import islice
from typing import Any, TypeVar

import msgspec

from ..agents import Agent, ReplyCache
from ..agents.batches import Batches, batching
from ..agents.limits import Limits, Rates, limiting
from ..agents.patience import Retry
from ..agents.secrets import hide
from ..envs.core import Episode
from ..leaderboard import Row, Store, StoreError, Writer, ranking
from .batches import EPISODES, check_batches
from .budget import Budget
from .games import Games
from .plan import Planned, Work, plan
from .rollout import play

T = TypeVar("T")


@dataclass(slots=True)
class Tally:
    """The state of a run, for whoever draws its progress."""

    planned: int = 0
    before: int = 0
    """Episodes that were stored already."""
    finished: int = 0
    """Episodes that finished in this session and are safe on disk."""
    scored: int = 0
    invalid: int = 0
    errors: int = 0
    headline: float = 0.0
    """Sum of the headlines of the scored episodes of this session."""
    retries: int = 0
    tokens: int = 0
    cost: float = 0.0
    began: float = field(default_factory=time.monotonic)
    waiting: str = ""
    """Why episodes are not in the database yet, if something holds them up."""
    limits: Limits | None = None
    """The limits of providers that calls may wait for."""
    batches: Batches | None = None
    """The batches that calls go into, if they do."""
    doing: str = ""
    """What is done before the first episode: a model is loaded, a server started."""
    status: str = "running"
    """`finished`, `interrupted`, `out of budget` or `failed` in the end."""

    def add(self, episode: Episode) -> None:
        """Count a finished episode."""
        self.finished += 1
        self.scored += episode.status == "scored"
        self.invalid += episode.status == "invalid"
        self.errors += episode.status == "error"
        self.headline += episode.headline or 0.0
        self.retries += episode.retries
        self.tokens += episode.usage.input_tokens + episode.usage.output_tokens
        self.cost += episode.usage.cost or 0.0

    def held_up(self) -> str:
        """What calls wait for now: a provider's limit, a batch; empty if for nothing."""
        batches = self.batches.waiting() if self.batches is not None else ""
        return batches or (self.limits.waiting() if self.limits is not None else "")

    def spent(self, budget: Budget) -> bool:
        """Whether the budget is used up."""
        return budget.spent(self.cost, self.tokens)


@dataclass(slots=True)
class Report:
    """How a run ended."""

    session: str
    tally: Tally
    rows: list[Row]
    """The leaderboard of what was run, best first."""
    remarks: list[str] = field(default_factory=list)
    """What else is worth knowing, a sentence each."""


def evaluate(
    environments: Sequence[str], agents: Sequence[str | Agent] = (), **kwargs: Any
) -> Report:
    """Play agents in environments and rank them: the arguments of `plan` and of `run`.

    Raises:
        UsageError: see `plan`.
        StoreError: the leaderboard file cannot be used.
    """
    own = {k: kwargs.pop(k) for k in list(kwargs) if k in _RUN_ARGUMENTS}
    return asyncio.run(run(plan(environments, agents, **kwargs), **own))


_RUN_ARGUMENTS = frozenset(
    (
        "db",
        "concurrency",
        "retry",
        "budget",
        "retry_errors",
        "watch",
        "command",
        "cache",
        "rpm",
        "tpm",
        "batch",
    )
)


async def run(
    planned: Sequence[Planned],
    *,
    db: str | os.PathLike[str] = "palestra.duckdb",
    concurrency: int = 64,
    retry: Retry | None = None,
    budget: Budget | None = None,
    retry_errors: bool = False,
    watch: Callable[[Tally], None] | None = None,
    command: str = "",
    cache: str | os.PathLike[str] | None = None,
    rpm: Rates = None,
    tpm: Rates = None,
    batch: bool = False,
) -> Report:
    """Play what is planned and not yet stored.

    Args:
        planned: from `plan`.
        db: the leaderboard file.
        concurrency: episodes at once.
        retry: how to ask again when the infrastructure fails.
        budget: where to stop.
        retry_errors: whether to play again what ended in `error`.
        watch: called with the tally once, before the start; it changes from then on.
        command: what to list the session as.
        cache: a folder where models' replies are kept; what is in it is not asked again.
        rpm: requests a minute that each provider allows, or a number for each provider
            (`{"openai": 500}`).
        tpm: tokens a minute, in the same way.
        batch: whether requests go through the providers' batch APIs, at half the price and within
            a day. Batches are noted in `<db>.batches`, and the same call goes on with them.

    Raises:
        UsageError: an agent cannot be asked, or not in batches; the budget is in money and an
            agent's price is not known; or the cache cannot be used.
        StoreError: the file cannot be used, or the disk is full; finished episodes are safe.
        asyncio.CancelledError: on Ctrl-C, after everything finished is stored.
    """
    if batch:
        check_batches(planned)
        concurrency = max(concurrency, EPISODES)
    limits = Limits(concurrency, rpm=rpm, tpm=tpm, retry=retry or Retry())
    store = Store(db)
    session = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{uuid.uuid4().hex[:8]}"
    tally = Tally(planned=sum(map(len, planned)), limits=limits)
    store.recover()
    cells = store.settle_cells([p.cell for p in planned])
    todo: list[tuple[Planned, Iterator[Work]]] = []
    playing: list[Agent] = []
    stored = store.done([cell.id for cell in cells])
    for each, cell in zip(planned, cells, strict=True):
        each.cell = cell
    for chunk in _chunks(_listed(planned), 100_000):
        store.plan_all(chunk)  # many cells at once: to open the file takes longer than to write
    for each in planned:
        done = stored[each.cell.id]
        kept = sum(_is_done(done.get(w.key), retry_errors) for w in each.work()) if done else 0
        tally.before += kept
        if kept < len(each):
            todo.append((each, _open_work(each, done, retry_errors)))
            if each.agent not in playing:
                playing.append(each.agent)
    if watch is not None:
        watch(tally)
    if not todo:
        tally.status = "finished"
        return Report(session, tally, _board(db, planned))
    replies = None if cache is None else ReplyCache(cache)
    for agent in playing:
        if budget is not None:
            budget.check(agent)
        if replies is not None:
            agent.cached_in(replies)
        tally.doing = f"Getting {agent.uri} ready ..."
        await agent.check()
    tally.doing, tally.began = "", time.monotonic()
    store.begin(session, hide(command or shlex.join(["palestra", *sys.argv[1:]])), versions())
    try:
        if batch:
            tally.batches = Batches(db)
        with limiting(limits), batching(tally.batches):
            await _Session(
                todo, store, session, tally, concurrency, retry or Retry(), budget or Budget()
            ).run()
        if tally.batches is not None:
            tally.batches.settle()
    finally:
        with contextlib.suppress(StoreError):
            store.end(session, tally.status)
        if tally.batches is not None:
            await tally.batches.close()
        for agent in playing:
            await agent.close()
        if replies is not None:
            replies.close()
    remarks = [
        remark
        for each in (limits, tally.batches, replies)
        for remark in (() if each is None else each.remarks())
    ]
    return Report(session, tally, _board(db, planned), remarks)


class _Session:
    """The workers of one run."""

    def __init__(
        self,
        todo: Sequence[tuple[Planned, Iterator[Work]]],
        store: Store,
        session: str,
        tally: Tally,
        concurrency: int,
        retry: Retry,
        budget: Budget,
    ) -> None:
        self._work = ((planned, work) for planned, open_work in todo for work in open_work)
        self._tally, self._session, self._retry, self._budget = tally, session, retry, budget
        self._store, self._concurrency = store, concurrency
        self._games: dict[bytes, Games] = {}

    async def run(self) -> None:
        tally = self._tally
        with Writer(self._store, self._session) as writer:
            workers = [
                asyncio.create_task(self._worker(writer))
                for _ in range(min(self._concurrency, max(1, tally.planned - tally.before)))
            ]
            # Thousands of live conversations and no cycles: the collector would only look at them.
            thresholds = gc.get_threshold()
            gc.set_threshold(100_000, *thresholds[1:])
            try:
                await asyncio.gather(*workers)
                tally.status = "out of budget" if tally.spent(self._budget) else "finished"
            except asyncio.CancelledError:
                tally.status = "interrupted"
                raise
            except BaseException:
                tally.status = "failed"
                raise
            finally:
                gc.set_threshold(*thresholds)
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
        tally.waiting = str(writer.waiting or "")

    async def _worker(self, writer: Writer) -> None:
        tally, budget = self._tally, self._budget
        for planned, work in self._work:
            if tally.spent(budget):
                return
            games = self._games_of(planned)
            game = games.take()
            episode = await play(game, planned.agent, work, planned, self._retry, self._session)
            games.give_back(game)
            writer.add(episode)
            tally.add(episode)
            tally.waiting = str(writer.waiting or "")
            await asyncio.sleep(0)  # an agent that answers at once would never let others go on

    def _games_of(self, planned: Planned) -> Games:
        kind = msgspec.json.encode([planned.cell.environment, planned.options])
        games = self._games.get(kind)
        if games is None:
            games = self._games[kind] = Games(planned.cell.environment, planned.options)
        return games


def _open_work(
    planned: Planned, done: Mapping[str, tuple[str, int]], retry_errors: bool
) -> Iterator[Work]:
    for work in planned.work():
        stored = done.get(work.key)
        if stored is None:
            yield work
        elif not _is_done(stored, retry_errors):
            yield work._replace(attempt=stored[1] + 1)


def _is_done(stored: tuple[str, int] | None, retry_errors: bool) -> bool:
    return stored is not None and not (retry_errors and stored[0] == "error")


def _listed(planned: Sequence[Planned]) -> Iterator[tuple[str, int, str, int]]:
    """All work as the store notes it."""
    for each in planned:
        for work in each.work():
            yield work.key, each.cell.id, work.task, work.trial


def _chunks(work: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(work, size)):
        yield chunk


def _board(db: str | os.PathLike[str], planned: Sequence[Planned]) -> list[Row]:
    asked = {(p.cell.run, p.cell.environment, p.cell.split, p.cell.agent) for p in planned}
    return [r for r in ranking(db) if (r.run, r.environment, r.split, r.agent) in asked]


def versions() -> dict[str, str]:
    """What a result was made with: Palestra, Python, the platform and the main packages."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in (
        "palestra", "gymnasium", "pettingzoo", "duckdb", "numpy", "openai", "litellm", "torch",
        "transformers", "trl", "peft", "vllm",
    ):  # fmt: skip
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
