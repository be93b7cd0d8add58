"""Tasks of a generated domain: a walk, its gold state and the user's part, all from a seed."""

from __future__ import annotations

import random

from ..domain import Domain, TaskTruth
from ..world import open_world
from .intents import script_of
from .plan import Plan
from .walks import Walker

__all__ = ["KINDS", "LONGEST", "WORLDS", "synthesise"]

KINDS = ("write", "write", "read", "write", "refuse")
"""The kinds of tasks, in turn."""
LONGEST = 12
WORLDS = 4
"""How many different databases a domain's tasks play in."""


def synthesise(
    plan: Plan, domain: Domain, seed: str, *, kinds: tuple[str, ...] = KINDS, calls: int = 0
) -> tuple[str, TaskTruth]:
    """One task: (its kind, truth).

    Args:
        seed: everything random follows from it.
        kinds: which kinds may come out; drawn by chance, and a task that writes where the domain
            hardly allows what was drawn and `write` is one of them.
        calls: how many gold calls to aim at, 0: drawn from 1 to 12, short ones more often.

    Raises:
        ValueError: the domain allows no task of these kinds, as far as 60 tries can tell.
    """
    rng = random.Random(f"{plan.id}/{seed}")
    for attempt in range(60):
        last = attempt >= 40 and "write" in kinds
        kind = "write" if last else kinds[rng.randrange(len(kinds))]
        length = calls or rng.choice((1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12))
        length = max(length, 2 if kind == "refuse" else 1)
        number = rng.randrange(WORLDS)
        world = open_world(domain, number)
        start = world.digest()
        walk = Walker(plan, world, rng).walk(kind, length)
        if walk is None or not walk.steps:
            continue
        state = world.digest()
        if kind != "read" and state == start:
            continue  # what was done was undone: doing nothing would pass
        script, episode, outputs = script_of(plan, walk, rng)
        if kind == "read" and (state != start or not outputs):
            continue
        if len(script.opening) > 6000:
            continue
        return kind, TaskTruth(
            domain=plan.id,
            seed=number,
            kind=kind,  # type: ignore[arg-type]
            calls=tuple((s.tool.name, s.arguments) for s in walk.steps if not s.refused),
            state=state,
            outputs=outputs,
            script=script,
            plan=episode,
        )
    wanted = ", ".join(dict.fromkeys(kinds))
    raise ValueError(f"domain {plan.id!r}: no task ({wanted}) comes out of seed {seed!r}")
