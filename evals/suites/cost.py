"""What a suite will cost, before it starts: episodes for certain, calls and tokens at most.

A prediction of a sweep is one call, of a prompt whose length is known.

The bound takes every episode to be as long as its environment allows. A call's conversation is
taken to be as long as those of the environment's own reference agents, which are played on two
tasks to find out (it costs nothing); replies to be `max_tokens` long, or `REPLY` where the agent's
URI says none.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from ...agents import Agent
from ...agents.chance import RandomAgent
from ...agents.patience import Retry as Patience
from ...agents.reference import ReferenceAgent, Scripted
from ...agents.scaffolds.again import Check, Retry
from ...agents.scaffolds.best import Best
from ...agents.scaffolds.judging import Judged, RoundRobin
from ...agents.scaffolds.plan import Plan
from ...envs.core import Episode, Message, Usage, image_facts, images_in, text_in
from ...leaderboard.cells import stored
from ..games import Games
from ..plan import Planned, Work
from ..rollout import play
from .cells import SuiteCell
from .swept import Predictions, SweptCell

__all__ = ["REPLY", "Cost", "Talk", "costs", "most_calls"]

REPLY = 1000
"""Tokens of a reply, where nothing bounds them."""
CHARACTERS = 4
"""Of a token, about."""
_FREE = (ReferenceAgent, Scripted, RandomAgent)
_PROBES = 2


@dataclass(slots=True)
class Talk:
    """How long conversations are: characters of the opening, and of each turn after it."""

    opening: float = 2000.0
    turn: float = 1000.0


@dataclass(slots=True)
class Cost:
    """What one agent in one arm is to do.

    Attributes:
        agent, arm: which.
        cells: how many.
        episodes: planned.
        predictions: planned, in sweeps.
        stored: of both, stored already.
        calls: of models, at most, for those that are left; None where an environment has no limit.
        input_tokens, output_tokens: of these calls, estimated from above.
        dollars: for these tokens; None where a price is not known.
    """

    agent: str
    arm: str
    cells: int = 0
    episodes: int = 0
    predictions: int = 0
    stored: int = 0
    calls: int | None = 0
    input_tokens: float = 0.0
    output_tokens: float = 0.0
    dollars: float | None = 0.0


def costs(
    cells: Sequence[SuiteCell], db: str | os.PathLike[str], swept: Sequence[SweptCell] = ()
) -> list[Cost]:
    """What is to be done, for each agent and arm, in episodes and in predictions of sweeps.

    Raises:
        StoreError: the file is there and cannot be read.
    """
    kept = stored(db, [cell.name for cell in cells])
    talks: dict[str, Talk] = {}
    found: dict[tuple[str, str], Cost] = {}
    for cell in cells:
        agent, arm = str(cell.factors["agent"]), str(cell.factors["arm"])
        cost = found.setdefault((agent, arm), Cost(agent, arm))
        planned = cell.planned
        done = sum(work.key in kept for work in planned.work()) if kept else 0
        cost.cells += 1
        cost.episodes += len(planned)
        cost.stored += done
        _add(cost, planned, len(planned) - done, talks)
    kept_cells = Predictions(swept)
    for cell in swept:
        agent, arm = str(cell.factors["agent"]), str(cell.factors["arm"])
        cost = found.setdefault((agent, arm), Cost(agent, arm))
        cost.cells += 1
        cost.predictions += cell.job.part.asked
        if kept_cells.holds(cell):
            cost.stored += cell.job.part.asked
        elif isinstance(cell.job.agent, Agent):
            prompt = cell.job.family.characters(cell.job.part, cell.point) / CHARACTERS
            for asked, count in most_calls(cell.job.agent, 1).items():
                _spend(cost, asked, count * cell.job.part.asked, prompt)
    return list(found.values())


def most_calls(agent: Agent, turns: int) -> Counter[Agent]:
    """How often each model is asked in one episode, at most."""
    if isinstance(agent, _FREE):
        return Counter()
    if isinstance(agent, Plan):
        return most_calls(agent.agent, turns) + Counter({agent.planner: 2})
    if isinstance(agent, Retry):
        return _times(most_calls(agent.agent, turns), 1 + agent.n)
    if isinstance(agent, Check):
        return _times(most_calls(agent.agent, turns), 2)
    if isinstance(agent, Best):
        inner = _times(most_calls(agent.agent, turns), agent.n)
        if isinstance(agent.selector, Judged) and agent.n > 1:
            every = agent.n if isinstance(agent.selector, RoundRobin) else 1
            choices = turns if agent.scope == "reply" else 1
            inner += Counter({agent.selector.judge: every * (agent.n - 1) * choices})
        return inner
    return Counter({agent: turns})


def _times(calls: Counter[Agent], factor: int) -> Counter[Agent]:
    return Counter({agent: count * factor for agent, count in calls.items()})


def _add(cost: Cost, planned: Planned, episodes: int, talks: dict[str, Talk]) -> None:
    if planned.turns is None:
        cost.calls = None if not isinstance(planned.agent, _FREE) else cost.calls
        return
    asked = most_calls(planned.agent, planned.turns)
    if not asked or not episodes:
        return
    name = planned.cell.environment
    if name not in talks:
        talks[name] = _listened(planned)
    talk, turns = talks[name], planned.turns
    # The conversation is read again with every call, and grows by a turn each time.
    read = (turns * talk.opening + turns * (turns - 1) / 2 * talk.turn) / CHARACTERS / turns
    for agent, count in asked.items():
        _spend(cost, agent, count * episodes, read)


def _spend(cost: Cost, agent: Agent, calls: int, read: float) -> None:
    """Add calls that each read so many tokens."""
    if cost.calls is not None:
        cost.calls += calls
    usage = Usage(input_tokens=int(calls * read), output_tokens=calls * _reply(agent))
    cost.input_tokens += usage.input_tokens
    cost.output_tokens += usage.output_tokens
    price = _price(agent, usage)
    cost.dollars = None if price is None or cost.dollars is None else cost.dollars + price


def _price(agent: Agent, usage: Usage) -> float | None:
    """US dollars; 0 on this machine, None where nobody knows."""
    while not hasattr(agent, "priced") and isinstance(getattr(agent, "agent", None), Agent):
        agent = agent.agent  # type: ignore[attr-defined] - a wrapper, such as a text protocol
    name = getattr(agent, "priced", None)
    if name is None:
        return None if agent.remote else 0.0
    if not name:
        return None
    from ...agents.chat.prices import cost_of

    return cost_of(name, usage)


def _reply(agent: Agent) -> int:
    given = parse_qs(agent.uri.partition("?")[2]).get("max_tokens", [""])[0]
    return int(given) if given.isdigit() else REPLY


def _listened(planned: Planned) -> Talk:
    """How long the conversations of the reference agents are: the longest of them."""
    games = Games(planned.cell.environment, planned.options)
    game = games.take()
    references: Mapping[str, Any] = getattr(game.env, "references", {})
    agents: list[Agent] = [
        ReferenceAgent(n) for n, r in references.items() if r.role != "adversary"
    ]
    talk = Talk(0.0, 0.0)

    async def listen() -> None:
        for agent in [*agents, RandomAgent()]:
            for number, task in enumerate(planned.tasks[:_PROBES]):
                work = Work(f"probe/{number}", task, 0, number)
                episode = await play(game, agent, work, planned, Patience(attempts=1))
                _heard(talk, episode)

    asyncio.run(listen())
    return talk if talk.opening else Talk()


def _size(message: Message) -> float:
    """Characters of a message; an image counts as a token for every 750 pixels, as at Anthropic."""
    images = [image_facts(part) for part in images_in(message)]
    return len(text_in(message)) + sum(4 * each.width * each.height / 750 for each in images)


def _heard(talk: Talk, episode: Episode) -> None:
    sizes = [_size(message) for message in episode.messages]
    calls = [len(str(message.get("tool_calls") or "")) for message in episode.messages]
    first = next((i for i, m in enumerate(episode.messages) if m["role"] == "assistant"), None)
    if first is None:
        return
    talk.opening = max(talk.opening, float(sum(sizes[:first])))
    rest = sum(sizes[first:]) + sum(calls[first:])
    talk.turn = max(talk.turn, rest / max(1, episode.turns))
