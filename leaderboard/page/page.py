"""Everything that the page can be asked, as JSON: `Page` joins the file, the runs and the cards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from . import questions
from .curves import curves
from .markdown import tree
from .pairs import COMPARED, Family, Pairs, Pairwise
from .source import Source

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
        pairwise, family: compare two agents, and correct many comparisons (`pairs`); without them
            the page has no comparison.
        runs: a folder of training runs.
        patience: how long to wait for another process to let go of the file, in seconds.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        cards: Callable[[], Sequence[Card]] = tuple,
        pairwise: Pairwise | None = None,
        family: Family | None = None,
        runs: str | os.PathLike[str] | None = None,
        patience: float = 5.0,
    ) -> None:
        self.source = Source(path, patience=patience)
        self._cards, self._runs = cards, runs
        self._pairs = Pairs(self.source, pairwise, family)

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
        """Two cells compared (`Pairs.pair`); None where it cannot be done."""
        found = self._pairs.pair(before, after)
        return None if found is None else _json(found)

    def family(self, cells: Sequence[int]) -> bytes | None:
        """All pairs of cells, corrected for their number (`Pairs.family`)."""
        rows = msgspec.json.decode(self.board())["rows"]
        found = self._pairs.family(cells, {row["cell"]: row["rank"] is not None for row in rows})
        return None if found is None else _json(found)

    def curves(self) -> bytes:
        """The training runs (`curves.curves`) and the folder they were looked for in."""
        folder = None if self._runs is None else Path(self._runs).name
        return _json({"folder": folder, "runs": curves(self._runs)})

    def cards(self) -> bytes:
        """The environments, their cards as trees (`markdown.tree`)."""
        return _json([{**asdict(card), "text": tree(card.text)} for card in self._cards()])

    def matrices(self) -> list[list[int]]:
        """The cells that the page compares: the best of each environment, split and run."""
        groups: dict[tuple[str, str, str], list[int]] = {}
        for row in msgspec.json.decode(self.board())["rows"]:
            groups.setdefault((row["environment"], row["split"], row["run"]), []).append(
                row["cell"]
            )
        return [cells[:COMPARED] for cells in groups.values() if len(cells) > 1]


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
