"""The procedural world: a seed and a size give a fictional encyclopedia, the same on every machine.

    open_corpus("procedural:size=10000,seed=1")

`generate` is the order of events: the land (`geography`), people (`people`), what they make and do
(`rules`, `relations`, `offices`), numbers and categories (`attributes`), names (`names`), and
pages (`pages`, with the sentences of `wording`). `schema` lists what can exist.
"""

from __future__ import annotations

from pathlib import Path

from ...corpus import Corpus
from .generate import generate, write

__all__ = ["SOURCE"]

VERSION = 1
"""Part of a world's key: a change of what is generated is a new version."""


class _Procedural:
    """The source "procedural"."""

    options = {"size": 20_000, "seed": 0}

    def key(self, size: int, seed: int) -> str:
        return f"procedural version={VERSION} size={size} seed={seed}"

    def build(self, path: Path, size: int, seed: int) -> Corpus:
        draft, naming = generate(size, seed)
        return write(path, draft, naming)


SOURCE = _Procedural()
