"""Who led what, one after another: each takes office after the one before, in a fit age."""

from __future__ import annotations

from . import schema as s
from .chance import Chance
from .draft import ON_OBJECT, ON_SUBJECT, PRESENT, Draft
from .moments import date_in
from .people import People

__all__ = ["make_offices"]

BOTH = ON_SUBJECT | ON_OBJECT
BODIES = (
    # type, relation, chance of a first and of each further holder, occupations
    (s.REGION, s.GOVERNED, 0.95, ("a politician", "a general", "a merchant")),
    (s.SOCIETY, s.PRESIDED_OVER, 0.6, ("a physician", "an astronomer", "a historian", "a poet")),
    (s.SCHOOL, s.PRESIDED_OVER, 0.4, ("a philosopher", "a mathematician", "a historian")),
    (s.COMPANY, s.PRESIDED_OVER, 0.2, ("an industrialist", "an engineer", "a merchant")),
)
LONGEST = 4
"""Holders of one office, at most."""


def make_offices(draft: Draft, people: People) -> None:
    """Fill the offices. A person holds one at most, so that the date of taking it is one fact."""
    chance = Chance(draft.seed, "offices")
    first = draft.first[s.PERSON]
    in_office = bytearray(draft.count(s.PERSON))
    for type, relation, share, occupations in BODIES:
        for body in draft.ids(type):
            year = max(draft.since[body] + chance.between(1, 60), 1500 + chance.between(0, 420))
            before = -1
            for _ in range(LONGEST):
                if year >= min(draft.until[body], PRESENT) or chance.random() >= share:
                    break
                pool = people.of[chance.pick(occupations)]
                holder = pool.draw(chance, year, (32, 62), draft.home[body])
                if holder < 0 or in_office[holder - first] or draft.related(holder, body):
                    break
                in_office[holder - first] = 1
                draft.relate(holder, relation, body, chance.pick((1, 3, 3, 2)))
                draft.attribute(holder, s.TOOK_OFFICE, date_in(year, chance, 0.7))
                if before >= 0 and not draft.related(holder, before):
                    draft.relate(holder, s.SUCCEEDED, before, chance.pick((1, 1, 3, 2)))
                before = holder
                year += chance.between(2, 16)
