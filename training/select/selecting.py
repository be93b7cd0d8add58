"""`select`: from a leaderboard file to conversations, with an account of what was left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...envs.core import Episode, UsageError, check_among, find
from ...leaderboard import episodes
from .conversations import Conversation, Thoughts, conversation_of
from .filters import FILTERS, Candidate, Filter
from .heldout import TRAIN, HeldOut
from .report import Report
from .retold import retold
from .sampling import balanced, distinct
from .worlds import Worlds, registered

_NO_FIT = "several seats: no one conversation"


@dataclass(frozen=True, slots=True)
class Selection:
    """What `select` found."""

    conversations: list[Conversation]
    """In the order of environment, agent, task and trial."""
    report: Report

    def __iter__(self) -> Iterator[Conversation]:
        return iter(self.conversations)

    def __len__(self) -> int:
        return len(self.conversations)


def select(
    db: str | os.PathLike[str],
    *,
    environment: str | None = None,
    agents: Sequence[str] | None = None,
    split: str = TRAIN,
    filters: Sequence[Filter] = FILTERS,
    told: Mapping[str, Any] | None = None,
    thoughts: Thoughts = "drop",
    dedupe: bool = True,
    balance: str | None = None,
    limit: int | None = None,
    seed: int = 0,
) -> Selection:
    """Stored episodes as conversations to learn from; the same file and arguments, the same ones.

    Held-out tasks are no matter of arguments: each episode's environment is made again and must
    itself say that the task is of the split `train`. That comes before every filter.

    Args:
        db: a leaderboard file.
        environment: only this one, by id or short name.
        agents: only these URIs. An agent that sees the hidden truth (an oracle) is learned from
            only if it is named here: what it does cannot be told from what it reads.
        split: `train`; there is no other, and asking for one is an error.
        filters: applied in this order; see `filters.py` for how to write one.
        told: options with which the opening is told anew (see `retold`).
        thoughts: `keep` writes what an agent thought as `reasoning_content`; `drop` leaves it out.
        dedupe: whether to keep only the first of conversations that say the same.
        balance: a difficulty's name: take its values equally often (see `sampling.balanced`).
        limit: at most so many conversations.
        seed: of the choice that `balance` and `limit` make.

    Raises:
        UsageError: `split` is held out; the environment is unknown or cannot be made again; no
            episode has such a difficulty.
        StoreError: the file cannot be read.
    """
    if split != TRAIN:
        raise UsageError(f"the split {split!r} is held out: only {TRAIN!r} is ever learned from")
    check_among("thoughts", thoughts, ("drop", "keep"))
    if isinstance(agents, str):
        agents = [agents]
    report, worlds = Report(), Worlds(db)
    gate = _Gate(worlds, HeldOut(db, worlds), db, agents)
    for name in ("held out", "scored", "privileged", *map(_name, filters)):
        report.stage(name)
    early = _leading(filters)
    keys: list[str] = []
    for episode in _asked_for(db, environment, agents):
        report.read += 1
        stage, reason = gate.reason(episode)
        if stage:
            report.stage(stage).dropped[reason] += 1
        elif _passes(_candidate(episode, worlds), early, report):
            keys.append(episode.key)
    found: list[Conversation] = []
    chosen = episodes(db, where="key in (select unnest(?::varchar[]))", values=[keys])
    for episode in chosen if keys else ():
        stage, reason = gate.reason(episode)  # a run may have written in between
        if stage:
            report.stage(stage).dropped[reason] += 1
            continue
        candidate = _candidate(episode, worlds)
        tools = candidate.world.tools(candidate.task)
        made = conversation_of(episode, candidate.task, tools, thoughts)
        if _passes(candidate, filters[len(early) :], report):
            found.append(retold(made, worlds, told) if told else made)
    if dedupe:
        before, found = len(found), distinct(found)
        report.stage("duplicates").dropped += Counter(
            {"says the same as another": before - len(found)}
        )
    if balance is not None or limit is not None:
        found, why = balanced(found, balance, limit, seed)
        report.stage("balance" if balance else "limit").dropped += why
    report.kept = len(found)
    report.recovered = sum(c.metadata["tool_errors"] > 0 for c in found)
    return Selection(found, report)


def _asked_for(
    db: str | os.PathLike[str], environment: str | None, agents: Sequence[str] | None
) -> Iterator[Episode]:
    """The headers of the episodes in question."""
    if environment is not None:
        known = find(environment)
        environment = known.id if known else environment
    return episodes(
        db,
        where="(?1 is null or environment = ?1) "
        "and (?2 is null or list_contains(?2::varchar[], agent))",
        values=[environment, list(agents) if agents is not None else None],
        transcripts=False,
    )


@dataclass(frozen=True, slots=True)
class _Gate:
    """What no filter decides."""

    worlds: Worlds
    held_out: HeldOut
    db: str | os.PathLike[str]
    agents: Sequence[str] | None

    def reason(self, episode: Episode) -> tuple[str, str]:
        """The stage and the reason why an episode is out of the question; empty if it is not."""
        if reason := self.held_out.reason(episode):
            return "held out", reason
        found = registered(episode.environment, self.db)
        if found is not None and found.kind == "arena":
            return "scored", _NO_FIT
        if episode.status != "scored" or episode.score is None:
            return "scored", f"the status is {episode.status!r}"
        named = self.agents is not None and episode.agent in self.agents
        if not named and self.worlds.privileged(episode.environment, episode.agent):
            return "privileged", f"{episode.agent} sees the hidden truth and was not named"
        return "", ""


def _candidate(episode: Episode, worlds: Worlds) -> Candidate:
    world = worlds.of(episode)
    return Candidate(episode, world.source.task(episode.task), world)


def _name(each: Filter) -> str:
    return getattr(each, "name", getattr(each, "__name__", type(each).__name__))


def _leading(filters: Sequence[Filter]) -> Sequence[Filter]:
    """The filters at the front that need no transcript."""
    for number, each in enumerate(filters):
        if getattr(each, "transcript", True):
            return filters[:number]
    return filters


def _passes(candidate: Candidate, filters: Sequence[Filter], report: Report) -> bool:
    for each in filters:
        stage = report.stage(_name(each))
        verdict = each(candidate)
        if verdict.kind == "dropped":
            stage.dropped[verdict.reason] += 1
            return False
        if verdict.kind == "not applicable":
            stage.not_applicable[verdict.reason] += 1
    return True
