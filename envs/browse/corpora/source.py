"""What a source of corpora is, and the list of them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Protocol, cast

from ...core import UsageError

__all__ = ["SOURCES", "Source", "SpecError", "source"]

SOURCES = {
    "debian": ".debian",
    "documents": ".documents",
    "procedural": ".procedural",
    "triples": ".knowledge.triples",
    "wikidata": ".knowledge.wikidata",
}
"""Every source by name, with the module of this package that holds it as `SOURCE`."""


class SpecError(UsageError):
    """A spec names no corpus; the message says what was expected."""


class Source(Protocol):
    """Makes corpora out of something."""

    @property
    def options(self) -> dict[str, Any]:
        """Every option with its default, whose type it has; None: a text that must be given."""
        ...

    def key(self, **options: Any) -> str:
        """What the corpus depends on, as a short text: equal keys mean equal corpora."""
        ...

    def build(self, path: Path, **options: Any) -> object:
        """Write the corpus folder `path`, whole or not at all."""
        ...


def source(name: str) -> Source:
    """The source of this name, imported on first use."""
    return cast("Source", importlib.import_module(SOURCES[name], __package__).SOURCE)
