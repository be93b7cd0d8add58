"""Reading a corpus folder, memory-mapped."""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from .schema import FORMAT, CorpusError, Document, EntityType, Fact, Predicate
from .texts import Texts, url_hash

__all__ = ["Corpus"]


def _column(name: str) -> cached_property[np.ndarray]:
    """One array of the folder, mapped when it is first looked at."""
    return cached_property(lambda corpus: np.asarray(np.load(corpus.path / f"{name}.npy", "r")))


class Corpus:
    """Read access to a corpus folder.

    Attributes (all read-only, memory-mapped):
        types, predicates: the schema, as tuples; the arrays below hold positions in them.
        entity_type: int16 `(entities,)`.
        entity_document: int32 `(entities,)`, the entity's own page or -1.
        document_entity: int32 `(documents,)`, the entity a page is about or -1.
        subject, value: int32/int64 `(facts,)`; predicate: int16; kind: uint8. Sorted by
            (subject, predicate, kind, value).
        by_value: int32 `(facts,)`, the permutation that sorts facts by
            (predicate, kind, value, subject): the index for inverse and range look-ups.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        meta = _read_meta(self.path)
        self.name: str = meta["name"]
        self.digest: str = meta["digest"]
        self.about: dict[str, object] = meta["about"]
        self.types = tuple(msgspec.convert(meta["types"], list[EntityType]))
        self.predicates = tuple(msgspec.convert(meta["predicates"], list[Predicate]))
        self._texts: dict[str, Texts] = {}

    def __reduce__(self) -> tuple[type[Corpus], tuple[Path]]:
        return Corpus, (self.path,)

    def __len__(self) -> int:
        """The number of documents."""
        return len(self.document_entity)

    @property
    def entities(self) -> int:
        """The number of entities."""
        return len(self.entity_type)

    # -- documents -------------------------------------------------------------------------------

    def document(self, document: int) -> Document:
        """The page with this id."""
        return Document(
            document,
            self._text("url")[document],
            self.title(document),
            self._text("text")[document],
        )

    def title(self, document: int) -> str:
        """The title of a page."""
        return self._text("title")[document]

    def text(self, document: int) -> str:
        """The Markdown of a page."""
        return self._text("text")[document]

    def url(self, document: int) -> str:
        """The address of a page."""
        return self._text("url")[document]

    @property
    def characters(self) -> int:
        """The size of all texts together, in bytes of UTF-8."""
        return self._text("text").size

    def find(self, url: str) -> int | None:
        """The id of the page at this address, or None."""
        key = url_hash(url)
        at = int(np.searchsorted(self._url_hash, key))
        while at < len(self._url_hash) and self._url_hash[at] == key:
            document = int(self._url_document[at])
            if self.url(document) == url:
                return document
            at += 1
        return None

    def links(self, document: int) -> np.ndarray:
        """int32 ids of the pages that this page links to, in order of appearance."""
        return self._links[self._links_start[document] : self._links_start[document + 1]]

    # -- entities and facts ----------------------------------------------------------------------

    def entity_name(self, entity: int) -> str:
        """The canonical name."""
        return self._text("name")[entity]

    def aliases(self, entity: int) -> tuple[str, ...]:
        """Other accepted names, without the canonical one."""
        joined = self._text("alias")[entity]
        return tuple(joined.split("\n")) if joined else ()

    def string(self, index: int) -> str:
        """A value of kind TEXT."""
        return self._text("string")[index]

    def facts_of(self, entity: int) -> list[Fact]:
        """All facts whose subject this entity is."""
        low, high = _range(self.subject, entity)
        return [self.fact(i) for i in range(low, high)]

    def facts_about(self, entity: int) -> list[Fact]:
        """All facts whose value this entity is."""
        low, high = _range(self._object_sorted, entity)
        return [self.fact(i) for i in self._by_object[low:high].tolist()]

    def fact(self, index: int) -> Fact:
        """The fact at a position."""
        return Fact(
            index,
            int(self.subject[index]),
            int(self.predicate[index]),
            int(self.kind[index]),
            int(self.value[index]),
        )

    def stated_on(self, fact: int) -> np.ndarray:
        """int32 ids of the pages that state this fact."""
        return self._stated[self._stated_start[fact] : self._stated_start[fact + 1]]

    # -- arrays ----------------------------------------------------------------------------------

    entity_type = _column("entity_type")
    entity_document = _column("entity_document")
    document_entity = _column("document_entity")
    subject = _column("subject")
    predicate = _column("predicate")
    kind = _column("kind")
    value = _column("value")
    by_value = _column("by_value")
    _by_object = _column("by_object")
    _object_sorted = _column("object_sorted")
    _links = _column("links")
    _links_start = _column("links_start")
    _stated = _column("stated")
    _stated_start = _column("stated_start")
    _url_hash = _column("url_hash")
    _url_document = _column("url_document")

    def _text(self, name: str) -> Texts:
        texts = self._texts.get(name)
        if texts is None:
            texts = self._texts[name] = Texts(self.path, name)
        return texts


def _range(column: np.ndarray, key: int) -> tuple[int, int]:
    """Where a key begins and ends in a sorted column; in the column's type, else it is copied."""
    low, high = np.searchsorted(column, np.array((key, key + 1), dtype=column.dtype))
    return int(low), int(high)


def _read_meta(path: Path) -> dict[str, Any]:
    """The corpus's description, after a check that every file is there in full."""
    try:
        meta = json.loads((path / "meta.json").read_bytes())
        format, files = meta["format"], meta["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f"{path} is not a corpus: expected a folder with a meta.json as CorpusWriter writes it "
            f"({error})"
        ) from error
    if format != FORMAT:
        raise CorpusError(
            f"{path} is a corpus of format {format}, this Palestra reads format {FORMAT}; build it "
            "again"
        )
    for name, size in files.items():
        file = path / name
        if not file.is_file() or file.stat().st_size != size:
            raise CorpusError(
                f"{path} is a damaged corpus: {name} should have {size:,} bytes; build it again"
            )
    return meta
