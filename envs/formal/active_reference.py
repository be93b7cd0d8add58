"""Reference agents of the active variant: an oracle, a constant, and one that asks too much."""

from __future__ import annotations

from collections.abc import Mapping

from ..core import Reference, Script, Seat, call, text_of
from .languages import LANGUAGES

__all__ = ["REFERENCES"]


def rule_oracle(seat: Seat) -> Script:
    """Run the automaton on each query, before asking anything."""
    assert seat.env is not None
    decide = LANGUAGES[seat.env.language].decide
    yield call("predict", answers=[decide(query) for query in seat.env.task.truth.queries])
    yield call("finish")


def constant(seat: Seat) -> Script:
    """One answer for all, without asking."""
    text = text_of(seat.opening).partition("Queries")[2]
    count = text.count("Entry:\n")
    yield call("predict", answers=[seat.rng.choice((0, 1))] * count)
    yield call("finish")


def query_asker(seat: Seat) -> Script:
    """Ask for the queries' own labels, plainly and in disguise, and predict only what was told."""
    entries = text_of(seat.opening).partition("Queries")[2].split("Entry:\n")[1:]
    told = []
    for entry in entries:
        for disguise in (entry.strip("\n"), f" {entry} ", f"{entry}\n"):
            reply = text_of((yield call("ask", entry=disguise)))
            told += [int(reply)] if reply in ("0", "1") else []
    if told:
        yield call("predict", answers=(told * len(entries))[: len(entries)])
    yield call("finish")


REFERENCES: Mapping[str, Reference] = {
    "rule_oracle": Reference(rule_oracle, "oracle", "runs the automaton, asks nothing", True),
    "constant": Reference(constant, "baseline", "one answer for all", at_most=0.6),
    "query_asker": Reference(query_asker, "adversary", "asks for the queries' labels"),
}
