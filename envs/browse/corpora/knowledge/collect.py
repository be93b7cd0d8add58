"""What an importer gathers before pages are written: entities and facts in columns."""

from __future__ import annotations

from array import array
from typing import NamedTuple

from ...corpus import Kind

__all__ = ["Collection", "Relation"]


class Relation(NamedTuple):
    """One predicate of the input: the same one with values of two kinds counts as two.

    Attributes:
        key: its identifier in the input.
        kind: of its values.
        unit: of a quantity, as an identifier or word; else empty.
    """

    key: str
    kind: Kind
    unit: str


class Collection:
    """Entities and facts of one input, by the order of their first appearance.

    Attributes:
        keys: each entity's identifier in the input.
        names, descriptions: by entity; those not given are missing.
        aliases: by entity.
        types: each entity's type, an identifier.
        labels: names of whatever is no entity of its own: predicates, types, units.
        relations: the predicates.
        subject, predicate, value: columns of facts; `predicate` is a position in `relations`.
        strings: what TEXT values are positions in.
    """

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.names: dict[int, str] = {}
        self.descriptions: dict[int, str] = {}
        self.aliases: dict[int, dict[str, None]] = {}
        self.types: dict[int, str] = {}
        self.labels: dict[str, str] = {}
        self.relations: list[Relation] = []
        self.subject, self.predicate, self.value = array("i"), array("h"), array("q")
        self.strings: list[str] = []
        self._entity: dict[str, int] = {}
        self._relation: dict[Relation, int] = {}
        self._string: dict[str, int] = {}

    def entity(self, key: str) -> int:
        """The number of an entity, new if need be."""
        number = self._entity.get(key)
        if number is None:
            number = self._entity[key] = len(self.keys)
            self.keys.append(key)
        return number

    def has(self, key: str) -> bool:
        """Whether there is such an entity."""
        return key in self._entity

    def alias(self, entity: int, name: str) -> None:
        """Note another name."""
        self.aliases.setdefault(entity, {})[" ".join(name.split())] = None

    def fact(self, subject: int, key: str, kind: Kind, value: int | str, unit: str = "") -> None:
        """Add a fact; the value of kind TEXT is the text itself, of ENTITY an entity's number."""
        relation = Relation(key, kind, unit)
        number = self._relation.get(relation)
        if number is None:
            number = self._relation[relation] = len(self.relations)
            self.relations.append(relation)
        if isinstance(value, str):
            value = self._text(value)
        self.subject.append(subject)
        self.predicate.append(number)
        self.value.append(value)

    def _text(self, text: str) -> int:
        number = self._string.get(text)
        if number is None:
            number = self._string[text] = len(self.strings)
            self.strings.append(text)
        return number
