"""What choosing among finished trials would score: pass@k, pass^k, majority, fewest, best of k.

    for row in selection("palestra.duckdb", agent="openai/my-model"):
        print(row.agent, row.rule, row.mean, row.efficiency)

Pure queries over a leaderboard file: no episode is played. A planned trial that is not scored is
worth 0 and has no vote, as everywhere, and leaves pass@k and pass^k undefined (`passes`). `best`
and pass@k know the score of every trial: they bound what a selector can reach, and are no agent's
result.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import duckdb

from ..envs.core import UsageError
from .answers import NO_ANSWER, calls_of, final_answer, most_common
from .intervals import over_tasks
from .passes import Passes, pass_at, pass_hat
from .queries import reading

CHOICES = ("majority", "fewest")
"""The rules that choose a trial without its score."""


@dataclass(kw_only=True, slots=True)
class Selection:
    """One rule applied to the trials of one environment, split, run and agent."""

    environment: str
    split: str
    run: str
    agent: str
    metric: str
    rule: str
    """`pass@1`, `pass@k`, `pass^k` (k as a number), `majority`, `fewest` or `best`."""
    bound: bool
    """Whether this is the most that any choice could reach: no agent's result."""
    mean: float | None
    """Mean over tasks; None where it is not defined."""
    low: float | None
    high: float | None
    """95% interval over tasks."""
    efficiency: float | None
    """(mean - pass@1) / (best - pass@1), for the rules that choose; None where best = pass@1."""
    tasks: int
    trials: int
    """Planned trials of each task; the fewest where they differ."""
    scored: int
    """Of all planned trials."""
    tokens: float
    """Input and output tokens per task: of one trial for `pass@1`, of all trials otherwise."""
    cost: float | None
    """US dollars per task, likewise."""
    why: str = ""
    """Why `mean` is not defined."""


@dataclass(slots=True)
class Trial:
    """One planned trial, as far as choosing needs it."""

    value: float
    scored: bool
    answer: str | None
    effort: tuple[int, int]
    """Tool calls, then tokens."""
    cost: float | None


def selection(
    path: str | os.PathLike[str],
    *,
    k: int | None = None,
    key: str | None = None,
    environment: str | None = None,
    split: str | None = None,
    agent: str | None = None,
    run: str | None = None,
) -> list[Selection]:
    """Every rule for every agent that played some task more than once.

    Args:
        path: the leaderboard file.
        k: of pass@k and pass^k. Default: all trials; the most where they differ.
        key: compare this argument of the final tool call instead of the whole call.
        environment, split, agent, run: only these.

    Raises:
        UsageError: k is less than 1, or more than any task has trials.
    """
    if k is not None and k < 1:
        raise UsageError(f"k is {k}; expected at least 1")
    most = 0
    rows: list[Selection] = []
    with reading(path) as db:
        cells = db.execute(
            "select id, environment, split, run, agent, headline, rate from cells "
            "where (?1 is null or environment = ?1) and (?2 is null or split = ?2) "
            "and (?3 is null or agent = ?3) and (?4 is null or run = ?4) "
            "order by environment, split, run, agent",
            [environment, split, agent, run],
        ).fetchall()
        for cell, *names, rate in cells:
            tasks = _tasks(db, cell, key)
            trials = max(map(len, tasks), default=0)
            most = max(most, trials)
            if trials > 1:
                rows += _rules(tasks, k, rate, tuple(names))
    if rows and k is not None and k > most:
        raise UsageError(
            f"k is {k}, and no task was planned more than {most} times; run with --trials {k}, or "
            "ask for a smaller k"
        )
    return rows


def trials(
    path: str | os.PathLike[str], cell: int, *, key: str | None = None
) -> dict[str, list[Trial]]:
    """The planned trials of each task of one cell, in order.

    Args:
        path: the leaderboard file.
        cell: its id.
        key: compare this argument of the final tool call instead of the whole call.
    """
    with reading(path) as db:
        cursor = db.execute(_TRIALS, [cell])
        return {
            task: [_trial(row, key) for row in rows]
            for task, rows in groupby(_rows(cursor), lambda row: row[0])
        }


