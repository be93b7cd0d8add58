"""Communities of the tool graph, by Louvain's method; giant ones are split again.

igraph's multilevel finds them in seconds, where networkx takes half a minute. Its source of chance
is Python's own generator, seeded here, and edges come in a fixed order, so the cut is the same
everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core import UsageError
from .vectors import Edges

__all__ = ["LARGEST", "communities", "modularity"]

LARGEST = 48
"""A community with more members is split, at a higher resolution each time."""


def communities(
    nodes: int, edges: Edges, *, largest: int = LARGEST, seed: int = 0
) -> list[list[int]]:
    """The communities with at least two members, each in ascending order, by first member."""
    graph = _graph(nodes, edges)
    found: list[list[int]] = []
    todo = [(members, 1.0) for members in _louvain(graph, 1.0, seed)]
    while todo:
        members, resolution = todo.pop()
        if len(members) < 2:
            continue
        if len(members) <= largest or resolution > 64:
            found.append(sorted(members))
            continue
        part = graph.induced_subgraph(members, implementation="create_from_scratch")
        names = sorted(members)  # induced_subgraph keeps ascending order
        resolution *= 2
        for inner in _louvain(part, resolution, seed):
            todo.append(([names[i] for i in inner], resolution))
    return sorted(found)


def modularity(nodes: int, edges: Edges, groups: Sequence[Sequence[int]]) -> float:
    """Newman's modularity of a cut, weighted; nodes of no group count as groups of one."""
    member = np.arange(nodes) + len(groups)
    for number, group in enumerate(groups):
        member[list(group)] = number
    total = float(edges.weight.sum())
    if total == 0:
        return 0.0
    inside = float(edges.weight[member[edges.first] == member[edges.second]].sum())
    degree = np.zeros(nodes)
    np.add.at(degree, edges.first, edges.weight)
    np.add.at(degree, edges.second, edges.weight)
    by_group = np.bincount(member, weights=degree)
    return inside / total - float((by_group**2).sum()) / (2 * total) ** 2


def _graph(nodes: int, edges: Edges) -> Any:
    try:
        import igraph
    except ImportError:
        raise UsageError("building domains needs igraph: pip install 'palestra[domains]'") from None
    graph = igraph.Graph(n=nodes)
    graph.add_edges(np.stack((edges.first, edges.second), axis=1))
    graph.es["weight"] = edges.weight
    return graph


def _louvain(graph: Any, resolution: float, seed: int) -> list[list[int]]:
    import igraph

    igraph.set_random_number_generator(random.Random(seed))
    try:
        cut = graph.community_multilevel(weights="weight", resolution=resolution)
    finally:
        igraph.set_random_number_generator(random)
    return [list(members) for members in cut]
