"""How the files of one hand-made domain become a `Domain`.

DOMAIN = entry("airline-desk", "An airline's service desk", __file__, fill, tools, RECIPES,
               generated={"charges", ...})
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType

from ..domain import Domain
from .drafts import Desk, Recipe
from .toolkit import operations


def entry(
    id: str,
    title: str,
    file: str,
    fill: Callable[[sqlite3.Connection, int], None],
    tools: Iterable[ModuleType],
    recipes: Mapping[str, Recipe],
    generated: Iterable[str],
) -> Domain:
    """A domain whose `policy.md` and `schema.sql` lie beside `file`."""
    folder = Path(file).parent
    domain = Domain(
        id=id,
        title=title,
        family="handmade",
        ddl=(folder / "schema.sql").read_text(encoding="utf-8"),
        fill=fill,
        operations=operations(*tools),
        policy=(folder / "policy.md").read_text(encoding="utf-8"),
        generated=frozenset(generated),
        about=("written by hand: policy, data, tools and tasks are Palestra's own",),
    )
    return Desk(recipes).attach(domain)
