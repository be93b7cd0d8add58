"""Writing a corpus folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import msgspec
import numpy as np

from ..folders import move_into_place
from .reader import Corpus
from .schema import FORMAT, EntityType, Kind, Predicate
from .texts import TextWriter, url_hash

__all__ = ["CorpusWriter"]


class CorpusWriter:
    """Writes a corpus folder: add entities, documents and facts, then `close`.

    The folder appears under its final name only when it is complete, so two processes that build
    the same corpus at once, or a build that is killed, leave nothing broken behind.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        name: str,
        types: Sequence[EntityType],
        predicates: Sequence[Predicate],
        about: dict[str, object] | None = None,
    ) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=f".{self.path.name}-", dir=self.path.parent))
        self._meta = {
            "format": FORMAT,
            "name": name,
            "about": about or {},
            "types": msgspec.to_builtins(list(types)),
            "predicates": msgspec.to_builtins(list(predicates)),
        }
        names = ("url", "title", "text", "name", "alias", "string")
        self._texts = {name: TextWriter(self._folder, name) for name in names}
        self._kind = np.array([p.kind for p in predicates], dtype=np.uint8)
        self._entity_type, self._entity_document = array("h"), array("i")
        self._document_entity, self._url_hash = array("i"), array("Q")
        self._links, self._links_start = array("i"), array("q", [0])
        self._subject, self._predicate, self._value = array("i"), array("h"), array("q")
        self._stated_fact, self._stated_document = array("i"), array("i")
        self._strings: dict[str, int] = {}

    def entity(self, type: int, name: str, aliases: Iterable[str] = ()) -> int:
        """Add an entity; returns its id."""
        self._texts["name"].add(name)
        self._texts["alias"].add("\n".join(aliases))
        self._entity_type.append(type)
        self._entity_document.append(-1)
        return len(self._entity_type) - 1

    def document(
        self, url: str, title: str, text: str, *, links: Sequence[int] = (), entity: int = -1
    ) -> int:
        """Add a page (links may name pages that come later); returns its id."""
        self._texts["url"].add(url)
        self._texts["title"].add(title)
        self._texts["text"].add(text)
        self._url_hash.append(url_hash(url))
        self._links.extend(links)
        self._links_start.append(len(self._links))
        self._document_entity.append(entity)
        document = len(self._document_entity) - 1
        if entity >= 0:
            self._entity_document[entity] = document
        return document

    def string(self, text: str) -> int:
        """The index of a string in the table of text values, added if new."""
        index = self._strings.get(text)
        if index is None:
            index = self._strings[text] = len(self._strings)
            self._texts["string"].add(text)
        return index

    def fact(
        self, subject: int, predicate: int, value: int, *, documents: Sequence[int] = ()
    ) -> None:
        """Add a fact and the pages that state it; its kind is the predicate's."""
        for document in documents:
            self._stated_fact.append(len(self._subject))
            self._stated_document.append(document)
        self._subject.append(subject)
        self._predicate.append(predicate)
        self._value.append(value)

    def facts(
        self,
        subject: np.ndarray,
        predicate: np.ndarray,
        value: np.ndarray,
        stated_fact: np.ndarray,
        stated_document: np.ndarray,
    ) -> None:
        """Add many facts at once.

        Args:
            subject, predicate, value: `(n,)` integers, as for `fact`.
            stated_fact, stated_document: `(m,)` integers: fact number `stated_fact[i]` of these
                stands on page `stated_document[i]`; repetitions are dropped.
        """
        first = len(self._subject)
        self._subject.frombytes(subject.astype(np.int32).tobytes())
        self._predicate.frombytes(predicate.astype(np.int16).tobytes())
        self._value.frombytes(value.astype(np.int64).tobytes())
        self._stated_fact.frombytes((stated_fact + first).astype(np.int32).tobytes())
        self._stated_document.frombytes(stated_document.astype(np.int32).tobytes())

    def close(self) -> Corpus:
        """Sort, write, move into place, and open."""
        subject = np.frombuffer(self._subject, dtype=np.int32)
        predicate = np.frombuffer(self._predicate, dtype=np.int16)
        value = np.frombuffer(self._value, dtype=np.int64)
        kind = self._kind[predicate]
        order = np.lexsort((value, kind, predicate, subject))
        subject, predicate, value, kind = (
            column[order] for column in (subject, predicate, value, kind)
        )
        by_value = np.lexsort((subject, value, kind, predicate))
        entity_valued = np.flatnonzero(kind == Kind.ENTITY)
        by_object = entity_valued[np.argsort(value[entity_valued], kind="stable")]
        stated, stated_start = self._stated(order)
        url_hash = np.frombuffer(self._url_hash, dtype=np.uint64)
        by_hash = np.argsort(url_hash, kind="stable")
        arrays: dict[str, np.ndarray] = {
            "entity_type": np.frombuffer(self._entity_type, dtype=np.int16),
            "entity_document": np.frombuffer(self._entity_document, dtype=np.int32),
            "document_entity": np.frombuffer(self._document_entity, dtype=np.int32),
            "subject": subject,
            "predicate": predicate,
            "kind": kind,
            "value": value,
            "by_value": by_value.astype(np.int32),
            "by_object": by_object.astype(np.int32),
            "object_sorted": value[by_object].astype(np.int32),
            "stated": stated,
            "stated_start": stated_start,
            "links": np.frombuffer(self._links, dtype=np.int32),
            "links_start": np.frombuffer(self._links_start, dtype=np.int64),
            "url_hash": url_hash[by_hash],
            "url_document": by_hash.astype(np.int32),
        }
        digest = hashlib.blake2b(digest_size=16)
        for name, column in arrays.items():
            np.save(self._folder / f"{name}.npy", np.ascontiguousarray(column))
            digest.update(np.ascontiguousarray(column).tobytes())
        for writer in self._texts.values():
            digest.update(writer.close())
        self._meta["digest"] = digest.hexdigest()
        self._meta["files"] = {f.name: f.stat().st_size for f in sorted(self._folder.iterdir())}
        (self._folder / "meta.json").write_text(json.dumps(self._meta, indent=1, sort_keys=True))
        move_into_place(self._folder, self.path)
        return Corpus(self.path)

    def _stated(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The pages of each fact, in the facts' final order, and where each one's begin."""
        position = np.empty(len(order), dtype=np.int64)
        position[order] = np.arange(len(order))
        fact = position[np.frombuffer(self._stated_fact, dtype=np.int32)]
        document = np.frombuffer(self._stated_document, dtype=np.int32)
        pairs = np.lexsort((document, fact))
        fact, document = fact[pairs], document[pairs]
        new = np.ones(len(fact), dtype=bool)
        new[1:] = (fact[1:] != fact[:-1]) | (document[1:] != document[:-1])
        start = np.searchsorted(fact[new], np.arange(len(order) + 1)).astype(np.int64)
        return document[new], start

    def abandon(self) -> None:
        """Give up: leave nothing behind. Also what a `with` block does on an error."""
        for writer in self._texts.values():
            writer.abandon()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, type: object, error: object, trace: object) -> None:
        if error is not None:
            self.abandon()
