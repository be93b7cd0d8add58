"""Scripted partners: what a co-writer does who is no learner, from what it sees and by chance.

    call = PARTNERS["owner"](state, "writer_1", rng)

A partner is a pure function of the state and a source of chance, so it goes along in snapshots and
forks. Its pace is a stylisation of the study: suggestions on one's own request were accepted after
1.92 minutes on average, others' after 59.56 (Lehmann et al., arXiv 2509.11826; 14 teams). A round
counts as a minute, and acceptance as a coin that is thrown each round: 1 in 1.92, and 1 in 59.56.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..core import Message, call
from .editing import stale
from .sections import find_section
from .world import DocumentState

__all__ = ["BURST", "OTHERS", "OWN", "PARTNERS", "Partner"]

OWN, OTHERS = 1 / 1.92, 1 / 59.56
"""Chance, each round, that an owner accepts: what was asked for, and what was not."""
BURST = 3
"""More new comments of one agent in one round are never looked at."""

Partner: TypeAlias = Callable[[DocumentState, str, Any], Message]
"""(state, seat, chance with `random()`) -> an action. Looks at its own replica only."""


def owner(state: DocumentState, me: str, rng: Any) -> Message:
    """Grants leave, accepts what it asked for fast and the rest slowly, ignores floods."""
    replica = state.replicas[me]
    grants = replica.records("grants")
    for key, request in replica.records("requests").items():
        section = find_section(replica, request["section"])
        if section is not None and section.owner == me and key not in grants:
            if rng.random() < OWN:
                return call("grant", section=section.title, to=request["by"])
            return call("wait")
    for id in _waiting(state, me):
        record = replica.records("comments")[id]
        if stale(state, me, id):
            return call("reject", comment=id)
        if rng.random() < (OWN if record["asked"] else OTHERS):
            return call("accept", comment=id)
    return call("wait")


def commenter(state: DocumentState, me: str, rng: Any) -> Message:
    """An assistant that takes each task on and says so, and now and then remarks on something."""
    replica = state.replicas[me]
    for id, task in replica.records("tasks").items():
        if task["assignee"] == me and task["status"] == "waiting":
            return call("claim_task", task=id)
        if task["assignee"] == me and task["status"] == "claimed" and rng.random() < OWN:
            return call("complete_task", task=id, result="Looked through it. ✅")
    if rng.random() < OTHERS:
        titles = list(replica.records("sections"))
        section = find_section(replica, titles[int(rng.random() * len(titles))])
        if section is not None:
            return call(
                "comment", section=section.title, text="Could this be shorter? 🤔", start=0, end=4
            )
    return call("wait")


def silent(state: DocumentState, me: str, rng: Any) -> Message:
    """Never answers."""
    return call("wait")


PARTNERS: Mapping[str, Mapping[str, Partner]] = {
    "owner": {"writer": owner, "assistant": commenter},
    "silent": {"writer": silent, "assistant": silent},
}
"""By name, then by the kind of seat."""


def _waiting(state: DocumentState, me: str) -> list[str]:
    """Open suggestions on one's own sections, but for those that came in a flood."""
    replica, arrived = state.replicas[me], state.arrived.get(me, {})
    records = replica.records("comments")
    found = [
        id
        for id, record in records.items()
        if record["status"] == "open" and "replacement" in record and record["author"] != me
    ]
    if not found:
        return []
    together = Counter((records[id]["author"], when) for id, when in arrived.items())
    mine = []
    for id in found:
        section = find_section(replica, records[id]["section"])
        if section is None or section.owner != me or id not in arrived:
            continue
        if together[records[id]["author"], arrived[id]] <= BURST:
            mine.append(id)
    return sorted(mine, key=lambda id: (arrived[id], len(id), id))
