"""Pairs of cells compared over the tasks that both have, and all pairs of a matrix together.

The arithmetic is handed in (`palestra.evals.statistics`): the page is below it. A pair's p stands
alone; what a matrix says of its pairs is corrected for how many they are.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

import duckdb
import msgspec

from ...envs.core import UsageError
from ..queries import means
from ..store import changed_keys
from .source import Source

Pairwise = Callable[[Mapping[str, float], Mapping[str, float]], Any]
"""Compares two agents' results by task; answers with `difference`, `low`, `high`, `p`, `tasks`,
`before`, `after` and `verdict`."""
Family = Callable[[Sequence[Any]], tuple[Sequence[Any], str]]
"""Corrects such answers for how many they are (`p_adjusted`, `verdict`), and says so in words."""

COMPARED = 10
"""Agents in a matrix of pairs, at most."""
_NAMES = ("tasks", "before", "after", "difference", "low", "high", "p")


class Pairs:
    """What two cells, and what a matrix of cells, come down to.

    Args:
        source: the file.
        pairwise, family: the arithmetic; None: nothing is compared.
    """

    def __init__(self, source: Source, pairwise: Pairwise | None, family: Family | None) -> None:
        self._source, self._pairwise, self._family = source, pairwise, family
        self._comparing = threading.Lock()
        self._compared = lru_cache(maxsize=4096)(self._compare)

    def pair(self, before: int, after: int) -> dict[str, Any] | None:
        """`after` less `before`; what differs (`refused`) where their settings do.

        None where they share no task of one environment and split.
        """
        one, two = self._results(before), self._results(after)
        if self._pairwise is None or one is None or two is None or one["of"] != two["of"]:
            return None
        if refused := changed_keys(one["settings"], two["settings"]):
            return {"refused": refused}
        found = self._answer(one, two)
        if found is None:
            return None
        record = {name: getattr(found, name) for name in _NAMES}
        for bound in ("low", "high"):
            if abs(record[bound]) == float("inf"):
                record[bound] = None
        return record

    def family(self, cells: Sequence[int], ranked: Mapping[int, bool]) -> dict[str, Any] | None:
        """All pairs of cells: `p` after correction, verdict, and a note on their number.

        Args:
            cells: best first, at most `COMPARED`; a pair is the lower less the higher in the order,
                named `lower-higher`, as `pair` is asked for.
            ranked: whether each cell is; else too little is scored for a verdict.

        Raises:
            UsageError: they are too many.
        """
        if self._family is None:
            return None
        if len(cells) > COMPARED:
            raise UsageError(f"{len(cells)} rows are too many for a matrix; at most {COMPARED}")
        found: dict[str, tuple[Any, bool]] = {}
        for higher, lower in combinations(cells, 2):
            one, two = self._results(lower), self._results(higher)
            if one is None or two is None or one["of"] != two["of"]:
                continue
            if changed_keys(one["settings"], two["settings"]):
                continue
            if (answer := self._answer(one, two)) is not None:
                sure = ranked.get(lower, False) and ranked.get(higher, False)
                found[f"{lower}-{higher}"] = answer, sure
        corrected, note = self._family([answer for answer, _ in found.values()])
        return {
            "comparisons": len(found),
            "note": note,
            "pairs": {
                name: {
                    "p": each.p if each.p_adjusted is None else each.p_adjusted,
                    "verdict": each.verdict if sure else "cannot tell",
                    "ranked": sure,
                }
                for (name, (_, sure)), each in zip(found.items(), corrected, strict=True)
            },
        }

    def _answer(self, one: dict[str, Any], two: dict[str, Any]) -> Any:
        """The comparison over the tasks that both have; None where there is none."""
        names = one["means"].keys() & two["means"].keys()
        if not names:
            return None
        sides = (tuple(p for p in side["means"].items() if p[0] in names) for side in (one, two))
        with self._comparing:  # one at a time: it is arithmetic, and a page asks for many
            return self._compared(*sides)

    def _compare(self, before: tuple[Any, ...], after: tuple[Any, ...]) -> Any:
        assert self._pairwise is not None
        return self._pairwise(dict(before), dict(after))

    def _results(self, cell: int) -> dict[str, Any] | None:
        """A cell's mean result of each task, what was played, and under which settings."""

        def question(db: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
            row = db.execute(
                "select environment, split, config from cells where id = ?", [cell]
            ).fetchone()
            if row is None:
                return None
            config = json.loads(row[2])
            settings = {name: config.get(name) for name in ("options", "limits")}
            return {"of": row[:2], "settings": settings, "means": means(db, [cell])[cell]}

        return msgspec.json.decode(self._source.ask(("means", cell), question))
