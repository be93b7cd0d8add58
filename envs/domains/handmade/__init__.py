"""Three domains written by hand: an airline desk, a returns desk and a phone carrier.

    from palestra.envs.domains.handmade import HANDMADE
    print(HANDMADE["airline-desk"].policy)

Each folder reads like an entry of a catalogue, in this order: `policy.md`, `schema.sql`, `data.py`,
`tools.py`, `tasks.py`, `verify.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..domain import Domain
from . import airline, phone, returns

__all__ = ["BREACHES", "HANDMADE"]

HANDMADE: Mapping[str, Domain] = {m.DOMAIN.id: m.DOMAIN for m in (airline, returns, phone)}
"""The domains by id."""

BREACHES = {m.DOMAIN.id: m.breaches for m in (airline, returns, phone)}
"""For each domain, what finds breaches of its policy: (database before, database after, ledger,
log of the user's memory) -> names."""
