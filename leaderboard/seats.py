"""Who sat where: the name of a team, and a leaderboard by seat.

    members_of("team(writer_0=smollm2,assistant_0=polite)")    # {"writer_0": "smollm2", ...}
    for row in by_seat("x.duckdb"):
        print(row.seat, row.agent, row.mean, row.low, row.high)

A mixed team is an agent whose name says who has each seat. Episodes of an arena store the reward of
every seat as the metric `SEAT.reward`, so seats can be compared over all teams that they were in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from .intervals import over_tasks
from .queries import reading

__all__ = ["REWARD", "SeatRow", "by_seat", "members_of", "team_name"]

REWARD = ".reward"
"""What follows a seat's name in the metric that holds its reward."""


@dataclass(slots=True)
class SeatRow:
    """One agent in one seat, over all teams and tasks that it played there.

    Attributes:
        mean: of the seat's reward.
        low, high: its 95% interval by `over_tasks`; infinite where it is unknown.
        episodes, tasks, teams: how many.
        team: the mean headline of those episodes.
    """

    run: str
    environment: str
    split: str
    seat: str
    agent: str
    mean: float
    low: float
    high: float
    episodes: int
    tasks: int
    teams: int
    team: float


def team_name(members: Mapping[str, str]) -> str:
    """The URI of a team: `team(writer_0=smollm2,assistant_0=polite)`."""
    return f"team({','.join(f'{seat}={uri}' for seat, uri in members.items())})"


def members_of(uri: str) -> dict[str, str] | None:
    """Who has each seat of a team, by its URI; None if it is no team's."""
    if not (uri.startswith("team(") and uri.endswith(")")):
        return None
    parts, depth, part = [], 0, ""
    for sign in uri[5:-1]:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append(part)
            part = ""
        else:
            part += sign
    return dict(
        (name.strip(), agent) for name, _, agent in (p.partition("=") for p in [*parts, part])
    )


def by_seat(
    path: str | os.PathLike[str], *, environment: str | None = None, split: str | None = None
) -> list[SeatRow]:
    """Every agent in every seat that it had, best first within an environment, split and seat.

    Args:
        path: the leaderboard file.
        environment, split: only these.
    """
    with reading(path) as db:
        rows = db.execute(
            "select c.run, c.environment, c.split, c.agent, p.task, r.metrics, r.headline "
            "from planned p join cells c on c.id = p.cell join results r using (key) "
            "where r.status = 'scored' and r.metrics::varchar like '%.reward%' "
            "and ($environment is null or c.environment = $environment) "
            "and ($split is null or c.split = $split) order by all",
            {"environment": environment, "split": split},
        ).fetchall()
    found: dict[tuple[str, ...], list[tuple[str, str, float, float]]] = {}
    for run, env, part, agent, task, metrics, headline in rows:
        members = members_of(agent)
        values = msgspec.json.decode(metrics) if isinstance(metrics, str) else metrics
        for name, value in values.items():
            if name.endswith(REWARD):
                seat = name.removesuffix(REWARD)
                player = agent if members is None else members.get(seat, "")
                place = (run, env, part, seat, player)
                found.setdefault(place, []).append((task, agent, value, headline or 0.0))
    made = [_row(place, played) for place, played in found.items()]
    return sorted(made, key=lambda r: (r.run, r.environment, r.split, r.seat, -r.mean, r.agent))


def _row(place: tuple[str, ...], played: list[tuple[str, str, float, float]]) -> SeatRow:
    by_task: dict[str, list[float]] = {}
    for task, _, value, _ in played:
        by_task.setdefault(task, []).append(value)
    low, high = over_tasks([sum(own) / len(own) for own in by_task.values()], rate=False)
    return SeatRow(
        *place,
        mean=sum(value for _, _, value, _ in played) / len(played),
        low=low,
        high=high,
        episodes=len(played),
        tasks=len(by_task),
        teams=len({agent for _, agent, _, _ in played}),
        team=sum(headline for *_, headline in played) / len(played),
    )
