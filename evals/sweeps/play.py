"""Playing sweeps: cell after cell, with the tally, the budget and the files of a run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...agents import Agent, ReplyCache
from ...agents.limits import Limits, Rates, limiting
from ...agents.patience import Retry
from ..budget import Budget
from ..runner import Tally
from .base import Family, Part, usage_of
from .values import table_of

__all__ = ["Job", "play_parts"]


class Job(NamedTuple):
    """A part of a sweep, asked of one agent."""

    family: Family
    part: Part
    agent: str | Agent
    path: Path


def play_parts(
    jobs: Sequence[Job],
    *,
    concurrency: int = 64,
    retry: Retry | None = None,
    budget: Budget | None = None,
    retry_errors: bool = False,
    watch: Callable[[Tally], None] | None = None,
    cache: str | os.PathLike[str] | None = None,
    rpm: Rates = None,
    tpm: Rates = None,
) -> Tally:
    """Ask what is planned and not yet kept; the arguments are those of `evals.run`.

    A budget is looked at after each cell.

    Raises:
        UsageError: an agent cannot be asked, its price is not known though the budget is in money,
            or a file holds something else.
        KeyboardInterrupt: on Ctrl-C; finished cells are kept.
    """
    limits = Limits(concurrency, rpm=rpm, tpm=tpm, retry=retry or Retry())
    tally = Tally(planned=sum(len(job.part) for job in jobs), limits=limits)
    budget = budget or Budget()
    todo = []
    for job in jobs:
        before = _before(job, retry_errors)
        tally.before += before
        if before < len(job.part):
            todo.append(job)
    if watch is not None:
        watch(tally)
    opened = nullcontext() if cache is None else closing(ReplyCache(cache))
    with limiting(limits), opened as replies:
        for _, group in groupby(todo, key=lambda job: (id(job.family), _name(job.agent))):
            own = list(group)
            if isinstance(own[0].agent, Agent):
                budget.check(own[0].agent)
            tally.doing = f"Getting {_name(own[0].agent)} ready ..."
            with own[0].family.answering(
                own[0].agent, concurrency, retry or Retry(), replies
            ) as answering:
                tally.doing = ""
                for job in own:
                    headline = table_of(job.family, "headline")
                    for kept in job.family.run(job.part, answering, job.path, retry_errors):
                        _add(tally, headline[np.frombuffer(kept.outcomes.encode(), np.uint8)])
                        used = usage_of(answering)
                        tokens = tally.tokens + used.input_tokens + used.output_tokens
                        cost = tally.cost + (used.cost or 0.0)
                        if budget.spent(cost, tokens):
                            tally.tokens, tally.cost = tokens, cost
                            tally.status = "out of budget"
                            return tally
                used = usage_of(answering)
                tally.tokens += used.input_tokens + used.output_tokens
                tally.cost += used.cost or 0.0
    tally.status = "finished"
    return tally


def _before(job: Job, retry_errors: bool) -> int:
    """Predictions of the part that need not be asked."""
    wanted = {point.key for point in job.part.points}
    failed = {code for code, ended in job.family.codes.items() if ended.outcome is None}
    done = {
        kept.key
        for kept in job.family.read(job.path)
        if kept.key in wanted and not (retry_errors and failed & set(kept.outcomes))
    }
    return sum(point.key in done for point in job.part.points) * job.part.asked


def _add(tally: Tally, values: np.ndarray) -> None:
    known = int(np.isfinite(values).sum())
    tally.finished += len(values)
    tally.scored += known
    tally.errors += len(values) - known
    tally.headline += float(np.nansum(values))
    tally.began = tally.began or time.monotonic()


def _name(agent: str | Agent) -> str:
    return agent if isinstance(agent, str) else agent.uri
