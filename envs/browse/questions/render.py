"""From a query to English: one sentence for each hop, each entity described and none named.

Every word of the text comes from the query and the corpus's schema, so that what is read is what
was proved. A sentence starts from the entity that the one before introduced ("This novel ..."),
which keeps long paths readable and every reference unambiguous.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..corpus import Corpus, Kind
from .query import Category, Cue, Edge, Inside, Named, Query, Range, Related, Variable, Within
from .words import date_span, joined, number_span, with_article, without_preposition

__all__ = ["Renderer", "Rendering"]

PEOPLE = frozenset({"person", "people", "maintainer", "author", "human", "character", "developer"})
OPENINGS = ("Consider {}.", "Think of {}.", "Start with {}.", "There is {}.", "Take {}.")
ENDINGS = ("What is {this} called?", "What is the name of {this}?", "Name {this}.")
IN_CLAUSE = 2
"""Cues told in the sentence that introduces an entity; the rest follow in one of their own."""


class Rendering(NamedTuple):
    """A question's text, and the words in it that carry its constraints."""

    text: str
    sentences: tuple[str, ...]
    anchors: tuple[str, ...]


class Renderer:
    """Puts queries over one corpus into words."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._containment: dict[int, str] = {}

    def render(self, query: Query, rng: random.Random, *, known: int = 3) -> Rendering:
        """The question in English. `rng` only chooses between wordings of the same meaning.

        Args:
            known: how far an asked date is known: 1 its year, 2 its month, 3 its day.
        """
        telling = _Telling(self, query)
        first = query.variables[0]
        compact = self._two_hops(query)
        if compact is not None:
            return Rendering(compact, (compact,), self.anchors(query))
        if not _name_of(first):
            introduced, rest = telling.introduce(0)
            telling.say(rng.choice(OPENINGS).format(introduced))
            telling.say_rest(0, rest)
        position = 0
        while position < len(query.edges):
            position = telling.follow(position)
        telling.ask(rng, known)
        return Rendering(" ".join(telling.sentences), tuple(telling.sentences), self.anchors(query))

    def anchors(self, query: Query) -> tuple[str, ...]:
        """Numbers, region names and categories that any other wording must keep."""
        found: list[str] = []
        for variable in query.variables:
            for cue in variable.cues:
                found += self._anchors_of(cue)
        return tuple(found)

    # -- parts of a sentence -----------------------------------------------------------------------

    def noun(self, type: int) -> str:
        return self._corpus.types[type].noun

    def pronoun(self, type: int) -> str:
        return "who" if self._corpus.types[type].name in PEOPLE else "that"

    def verb(self, cue: Cue, type: int = -1) -> str:
        """A cue as what follows a subject of some type: "was born in the 1840s"."""
        corpus = self._corpus
        match cue:
            case Range(predicate, low, high):
                return self._ranged(predicate, low, high)
            case Category(predicate, value):
                return corpus.predicates[predicate].phrase.format(corpus.string(value))
            case Inside(region):
                return self._part_of(type).format(corpus.entity_name(region))
            case Within(predicate, place_type, region):
                place = f"{with_article(self.noun(place_type))} in {corpus.entity_name(region)}"
                return corpus.predicates[predicate].phrase.format(place)
            case Related(predicate, outgoing, other_type, attribute):
                other = with_article(self.noun(other_type))
                if attribute is not None:
                    other += f" {self.pronoun(other_type)} {self.verb(attribute)}"
                relation = corpus.predicates[predicate]
                return (relation.phrase if outgoing else relation.inverse).format(other)
            case Named(name):
                return f"is called “{name}”"

    def _part_of(self, type: int) -> str:
        """How one says of this type that it lies somewhere, whatever the depth."""
        if type not in self._containment:
            corpus = self._corpus
            ways = [i for i, p in enumerate(corpus.predicates) if p.role == "part_of"]
            facts = np.isin(corpus.predicate, ways)
            facts &= np.asarray(corpus.entity_type)[np.asarray(corpus.subject)] == type
            used = np.bincount(corpus.predicate[facts], minlength=1)
            self._containment[type] = corpus.predicates[int(used.argmax())].phrase
        return self._containment[type]

    def _ranged(self, predicate: int, low: int, high: int) -> str:
        schema = self._corpus.predicates[predicate]
        before, _, after = schema.phrase.partition("{}")
        if schema.kind == Kind.DATE:
            return f"{without_preposition(before)} {date_span(low, high)}{after}"
        unit = "" if schema.unit and schema.unit.split()[0] in after else schema.unit
        return f"{before}{number_span(low, high, unit)}{after}"

    def asked(self, predicate: int, known: int) -> str:
        """The asked attribute as a question's end: "was founded in which year"."""
        schema = self._corpus.predicates[predicate]
        before, _, after = schema.phrase.partition("{}")
        if schema.kind == Kind.DATE:
            what = ("in which year", "in which month and year", "on which exact date")[known - 1]
            return f"{without_preposition(before)} {what}{after}"
        if schema.kind == Kind.QUANTITY:
            unit = "" if schema.unit and schema.unit.split()[0] in after else f" {schema.unit}"
            return f"{before}how many{unit}{after}"
        return f"{before}what{after}"

    def _anchors_of(self, cue: Cue) -> list[str]:
        match cue:
            case Range(predicate, low, high):
                if self._corpus.predicates[predicate].kind == Kind.DATE:
                    return [date_span(low, high)]
                return [number_span(low, high, "")]
            case Category(_, value):
                return [self._corpus.string(value)]
            case Inside(region) | Within(_, _, region):
                return [self._corpus.entity_name(region)]
            case Related(_, _, _, attribute):
                return [] if attribute is None else self._anchors_of(attribute)
            case Named(name):
                return [name]

    def relation(self, edge: Edge) -> str | None:
        """The relation as said of its first entity, or None if it has no words for that."""
        schema = self._corpus.predicates[edge.predicate]
        return (schema.phrase if edge.forward else schema.inverse) or None

    def _two_hops(self, query: Query) -> str | None:
        """One compact sentence, from the answer back to the name, if the schema has the words.

        "Which town is the birthplace of the person who wrote the novel “X”?"
        """
        first, *others = query.variables
        if any(variable.cues for variable in others) or query.asked >= 0:
            return None
        name = _name_of(first)
        if not name:
            return None
        said = f"the {self.noun(first.type)} “{name}”"
        for edge, variable in zip(query.edges, others, strict=True):
            relation = self.relation(Edge(edge.predicate, not edge.forward))
            if relation is None:
                return None
            said = f"{self.pronoun(variable.type)} {relation.format(said)}"
            said = f"the {self.noun(variable.type)} {said}"
        noun = self.noun(query.variables[-1].type)
        clause = f"the {noun} {self.pronoun(query.variables[-1].type)} "
        return f"Which {noun} {said.removeprefix(clause)}?"