def chosen(trials: Sequence[Trial], rule: str) -> Trial:
    """The trial that a rule of `CHOICES` picks, without its score."""
    group = most_common([trial.answer for trial in trials])
    if rule == "majority":
        return trials[group[0] if group else 0]
    candidates = group or list(range(len(trials)))
    return trials[min(candidates, key=lambda index: trials[index].effort)]


_TRIALS = """
    select p.task, r.status, r.headline, r.outcome,
           coalesce(r.input_tokens + r.output_tokens, 0), r.cost, t.messages
    from planned p left join results r using (key)
         left join transcripts t on t.key = r.key and t.attempt = r.attempt
    where p.cell = ? order by p.task, p.trial
"""


def _tasks(db: duckdb.DuckDBPyConnection, cell: int, key: str | None) -> list[list[Trial]]:
    """The trials of each task, in order."""
    cursor = db.execute(_TRIALS, [cell])
    return [
        [_trial(row, key) for row in rows] for _, rows in groupby(_rows(cursor), lambda row: row[0])
    ]


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(500):  # transcripts are long
        yield from rows


def _trial(row: tuple[Any, ...], key: str | None) -> Trial:
    _, status, headline, outcome, tokens, cost, transcript = row
    messages = json.loads(transcript or "[]")
    scored = status == "scored"
    counted = scored and outcome not in NO_ANSWER
    return Trial(
        value=float(headline) if scored and headline is not None else 0.0,
        scored=scored,
        answer=final_answer(messages, key) if counted else None,
        effort=(calls_of(messages), tokens),
        cost=cost,
    )


def _rules(
    tasks: list[list[Trial]], k: int | None, rate: bool, names: tuple[Any, ...]
) -> list[Selection]:
    environment, split, run, agent, metric = names
    trials = min(map(len, tasks))
    k = k or max(map(len, tasks))
    everything = [trial for task in tasks for trial in task]
    one = [sum(t.value for t in task) / len(task) for task in tasks]
    top = [max(t.value for t in task) for task in tasks]
    base, best = _mean(one), _mean(top)
    tokens = sum(t.effort[1] for t in everything)
    costs = [t.cost for t in everything if t.cost is not None]

    def row(
        rule: str, values: list[float] | Passes, *, bound: bool = False, share: float = 1.0
    ) -> Selection:
        if isinstance(values, Passes):
            mean, low, high, why = values.mean, values.low, values.high, values.why
        else:
            mean, (low, high), why = _mean(values), over_tasks(values, rate=rate), ""
        chooses = rule in CHOICES and best > base
        return Selection(
            environment=environment,
            split=split,
            run=run,
            agent=agent,
            metric=metric,
            rule=rule,
            bound=bound,
            mean=None if why else mean,
            low=None if abs(low) == float("inf") else low,
            high=None if abs(high) == float("inf") else high,
            efficiency=(mean - base) / (best - base) if chooses else None,
            tasks=len(tasks),
            trials=trials,
            scored=sum(t.scored for t in everything),
            tokens=tokens * share / len(tasks),
            cost=sum(costs) * share / len(tasks) if costs else None,
            why=why,
        )

    rows = [row("pass@1", one, share=len(tasks) / len(everything))]
    rows += [row(rule, [chosen(task, rule).value for task in tasks]) for rule in CHOICES]
    if k > 1:
        results = {
            str(number): [t.value if t.scored else None for t in task]
            for number, task in enumerate(tasks)
        }
        rows.append(row(f"pass@{k}", pass_at(results, k), bound=True))
        rows.append(row(f"pass^{k}", pass_hat(results, k)))
    return [*rows, row("best", top, bound=True)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
