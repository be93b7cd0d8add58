"""One ranking over all environments: Bradley-Terry over tasks.

ranked = strengths({"browse": [browse_trials], "files": [files_trials]})
for each in ranked:
    print(each.rank, each.agent, each.score, each.low, each.high)

`browse_trials` is agent -> task -> results of its trials. Each task is a match between every two
agents that have it: the share of pairs of trials in which one has the better result, and half of
those in which both have the same. Only the order of results counts, so metrics of different kinds
can be joined. Each environment weighs the same, however many tasks it has.

Ties. Where both fail or both succeed is half a win for each. A tie says something here: that the
task does not separate the two. A strength without ties would rest on the tasks that happen to
separate, however few. So strengths shrink where most tasks do not separate, and `score` says what
they predict: the share of matches won, a tie counting half.

An agent that never loses has no finite strength. Between every two agents that met one imagined
match is added, won half by each (Davidson and Solomon, Biometrika 60, 1973), on top of as many as
there are tasks. And as a bootstrap cannot draw what has not happened yet, each of its samples gets,
for every two agents in every block, one win of each in the mean, as in `paired`: else an agent that
solved two tasks of a hundred would stand above one that solved none, for certain.

Sources: Bradley and Terry, Biometrika 39 (1952); the fit is choix's I-LSR (Maystre and
Grossglauser, NeurIPS 2015), which converges to the maximum of the likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...envs.core import UsageError
from .resampling import bounds, resampled_sums

__all__ = ["Block", "Strength", "strengths"]

Block = Mapping[str, Mapping[str, Sequence[float]]]
"""Agent -> task -> results of its trials: one environment, split and configuration."""
_RESAMPLES = 999
_IMAGINED = 1.0


class Strength(NamedTuple):
    """One agent.

    Attributes:
        rank: 1 is the strongest.
        strength: log odds; the mean over agents is 0.
        score: the share of matches won against the others, ties counting half, by the model.
        low, high: interval of `score` for other tasks of the same environments.
        rank_low, rank_high: interval of `rank`, likewise.
        wide_low, wide_high: interval of `score` for other environments as well: environments are
            drawn first, then tasks in each. NaN with fewer than two.
        environments, tasks: where it was compared.
    """

    agent: str
    rank: int
    strength: float
    score: float
    low: float
    high: float
    rank_low: int
    rank_high: int
    wide_low: float
    wide_high: float
    environments: int
    tasks: int


def strengths(
    environments: Mapping[str, Sequence[Block]],
    *,
    level: float = 0.95,
    resamples: int = _RESAMPLES,
    seed: int = 0,
) -> list[Strength]:
    """Rank agents over environments, strongest first.

    Args:
        environments: name -> its blocks; two agents are only ever compared within a block.
        level: of the intervals.
        resamples: bootstrap samples.
        seed: of the bootstrap.

    Raises:
        UsageError: fewer than two agents, or agents that nothing connects: neither played the same
            tasks, nor others that played the same as both.
    """
    import numpy as np

    agents = sorted({a for blocks in environments.values() for block in blocks for a in block})
    if len(agents) < 2:
        raise UsageError(f"a ranking needs two agents that played the same tasks; got {agents}")
    tables = {
        name: [_matches(block, agents) for block in blocks] for name, blocks in environments.items()
    }
    tables = {name: [t for t in found if t.any()] for name, found in tables.items()}
    tables = {name: found for name, found in tables.items() if found}
    total = sum(len(table) for found in tables.values() for table in found)
    size = len(agents) ** 2
    drawn = np.zeros((len(tables), resamples, size))
    whole = np.zeros((len(tables), size))
    rng = np.random.default_rng([seed, 1])
    for e, found in enumerate(tables.values()):
        for b, table in enumerate(found):
            share = total / len(tables) / len(found) / len(table)
            sums = table.sum(axis=0)
            whole[e] += share * sums
            drawn[e] += share * resampled_sums(table, resamples, seed + 1000 * e + b)
            played = (sums + sums.reshape(len(agents), -1).T.ravel()) > 0
            drawn[e] += share * played * rng.poisson(1.0, (resamples, size))
    met = (whole.sum(axis=0) + whole.sum(axis=0).reshape(len(agents), -1).T.ravel()) > 0
    _connected(agents, met.reshape(len(agents), -1))

    def fitted(wins: Any, start: Any = None) -> Any:
        return _fit(
            wins.reshape(len(agents), -1) + met.reshape(len(agents), -1) * _IMAGINED / 2, start
        )

    best = fitted(whole.sum(axis=0))
    inner = np.array([fitted(wins, best) for wins in drawn.sum(axis=0)])
    outer = None
    if len(tables) > 1:
        which = rng.integers(len(tables), size=(resamples, len(tables)))
        sample = rng.integers(resamples, size=which.shape)  # tasks are drawn anew each time
        outer = np.array([fitted(wins, best) for wins in drawn[which, sample].sum(axis=1)])
    return _ranked(agents, environments, best, inner, outer, level)


def _matches(block: Block, agents: list[str]) -> Any:
    """Array (tasks, agents * agents): what the first of a pair won of the match with the second."""
    import numpy as np

    tasks = sorted({task for played in block.values() for task in played})
    most = max((len(v) for played in block.values() for v in played.values()), default=0)
    results = np.full((len(agents), len(tasks), most), np.nan)
    place = {task: i for i, task in enumerate(tasks)}
    for a, agent in enumerate(agents):
        for task, values in block.get(agent, {}).items():
            results[a, place[task], : len(values)] = values
    table = np.zeros((len(tasks), len(agents), len(agents)))
    known = ~np.isnan(results)
    for i in range(len(agents)):
        for j in range(i):
            mine, theirs = results[i][:, :, None], results[j][:, None, :]
            pairs = known[i].sum(axis=1) * known[j].sum(axis=1)
            both = np.maximum(pairs, 1)
            same = (mine == theirs).sum(axis=(1, 2)) / 2
            table[:, i, j] = ((mine > theirs).sum(axis=(1, 2)) + same) / both
            table[:, j, i] = ((mine < theirs).sum(axis=(1, 2)) + same) / both
    return table.reshape(len(tasks), -1)


def _fit(wins: Any, start: Any) -> Any:
    import choix

    return choix.ilsr_pairwise_dense(wins, initial_params=start, max_iter=10_000, tol=1e-8)


def _scores(params: Any) -> Any:
    """The expected share of matches won, averaged over the others; params (..., agents)."""
    import numpy as np

    off = params[..., :, None] - params[..., None, :]
    chance = 1 / (1 + np.exp(-off))
    n = params.shape[-1]
    return (chance.sum(axis=-1) - 0.5) / (n - 1)


def _connected(agents: list[str], met: Any) -> None:
    import networkx as nx

    parts = list(nx.connected_components(nx.from_numpy_array(met.astype(int))))
    if len(parts) > 1:
        names = ["; ".join(agents[i] for i in sorted(part)) for part in parts]
        raise UsageError(
            "no task connects these groups of agents: "
            + " | ".join(names)
            + "; let one agent of each play an environment of the other"
        )


def _ranked(
    agents: list[str],
    environments: Mapping[str, Sequence[Block]],
    best: Any,
    inner: Any,
    outer: Any,
    level: float,
) -> list[Strength]:
    import numpy as np

    scores, order = _scores(best), np.argsort(-best, kind="stable")
    spread = _scores(inner)
    ranks = (np.round(inner[:, None, :] - inner[:, :, None], 9) > 0).sum(axis=2) + 1
    wide = None if outer is None else _scores(outer)
    found = []
    for i in order:
        agent = agents[i]
        low, high = bounds(spread[:, i], level)
        first, last = bounds(ranks[:, i], level)
        wide_low, wide_high = (math.nan, math.nan) if wide is None else bounds(wide[:, i], level)
        score = float(scores[i])  # an interval of samples with a win added may fall short of it
        blocks = [[b[agent] for b in each if agent in b] for each in environments.values()]
        found.append(
            Strength(
                agent=agent,
                rank=int((np.round(best - best[i], 9) > 0).sum()) + 1,
                strength=float(best[i] - best.mean()),
                score=score,
                low=min(low, score),
                high=max(high, score),
                rank_low=math.floor(first),
                rank_high=math.ceil(last),
                wide_low=wide_low if wide is None else min(wide_low, score),
                wide_high=wide_high if wide is None else max(wide_high, score),
                environments=sum(bool(played) for played in blocks),
                tasks=sum(len(tasks) for played in blocks for tasks in played),
            )
        )
    return found
