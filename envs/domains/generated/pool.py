"""Names of people, places and things that worlds are filled with: a file that Faker made once.

Faker is only needed to make the file anew (`write_pool`): another version of it would fill every
world with other values, and every task would change.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

__all__ = ["POOL", "pool", "write_pool"]

POOL = Path(__file__).parent.parent / "data" / "pool.json"


@lru_cache(maxsize=1)
def pool() -> dict[str, list[str]]:
    """Lists of values by kind: first, last, city, country, company, job, street, word, ..."""
    return json.loads(POOL.read_text(encoding="utf-8"))


def write_pool(path: Path = POOL) -> None:
    """Make the file with Faker (`pip install palestra[domains]`)."""
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(20260302)
    makers = {
        "first": (fake.first_name, 160),
        "last": (fake.last_name, 200),
        "city": (fake.city, 120),
        "country": (fake.country, 80),
        "company": (lambda: fake.company().replace(",", ""), 80),
        "job": (fake.job, 80),
        "street": (fake.street_name, 80),
        "word": (fake.word, 180),
        "color": (fake.safe_color_name, 14),
        "phrase": (lambda: fake.catch_phrase(), 120),
    }
    made: dict[str, list[str]] = {}
    for name, (make, count) in makers.items():
        found: dict[str, None] = {}
        for _ in range(count * 40):
            value = make()
            if value.isascii() and len(value) <= 40:
                found[value] = None
            if len(found) == count:
                break
        made[name] = list(found)
    path.write_text(json.dumps(made, indent=0) + "\n", encoding="utf-8")
