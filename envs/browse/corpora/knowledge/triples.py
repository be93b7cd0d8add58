"""The source "triples": N-Triples, N-Quads and Turtle.

    open_corpus("triples:path=/data/museums.nt.gz")

An entity is whatever is the subject or the object of a triple and has an address; blank nodes,
which have none, are left out with their triples. Names, descriptions and types come from the usual
vocabularies (RDFS, SKOS, schema.org, FOAF, Dublin Core).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ...corpus import Corpus, Kind, Predicate
from ..inputs import content_key, input_files, kind_of
from .collect import Collection
from .ntriples import Literal, Triple, read_ntriples
from .pages import write_collection
from .turtle import read_turtle
from .words import local_name, phrases, words_of

__all__ = ["SOURCE"]

VERSION = 1
SUFFIXES = (".nt", ".nq", ".ttl")
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
NAMES = {
    f"{_SKOS}prefLabel": 0,
    f"{_RDFS}label": 1,
    "http://schema.org/name": 2,
    "https://schema.org/name": 2,
    "http://xmlns.com/foaf/0.1/name": 3,
    "http://purl.org/dc/terms/title": 4,
    "http://purl.org/dc/elements/1.1/title": 4,
}
"""Predicates that name something; the smaller number wins."""
ALIASES = frozenset(
    {
        f"{_SKOS}altLabel",
        "http://schema.org/alternateName",
        "https://schema.org/alternateName",
        "http://xmlns.com/foaf/0.1/nick",
    }
)
DESCRIPTIONS = frozenset(
    {
        f"{_RDFS}comment",
        f"{_SKOS}definition",
        "http://schema.org/description",
        "https://schema.org/description",
        "http://purl.org/dc/terms/description",
        "http://purl.org/dc/elements/1.1/description",
        "http://dbpedia.org/ontology/abstract",
    }
)
PART_OF = frozenset(
    {"partOf", "isPartOf", "locatedIn", "containedInPlace", "parentFeature", "parentADM1"}
)
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = re.compile(r"(?:.*[iI]nteger|int|long|short|byte|unsigned\w+|decimal|double|float)")
_WHOLE = re.compile(r"[+-]?\d{1,18}(?:\.0*)?")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*|Z|[+-]\d\d:\d\d)?")


class _Triples:
    """The source "triples"."""

    options = {"path": None, "language": "en"}

    def key(self, path: str, language: str) -> str:
        files = _files(path)
        digest = content_key(files, Path(path).expanduser())
        return f"triples version={VERSION} language={language} files={digest}"

    def build(self, folder: Path, path: str, language: str) -> Corpus:
        collected = Collection()
        reader = _Reader(collected, language)
        files = _files(path)
        for file in files:
            for triple in _triples(file):
                reader.read(triple)
        about: dict[str, object] = {"source": "triples", "files": [file.name for file in files]}
        return write_collection(
            folder, collected, name=f"triples of {Path(path).name}", about=about,
            predicate=lambda number: _predicate(collected, number),
            noun=lambda key: collected.labels.get(key) or words_of(local_name(key)) or "thing",
            url=lambda key: key if key.startswith(("http://", "https://")) else _address(key),
        )  # fmt: skip


SOURCE = _Triples()


class _Reader:
    """Sorts triples into names, types and facts."""

    def __init__(self, collected: Collection, language: str) -> None:
        self._collected, self._language = collected, language
        self._rank: dict[int, tuple[int, int]] = {}

    def read(self, triple: Triple) -> None:
        subject, predicate, object = triple
        if subject.startswith("_:") or (isinstance(object, str) and object.startswith("_:")):
            return
        collected = self._collected
        number = collected.entity(subject)
        if isinstance(object, str):
            if predicate == TYPE:
                collected.types.setdefault(number, object)
            else:
                collected.fact(number, predicate, Kind.ENTITY, collected.entity(object))
        elif object.language and not self._wanted(object.language):
            return
        elif predicate in NAMES:
            self._name(number, subject, NAMES[predicate], object)
        elif predicate in ALIASES:
            collected.alias(number, object.text)
        elif predicate in DESCRIPTIONS:
            known = collected.descriptions.get(number, "")
            if len(object.text) > len(known):
                collected.descriptions[number] = object.text.strip()
        else:
            kind, value = _value(object)
            collected.fact(number, predicate, kind, value)

    def _wanted(self, language: str) -> bool:
        return language == self._language or language.startswith(f"{self._language}-")

    def _name(self, number: int, key: str, vocabulary: int, name: Literal) -> None:
        """Keep the best name; the others become aliases."""
        collected = self._collected
        text = " ".join(name.text.split())
        if not text:
            return
        rank = (0 if name.language == self._language else 1, vocabulary)
        if number not in self._rank or rank < self._rank[number]:
            if number in self._rank:
                collected.alias(number, collected.names[number])
            self._rank[number] = rank
            collected.names[number] = collected.labels[key] = text
        elif text != collected.names[number]:
            collected.alias(number, text)


def _value(literal: Literal) -> tuple[Kind, int | str]:
    """A literal's kind and value; what is neither a date nor a whole number is text."""
    name = literal.datatype.removeprefix(_XSD) if literal.datatype.startswith(_XSD) else ""
    if name in ("date", "dateTime", "gYear", "gYearMonth"):
        match = _DATE.fullmatch(literal.text.strip())
        if match:
            year, month, day = (int(part or 0) for part in match.groups())
            if year and month <= 12 and day <= 31:
                return Kind.DATE, year * 10_000 + month * 100 + day
    elif name and _NUMBERS.fullmatch(name) and _WHOLE.fullmatch(literal.text.strip()):
        return Kind.QUANTITY, int(literal.text.strip().partition(".")[0])
    return Kind.TEXT, " ".join(literal.text.split())


def _predicate(collected: Collection, number: int) -> Predicate:
    relation = collected.relations[number]
    words = collected.labels.get(relation.key) or words_of(local_name(relation.key))
    words = words_of(words) or "property"
    phrase, inverse = phrases(words)
    role = "part_of" if local_name(relation.key) in PART_OF else ""
    if relation.kind != Kind.ENTITY:
        return Predicate(words, relation.kind, phrase)
    return Predicate(words, relation.kind, phrase, inverse, role=role)


def _files(path: str) -> list[Path]:
    return input_files(path, SUFFIXES, "N-Triples, N-Quads or Turtle files")


def _triples(file: Path) -> Iterator[Triple]:
    return read_turtle(file) if kind_of(file) == ".ttl" else read_ntriples(file)


def _address(key: str) -> str:
    return "https://triples.example/" + re.sub(r"[^\w.\-]+", "-", key).strip("-")
