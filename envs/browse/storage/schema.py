"""What a corpus is made of: entities of types, facts with predicates, documents."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import msgspec

__all__ = ["FORMAT", "CorpusError", "Document", "EntityType", "Fact", "Kind", "Predicate"]

FORMAT = 1
"""Version of the folder's layout."""


class CorpusError(ValueError):
    """A folder is no corpus, or a damaged one, or one of another format."""


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

    index: int  # pyright: ignore[reportIncompatibleMethodOverride] - the name of the column
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
