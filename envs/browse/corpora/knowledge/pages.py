"""Pages for a collected graph: a table of each entity's facts, and what points at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ...corpus import Corpus, CorpusWriter, EntityType, Kind, Predicate
from ...dates import date_text
from .collect import Collection
from .words import local_name

__all__ = ["write_collection"]

LISTED = 100
"""Values in one row of a table, and links in one list, at most."""
MOST_TYPES = 30_000
FEW_VALUES = 300
"""A text attribute with no more different values than this, each used often, is a category."""
USED_OFTEN = 4
CHUNK = 20_000
Row = tuple[int, int, int]
"""A fact's number, its predicate, and its value or subject."""


def write_collection(
    path: Path,
    collected: Collection,
    *,
    name: str,
    about: dict[str, object],
    predicate: Callable[[int], Predicate],
    noun: Callable[[str], str],
    url: Callable[[str], str],
) -> Corpus:
    """Write a corpus with one page for each entity.

    Args:
        predicate: the words of a relation, by its position in the collection.
        noun: the word for a type, by its identifier.
        url: the address of an entity's page, by its identifier.
    """
    types, type_of = _types(collected, noun)
    columns = _Columns(collected)
    predicates = [
        columns.completed(number, predicate(number)) for number in range(len(collected.relations))
    ]
    with CorpusWriter(path, name=name, types=types, predicates=predicates, about=about) as writer:
        for text in collected.strings:
            writer.string(text)
        names = [
            collected.names.get(number) or local_name(key).replace("_", " ")
            for number, key in enumerate(collected.keys)
        ]
        for number, title in enumerate(names):
            aliases = [a for a in collected.aliases.get(number, ()) if a != title]
            writer.entity(type_of[number], title, aliases)
        pages = _Pages(collected, names, predicates, [t.noun for t in types], type_of, url)
        titles = _titles(names, collected.keys)
        for number, own, incoming in columns.rows():
            text = pages.page(number, own, incoming)
            writer.document(
                pages.urls[number], titles[number], text, links=list(pages.links), entity=number
            )
        writer.facts(
            columns.subject, columns.predicate, columns.value,
            np.array(pages.fact, dtype=np.int32), np.array(pages.document, dtype=np.int32),
        )  # fmt: skip
        return writer.close()


class _Pages:
    """Renders pages and notes what they state."""

    def __init__(
        self,
        collected: Collection,
        names: list[str],
        predicates: list[Predicate],
        nouns: list[str],
        type_of: list[int],
        url: Callable[[str], str],
    ) -> None:
        self._collected, self._names, self._predicates = collected, names, predicates
        self._nouns, self._type_of = nouns, type_of
        self.urls = _different(url(key) for key in collected.keys)
        self.fact: list[int] = []
        self.document: list[int] = []
        self.links: dict[int, None] = {}

    def page(self, number: int, own: list[Row], incoming: list[Row]) -> str:
        """The Markdown of one entity; `links` holds its links afterwards."""
        self.links = {}
        parts = [self._lead(number)]
        description = self._collected.descriptions.get(number, "")
        if "\n" in description or len(description) > 120:
            parts.append(description)
        if own:
            rows = [self._row(number, p, facts) for p, facts in _grouped(own)]
            parts.append("\n".join(["| | |", "|---|---|", *rows]))
        for predicate, facts in _grouped(incoming):
            parts.append(self._incoming(number, predicate, facts))
        return "\n\n".join(parts)

    def _lead(self, number: int) -> str:
        name = f"**{self._names[number]}**"
        aliases = [a for a in self._collected.aliases.get(number, ()) if a != self._names[number]]
        if aliases:
            name += f" (also known as {', '.join(aliases)})"
        noun = self._nouns[self._type_of[number]]
        article = "an" if noun[:1].lower() in "aeiou" else "a"
        description = self._collected.descriptions.get(number, "")
        if description and "\n" not in description and len(description) <= 120:
            return f"{name} is {article} {noun}: {description.rstrip('.')}."
        return f"{name} is {article} {noun}."

    def _row(self, number: int, predicate: int, facts: list[Row]) -> str:
        values = []
        for fact, _, value in facts[:LISTED]:
            values.append(self._value(predicate, value))
            self._state(fact, number)
        if len(facts) > LISTED:
            values.append(f"and {len(facts) - LISTED:,} more")
        label = self._predicates[predicate].name.replace("_", " ")
        return f"| {label[:1].upper()}{label[1:]} | {', '.join(values)} |"

    def _incoming(self, number: int, predicate: int, facts: list[Row]) -> str:
        label = self._predicates[predicate].name.replace("_", " ")
        lines = [f"## With this as {label}", ""]
        for fact, _, subject in facts[:LISTED]:
            lines.append(f"- {self._link(subject)}")
            self._state(fact, number)
        if len(facts) > LISTED:
            lines.append(f"- and {len(facts) - LISTED:,} more")
        return "\n".join(lines)

    def _value(self, predicate: int, value: int) -> str:
        schema = self._predicates[predicate]
        if schema.kind == Kind.ENTITY:
            return self._link(value)
        if schema.kind == Kind.DATE:
            return date_text(value)
        if schema.kind == Kind.QUANTITY:
            return f"{value:,} {schema.unit}".rstrip()
        return self._collected.strings[value].replace("\n", " ").replace("|", "/")

    def _link(self, number: int) -> str:
        self.links[number] = None
        return f"[{self._names[number]}]({self.urls[number]})"

    def _state(self, fact: int, number: int) -> None:
        self.fact.append(fact)
        self.document.append(number)


