"""Random walks along relations: the hidden path of a question."""

from __future__ import annotations

import random
from collections.abc import Collection
from typing import NamedTuple

from .graph import Graph, Step

__all__ = ["Path", "walk"]

DEAD_ENDS = 24
"""How often a walk may turn back before it gives up."""


class Path(NamedTuple):
    """Entities `0..k` and the `k` steps between them."""

    entities: tuple[int, ...]
    steps: tuple[Step, ...]


def walk(
    graph: Graph,
    start: int,
    hops: int,
    rng: random.Random,
    *,
    without: Collection[int] = (),
    wanted: Collection[int] = (),
) -> Path | None:
    """A path of exactly `hops` relations that visits no entity twice, or None.

    Args:
        without: predicates not to walk.
        wanted: predicates of which the path must hold at least one.
    """
    entities, steps = [start], list[Step]()
    choices = [_choices(graph, start, steps, rng, without, wanted)]
    dead_ends = 0
    while len(steps) < hops or not (not wanted or any(s.predicate in wanted for s in steps)):
        if len(steps) < hops and choices[-1]:
            step = choices[-1].pop()
            if step.neighbour in entities:
                continue
            entities.append(step.neighbour)
            steps.append(step)
            choices.append(_choices(graph, step.neighbour, steps, rng, without, wanted))
            continue
        dead_ends += 1
        if not steps or dead_ends > DEAD_ENDS:
            return None
        entities.pop()
        steps.pop()
        choices.pop()
    return Path(tuple(entities), tuple(steps))


def _choices(
    graph: Graph,
    entity: int,
    steps: list[Step],
    rng: random.Random,
    without: Collection[int],
    wanted: Collection[int],
) -> list[Step]:
    """Ways on from an entity, best last.

    Relations are drawn before neighbours, and those already walked come late, so that a path is
    not ten times the most frequent relation of the world.
    """
    used = [step.predicate for step in steps]
    turn: dict[tuple[int, bool], float] = {}
    order: list[tuple[float, float, Step]] = []
    for step in graph.steps(entity):
        if step.predicate in without:
            continue
        relation = (step.predicate, step.forward)
        if relation not in turn:
            turn[relation] = rng.random() - 0.6 * used.count(step.predicate)
            turn[relation] += step.predicate in wanted
        order.append((turn[relation], rng.random(), step))
    order.sort()
    return [step for _, _, step in order]
