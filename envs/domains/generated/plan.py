"""What a generated domain is made of, as plain data: tables, columns and tools.

The builder writes plans (`infer.py`), the library ships them (`library.py`), and `operations.py`
turns each tool of a plan into code over the database.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = ["COUNT", "Column", "Kind", "Plan", "Table", "ToolPlan"]

Kind = Literal["get", "list", "create", "put", "update", "delete", "state", "link", "unlink"]

COUNT = "#count"
"""In an output: the number of rows."""


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column. `schema` is what the API says of its values."""

    name: str
    schema: dict[str, Any]
    label: tuple[str, ...] = ()
    """The name in words, as the API has it: `("cidr", "block")`."""
    ref: str | None = None
    """The table whose key it holds."""
    unique: bool = False
    """Another way to name a row (an ARN beside a name)."""


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entity, or one relation between entities."""

    name: str
    noun: tuple[str, ...]
    service: str
    key: str
    """The column that is the primary key."""
    columns: tuple[Column, ...]
    generated: bool = False
    """Whether the database gives out the keys of new rows."""
    path: str = ""
    """Of Google's resource names: the collection that the key ends with (`instances`)."""
    parent: str = ""
    """The column that holds what comes before it in the key."""
    state: str = ""
    """The column that transitions change."""
    initial: str = ""
    """The state of a new row."""
    relation: bool = False

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)


class ToolPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One tool: an API's operation bound to a table."""

    name: str
    api: str
    """Id of the operation in the catalogue."""
    verb: str
    kind: Kind
    table: str
    parameters: dict[str, dict[str, Any]]
    required: tuple[str, ...] = ()
    find: dict[str, str] = {}
    """Parameter -> column, of those that say which row (key, other unique columns, scope)."""
    many: str = ""
    """The parameter that holds a list of keys instead."""
    put: dict[str, str] = {}
    """Parameter -> column, of those that are written."""
    where: dict[str, str] = {}
    """Parameter -> column, of a list's filters."""
    limit: str = ""
    """The parameter that bounds a list."""
    to: str = ""
    """The state that it leads to."""
    output: Any = None
    """What it returns: API's field -> column name, or `{"[]": {...}}` for a list of rows, or a
    nested object; `#count` is the number of rows."""
    errors: dict[str, str] = {}
    """Our four kinds of refusal (missing, exists, in_use, state) -> the API's own name."""


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One generated domain."""

    id: str
    title: str
    tables: tuple[Table, ...]
    tools: tuple[ToolPlan, ...]
    services: tuple[str, ...] = ()
    """The APIs that it comes from, as people call them."""
    edges: tuple[tuple[int, int], ...] = ()
    """Tools by number: an output of the first fits an input of the second."""
    ood: bool = False
    """Whether it is never trained on."""
