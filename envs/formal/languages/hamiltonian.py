"""Hamiltonian: is this list of vertices a path through all of a directed graph, from 0?

In the release the label depends on the number of vertices: a dense random graph of twelve vertices
nearly always has a path, so negatives by "there is none" are small.
"""

from __future__ import annotations

import json
import random
from itertools import pairwise

from .base import Draft, Language

__all__ = ["Hamiltonian"]

SIZES = (5, 7, 10, 12, 15, 20, 25, 30)
MOST_STEPS = 400
"""Of the search for a cycle; a graph that takes longer is drawn again."""
Graph = list[list[int]]


class Hamiltonian(Language):
    """Checking a certificate (arXiv 2509.10414, grouped there with the PDA tasks)."""

    name = "hamiltonian"
    about = "does the list visit every vertex of a directed graph once?"
    kind = "PDA"
    released_noise = 0.03
    rule = (
        "Each entry is a directed graph and a line of vertices. The graph lists, for each vertex, "
        "the vertices that an edge leads to. The label is 1 if the line begins with 0, names every "
        "vertex of the graph exactly once, and an edge leads from each vertex of the line to the "
        "next; otherwise it is 0."
    )

    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        """A planted path with one edge of it missing, or another edge into the same vertex.

        Both graphs have the same number of vertices, edges and characters.
        """
        while True:
            size = rng.choice(SIZES)
            graph = _graph(rng, size, delta)
            path = [0, *rng.sample(range(1, size), size - 1)]
            steps = list(pairwise(path))
            for a, b in steps:
                if b not in graph[a]:
                    graph[a].append(b)
            on_path = set(steps)
            choices = [
                (
                    step,
                    [a for a in range(size) if step[1] in graph[a] and (a, step[1]) not in on_path],
                )
                for step in steps
            ]
            choices = [(step, others) for step, others in choices if others]
            if choices:
                break
        (start, end), others = rng.choice(choices)
        other = rng.choice(others)
        shown = ",".join(map(str, path))
        return [
            Draft(f"{_text(_less(graph, other, end))}\n{shown}", 1, shown),
            Draft(f"{_text(_less(graph, start, end))}\n{shown}", 0, shown),
        ]

    def paper(self, rng: random.Random, delta: float) -> list[Draft]:
        return self._pair(rng, delta, sure=True)

    def released(self, rng: random.Random, delta: float) -> list[Draft]:
        return self._pair(rng, delta, sure=False)

    def _pair(self, rng: random.Random, delta: float, sure: bool) -> list[Draft]:
        """A cycle that was found; and, on a graph with none, a random line of vertices (1/2), one
        too short, one too long, or one with a repetition (1/6 each).

        A random line may be a path where no cycle is; unless `sure`, nobody looks.
        """
        while True:
            graph = _graph(rng, rng.choice(SIZES), delta)
            cycle = _cycle(graph)
            if cycle:
                break
        positive = _draft(graph, cycle, 1)
        while True:
            graph = _graph(rng, rng.choice(SIZES), delta)
            if _cycle(graph) != []:
                continue
            line = [0, *rng.sample(range(1, len(graph)), len(graph) - 1)]
            kind, place = rng.random(), rng.randrange(1, len(line))
            if kind < 1 / 6:
                del line[place]
            elif kind < 2 / 6:
                line.insert(place, len(graph))
            elif kind < 3 / 6:
                line[place] = line[place - 1]
            elif sure and all(b in graph[a] for a, b in pairwise(line)):
                continue
            return [positive, _draft(graph, line, 0)._replace(source=positive.source)]

    def decide(self, text: str) -> int:
        graph, _, line = text.partition("\n")
        edges: dict[str, list[str]] = json.loads(graph)
        vertices = line.split(",")
        here, seen = vertices[0], {vertices[0]}
        if here != "0":
            return 0
        for vertex in vertices[1:]:
            if vertex in seen or vertex not in edges.get(here, ()):
                return 0
            seen.add(vertex)
            here = vertex
        return int(len(seen) == len(edges))

    def steps(self, text: str) -> list[str]:
        graph, _, line = text.partition("\n")
        edges: dict[str, list[str]] = json.loads(graph)
        vertices, said = line.split(","), []
        for place, (a, b) in enumerate(pairwise(vertices), start=1):
            if b in vertices[:place]:
                return [*said, f"{b} was visited before."]
            if b not in edges.get(a, ()):
                return [*said, f"No edge leads from {a} to {b}."]
            said.append(f"An edge leads from {a} to {b}.")
        return [*said, f"{len(set(vertices))} of {len(edges)} vertices were visited."]


def _graph(rng: random.Random, size: int, d: float) -> Graph:
    """An edge into v is there with the chance that v has, from a cycle of five."""
    chances = (1 - d / 16, 0.75 - d / 2, 0.40 + d / 2, 0.50 + d / 16, 0.5 + d / 2)
    draw = rng.random
    return [[v for v in range(size) if v != u and draw() < chances[v % 5]] for u in range(size)]


def _cycle(graph: Graph) -> list[int] | None:
    """A Hamiltonian cycle from 0; [] if there is none; None if the search takes too long.

    Backtracking; the vertex with the fewest ways on is tried first (Warnsdorff's rule). Sets of
    vertices are the bits of an integer.
    """
    size, steps = len(graph), 0
    out = [sum(1 << v for v in to) for to in graph]
    reached = 0
    for ways in out:
        reached |= ways
    if 0 in out or reached != (1 << size) - 1:
        return []

    def ways_on(vertex: int, free: int) -> list[int]:
        options = [v for v in graph[vertex] if free >> v & 1]
        return sorted(options, key=lambda v: -(out[v] & free).bit_count())

    free = (1 << size) - 2
    path, options = [0], [ways_on(0, free)]
    while path:
        steps += 1
        if steps > MOST_STEPS:
            return None
        if len(path) == size and 0 in graph[path[-1]]:
            return path
        if options[-1]:
            vertex = options[-1].pop()
            path.append(vertex)
            free &= ~(1 << vertex)
            options.append(ways_on(vertex, free))
        else:
            free |= 1 << path.pop()
            options.pop()
    return []


def _less(graph: Graph, start: int, end: int) -> Graph:
    """The graph with one edge taken out."""
    return [[v for v in to if (u, v) != (start, end)] for u, to in enumerate(graph)]


def _text(graph: Graph) -> str:
    return json.dumps({str(u): [str(v) for v in sorted(to)] for u, to in enumerate(graph)})


def _draft(graph: Graph, path: list[int], answer: int) -> Draft:
    shown = ",".join(map(str, path))
    return Draft(f"{_text(graph)}\n{shown}", answer, shown)
