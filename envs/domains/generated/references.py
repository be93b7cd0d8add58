"""Which columns hold the keys of other entities: foreign keys, by their names and patterns."""

from __future__ import annotations

from typing import Any

from .draft import Draft, DraftTool
from .entities import Entity
from .plan import Column
from .roles import collection, identity
from .rules import words

__all__ = ["refer", "target_of"]


def target_of(
    name: str, schema: dict[str, Any], drafts: dict[Entity, Draft], service: str
) -> Draft | None:
    """The entity whose key a parameter of this name holds, its own service first."""
    best: tuple[tuple[int, int], Draft] | None = None
    written = tuple(w for w in words(name))
    for (home, noun), draft in drafts.items():
        if draft.relation:
            continue
        if "pattern" in draft.key_schema and collection(draft.key_schema):
            fits = schema.get("pattern") == draft.key_schema["pattern"]
            if not fits or home != service:
                continue
            rank = (2, len(noun))
        else:
            for start in range(len(written)):
                column, score = identity("_".join(written[start:]), noun)
                if column == draft.key and score >= 20:
                    break
            else:
                continue
            if len(written[start:]) == 1 and (len(noun) > 1 or home != service):
                continue
            rank = (1 if home == service else 0, len(noun))
        if best is None or rank > best[0]:
            best = (rank, draft)
    return best[1] if best else None


def refer(drafts: dict[Entity, Draft], tools: list[DraftTool]) -> None:
    """Turn columns that name another entity's key into foreign keys; no cycles but to oneself."""
    below: dict[str, set[str]] = {draft.name: set() for draft in drafts.values()}
    for draft in sorted(drafts.values(), key=lambda each: each.name):
        for column in sorted(draft.columns.values(), key=lambda c: c.name not in draft.needed):
            if column.name == draft.key or column.unique or column.schema.get("type") != "string":
                continue
            if "enum" in column.schema:
                continue
            target = target_of("_".join(column.label), column.schema, drafts, draft.service)
            if target is None or (target is draft and column.name in draft.needed):
                continue
            if target is not draft and draft.name in _reach(target.name, below):
                continue
            below[draft.name].add(target.name)
            draft.columns[column.name] = Column(
                name=column.name, schema=column.schema, label=column.label, ref=target.name
            )


def _reach(start: str, below: dict[str, set[str]]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        for other in below.get(todo.pop(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen
