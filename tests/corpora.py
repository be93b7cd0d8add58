"""What tests of importers ask of a corpus: pages, facts in words, links and statements."""

from __future__ import annotations

import re

from palestra.envs.browse.corpus import Corpus, Kind


def page(corpus: Corpus, title: str) -> str:
    for document in range(len(corpus)):
        if corpus.title(document) == title:
            return corpus.text(document)
    raise KeyError(title)


def named(corpus: Corpus) -> dict[str, int]:
    return {corpus.entity_name(entity): entity for entity in range(corpus.entities)}


def said(corpus: Corpus) -> set[tuple[str, str, object]]:
    """All facts in words."""
    found = set()
    for number in range(len(corpus.subject)):
        fact = corpus.fact(number)
        value: object = fact.value
        if fact.kind == Kind.ENTITY:
            value = corpus.entity_name(fact.value)
        elif fact.kind == Kind.TEXT:
            value = corpus.string(fact.value)
        predicate = corpus.predicates[fact.predicate].name
        found.add((corpus.entity_name(fact.subject), predicate, value))
    return found


def check_statements(corpus: Corpus) -> None:
    """Every page that is said to state a fact names both of its ends."""
    months = "January February March April May June July August September October November December"
    for number in range(len(corpus.subject)):
        fact = corpus.fact(number)
        if fact.kind == Kind.ENTITY:
            value = corpus.entity_name(fact.value)
        elif fact.kind == Kind.TEXT:
            value = corpus.string(fact.value)
        elif fact.kind == Kind.QUANTITY:
            value = f"{fact.value:,}"
        else:
            year, month, day = fact.value // 10_000, fact.value // 100 % 100, fact.value % 100
            parts = [str(day)] * (day > 0) + [months.split()[month - 1]] * (month > 0) + [str(year)]
            value = " ".join(parts)
        assert len(corpus.stated_on(number)), fact
        for document in corpus.stated_on(number).tolist():
            text = corpus.text(document)
            assert value in text, (fact, text)
            assert corpus.entity_name(fact.subject) in text, (fact, text)


def check_links(corpus: Corpus) -> None:
    for document in range(len(corpus)):
        addresses = re.findall(r"\]\(([^()\s]+)\)", corpus.text(document))
        pages = dict.fromkeys(corpus.find(address) for address in addresses)
        assert corpus.links(document).tolist() == [p for p in pages if p is not None]
