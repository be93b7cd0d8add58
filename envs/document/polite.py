"""The two that do the task and keep the norms: they know the repairs, and still ask.

Both claim what they are asked for, repair their own sections, suggest repairs of others', accept
suggestions that repair, grant leave, close comments that are answered, and finish when all is done.
"""

from __future__ import annotations

from typing import Any

from ..core import Message, Script, Seat, calls
from .editing import find_quote
from .kinds import Fix
from .partners import BURST
from .replica import Replica
from .sections import find_section
from .tasks import Truth

__all__ = ["GIVE_UP", "oracle", "polite"]

Call = tuple[str, dict[str, Any]]
GIVE_UP = 40
"""Rounds without any change after which there is nothing left to wait for."""
_PATIENCE = 4
"""Rounds that owners are given to repair their own sections, where they can be expected to."""


def polite(seat: Seat) -> Script:
    """One repair of one's own a round; suggestions for the others."""
    return _play(seat, own=1, suggest=True)


def oracle(seat: Seat) -> Script:
    """All one's own repairs at once; in the arena the rest is left to its owners."""
    return _play(seat, own=1000, suggest=not _in_arena(seat))


def _in_arena(seat: Seat) -> bool:
    return bool(seat.agent)


def _play(seat: Seat, own: int, suggest: bool) -> Script:
    me = seat.agent or seat.env.seat
    known = {tool["function"]["name"] for tool in seat.tools}
    truth: Truth = seat.env.task.truth
    before, since = b"", 0
    while True:
        state = seat.env.state
        replica: Replica = state.replicas[me]
        open_ = [fix for fix in truth.fixes if not _done(replica, fix)]
        late = not _in_arena(seat) or state.round >= _PATIENCE
        todo = _duties(replica, me, open_, known)
        if "replace" in known and not todo:
            mine = [fix for fix in open_ if _owner(replica, fix) == me]
            todo += [_repair(fix) for fix in mine[:own]]
        if suggest and not todo and (late or me.startswith("assistant")):
            todo += _suggestions(replica, me, open_)
        if not todo:
            todo += _closing(replica, me, truth, late)
        left = [c for c in truth.closes if replica.records("comments")[c]["status"] == "open"]
        done = not open_ and not left
        if not todo and done:
            todo += _completed(replica, me)
        seen = replica.text.encode()
        since = 0 if seen != before or todo else since + 1
        before = seen
        over = not todo and (done or since > GIVE_UP)
        action: Message = calls(*(todo or [("finish" if over else "wait", {})]))
        yield action


def _duties(replica: Replica, me: str, open_: list[Fix], known: set[str]) -> list[Call]:
    """What others are waiting for."""
    todo: list[Call] = [
        ("claim_task", {"task": id})
        for id, task in replica.records("tasks").items()
        if task["assignee"] == me and task["status"] == "waiting"
    ]
    grants = replica.records("grants")
    for key, request in replica.records("requests").items():
        section = find_section(replica, request["section"])
        if "grant" in known and section and section.owner == me and key not in grants:
            todo.append(("grant", {"section": section.title, "to": request["by"]}))
    wanted = {(fix.old, fix.new) for fix in open_}
    for id, record in replica.records("comments").items():
        if record["status"] != "open" or "replacement" not in record or "accept" not in known:
            continue
        section = find_section(replica, record["section"])
        if section is None or section.owner != me:
            continue
        change = (record["quote"], record["replacement"])
        there = not isinstance(find_quote(replica.text, section, record["quote"]), int)
        good = change in wanted and there
        wanted.discard(change)  # of two that suggest the same, one is accepted
        todo.append(("accept" if good else "reject", {"comment": id}))
    return todo


def _suggestions(replica: Replica, me: str, open_: list[Fix]) -> list[Call]:
    """Suggestions for others' sections that nobody has made; the last first, not many at once."""
    made = {
        (record["quote"], record.get("replacement"))
        for record in replica.records("comments").values()
        if record["status"] == "open"
    }
    return [
        ("suggest", {"section": fix.section, "quote": fix.old, "replacement": fix.new})
        for fix in reversed(open_)
        if _owner(replica, fix) not in (me, "") and (fix.old, fix.new) not in made
    ][:BURST]


def _closing(replica: Replica, me: str, truth: Truth, late: bool) -> list[Call]:
    """Comments that are answered: the section's owner closes them, or whoever has waited."""
    todo: list[Call] = []
    answers = dict(zip(truth.closes, truth.fixes, strict=False))
    for id, fix in answers.items():
        record = replica.records("comments")[id]
        if (
            record["status"] == "open"
            and _done(replica, fix)
            and (late or _owner(replica, fix) == me)
        ):
            todo.append(("resolve", {"comment": id}))
    return todo


def _completed(replica: Replica, me: str) -> list[Call]:
    return [
        ("complete_task", {"task": id, "result": "All done. ✅"})
        for id, task in replica.records("tasks").items()
        if task["assignee"] == me and task["status"] == "claimed"
    ]


def _repair(fix: Fix) -> Call:
    return "replace", {"section": fix.section, "quote": fix.old, "text": fix.new}


def _done(replica: Replica, fix: Fix) -> bool:
    return fix.new in replica.text if fix.new else fix.old not in replica.text


def _owner(replica: Replica, fix: Fix) -> str:
    section = find_section(replica, fix.section)
    return section.owner if section else ""