def _name_of(variable: Variable) -> str:
    return next((cue.name for cue in variable.cues if isinstance(cue, Named)), "")


class _Telling:
    """The sentences of one question, in the making."""

    def __init__(self, words: Renderer, query: Query) -> None:
        self.words, self.query = words, query
        self.sentences: list[str] = []
        self._beside_its_like: set[int] = set()
        """Positions introduced in a sentence that speaks of another entity of the same type."""

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence[0].upper() + sentence[1:])

    def this(self, position: int) -> str:
        """The entity that was introduced last."""
        variable = self.query.variables[position]
        noun = self.words.noun(variable.type)
        if name := _name_of(variable):
            return f"the {noun} “{name}”"
        return f"the latter {noun}" if position in self._beside_its_like else f"this {noun}"

    def introduce(
        self, position: int, before: Sequence[int] = (), *, bare: bool = False
    ) -> tuple[str, Sequence[str]]:
        """ "a novel that was published in the 1840s", and what is left to say of it.

        Args:
            before: positions of the entities that the same sentence speaks of already.
            bare: leave all cues to later sentences.
        """
        variable = self.query.variables[position]
        noun = self.words.noun(variable.type)
        alike = sum(self.query.variables[other].type == variable.type for other in before)
        if alike:
            self._beside_its_like.add(position)
        name = (with_article(noun), f"another {noun}", f"yet another {noun}")[min(alike, 2)]
        now, later = self._divided(variable)
        if now and not bare:
            name += f" {self.words.pronoun(variable.type)} {joined(now)}"
        return name, later

    def say_rest(self, position: int, verbs: Sequence[str]) -> None:
        """What is left to say of an entity, in sentences of its own."""
        for verb in verbs:
            self.say(f"{self.this(position)} also {verb}.")

    def follow(self, position: int) -> int:
        """The sentence that leads on from one entity; returns the position that it leads to.

        An entity of which nothing is said but its relations is passed in the same sentence.
        """
        this, relation = self.this(position), self._plain_relation(position)
        if relation is None:
            return self._follow_bare(position)
        introduced, rest = self.introduce(position + 1, (position,))
        onward = self._plain_relation(position + 1)
        if onward is None or self.query.variables[position + 1].cues:
            self.say(f"{this} {relation.format(introduced)}.")
            self.say_rest(position + 1, rest)
            return position + 1
        further, rest = self.introduce(position + 2, (position, position + 1))
        pronoun = "who" if self._is_person(position + 1) else "which"
        self.say(f"{this} {relation.format(introduced)}, {pronoun} {onward.format(further)}.")
        self.say_rest(position + 2, rest)
        return position + 2

    def _plain_relation(self, position: int) -> str | None:
        """The relation that leads on from an entity, if a clause about its object can follow."""
        if position >= len(self.query.edges):
            return None
        relation = self.words.relation(self.query.edges[position])
        return relation if relation is not None and relation.endswith("{}") else None

    def _is_person(self, position: int) -> bool:
        return self.words.pronoun(self.query.variables[position].type) == "who"

    def _follow_bare(self, position: int) -> int:
        """The same where the words of the relation leave no room for a clause."""
        edge, variable = self.query.edges[position], self.query.variables[position + 1]
        this, relation = self.this(position), self.words.relation(edge)
        introduced, _ = self.introduce(position + 1, (position,), bare=True)
        if relation is not None:
            self.say(f"{this} {relation.format(introduced)}.")
        else:  # the relation only reads from the other end: the next entity opens the sentence
            forwards = self.words.relation(Edge(edge.predicate, not edge.forward)) or "{}"
            self.say(f"{introduced} {forwards.format(this)}.")
        now, rest = self._divided(variable)
        if now:
            self.say(f"{self.this(position + 1)} {joined(now)}.")
        self.say_rest(position + 1, rest)
        return position + 1

    def _divided(self, variable: Variable) -> tuple[list[str], list[str]]:
        """Cues for the sentence that introduces an entity, and those for sentences that follow.

        A cue with a relative clause of its own would swallow whatever came after it, so at most
        one stands in the first sentence, at its end, and each other one has a sentence to itself.
        """
        plain = [c for c in variable.cues if not (isinstance(c, Related) and c.cue is not None)]
        nested = [c for c in variable.cues if isinstance(c, Related) and c.cue is not None]
        now, later = plain[:IN_CLAUSE], plain[IN_CLAUSE:]
        room = IN_CLAUSE - len(now)
        now, nested = now + nested[:room], nested[room:]
        rest = [joined([self.words.verb(cue, variable.type) for cue in later])] if later else []
        rest += [self.words.verb(cue, variable.type) for cue in nested]
        return [self.words.verb(cue, variable.type) for cue in now], rest

    def ask(self, rng: random.Random, known: int) -> None:
        last = len(self.query.variables) - 1
        this = self.this(last)
        if self.query.asked >= 0:
            self.say(f"{this} {self.words.asked(self.query.asked, known)}?")
        else:
            self.say(rng.choice(ENDINGS).format(this=this))
