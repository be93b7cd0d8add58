"""Everything that the page can be asked, as JSON: `Page` joins the file, the runs and the cards."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from ..queries import means
from . import questions
from .curves import curves
from .markdown import tree
from .source import Source

Pairwise = Callable[[Mapping[str, float], Mapping[str, float]], Any]
"""Compares two agents' results by task; answers with `difference`, `low`, `high`, `p`, `tasks`,
`before`, `after` and `verdict`."""

COMPARED = 10
"""Agents in a matrix of pairs, at most, unless others are asked for."""
_TOGETHER = 50
"""Episodes read at a time for a site."""


@dataclass(kw_only=True, frozen=True)
class Card:
    """An environment as its makers describe it.

    Attributes:
        id, name, about, headline: as registered.
        text: its README, Markdown; empty if it has none.
    """

    id: str
    name: str
    about: str
    headline: str
    text: str = ""


class _Keyed(msgspec.Struct):
    """The one field of an episode that is wanted."""

    key: str


class Page:
    """The answers of the page, each as JSON.

    Args:
        path: the leaderboard file.
        cards: the environments.
        pairwise: compares two agents; without it, the page has no comparison.
        runs: a folder of training runs.
        patience: how long to wait for another process to let go of the file, in seconds.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        cards: Callable[[], Sequence[Card]] = tuple,
        pairwise: Pairwise | None = None,
        runs: str | os.PathLike[str] | None = None,
        patience: float = 5.0,
    ) -> None:
        self.source = Source(path, patience=patience)
        self._cards, self._pairwise, self._runs = cards, pairwise, runs
        self._comparing = threading.Lock()
        self._compared = lru_cache(maxsize=4096)(self._compare)

    def state(self) -> bytes:
        """The file's name and a word that changes whenever the file does."""
        path = self.source.path
        return _json({"file": path.name, "version": self.source.version()})

    def board(self) -> bytes:
        """The leaderboard (`questions.board`)."""
        return self.source.ask("board", questions.board)

    def episodes(self, filters: Mapping[str, str]) -> bytes:
        """A page of episodes (`questions.page`)."""
        name = ("episodes", *sorted(filters.items()))
        return self.source.ask(name, lambda db: questions.page(db, filters))

    def listed(self, filters: Mapping[str, str], most: int) -> dict[str, Any]:
        """Up to `most` episodes, by task and trial, and how many there are (`questions.page`)."""
        found: dict[str, Any] = {"total": 0, "rows": []}
        for number in range(1, most // questions.MOST + 2):
            paging = {"sort": "task", "size": str(questions.MOST), "page": str(number)}
            part = msgspec.json.decode(self.episodes({**filters, **paging}))
            found["total"] = part["total"]
            found["rows"] += part["rows"]
            if len(part["rows"]) < questions.MOST:
                break
        found["rows"] = found["rows"][:most]
        return found

    def episode(self, key: str) -> bytes | None:
        """One episode (`questions.whole`); None where there is none."""
        body = self.source.ask(("episode", key), lambda db: questions.whole(db, [key]))
        return None if body == b"[]" else body[1:-1]

    def whole(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Many episodes, each as `episode` has it, with its key."""
        for start in range(0, len(keys), _TOGETHER):
            part = keys[start : start + _TOGETHER]
            found = self.source.read(partial(questions.whole, keys=part))
            for raw in msgspec.json.decode(found, type=list[msgspec.Raw]):
                yield msgspec.json.decode(raw, type=_Keyed).key, bytes(raw)

    def pair(self, before: int, after: int) -> bytes | None:
        """Two cells compared over the tasks that both have; None where it cannot be done."""
        if self._pairwise is None:
            return None
        one, two = self._results(before), self._results(after)
        if one is None or two is None or one["of"] != two["of"]:
            return None
        one, two = one["means"].items(), two["means"].items()
        names = {task for task, _ in one} & {task for task, _ in two}
        if not names:
            return None
        with self._comparing:  # one at a time: it is arithmetic, and a page asks for many
            return self._compared(*(tuple(p for p in side if p[0] in names) for side in (one, two)))

    def _results(self, cell: int) -> dict[str, Any] | None:
        """A cell's mean result of each task, and what was played: environment and split."""

        def question(db: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
            of = db.execute("select environment, split from cells where id = ?", [cell]).fetchone()
            return None if of is None else {"of": of, "means": means(db, [cell])[cell]}

        return msgspec.json.decode(self.source.ask(("means", cell), question))

    def _compare(self, before: tuple[Any, ...], after: tuple[Any, ...]) -> bytes:
        assert self._pairwise is not None
        found = self._pairwise(dict(before), dict(after))
        names = ("tasks", "before", "after", "difference", "low", "high", "p", "verdict")
        record = {name: getattr(found, name) for name in names}
        for bound in ("low", "high"):
            if abs(record[bound]) == float("inf"):
                record[bound] = None
        return _json(record)

    def curves(self) -> bytes:
        """The training runs (`curves.curves`) and the folder they were looked for in."""
        folder = None if self._runs is None else Path(self._runs).name
        return _json({"folder": folder, "runs": curves(self._runs)})

    def cards(self) -> bytes:
        """The environments, their cards as trees (`markdown.tree`)."""
        return _json([{**asdict(card), "text": tree(card.text)} for card in self._cards()])

    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of cells that the page compares: the best of each environment, split and run.

        The lower in rank comes first: a pair tells what the higher gains over it.
        """
        groups: dict[tuple[str, str, str], list[int]] = {}
        for row in msgspec.json.decode(self.board())["rows"]:
            groups.setdefault((row["environment"], row["split"], row["run"]), []).append(
                row["cell"]
            )
        return [
            (lower, higher)
            for cells in groups.values()
            for higher, lower in combinations(cells[:COMPARED], 2)
        ]


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
