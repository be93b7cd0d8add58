"""Whatever an agent does is answered: 2,000 random actions, 500 hostile ones, no exception."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from ..games import Game
from .subject import Failed, Subject, random_action

RANDOM, HOSTILE = 2000, 500


def random_actions(subject: Subject) -> str:
    """Well-formed actions drawn at random are answered with well-formed observations."""
    count = _bombard(
        subject,
        RANDOM,
        lambda game, seat, rng: random_action(game.tools[seat], rng, game.env.text_actions),
    )
    return f"{count:,} random actions answered"


def hostile_actions(subject: Subject) -> str:
    """Broken, huge, malicious and absurd actions are answered as well."""
    count = _bombard(
        subject, HOSTILE, lambda game, seat, rng: hostile_action(game.tools[seat], rng)
    )
    return f"{count:,} hostile actions answered"


def _bombard(subject: Subject, count: int, draw: Any) -> int:
    rng = random.Random(13)
    game = subject.game()
    tasks = subject.task_ids(20)
    sent = 0
    while sent < count:
        game.begin(rng.choice(tasks), rng.getrandbits(31))
        while not game.over and sent < count:
            actions = {seat: draw(game, seat, rng) for seat in game.waiting()}
            try:
                observed = game.step(actions)
            except Exception as error:
                shown = repr(next(iter(actions.values())))[:200]
                raise Failed(
                    f"step() raised {type(error).__name__}: {error!s:.200} on the action {shown}; "
                    "every action must be answered (raise ToolError to refuse one)"
                ) from error
            sent += len(actions)
            _well_formed(game, observed)
        if game.over and not game.score().valid:
            raise Failed(f"grading failed: {(game.score().error or '').strip()[-300:]}")
    return sent


def _well_formed(game: Game, observed: Any) -> None:
    for seat, messages in observed.items():
        space = game.env.observation_space
        space = space(seat) if callable(space) else space
        if messages not in space:
            raise Failed(f"an observation is not in the observation space: {messages!r:.300}")


_TEXTS = (
    "",
    " ",
    "\x00",
    "\ud800",
    "é" * 50,
    "'; DROP TABLE tasks; --",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "{{7*7}} ${7*7} %s %n",
    "<script>alert(1)</script>",
    "\u202e\u200b\ufeff",
    "🏛️" * 20,
    '"unclosed (bracket [and {brace',
    "AND OR NOT NEAR/3 title:* ^2 ~",
    "-" * 3000,
)


def hostile_action(tools: Sequence[dict[str, Any]], rng: random.Random) -> Any:
    """One action that no well-meaning agent would send."""
    name = rng.choice(tools)["function"]["name"] if tools else "none"
    arguments = rng.choice(_ARGUMENTS)(tools, name, rng)
    call = {"id": "call_0", "type": "function", "function": {"name": name, "arguments": arguments}}
    whole = {"role": "assistant", "content": None, "tool_calls": [call]}
    text = rng.choice(_TEXTS)
    match rng.randrange(12):
        case 0:
            return rng.choice([None, 5, "text", [], {}, object(), b"bytes", float("nan")])
        case 1:
            return {"role": rng.choice(["user", "system", "tool", None, 3]), "content": "x"}
        case 2:
            return {"role": "assistant", "content": rng.choice([5, [], {}, b"x", text])}
        case 3:
            return whole | {"tool_calls": rng.choice([5, "x", {}, [5], [None], [{}], [[]]])}
        case 4:
            id = rng.choice([None, 5, "", "\ud800", "x" * 999])
            return whole | {"tool_calls": [call | {"id": id}]}
        case 5:
            return whole | {"tool_calls": [call, call]}
        case 6:
            wrong = rng.choice([None, 5, "", "reset", "grade", "__init__", "state", text])
            return whole | {"tool_calls": [call | {"function": {"name": wrong, "arguments": {}}}]}
        case 7:
            return whole | {"parse_error": rng.choice(["no JSON", "x" * 5000, 5, "\ud800"])}
        case 8:
            return {"role": "assistant", "content": "x" * 2_000_000}
        case 9:
            return whole | {"tool_calls": [call | {"id": f"call_{i}"} for i in range(60)]}
        case _:
            return whole


def _fill(tools: Sequence[dict[str, Any]], name: str, value: Any) -> dict[str, Any]:
    for tool in tools:
        if tool["function"]["name"] == name:
            return {key: value() for key in tool["function"]["parameters"]["properties"]}
    return {}


def _deep() -> Any:
    value: Any = "bottom"
    for _ in range(300):
        value = [value]
    return value


_ARGUMENTS: tuple[Any, ...] = (
    lambda tools, name, rng: None,
    lambda tools, name, rng: [],
    lambda tools, name, rng: rng.choice(["", "{", "null", "[1]", '{"a": 1, "a": 2}', "{" * 5000]),
    lambda tools, name, rng: {},
    lambda tools, name, rng: {"unknown": 1},
    lambda tools, name, rng: {5: 5, None: None},
    lambda tools, name, rng: _fill(tools, name, lambda: rng.choice(_TEXTS)),
    lambda tools, name, rng: _fill(tools, name, lambda: rng.choice(_TEXTS)),
    lambda tools, name, rng: _fill(tools, name, lambda: rng.choice([-1, 0, 2**31, 2**63, 10**40])),
    lambda tools, name, rng: _fill(
        tools, name, lambda: rng.choice([float("nan"), float("inf"), 1e308, True, None, [], {}])
    ),
    lambda tools, name, rng: _fill(tools, name, lambda: "x" * 2_000_000),
    lambda tools, name, rng: _fill(tools, name, _deep),
)
