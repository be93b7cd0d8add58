"""A corpus: documents with links, and the graph of facts they state, on disk and memory-mapped.

Every world that *browse* can be played in (procedural, Debian, imported triples or documents) is
written once by `CorpusWriter` and read through `Corpus`; retrieval, question synthesis and the
environment know nothing else about where a world came from.

A corpus is a folder of NumPy arrays, opened in milliseconds and shared between processes by the
page cache. Its rule: ids are dense integers (`0..n-1`), and the arrays are never changed once
written.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from array import array
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
import numpy as np

from .folders import move_into_place

FORMAT = 1


class Kind(IntEnum):
    """What the value of a fact is."""

    ENTITY = 0
    """The value is an entity id."""
    DATE = 1
    """The value is `yyyymmdd` as an integer; month and day may be 00 (unknown)."""
    QUANTITY = 2
    """The value is an integer in the predicate's unit."""
    TEXT = 3
    """The value is an index into the corpus's table of strings."""


class EntityType(msgspec.Struct, frozen=True):
    """One type of entity: `name` is its key ("person"), the rest is for prose."""

    name: str
    noun: str
    """Singular with no article: "novel", "software package"."""
    plural: str


class Predicate(msgspec.Struct, frozen=True):
    """One relation or attribute, with the words that turn it into prose.

    Phrases complete a sentence about the subject (`phrase`) or about the object (`inverse`), with
    `{}` for the other end: "was directed by {}" and "directed {}". An attribute has no inverse.
    """

    name: str
    kind: Kind
    phrase: str
    inverse: str = ""
    unit: str = ""
    """Unit of a quantity, plural: "metres", "inhabitants"."""
    role: str = ""
    """`part_of` marks containment of places (blurring climbs it); `category` marks a text
    attribute with few values that can be blurred or quoted as it is; else empty."""
    functional: bool = False
    """Whether a subject has at most one value."""


class Fact(NamedTuple):
    """One triple. `index` is its position in the corpus (see `Corpus.stated_on`)."""

    index: int
    subject: int
    predicate: int
    kind: int
    value: int


class Document(NamedTuple):
    """One page: Markdown text whose links read `[title](url)`."""

    id: int
    url: str
    title: str
    text: str


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
        self._texts: dict[str, _Texts] = {}

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

    def text(self, document: int) -> str:
        """The Markdown text of a page."""
        return self._text("text")[document]

    @property
    def characters(self) -> int:
        """The size of all texts together, in bytes of UTF-8."""
        return self._text("text").size

    def find(self, url: str) -> int | None:
        """The id of the page at this address, or None."""
        key = _hash(url)
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
        low, high = np.searchsorted(self.subject, (entity, entity + 1))
        return [self.fact(i) for i in range(int(low), int(high))]

    def facts_about(self, entity: int) -> list[Fact]:
        """All facts whose value this entity is."""
        low, high = np.searchsorted(self._object_sorted, (entity, entity + 1))
        return [self.fact(int(i)) for i in self._by_object[int(low) : int(high)]]

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

    @cached_property
    def entity_type(self) -> np.ndarray:
        return self._array("entity_type")

    @cached_property
    def entity_document(self) -> np.ndarray:
        return self._array("entity_document")

    @cached_property
    def document_entity(self) -> np.ndarray:
        return self._array("document_entity")

    @cached_property
    def subject(self) -> np.ndarray:
        return self._array("subject")

    @cached_property
    def predicate(self) -> np.ndarray:
        return self._array("predicate")

    @cached_property
    def kind(self) -> np.ndarray:
        return self._array("kind")

    @cached_property
    def value(self) -> np.ndarray:
        return self._array("value")

    @cached_property
    def by_value(self) -> np.ndarray:
        return self._array("by_value")

    @cached_property
    def _by_object(self) -> np.ndarray:
        return self._array("by_object")

    @cached_property
    def _object_sorted(self) -> np.ndarray:
        return self._array("object_sorted")

    @cached_property
    def _links(self) -> np.ndarray:
        return self._array("links")

    @cached_property
    def _links_start(self) -> np.ndarray:
        return self._array("links_start")

    @cached_property
    def _stated(self) -> np.ndarray:
        return self._array("stated")

    @cached_property
    def _stated_start(self) -> np.ndarray:
        return self._array("stated_start")

    @cached_property
    def _url_hash(self) -> np.ndarray:
        return self._array("url_hash")

    @cached_property
    def _url_document(self) -> np.ndarray:
        return self._array("url_document")

    def _array(self, name: str) -> np.ndarray:
        return np.load(self.path / f"{name}.npy", mmap_mode="r")

    def _text(self, name: str) -> _Texts:
        texts = self._texts.get(name)
        if texts is None:
            texts = self._texts[name] = _Texts(self.path, name)
        return texts


class CorpusError(ValueError):
    """A folder is no corpus, or a damaged one, or one of another format."""


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
        self._texts = {name: _TextWriter(self._folder, name) for name in names}
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
        self._url_hash.append(_hash(url))
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
            writer.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, type: object, error: object, trace: object) -> None:
        if error is not None:
            self.abandon()


class _Texts:
    """A table of strings in one file, read by offset."""

    def __init__(self, folder: Path, name: str) -> None:
        self._start = np.load(folder / f"{name}.start.npy", mmap_mode="r")
        size = (folder / f"{name}.txt").stat().st_size
        texts = np.memmap(folder / f"{name}.txt", mode="r") if size else b""
        self._view = memoryview(texts)
        self._length = len(self._start) - 1

    def __len__(self) -> int:
        return self._length

    @property
    def size(self) -> int:
        """Bytes of all strings together."""
        return int(self._start[-1])

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < self._length:
            raise IndexError(index)
        return self._view[self._start[index] : self._start[index + 1]].tobytes().decode()


class _TextWriter:
    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._file = open(folder / f"{name}.txt", "wb")  # noqa: SIM115 - closed in close()
        self._start = [0]
        self._digest = hashlib.blake2b(digest_size=16)

    def add(self, text: str) -> None:
        data = text.encode()
        self._file.write(data)
        self._digest.update(data)
        self._start.append(self._start[-1] + len(data))

    def close(self) -> bytes:
        self._file.close()
        start = np.array(self._start, dtype=np.int64)
        np.save(self._folder / f"{self._name}.start.npy", start)
        self._digest.update(start.tobytes())
        return self._digest.digest()


def _hash(url: str) -> int:
    return int.from_bytes(hashlib.blake2b(url.encode(), digest_size=8).digest(), "little")
