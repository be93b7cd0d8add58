"""Hostile arguments: SQL, Unicode, huge numbers, wrong types, paths; what no tool may fall for.

    hostile(make("domains").unwrapped, calls=1000)

Each call goes through the same door as an agent's. Nothing may raise, no call may change a table
that its tool does not declare, a refused call changes nothing, and each error says something.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from ..core import call, sample_value, text_of
from .probe import contents

if TYPE_CHECKING:
    from .env import DomainsEnv

__all__ = ["HOSTILE", "hostile"]

HOSTILE: tuple[Any, ...] = (
    "'; DROP TABLE x; --", "\" OR 1=1 --", "x'); DELETE FROM sqlite_master; --", "../../etc/passwd",
    "file:///etc/shadow", "\x00", "\ud800", "𝕊𝕢𝕝", "\u202e", "a" * 15_000, "", " ", "NULL", "$(id)",
    "{{7*7}}", "%s%n", 10**400, -(10**30), 2**63, -1, 0, 1e308, float("inf"), float("nan"), True,
    None, [], {}, [[[[]]]], {"a": {"b": []}}, ["'; --"] * 3, b"bytes", object(),
)  # fmt: skip


def _value(schema: dict[str, Any], rng: random.Random) -> Any:
    """Half of the time something that fits the schema, with something hostile in its texts."""
    if rng.random() < 0.5:
        return rng.choice(HOSTILE)
    made = sample_value(schema, rng, {})
    texts = [h for h in HOSTILE if isinstance(h, str)]
    return rng.choice(texts) if isinstance(made, str) and rng.random() < 0.5 else made


def hostile(env: DomainsEnv, calls: int, seed: int = 0) -> Counter[str]:
    """Make so many calls in many domains; how they were answered (`refused`, `answered`).

    Raises:
        AssertionError: a call changed what it must not, or an error is empty.
    """
    rng = random.Random(seed)
    told: Counter[str] = Counter()
    made, index = 0, 0
    while made < calls:
        env.reset(seed=index, options={"split": "train", "index": index % 20_000})
        index += 37
        operations = env.state.world.domain.operations
        image, before = env.state.world.image(), contents(env.state.world.db)
        for _ in range(40):
            name = rng.choice([o.name for o in operations.values() if o.side == "agent"])
            schema = operations[name].parameters
            arguments = {
                n: _value(p, rng)
                for n, p in schema.get("properties", {}).items()
                if n in schema.get("required", ()) or rng.random() < 0.5
            }
            observation, _, ended, cut, _ = env.step(call(name, **arguments))
            made += 1
            text = text_of(observation)
            refused = text.startswith(("Error:", "Format error:"))
            told["refused" if refused else "answered"] += 1
            assert len(text) > (10 if refused else 0), (name, arguments, text)
            now = env.state.world.image()
            if now != image:  # the same bytes hold the same rows
                after = contents(env.state.world.db)
                changed = {table for table in after if after[table] != before.get(table)}
                assert after.keys() == before.keys(), (name, arguments)
                assert changed <= operations[name].tables, (name, arguments, changed)
                assert not (refused and changed), (name, arguments, changed)
                image, before = now, after
            if ended or cut or made >= calls:
                break
    return told
