"""A document that a test can see through, and ways to play on it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from palestra.envs.core import Message, Seat, call, text_of
from palestra.envs.document.env import DocumentArena
from palestra.envs.document.sections import find_section
from palestra.envs.document.world import Draft, begin

SEATS = ("writer_0", "writer_1", "assistant_0")
HERS, HIS = "Hérs", "His 🏠"
WAIT = call("wait")


class Small(DocumentArena):
    """The arena on a document that a test can see through."""

    def initial_state(self, task: Any) -> Any:
        hers = (HERS, "writer_0", "ask", "One naïve line. 🙂 Two lines of Zoë’s.")
        his = (HIS, "writer_1", "ask", "Ein schöner Satz. Noch ein Satz.")
        open_ = ("All", "writer_1", "open", "Anyone may write here.")
        shut = ("Shut", "writer_1", "locked", "Nobody else may.")
        tasks = {
            "t1": {
                "requester": "writer_1",
                "assignee": "writer_0",
                "spec": "Help.",
                "trigger": "manual",
                "status": "waiting",
            }
        }
        draft = Draft("Tïtle", (hers, his, open_, shut), tasks=tasks)
        return begin(draft, SEATS, self._delay)


def fresh(**options: Any) -> DocumentArena:
    arena = Small(**options)
    arena.reset(seed=1, options={"task": "test/0"})
    return arena


def play(arena: DocumentArena, **actions: Message) -> dict[str, str]:
    """One round; what each seat is told. Who is not named waits."""
    observed = arena.step({seat: actions.get(seat, WAIT) for seat in arena.active()})[0]
    return {seat: text_of(messages) for seat, messages in observed.items()}


def body(arena: DocumentArena, seat: str, title: str) -> str:
    replica = arena.state.replicas[seat]
    section = find_section(replica, title)
    assert section is not None
    return replica.text[section.start : section.end].partition("\n")[2].rstrip()


def played(env: Any, name: str, seed: int = 3) -> Iterator[dict[str, Message]]:
    """A reference's actions, until the episode is over; yields each round's."""
    policy = env.references[name].policy
    scripts: dict[str, Any] = {}
    seen = {seat: (Message(role="user", content=""),) for seat in env.possible_agents}
    while env.agents:
        actions = {}
        for seat in env.active():
            if seat not in scripts:
                tools = [tool.openai() for tool in env.tools_for(seat).values()]
                opening = env.opening(env.task, seat)
                scripts[seat] = policy(Seat(opening, tools, random.Random(seed), env, seat))
                actions[seat] = next(scripts[seat])
            else:
                actions[seat] = scripts[seat].send(seen[seat])
        seen = env.step(actions)[0]
        yield actions


def arguments(message: Message) -> dict[str, Any]:
    return dict(message["tool_calls"][0]["function"]["arguments"])  # type: ignore[typeddict-item]
