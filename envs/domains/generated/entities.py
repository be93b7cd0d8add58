"""Which entities a set of operations tells of, and what names their rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from .draft import Draft
from .parse import Parsed
from .roles import collection, identity
from .rules import singular, snake, words

__all__ = ["SINGLE", "Entity", "Noun", "entities", "key_params"]

SINGLE = frozenset({"get", "update", "delete", "state", "put"})
"""Kinds that act on one row, which a parameter names."""

Noun = tuple[str, ...]
Entity = tuple[str, Noun]


def key_params(op: Parsed, noun: Noun) -> list[tuple[str, str, int, bool]]:
    """Parameters that may name an entity: (parameter, column, how surely, whether a list)."""
    found = []
    for name, schema in op.api.parameters.items():
        kind = schema.get("type")
        many = kind == "array" and schema["items"].get("type") == "string"
        if not many and kind not in ("string", "integer"):
            continue
        if "enum" in schema or schema.get("format", "").startswith("date"):
            continue
        path = collection(schema)
        last = words(path)
        if path:
            fits = (*last[:-1], singular(last[-1])) if last else ()
            if fits and fits == noun[-len(fits) :] and name != "parent":
                found.append((name, "_".join((*noun, "name")), 200, False))
            continue
        column, score = identity(name, noun)
        if score:
            found.append((name, column, score, many))
    return sorted(found, key=lambda each: (-each[2], each[0]))


def entities(operations: Sequence[Parsed]) -> dict[Entity, Draft]:
    """The entities, each with the column that most operations name its rows by."""
    votes: dict[Entity, Counter[str]] = defaultdict(Counter)
    lives: dict[Entity, set[str]] = defaultdict(set)
    for op in operations:
        if op.kind in ("link", "unlink"):
            continue
        for noun in dict.fromkeys((op.noun, op.owner)):
            entity = (op.api.source + ":" + op.api.service, noun)
            if noun == op.noun:
                lives[entity].add(op.kind)
            if op.kind in SINGLE:
                required = set(op.api.required) or set(op.api.parameters)
                for name, column, score, _ in key_params(op, noun)[:1]:
                    if name in required or score >= 20:
                        votes[entity][column] += 1
    drafts: dict[Entity, Draft] = {}
    taken: set[str] = set()
    for entity in sorted(votes.keys() | lives.keys()):
        service, noun = entity
        named = votes.get(entity) or Counter()
        if not named and not lives[entity] & {"create", "list"}:
            continue
        name = snake("_".join(noun))
        if name in taken:
            name = snake(service.partition(":")[2]) + "_" + name
        while name in taken:
            name += "_2"
        taken.add(name)
        key = min(named, key=lambda c: (-named[c], c)) if named else "_".join((*noun, "id"))
        drafts[entity] = Draft(name, noun, service, key)
    return drafts
