"""What a question asks, as a conjunctive query over the corpus's facts.

A question is a path: variables `0..k` joined by `k` relation edges, each variable narrowed by its
type and by cues. The last variable is what is asked for (or one attribute of it). The English text
is a rendering of this query and the proofs are evaluations of it; this module is the only thing
that the writer of questions and their provers share, and it holds no logic.

A cue is read existentially: "some value of this predicate satisfies ...".
"""

from __future__ import annotations

import msgspec

__all__ = [
    "AttributeCue",
    "Category",
    "Cue",
    "Edge",
    "Inside",
    "Named",
    "Query",
    "Range",
    "Related",
    "Variable",
    "Within",
]


class Range(msgspec.Struct, frozen=True, tag=True, tag_field="is"):
    """A date or quantity lies in `low..high`, both included, in the encoding of the corpus."""

    predicate: int
    low: int
    high: int


class Category(msgspec.Struct, frozen=True, tag=True, tag_field="is"):
    """A text attribute has this value (an index of the corpus's table of strings)."""

    predicate: int
    value: int


class Inside(msgspec.Struct, frozen=True, tag=True, tag_field="is"):
    """The entity itself is part of a region, at any depth."""

    region: int


class Within(msgspec.Struct, frozen=True, tag=True, tag_field="is"):
    """A relation leads to some entity of a type that is part of a region, at any depth."""

    predicate: int
    type: int
    region: int


AttributeCue = Range | Category


class Related(msgspec.Struct, frozen=True, tag=True, tag_field="is"):
    """A relation leads to some entity of a type, which may be narrowed by one attribute.

    `outgoing` says whether the described entity is the relation's subject.
    """

    predicate: int
    outgoing: bool
    type: int
    cue: AttributeCue | None = None


class Named(msgspec.Struct, frozen=True, tag=True, tag_field="is"):
    """The entity is called this. Only the contrast condition (`hotpot`) names an entity."""

    name: str


Cue = Range | Category | Inside | Within | Related | Named


class Variable(msgspec.Struct, frozen=True):
    """One entity of the path: its type and what else is said of it."""

    type: int
    cues: tuple[Cue, ...] = ()


class Edge(msgspec.Struct, frozen=True):
    """The relation between variables `i` and `i + 1`; `forward` if variable `i` is its subject."""

    predicate: int
    forward: bool


class Query(msgspec.Struct, frozen=True):
    """The whole question. `asked` is a predicate, or -1 if the last entity itself is asked for."""

    variables: tuple[Variable, ...]
    edges: tuple[Edge, ...]
    asked: int = -1
