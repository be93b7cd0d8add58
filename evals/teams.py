"""Mixed teams from what was said of some seats: `--seat writer_0=smollm2`.

teams_of(["document"], {}, ["writer_0=smollm2"], ["polite"])
# ["team(writer_0=smollm2,writer_1=polite,assistant_0=polite)"]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..agents import Agent
from ..envs.core import UsageError, find, make
from ..leaderboard.seats import team_name

__all__ = ["teams_of"]


def teams_of(
    environments: Sequence[str],
    options: Mapping[str, Any],
    named: Sequence[str],
    others: Sequence[str | Agent] = (),
) -> list[str]:
    """The URIs of teams in which some seats are named.

    Args:
        environments: arenas with the same seats.
        options: that they are made with.
        named: `SEAT=URI` each.
        others: who takes the rest, one team for each; default: the environment's `stand_in`.

    Raises:
        UsageError: an environment has one seat, or not these; or nobody is left for a seat.
    """
    given: dict[str, str] = {}
    for each in named:
        seat, sign, uri = each.partition("=")
        if not sign or not seat or not uri:
            raise UsageError(f"--seat {each!r}: expected SEAT=URI, such as writer_0=smollm2")
        if seat in given:
            raise UsageError(f"--seat {seat} is given twice")
        given[seat] = uri
    if not environments:
        raise UsageError("--seat needs an environment with several seats; name one")
    teams: dict[str, None] = {}
    for environment in environments:
        found = find(environment)
        if found is None or found.kind != "arena":
            raise UsageError(f"--seat: {environment} has one seat; use --agent")
        env = make(environment, **options)
        seats = list(env.possible_agents)
        unknown = [seat for seat in given if seat not in seats]
        if unknown:
            raise UsageError(
                f"--seat {unknown[0]}: {found.id} has no such seat; it has {', '.join(seats)}"
            )
        rest = [each if isinstance(each, str) else each.uri for each in others]
        if not rest and len(given) < len(seats):
            if not found.cls.stand_in:
                open_ = [seat for seat in seats if seat not in given]
                raise UsageError(f"nobody takes {open_[0]}; add --seat {open_[0]}=URI or --agent")
            rest = [found.cls.stand_in]
        for uri in rest or [""]:
            teams[team_name({seat: given.get(seat, uri) for seat in seats})] = None
    return list(teams)
