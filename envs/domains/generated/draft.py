"""Tables and tools while they are being inferred."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .parse import Parsed
from .plan import Column, Table
from .roles import collection, column_name, control, identity, lean, singular_words
from .rules import words

__all__ = ["MOST_COLUMNS", "Draft", "DraftTool"]

MOST_COLUMNS = 18
"""A table takes no more columns from outputs than up to here; parameters always have theirs."""
_PLAIN = frozenset({"string", "integer", "number", "boolean"})


@dataclass(eq=False)
class Draft:
    """A table that grows."""

    name: str
    noun: tuple[str, ...]
    service: str
    key: str
    relation: bool = False
    key_schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})
    columns: dict[str, Column] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    """Columns that a create must give."""
    supplied: int = 0
    """How many creates let the caller choose the key."""
    path: str = ""
    parent: str = ""
    state: str = ""
    own_state: bool = False

    def identify(self, column: str, schema: dict[str, Any], many: bool) -> None:
        """A parameter names a row by this column (the key, or another name of it)."""
        schema = lean(schema["items"] if many else schema)
        if column == self.key:
            if self.key_schema == {"type": "string"}:
                self.key_schema = schema
                self.path = collection(schema)
        elif column not in self.columns:
            label = tuple(column.split("_"))
            self.columns[column] = Column(name=column, schema=schema, label=label, unique=True)
        elif not self.columns[column].unique:
            old = self.columns[column]
            self.columns[column] = Column(
                name=column, schema=old.schema, label=old.label, unique=True
            )

    def add(
        self, name: str, schema: dict[str, Any], label: tuple[str, ...], ref: str | None = None
    ) -> bool:
        """Have a column; False where there is one of another type (or it is the key)."""
        if name == self.key:
            return False
        known = self.columns.get(name)
        if known is not None:
            return known.schema.get("type") == schema.get("type")
        self.columns[name] = Column(name=name, schema=lean(schema), label=label, ref=ref)
        return True

    def learn(self, output: dict[str, Any]) -> None:
        """Take columns from where an output shows the entity."""
        for fields in shown(output, self):
            for name, schema in fields.items():
                if control(name) or schema.get("type") not in _PLAIN:
                    continue
                column = identity(name, self.noun)[0] or column_name(name, self.noun)
                if column == self.key or column in self.columns:
                    continue
                if len(self.columns) < MOST_COLUMNS:
                    unique = column.endswith("_arn") and column.startswith("_".join(self.noun))
                    self.columns[column] = Column(
                        name=column, schema=lean(schema), label=words(name), unique=unique
                    )

    def table(self) -> Table:
        """The table as it stands."""
        key = Column(name=self.key, schema=self.key_schema, label=tuple(self.key.split("_")))
        first = self.columns.get(self.state)
        enum = first.schema.get("enum") if first else None
        return Table(
            name=self.name,
            noun=self.noun,
            service=self.service,
            key=self.key,
            columns=(key, *self.columns.values()),
            generated=self.relation or not self.supplied,
            path=self.path,
            parent=self.parent if self.parent in self.columns else "",
            state=self.state,
            initial=(enum[0] if enum else "new") if self.state else "",
            relation=self.relation,
        )


@dataclass(eq=False)
class DraftTool:
    """A tool that grows."""

    op: Parsed
    draft: Draft
    kind: str
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    find: dict[str, str] = field(default_factory=dict)
    put: dict[str, str] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    maybe: dict[str, dict[str, Any]] = field(default_factory=dict)
    many: str = ""
    limit: str = ""
    to: str = ""
    broken: bool = False

    def take(self, name: str, column: str, role: dict[str, str], *, required: bool) -> None:
        """Bind a parameter to a column."""
        if column in role.values():
            self.broken = self.broken or required
            return
        role[name] = column
        self.parameters[name] = self.op.api.parameters[name]
        if required:
            self.needed.add(name)


def shown(output: dict[str, Any], draft: Draft) -> list[dict[str, Any]]:
    """The places in an output where the entity is shown: fields of the whole, or of a part."""
    whole = output.get("properties", {})
    found = []
    if _fits(whole, draft, outer=True):
        found.append(whole)
    for name, field_ in whole.items():
        inner = field_.get("items", {}) if field_.get("type") == "array" else field_
        fields = inner.get("properties", {})
        if fields and (_names(name, draft) or _fits(fields, draft, outer=False)):
            found.append(fields)
    return found


def _names(name: str, draft: Draft) -> bool:
    written = singular_words(name)
    return written == draft.noun[len(draft.noun) - len(written) :] and bool(written)


def _fits(fields: dict[str, Any], draft: Draft, *, outer: bool) -> bool:
    """Whether fields are those of the entity: the key is among them."""
    if outer and ("done" in fields or "clientOperationId" in fields):
        return False  # a long-running operation's own record
    return any(
        identity(name, draft.noun)[0] == draft.key and schema.get("type") in ("string", "integer")
        for name, schema in fields.items()
    )
