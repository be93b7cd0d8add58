"""The whole check of a file: digests of everything, and episodes scored again.

    report = verify("palestra.duckdb", sample=500)
    report.passed, report.compared, report.rescored, report.unverified

What cannot be scored again (an environment that is not installed, one that answers differently each
time, an episode that failed) is counted with its reason, and is no finding.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from ...envs.core import Episode, UsageError
from ...leaderboard import broken, episodes, misfits
from ...leaderboard.queries import reading
from ..games import Games
from .rescore import Unverifiable, rescore

_CHUNK = 1000
IMPORTED = "inspect/"
"""Environments of imported logs: there is nothing to replay."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One episode, or row, that is not what it says."""

    check: str
    """`digest`: edited since it was stored. `rescored`: its actions lead elsewhere. `settings`: a
    row's plan was not made with its configuration. `table`: a published row says something else."""
    key: str
    """The episode's key; empty for a row."""
    environment: str
    agent: str
    task: str
    trial: int
    what: tuple[str, ...]
    """What differs."""
    detail: str = ""


@dataclass(slots=True)
class Verified:
    """What was checked, and what was found."""

    compared: int = 0
    """Episodes whose digest was compared, every attempt."""
    rescored: int = 0
    """Episodes that were scored again."""
    unverified: Counter[str] = field(default_factory=Counter)
    """How many were not, by the reason."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(
    db: str | os.PathLike[str],
    *,
    environment: str | None = None,
    agent: str | None = None,
    sample: int | None = None,
    seed: int = 0,
    watch: Callable[[Verified], None] | None = None,
) -> Verified:
    """Check a leaderboard file.

    Args:
        db: the file; only read.
        environment, agent: only these.
        sample: score so many episodes again, drawn at random; None means all, 0 none. Digests are
            compared in any case.
        seed: of the draw.
        watch: called after each episode that was scored again.

    Raises:
        StoreError: the file cannot be read.
    """
    report = Verified()
    report.compared, edited = broken(db, environment=environment, agent=agent)
    for each in edited:
        place = (each.key, each.environment, each.agent, each.task, each.trial)
        report.findings.append(Finding("digest", *place, each.what))
    for (run, env, split, who), wrong, total in misfits(db):
        if environment in (None, env) and agent in (None, who):
            detail = f"{wrong:,} of {total:,} keys of run {run!r}, split {split}, do not fit it"
            report.findings.append(
                Finding("settings", "", env, who, "", 0, ("configuration",), detail)
            )
    if sample == 0:
        return report
    made: dict[bytes, Games | str] = {}
    keys = _keys(db, environment, agent, sample, seed)
    for start in range(0, len(keys), _CHUNK):  # so that the file is free while episodes are played
        some = list(
            episodes(db, where="list_contains(?, key)", values=[keys[start : start + _CHUNK]])
        )
        for episode in some:
            _check(episode, made, report)
            if watch is not None:
                watch(report)
    return report


def _keys(
    db: str | os.PathLike[str],
    environment: str | None,
    agent: str | None,
    sample: int | None,
    seed: int,
) -> list[str]:
    """The keys of the episodes to score again, cell by cell."""
    with reading(db) as connection:
        rows = connection.execute(
            """
            select key from (
                select distinct key, environment, agent from episodes
                where (?1 is null or environment = ?1) and (?2 is null or agent = ?2)
                order by md5(?3 || key) limit ?4
            ) order by environment, agent, key
            """,
            [environment, agent, str(seed), 2**62 if sample is None else sample],
        ).fetchall()
    return [key for (key,) in rows]


def _check(episode: Episode, made: dict[bytes, Games | str], report: Verified) -> None:
    try:
        games = _games_of(episode, made)
        game = games.take()
        differences = rescore(game, episode)
        if differences and rescore(games.take(), episode) != differences:
            raise Unverifiable("the environment answers differently each time")
    except Unverifiable as reason:
        report.unverified[str(reason)] += 1
        return
    except Exception as error:  # an environment answers every action: this record breaks it
        report.rescored += 1
        report.findings.append(_finding(episode, ("replay",), f"{type(error).__name__}: {error}"))
        return
    games.give_back(game)
    report.rescored += 1
    if differences:
        what = tuple(dict.fromkeys(difference.what for difference in differences))
        detail = "; ".join(difference.detail for difference in differences)
        report.findings.append(_finding(episode, what, detail))


def _finding(episode: Episode, what: tuple[str, ...], detail: str) -> Finding:
    return Finding(
        "rescored",
        episode.key,
        episode.environment,
        episode.agent,
        episode.task,
        episode.trial,
        what,
        detail,
    )


def _games_of(episode: Episode, made: dict[bytes, Games | str]) -> Games:
    """Games of the episode's environment and options.

    Raises:
        Unverifiable: it cannot be made here.
    """
    kind = msgspec.json.encode([episode.environment, episode.options], order="deterministic")
    if kind not in made:
        made[kind] = _make(episode)
    games = made[kind]
    if isinstance(games, str):
        raise Unverifiable(games)
    return games


def _make(episode: Episode) -> Games | str:
    if episode.environment.startswith(IMPORTED):
        return "it was imported from a log, which holds no environment"
    try:
        return Games(episode.environment, episode.options)
    except UsageError as error:
        return f"{episode.environment} cannot be made here: {error}"
    except Exception as error:
        return f"{episode.environment} cannot be made here: {type(error).__name__}: {error}"
