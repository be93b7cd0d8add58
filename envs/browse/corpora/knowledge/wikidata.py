"""The source "wikidata": entity documents in the format of Wikidata's public JSON dumps.

    open_corpus("wikidata:path=/data/part.json.gz")
    open_corpus("wikidata:path=/data/part.json,language=de")

One entity a line or a JSON array of them (https://doc.wikimedia.org/Wikibase, "JSON"). Items become
entities; of their statements, those of the best rank are used, and relations to items that are not
in the dump, which therefore have no name, are left out. Names of properties and units come from the
dump where it holds them, and else from `properties`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ...corpus import Corpus, Kind, Predicate
from ..inputs import content_key, input_files
from .collect import Collection
from .pages import write_collection
from .properties import PART_OF, PROPERTIES, UNITS
from .wikidata_json import Entity, Statement, read_entities
from .words import phrases, words_of

__all__ = ["SOURCE"]

VERSION = 1
INSTANCE_OF = "P31"
_TIME = re.compile(r"\+0*(\d{1,4})-(\d\d)-(\d\d)T.*")
_AMOUNT = re.compile(r"[+-]?\d{1,18}(?:\.0*)?")
_YEAR, _MONTH = 9, 10
"""Precisions of Wikibase times."""


class _Wikidata:
    """The source "wikidata"."""

    options = {"path": None, "language": "en"}

    def key(self, path: str, language: str) -> str:
        digest = content_key(_files(path), Path(path).expanduser())
        return f"wikidata version={VERSION} language={language} files={digest}"

    def build(self, folder: Path, path: str, language: str) -> Corpus:
        collected = Collection()
        files = _files(path)
        for file in files:  # the first pass knows which items there are, the second relates them
            for entity in read_entities(file):
                _describe(collected, entity, language)
        for file in files:
            for entity in read_entities(file):
                if entity.type == "item" and collected.has(entity.id):
                    _relate(collected, entity)
        about: dict[str, object] = {"source": "wikidata", "files": [file.name for file in files]}
        return write_collection(
            folder, collected, name=f"Wikidata of {Path(path).name}", about=about,
            predicate=lambda number: _predicate(collected, number),
            noun=lambda key: collected.labels.get(key, "thing"),
            url=lambda key: f"https://www.wikidata.org/wiki/{key}",
        )  # fmt: skip


SOURCE = _Wikidata()


def _files(path: str) -> list[Path]:
    return input_files(path, (".json", ".jsonl", ".ndjson"), "a Wikidata JSON dump")


def _describe(collected: Collection, entity: Entity, language: str) -> None:
    """Note an entity's names; one that has none in the language is left out."""
    label = _in(entity.labels, language)
    if not label:
        return
    collected.labels[entity.id] = label
    if entity.type != "item":
        return
    number = collected.entity(entity.id)
    collected.names[number] = label
    description = _in(entity.descriptions, language)
    if description:
        collected.descriptions[number] = description
    if isinstance(entity.aliases, dict):
        for alias in entity.aliases.get(language, []):
            if isinstance(alias, dict) and alias.get("value"):
                collected.alias(number, str(alias["value"]))


def _in(texts: Any, language: str) -> str:
    """A text in the language, or in the one for all languages ("mul")."""
    if not isinstance(texts, dict):  # empty ones are written as []
        return ""
    for code in (language, "mul"):
        text = texts.get(code)
        if isinstance(text, dict) and text.get("value"):
            return " ".join(str(text["value"]).split())
    return ""


def _relate(collected: Collection, entity: Entity) -> None:
    number = collected.entity(entity.id)
    if not isinstance(entity.claims, dict):
        return
    for key, statements in entity.claims.items():
        for statement in _best(statements):
            snak = statement.mainsnak
            if snak.snaktype != "value" or snak.datavalue is None:
                continue
            if snak.datatype in ("external-id", "commonsMedia", "url", "math", "musical-notation"):
                continue
            _fact(collected, number, key, snak.datavalue.type, snak.datavalue.value)


def _best(statements: list[Statement]) -> list[Statement]:
    preferred = [s for s in statements if s.rank == "preferred"]
    return preferred or [s for s in statements if s.rank == "normal"]


def _fact(collected: Collection, number: int, key: str, type: str, value: Any) -> None:
    if type == "wikibase-entityid" and isinstance(value, dict):
        other = value.get("id") or f"Q{value.get('numeric-id')}"
        if key == INSTANCE_OF:
            collected.types.setdefault(number, other)
        elif collected.has(other) and other != collected.keys[number]:
            collected.fact(number, key, Kind.ENTITY, collected.entity(other))
    elif type == "time" and isinstance(value, dict):
        date = _date(str(value.get("time", "")), value.get("precision", 0))
        if date:
            collected.fact(number, key, Kind.DATE, date)
    elif type == "quantity" and isinstance(value, dict):
        amount, unit = str(value.get("amount", "")), str(value.get("unit", "1"))
        if _AMOUNT.fullmatch(amount):
            unit = "" if unit == "1" else unit.rsplit("/", 1)[-1]
            whole = int(amount.partition(".")[0])
            collected.fact(number, key, Kind.QUANTITY, whole, unit)
    elif type == "monolingualtext" and isinstance(value, dict):
        collected.fact(number, key, Kind.TEXT, " ".join(str(value.get("text", "")).split()))
    elif type == "string" and isinstance(value, str):
        collected.fact(number, key, Kind.TEXT, " ".join(value.split()))


def _date(time: str, precision: int) -> int:
    """`yyyymmdd` as far as the precision goes; 0 if it does not reach a year of our era."""
    match = _TIME.fullmatch(time)
    if match is None or precision < _YEAR:
        return 0
    year, month, day = (int(part) for part in match.groups())
    if precision == _YEAR:
        month = day = 0
    elif precision == _MONTH or not month:
        day = 0
    return year * 10_000 + month * 100 + day if year and month <= 12 and day <= 31 else 0


def _predicate(collected: Collection, number: int) -> Predicate:
    relation = collected.relations[number]
    known = PROPERTIES.get(relation.key)
    label = collected.labels.get(relation.key)
    words = words_of(label) if label else known[0] if known else relation.key
    phrase, inverse = known[1:] if known else phrases(words)
    unit = UNITS.get(relation.unit) or collected.labels.get(relation.unit, "")
    if relation.kind != Kind.ENTITY:
        return Predicate(words, relation.kind, phrase, unit=unit)
    role = "part_of" if relation.key in PART_OF else ""
    return Predicate(words, relation.kind, phrase, inverse, role=role)
