"""Which exemplars are shown, and in what order (arXiv 2509.10414, ablations).

    chosen(train, 20, "balanced", query=7, seed=0)

`fixed_first`, the paper's own, shows the first n of the training set to every query. Its release
counted the shuffled exemplars and showed the unshuffled ones; here each policy changes what is
shown, and a test looks at that.
"""

from __future__ import annotations

import random

from .data import Item, Items

__all__ = ["PER_QUERY", "POLICIES", "POOL", "chosen"]

POLICIES = (
    "fixed_first", "random_per_query", "balanced", "shuffled", "imbalanced", "random_labels",
)  # fmt: skip
PER_QUERY = frozenset({"random_per_query", "shuffled"})
"""Policies that show every query something else."""
POOL = 2000
"""Exemplars come from the first so many of the training set; prompts are optimised on the rest."""


def chosen(train: Items, shots: int, policy: str, *, query: int, seed: int) -> list[Item]:
    """The exemplars of one query.

    Args:
        train: the training set of a language.
        shots: how many.
        policy: one of `POLICIES`. `fixed_first`: the first. `random_per_query`: drawn for each
            query. `balanced`: the first of each answer in turn. `shuffled`: the first, in another
            order for each query. `imbalanced`: the first, all zeros before all ones.
            `random_labels`: the first, with labels by a fair coin.
        query: number of the query.
        seed: of everything random.
    """
    if policy == "balanced":
        return _balanced(train, shots)
    if policy == "random_per_query":
        rng = random.Random(f"exemplars {seed} {query}")
        return [train[i] for i in rng.sample(range(POOL), shots)]
    first = train[:shots]
    if policy == "shuffled":
        random.Random(f"order {seed} {query}").shuffle(first)
    elif policy == "imbalanced":
        first.sort(key=lambda item: item.label)
    elif policy == "random_labels":
        rng = random.Random(f"labels {seed}")
        answers = sorted({item.label for item in train[:POOL]})
        first = [item._replace(label=rng.choice(answers)) for item in first]
    return first


def _balanced(train: Items, shots: int) -> list[Item]:
    """For each answer in turn its next string, until there are enough."""
    by_answer: dict[int, list[Item]] = {}
    for item in train[: max(4 * shots, 100)]:
        by_answer.setdefault(item.label, []).append(item)
    queues = [iter(by_answer[answer]) for answer in sorted(by_answer)]
    found: list[Item] = []
    while len(found) < shots:
        found += [item for queue in queues if (item := next(queue, None)) is not None]
    return found[:shots]