class _Columns:
    """The facts, each once, by subject and by object."""

    def __init__(self, collected: Collection) -> None:
        subject = np.frombuffer(collected.subject, dtype=np.int32)
        predicate = np.frombuffer(collected.predicate, dtype=np.int16)
        value = np.frombuffer(collected.value, dtype=np.int64)
        order = np.lexsort((value, predicate, subject))
        subject, predicate, value = subject[order], predicate[order], value[order]
        new = np.ones(len(subject), dtype=bool)
        new[1:] = (
            (subject[1:] != subject[:-1])
            | (predicate[1:] != predicate[:-1])
            | (value[1:] != value[:-1])
        )
        self.subject, self.predicate, self.value = subject[new], predicate[new], value[new]
        self._size = len(collected.keys)
        kinds = np.array([relation.kind for relation in collected.relations], dtype=np.int8)
        relation = kinds[self.predicate] == Kind.ENTITY if len(kinds) else np.zeros(0, dtype=bool)
        facts = np.flatnonzero(relation)
        keys = np.lexsort((self.subject[facts], self.predicate[facts], self.value[facts]))
        self._incoming = facts[keys]

    def completed(self, number: int, predicate: Predicate) -> Predicate:
        """A predicate with what its facts tell: whether it is functional, or a category."""
        facts = np.flatnonzero(self.predicate == number)
        subjects = self.subject[facts]
        functional = len(np.unique(subjects)) == len(subjects)
        role = predicate.role
        if predicate.kind == Kind.TEXT and not role:
            values = len(np.unique(self.value[facts]))
            if values <= FEW_VALUES and len(facts) >= USED_OFTEN * values:
                role = "category"
        return Predicate(
            predicate.name, predicate.kind, predicate.phrase, predicate.inverse, predicate.unit,
            role, functional,
        )  # fmt: skip

    def rows(self) -> Iterator[tuple[int, list[Row], list[Row]]]:
        """For each entity, the facts about it as a subject and as an object."""
        facts = np.arange(len(self.subject))
        for low in range(0, self._size, CHUNK):
            high = min(low + CHUNK, self._size)
            own = self._slice(facts, self.subject, self.value, low, high)
            incoming = self._slice(self._incoming, self.value, self.subject, low, high)
            for number in range(low, high):
                yield number, own[number - low], incoming[number - low]

    def _slice(
        self, facts: np.ndarray, key: np.ndarray, other: np.ndarray, low: int, high: int
    ) -> list[list[Row]]:
        start, stop = np.searchsorted(key[facts], (low, high))
        facts = facts[start:stop]
        rows: list[list[Row]] = [[] for _ in range(low, high)]
        for row, fact, predicate, value in zip(
            (key[facts] - low).tolist(), facts.tolist(), self.predicate[facts].tolist(),
            other[facts].tolist(), strict=True,
        ):  # fmt: skip
            rows[row].append((fact, predicate, value))
        return rows


def _grouped(rows: list[Row]) -> list[tuple[int, list[Row]]]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[1], []).append(row)
    return list(groups.items())


def _types(collected: Collection, noun: Callable[[str], str]) -> tuple[list[EntityType], list[int]]:
    """The types in the order of how often they occur, and each entity's; one for each noun."""
    nouns = {key: noun(key) for key in dict.fromkeys(collected.types.values())}
    frequent = Counter(nouns[key] for key in collected.types.values())
    frequent.pop("thing", None)
    kept = sorted(frequent, key=lambda word: (-frequent[word], word))[:MOST_TYPES]
    number = {word: position for position, word in enumerate(["thing", *kept])}
    types = [EntityType(word, word, word if word.endswith("s") else f"{word}s") for word in number]
    of = [
        number.get(nouns.get(collected.types.get(entity, ""), ""), 0)
        for entity in range(len(collected.keys))
    ]
    return types, of


def _titles(names: list[str], keys: list[str]) -> list[str]:
    """Names, with a part of the identifier where several entities share one."""
    shared = {name for name, count in Counter(names).items() if count > 1}
    return [
        f"{name} ({local_name(key)})" if name in shared else name
        for name, key in zip(names, keys, strict=True)
    ]


def _different(addresses: Iterator[str]) -> list[str]:
    """Addresses, with a number added to those that occur again."""
    taken: dict[str, int] = {}
    found = []
    for address in addresses:
        if address in taken:
            taken[address] += 1
            address = f"{address}-{taken[address]}"
        taken[address] = 1
        found.append(address)
    return found
