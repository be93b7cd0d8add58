"""One stored episode scored again: its recorded actions in an environment made afresh.

    differences = rescore(game, episode)      # [] where all is as recorded

The environment is made with the episode's options and begins the episode's task with its seed. The
actions are the recorded ones; everything else (what was observed, the ledger, the score) is made
anew from the state they lead to, and compared with the record.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ...envs.core import Episode, Message, spoken
from ..games import Game
from ..rollout import NO_ANSWER, OUT_OF_TIME

_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a record is not what its actions lead to."""

    what: str
    """`messages`, `ledger`, `score`, `turns` or `difficulty`."""
    detail: str
    """Where, and both sides, shortened."""


class Unverifiable(Exception):
    """Why an episode cannot be scored again; says nothing against it."""


def rescore(game: Game, episode: Episode) -> list[Difference]:
    """Replay an episode and compare.

    Args:
        game: of the episode's environment and options; its episode is over afterwards.
        episode: with its transcript.

    Raises:
        Unverifiable: the episode was never scored.
    """
    if episode.status != "scored" or episode.score is None:
        raise Unverifiable(_UNSCORED[episode.status])
    record, turns, left = _replayed(game, episode)
    found = _compare_messages(record, _plain(episode.messages), left)
    found += _compare_ledgers(_plain(list(game.ledger())), _plain(list(episode.ledger)))
    score = game.score()
    now = {"reward": score.reward, "outcome": score.outcome, **_plain(score.metrics)}
    then = {
        "reward": episode.score.reward,
        "outcome": episode.score.outcome,
        **_plain(episode.score.metrics),
    }
    for name in sorted(now.keys() | then.keys()):
        if now.get(name) != then.get(name):
            found.append(Difference("score", _sides(name, then.get(name), now.get(name))))
    if turns != episode.turns:
        found.append(Difference("turns", _sides("turns", episode.turns, turns)))
    if _plain(dict(game.difficulty())) != _plain(dict(episode.difficulty)):
        sides = _sides("difficulty", dict(episode.difficulty), dict(game.difficulty()))
        found.append(Difference("difficulty", sides))
    return found


_UNSCORED = {
    "error": "the infrastructure failed when it was played",
    "invalid": "it is invalid",
    "scored": "it has no score",
}


def _replayed(game: Game, episode: Episode) -> tuple[list[Any], int, int]:
    """The record as it is made now, how many turns it took, and how many actions are left over."""
    actions: defaultdict[str, deque[Message]] = defaultdict(deque)
    seats = tuple(game.tools)
    alone = len(seats) == 1
    for message in episode.messages:
        if message["role"] == "assistant":
            actions[seats[0] if alone else message.get("seat", "")].append(message)
    observations = game.begin(episode.task, episode.seed)
    record: list[Any] = []
    for seat in seats:
        record += _seated(observations.get(seat, ()), seat, alone)
    turns = 0
    ended = episode.score.outcome if episode.score is not None else ""
    while not game.over:
        now = {seat: actions[seat].popleft() for seat in game.waiting() if actions[seat]}
        if not now:  # it was stopped from outside; how is not among the actions
            game.stop(OUT_OF_TIME if ended == OUT_OF_TIME else NO_ANSWER)
            break
        observations = game.step({seat: spoken(_unseated(action)) for seat, action in now.items()})
        turns += 1
        for seat in seats:
            news = [now[seat]] if seat in now else []
            record += _seated([*news, *observations.get(seat, ())], seat, alone)
    return _plain(record), turns, sum(map(len, actions.values()))


def _unseated(action: Message) -> Message:
    return {name: value for name, value in action.items() if name != "seat"}  # type: ignore[return-value]


def _seated(messages: Sequence[Message], seat: str, alone: bool) -> list[Any]:
    return list(messages) if alone else [{**message, "seat": seat} for message in messages]


def _compare_messages(now: list[Any], then: list[Any], left: int) -> list[Difference]:
    for index, (new, old) in enumerate(zip(now, then, strict=False)):
        if new != old:
            return [Difference("messages", _sides(f"message {index}", old, new))]
    if left:
        return [Difference("messages", f"{left} recorded actions follow the end of the episode")]
    if len(now) != len(then):
        return [Difference("messages", _sides("number of messages", len(then), len(now)))]
    return []


def _compare_ledgers(now: list[Any], then: list[Any]) -> list[Difference]:
    for index, (new, old) in enumerate(zip(now, then, strict=False)):
        if new != old:
            return [Difference("ledger", _sides(f"entry {index}", old, new))]
    if len(now) != len(then):
        return [Difference("ledger", _sides("number of entries", len(then), len(now)))]
    return []


def _plain(value: Any) -> Any:
    """As it comes back from JSON: tuples are lists, records are mappings."""
    return msgspec.json.decode(msgspec.json.encode(value, enc_hook=repr))


def _sides(where: str, then: Any, now: Any) -> str:
    """The two sides from a little before they part."""
    old, new = _said(then), _said(now)
    apart = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    start = max(0, apart - 40) if max(len(old), len(new)) > _SHOWN else 0
    cut = "..." if start else ""
    return f"{where}: recorded {cut}{_short(old[start:])}, now {cut}{_short(new[start:])}"


def _said(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=repr).decode()


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
