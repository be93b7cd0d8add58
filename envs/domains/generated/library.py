"""The generated domains that ship: a file of plans, read one at a time.

    library = read_library()
    library.ids()                 # more than a thousand
    library.plan("ec2-vpc")       # a Plan
    library.domain("ec2-vpc")     # the Domain that it makes

The file is a zip of compressed JSON: an index, and one member for each domain.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from ...core import UsageError
from ..domain import Domain
from .database import ddl_of, fill_of
from .operations import operations_of
from .plan import Plan

__all__ = ["LIBRARY", "Library", "domain_of", "read_library", "write_library"]

LIBRARY = Path(__file__).parent.parent / "data" / "domains.zip"
FORMAT = 1
_MOMENT = (2026, 3, 2, 9, 0, 0)


def domain_of(plan: Plan) -> Domain:
    """The domain that a plan describes."""
    return Domain(
        id=plan.id,
        title=plan.title,
        family="generated",
        ddl=ddl_of(plan),
        fill=fill_of(plan),
        operations=operations_of(plan),
        generated=frozenset(table.name for table in plan.tables if table.generated),
        about=plan.services,
    )


class Library:
    """A file of plans."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self.index: dict[str, Any] = json.loads(archive.read("index.json"))
        if self.index.get("format") != FORMAT:
            raise UsageError(f"{path} has another format than {FORMAT}; build it again")
        self._held: set[str] = {e["id"] for e in self.index["domains"] if e["ood"]}
        self._sizes: dict[str, int] = {e["id"]: e["tools"] for e in self.index["domains"]}
        self._archive: zipfile.ZipFile | None = None

    def ids(self, *, ood: bool | None = None, most_tools: int = 0) -> tuple[str, ...]:
        """The domains' ids, in order.

        Args:
            ood: only those held out, or only the others.
            most_tools: only those of at most so many tools; 0: of any number.
        """
        return tuple(
            id
            for id, tools in self._sizes.items()
            if ood in (None, id in self._held) and (not most_tools or tools <= most_tools)
        )

    @lru_cache(maxsize=4096)  # noqa: B019 - a library lives as long as the process
    def plan(self, id: str) -> Plan:
        """The plan of a domain.

        Raises:
            UsageError: there is no such domain.
        """
        if self._archive is None:
            self._archive = zipfile.ZipFile(self.path)
        try:
            data = self._archive.read(f"{id}.json")
        except KeyError:
            raise UsageError(
                f"there is no domain {id!r}; `palestra domains list` shows them"
            ) from None
        return msgspec.json.decode(data, type=Plan)

    @lru_cache(maxsize=4096)  # noqa: B019
    def domain(self, id: str) -> Domain:
        """A domain, made when it is first asked for."""
        return domain_of(self.plan(id))

    def __reduce__(self) -> tuple[Any, ...]:
        return read_library, (self.path,)


@lru_cache(maxsize=8)
def read_library(path: Path = LIBRARY) -> Library:
    """The domains of a file (default: those that ship).

    Raises:
        UsageError: there is no such file.
    """
    if not path.is_file():
        raise UsageError(
            f"there is no file of domains at {path}; `palestra domains build` makes one"
        )
    return Library(path)


def write_library(path: Path, plans: Iterable[Plan], table: Mapping[str, Any]) -> None:
    """Write plans, and the table of how they came about; the same plans give the same bytes."""
    plans = list(plans)
    index = {
        "format": FORMAT,
        "table": dict(table),
        "domains": [
            {"id": p.id, "title": p.title, "tools": len(p.tools), "tables": len(p.tables),
             "writers": sum(t.kind not in ("get", "list") for t in p.tools), "ood": p.ood}
            for p in plans
        ],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _member(archive, "index.json", json.dumps(index).encode())
        for plan in plans:
            _member(archive, f"{plan.id}.json", msgspec.json.encode(plan))


def _member(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    about = zipfile.ZipInfo(name, date_time=_MOMENT)
    about.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(about, data, compresslevel=9)
