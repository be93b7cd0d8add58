"""Pages: every entity's facts in prose, an infobox and tables, with a record of what is stated.

A page states the facts that were placed on it when they were drawn, in its own order and words.
Whatever it states is recorded, so that the corpus knows the pages of every fact exactly.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from ...corpus import Kind
from ...dates import date_text
from . import schema as s
from .chance import Chance
from .draft import Draft
from .formats import DATE_STYLES, dated, joined, number_text
from .naming import Naming
from .page_parts import ALSO, APPOSITIONS, HEADINGS, LABELS, NOUNS, TABLES, fillers
from .statements import Statement, Statements
from .wording import LEADS, WORDINGS

__all__ = ["Pages"]

BOXED = 0.75
"""The share of pages with an infobox."""
LINES = 12
"""From how many subjects on a sentence gives way to a list."""
DESCRIBED = 0.16
"""The share of links in sentences that are followed by a word about what they lead to."""
DISTINGUISHED = 0.7
"""The share of pages with a note on a namesake, of those that have one."""
_ENTITY, _DATE, _QUANTITY = int(Kind.ENTITY), int(Kind.DATE), int(Kind.QUANTITY)


class Pages:
    """Renders the pages of a named draft, in the order of entities.

    Attributes:
        fact, document: columns of statements: this page states this fact.
    """

    def __init__(
        self, draft: Draft, naming: Naming, titles: list[str], base: str, slugs: list[str]
    ) -> None:
        self._draft, self._naming = draft, naming
        self._base, self._slugs = base, slugs
        self._names = naming.names
        self._titles, self._namesakes = titles, _namesakes(naming.names)
        self._chance = Chance(draft.seed, "pages")
        self._statements = Statements(draft)
        self.fact, self.document = array("i"), array("i")

    def __iter__(self) -> Iterator[tuple[str, list[int]]]:
        """Every page's text and the pages that it links to."""
        for entity, own, incoming in self._statements.rows():
            yield self._page(entity, own, incoming)

    def url(self, entity: int) -> str:
        return f"{self._base}{self._slugs[entity]}"

    # -- one page --------------------------------------------------------------------------------

    def _page(
        self, entity: int, own: list[Statement], incoming: list[Statement]
    ) -> tuple[str, list[int]]:
        chance = self._chance
        random = chance.random
        self._links: dict[int, None] = {}
        self._entity = entity
        self._style = int(random() * DATE_STYLES)
        type = self._draft.type_of(entity)
        self._forms(entity, type)
        parts: list[str] = []
        namesakes = self._namesakes.get(self._names[entity])
        if namesakes is not None and random() < DISTINGUISHED:
            parts.append(self._note(entity, namesakes))
        told: set[int] = set()
        if random() < BOXED:
            box = [statement for statement in own if random() < 0.6]
            if len(box) >= 2:
                parts.append(self._infobox(box, random() < 0.7))
                # What the box says need not be said again, and often is.
                told = {fact for fact, _, _ in box if random() < 0.5}
        lead = self._lead(entity, type, own, told)
        groups: dict[int, list[Statement]] = {}
        for statement in own:
            if statement[0] not in told:
                groups.setdefault(statement[1], []).append(statement)
        others: dict[int, list[Statement]] = {}
        for statement in incoming:
            others.setdefault(~statement[1], []).append(statement)
        tables = [key for key in others if self._tabled(type, key, len(others[key]))]
        keys = [*groups, *(key for key in others if key not in tables)]
        chance.shuffle(keys)
        parts += self._prose(lead, keys, groups, others, type)
        for key in tables:
            parts.append(self._table(type, key, others[key]))
        return "\n\n".join(parts), list(self._links)

    def _forms(self, entity: int, type: int) -> None:
        """How the page speaks of its subject: `(S, s, P, p, o)`."""
        name = self._names[entity]
        if type == s.PERSON:
            first = self._draft.first[s.PERSON]
            family = self._naming.family[entity]
            if self._draft.female[entity - first]:
                pronoun = ("She", "she", "Her", "her", "her")
            else:
                pronoun = ("He", "he", "His", "his", "him")
            begins = family[0].upper() + family[1:]
            named = (begins, pronoun[1], f"{begins}'s", pronoun[3], pronoun[4])
            self._subject = (pronoun, pronoun, named)
            return
        noun = NOUNS[type]
        pronoun = ("It", "it", "Its", "its", "it")
        general = (f"The {noun}", f"the {noun}", f"The {noun}'s", f"the {noun}'s", f"the {noun}")
        named = (name, "it", f"{name}'s", "its", "it")
        self._subject = (pronoun, general, named)

    # -- values ----------------------------------------------------------------------------------

    def _link(self, entity: int) -> str:
        self._links[entity] = None
        return f"[{self._names[entity]}]({self._base}{self._slugs[entity]})"

    def _value(self, predicate: int, value: int, bare: bool = False) -> str:
        """A value as it stands in a sentence (or, bare, in a table)."""
        kind = s.KIND[predicate]
        if kind == _ENTITY:
            return self._link(value)
        if kind == _DATE:
            return date_text(value, self._style == 1) if bare else dated(value, self._style)
        if kind == _QUANTITY:
            return number_text(value)
        return self._draft.strings[value]

    def _described(self, entity: int) -> str:
        """A link, at times with a word about what it leads to: "[Varn](...), a market town,"."""
        link = self._link(entity)
        if self._chance.random() < DESCRIBED:
            predicate = APPOSITIONS[self._draft.type_of(entity)]
            known = self._statements.attribute(predicate).get(entity) if predicate >= 0 else None
            if known is not None:
                self._state(known[0])
                return f"{link}, {self._draft.strings[known[1]]},"
        return link

    def _note(self, entity: int, namesakes: list[int]) -> str:
        """A note on another page that one may have been looking for."""
        other = self._chance.pick(namesakes)
        if other == entity:
            other = namesakes[namesakes.index(entity) - 1]
        self._links[other] = None
        noun = s.TYPES[self._draft.type_of(other)].noun
        address = f"{self._base}{self._slugs[other]}"
        return f"*Not to be confused with the {noun} [{self._titles[other]}]({address}).*"

    def _state(self, fact: int) -> None:
        self.fact.append(fact)
        self.document.append(self._entity)

    # -- parts -----------------------------------------------------------------------------------

    def _lead(self, entity: int, type: int, own: list[Statement], told: set[int]) -> str:
        chance = self._chance
        at_hand = {statement[1]: statement for statement in own}
        possible = [lead for lead in LEADS[type] if all(need in at_hand for need in lead.needs)]
        name = f"**{self._names[entity]}**"
        also = ""
        aliases = self._naming.aliases.get(entity)
        if aliases:
            known = " or ".join(aliases)
            if chance.random() < 0.5:
                also = f" {chance.pick(ALSO)} {known.removesuffix('.')}."
            else:
                name = f"{name}, {chance.pick(('also known as', 'also called'))} {known},"
        if not possible:
            noun = s.TYPES[type].noun
            article = "an" if noun[0] in "aeiou" else "a"
            return f"{name} is {article} {noun}.{also}"
        lead = chance.pick(possible)
        values = []
        for need in lead.needs:
            fact, predicate, value = at_hand[need]
            values.append(self._value(predicate, value))
            self._state(fact)
            told.add(fact)
        return _tidy(lead.text.format(*values, N=name)).replace(", (", " (") + also

    def _infobox(self, box: list[Statement], table: bool) -> str:
        rows = []
        for fact, predicate, value in box:
            self._state(fact)
            text = self._value(predicate, value, bare=True)
            unit = s.PREDICATES[predicate].unit
            label = LABELS[predicate]
            if unit and label.lower() != unit:
                text = f"{text} {unit}"
            rows.append((label, text))
        if table:
            lines = [f"| {label} | {text} |" for label, text in rows]
            return "\n".join(["| | |", "|---|---|", *lines])
        return "\n".join(f"- **{label}:** {text}" for label, text in rows)

    def _prose(
        self,
        lead: str,
        keys: list[int],
        groups: dict[int, list[Statement]],
        others: dict[int, list[Statement]],
        type: int,
    ) -> list[str]:
        chance = self._chance
        random = chance.random
        parts: list[str] = []
        sentences = [lead]
        length = chance.between(2, 4)
        headed = len(keys) > 6 and random() < 0.6
        headings = list(HEADINGS.get(type, HEADINGS[-1])) if headed else []
        for key in keys:
            if key >= 0:
                sentences += [self._sentence(statement) for statement in groups[key]]
            else:
                sentences.append(self._inverse(~key, others[key]))
            if len(sentences) >= length:
                parts.append(" ".join(sentences))
                sentences = []
                length = chance.between(2, 5)
                if headings and key is not keys[-1]:
                    parts.append(f"## {headings.pop(0)}")
        for _ in range(chance.below(3)):
            sentences.append(self._fill(chance.pick(fillers(type))))
        if sentences:
            parts.append(" ".join(sentences))
        elif parts and parts[-1].startswith("## "):
            parts.pop()
        return parts

    def _sentence(self, statement: Statement) -> str:
        fact, predicate, value = statement
        self.fact.append(fact)
        self.document.append(self._entity)
        chance = self._chance
        form = chance.pick(self._subject)
        if s.KIND[predicate] == _ENTITY:
            text = self._described(value)
        else:
            text = self._value(predicate, value)
        sentence = chance.pick(WORDINGS[predicate].own)
        return _tidy(sentence.format(form[0], form[1], form[2], form[3], text, form[4]))

    def _inverse(self, predicate: int, statements: list[Statement]) -> str:
        """A sentence (or a list) about everything that has this relation to the page's subject."""
        for fact, _, _ in statements:
            self._state(fact)
        chance = self._chance
        form = chance.pick(self._subject)
        wording = WORDINGS[predicate]
        if len(statements) == 1:
            text = self._described(statements[0][2])
            sentence = chance.pick(wording.other)
            return _tidy(sentence.format(form[0], form[1], form[2], form[3], text, form[4]))
        links = [self._link(subject) for _, _, subject in statements]
        sentence = chance.pick(wording.many)
        return sentence.format(form[0], form[1], form[2], form[3], joined(links), form[4])

    def _fill(self, sentence: str) -> str:
        form = self._chance.pick(self._subject)
        return sentence.format(form[0], form[1], form[2], form[3], "", form[4])

    # -- tables ----------------------------------------------------------------------------------

    def _tabled(self, type: int, key: int, count: int) -> bool:
        table = TABLES.get((type, ~key))
        return table is not None and (count > LINES or (count >= 2 and self._chance.random() < 0.7))

    def _table(self, type: int, key: int, statements: list[Statement]) -> str:
        """A table of what is related to the subject, with one attribute of each."""
        heading, column, predicate = TABLES[type, ~key]
        values = self._statements.attribute(predicate)
        lines = [f"## {heading}", "", f"| {column} | {LABELS[predicate]} |", "|---|---|"]
        for fact, _, subject in statements:
            self._state(fact)
            cell = "unknown"
            known = values.get(subject)
            if known is not None:
                cell = self._value(predicate, known[1], bare=True)
                self._state(known[0])
            lines.append(f"| {self._link(subject)} | {cell} |")
        return "\n".join(lines)


def _tidy(sentence: str) -> str:
    """No comma before another mark."""
    if ",." in sentence:
        return sentence.replace(",.", ".")
    return sentence.replace(",,", ",") if ",," in sentence else sentence


def _namesakes(names: list[str]) -> dict[str, list[int]]:
    """The entities that share each name that is shared."""
    first: dict[str, int] = {}
    shared: dict[str, list[int]] = {}
    for entity, name in enumerate(names):
        if first.setdefault(name, entity) != entity:
            shared.setdefault(name, [first[name]]).append(entity)
    return shared
