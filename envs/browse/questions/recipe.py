"""What the questions of each split are like, and how many there are."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .blur import MAX_BLUR
from .graph import Graph

__all__ = ["LARGEST", "MOST_HOPS", "SHARES", "Recipe", "reach", "recipes", "sizes"]

LARGEST = {
    "train": 3000, "validation": 300, "test": 1000, "ood": 500, "iid": 3000, "hotpot": 1000,
}  # fmt: skip
"""How many questions a split has if the corpus is large enough."""
SHARES = {
    "train": 0.34, "validation": 0.06, "test": 0.14, "ood": 0.10, "iid": 0.26, "hotpot": 0.10,
}  # fmt: skip
"""Each split's share of the entities."""
STARTS = 5
"""Entities that each question may start from, at the least."""
MOST_HOPS = 12
"""Longest path that the proofs are made for."""
OOD_MORE_HOPS = 3


@dataclass(frozen=True)
class Recipe:
    """How the questions of one split are made.

    Attributes:
        hops: fewest and most relations on the path.
        blur: the level of the cues.
        hops_needed: the path's end must be at least this long for the question to be unique.
        without: predicates that are never walked.
        wanted: predicates of which each path walks at least one.
        named: whether the first entity is named (the two-hop contrast condition).
        one_search: whether one search must fail.
    """

    hops: tuple[int, int]
    blur: int
    hops_needed: int = 3
    without: frozenset[int] = frozenset()
    wanted: frozenset[int] = frozenset()
    named: bool = False
    one_search: bool = True

    def relaxed(self, times: int) -> Recipe:
        """The same, easier to fulfil: for starts from which nothing was found."""
        if times == 0:
            return self
        if self.named:  # two relations that one page states are common; three are not
            return replace(self, hops=(self.hops[0], self.hops[1] + times - 1), hops_needed=1)
        return replace(
            self,
            hops=(self.hops[0], max(self.hops[0], self.hops[1] - 2 * times)),
            blur=max(0, self.blur - times + 1),
            hops_needed=1,
            wanted=self.wanted if times == 1 else frozenset(),
        )


def _longest_path(hops: tuple[int, int]) -> int:
    """Relations on the longest path of any split."""
    return min(MOST_HOPS, hops[1] + OOD_MORE_HOPS)


def reach(hops: tuple[int, int]) -> Mapping[str, int]:
    """Relations on a path that must fit around each start (in `hotpot` with room to choose)."""
    return {**dict.fromkeys(SHARES, hops[1]), "ood": _longest_path(hops), "hotpot": 4}


def recipes(
    graph: Graph, hops: tuple[int, int], blur: int, seed: int, *, named: bool = False
) -> Mapping[str, Recipe]:
    """The recipe of each split.

    `ood` differs in three ways at once: paths one to three relations longer than the longest
    elsewhere, one blur level more, and relations that no path of another split walks (a sixth of
    all relations, if there are six or more).

    With `named`, the questions of all splits name their first entity as those of `hotpot` do: a way
    in that a search finds, for agents that cannot yet find one.
    """
    held_out = _held_out(graph, seed)
    main = Recipe(hops, blur, without=held_out)
    longest = _longest_path(hops)
    ood = Recipe((min(hops[1] + 1, longest), longest), min(MAX_BLUR, blur + 1), wanted=held_out)
    hotpot = Recipe((2, 2), 1, hops_needed=2, without=held_out, named=True, one_search=False)
    if named:
        main, ood = (replace(each, named=True, one_search=False, hops_needed=min(2, each.hops[0]))
                     for each in (main, ood))  # fmt: skip
    return {
        "train": main, "validation": main, "test": main, "ood": ood, "iid": main, "hotpot": hotpot
    }  # fmt: skip


def sizes(graph: Graph) -> Mapping[str, int]:
    """How many questions each split has."""
    return {
        split: min(LARGEST[split], len(graph.members(split)) // STARTS) for split in graph.splits
    }


def _held_out(graph: Graph, seed: int) -> frozenset[int]:
    """Relations for `ood` alone: neither the most frequent quarter nor the rarest."""
    counts = graph.relation_counts()
    common = sorted(np.flatnonzero(counts).tolist(), key=lambda p: (-counts[p], p))
    middle = common[len(common) // 4 : len(common) - len(common) // 4]
    return frozenset(random.Random(f"held out {seed}").sample(middle, len(common) // 6))
