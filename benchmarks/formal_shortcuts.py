"""What the data of *formal* can be solved by: shortcuts on the released and the hardened data.

    python benchmarks/formal_shortcuts.py            # the tables of docs/formal.md
    python benchmarks/formal_shortcuts.py --seeds 5

A learner is fitted on the first 100 (or all 3,000) training strings and scored on the first 1,000
test strings, on the labels that the set gives; where a rule is named, on the rule. The extra
`learners` is needed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

import numpy as np

from palestra.envs.formal.data import Items, items
from palestra.envs.formal.languages import LANGUAGES
from palestra.envs.formal.learners import fit

TESTED = 1000


def accuracy(guesses: Iterable[int], test: Items) -> float:
    """Share of guesses that are the set's label."""
    found = list(guesses)
    right = [g == item.label for g, item in zip(found, test[: len(found)], strict=True)]
    return float(np.mean(right))


def of_learner(learner: str, language: str, mode: str, shots: int, seeds: int) -> str:
    """Mean accuracy over data of several seeds, and its least and most."""
    found = []
    for seed in range(seeds):
        shown = items(language, mode, seed=seed)[:shots]
        test = items(language, mode, "test", seed=seed)
        guess = fit(learner, [i.text for i in shown], [i.label for i in shown])
        found.append(accuracy(list(guess([i.text for i in test[:TESTED]])), test))
    return f"{np.mean(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def ceiling(language: str, mode: str, seeds: int) -> str:
    """What the perfect rule scores: less than 1 where labels are noisy or wrong."""
    found = [
        np.mean([i.clean == i.label for i in items(language, mode, "test", seed=seed)[:TESTED]])
        for seed in range(seeds)
    ]
    return f"{np.mean(found):.2f}"


def shared(language: str, mode: str) -> tuple[int, int]:
    """Of the first 1,000 test strings, how many are in train, and how many have a twin there."""

    def source(text: str) -> str:
        if language == "reversal":
            return text.partition("#")[0]
        return text.rpartition("\n")[0] if language.startswith("maze") else text

    train = items(language, mode)[:]
    texts, sources = {i.text for i in train}, {source(i.text) for i in train}
    test = items(language, mode, "test")[:TESTED]
    return sum(i.text in texts for i in test), sum(source(i.text) in sources for i in test)


def table(learner: str, languages: Sequence[str], seeds: int) -> None:
    print(f"\n**`{learner}`**\n")
    print(
        "| language | ceiling | released, 100 | released, 3,000 | hardened, 100 | hardened, 3,000 |"
    )
    print("|---|---|---|---|---|---|")
    for language in languages:
        cells = [
            of_learner(learner, language, mode, shots, seeds)
            for mode in ("released", "hardened")
            for shots in (100, 3000)
        ]
        row = " | ".join(cells)
        print(f"| {language} | {ceiling(language, 'released', seeds)} | {row} |", flush=True)


def rules() -> None:
    """Single rules that give labels away."""

    def judged(language: str, mode: str, delta: float, rule: object) -> str:
        test = items(language, mode, "test", delta, noise=0.0)
        return f"{accuracy([int(rule(i.text)) for i in test[:TESTED]], test):.2f}"  # type: ignore[operator]

    rows = [
        ("stack", 0.45, "`[` in the entry", lambda text: "[" in text),
        ("hamiltonian", 0.0, "10 vertices or more", lambda text: text.count(": [") >= 10),
        ("parity", 0.0, "does not begin with `00`", lambda text: not text.startswith("00")),
        ("parity", 0.0, "fewer than half are ones", lambda text: 2 * text.count("1") < len(text)),
    ]
    print("\n**Single rules** (labels without noise)\n")
    print("| language | shift | rule for label 1 | released | paper | hardened |")
    print("|---|---|---|---|---|---|")
    for language, delta, name, rule in rows:
        cells = [judged(language, m, delta, rule) for m in ("released", "paper", "hardened")]
        print(f"| {language} | {delta} | {name} | {' | '.join(cells)} |", flush=True)


def overlap() -> None:
    print("\n**Seen before**: of 1,000 test strings, those in train, and those whose twin is\n")
    print("| language | released | paper | hardened |")
    print("|---|---|---|---|")
    for language in ("parity", "maze_complete", "maze_solve", "reversal"):
        cells = ["{} / {}".format(*shared(language, m)) for m in ("released", "paper", "hardened")]
        print(f"| {language} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--learners", nargs="+", default=["bigram", "tree"])
    parser.add_argument("--languages", nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    languages = given.languages or [n for n, language in LANGUAGES.items() if language.binary]
    for learner in given.learners:
        table(learner, languages, given.seeds)
    rules()
    overlap()


if __name__ == "__main__":
    main()
