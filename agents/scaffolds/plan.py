"""`plan:AGENT`: a plan before the thinking (K2-Think, arXiv 2509.07604, section 3.1).

A planner says whether the task is hard and which few topics it rests on; then writes a plan that
does not give the answer away. The agent gets the question with these ideas below it, and keeps
them for the whole episode. A task that is not hard reaches the agent unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec

from ...envs.core import system, text_in, user
from ..base import Agent, Reply
from ..seeds import of_sample
from .base import Place, Player, Scaffold, Turn, head_of, helper
from .text import read_object, shown, with_images, without_thoughts

TOPICS = 4
"""The most topics that a plan is made of: fewer than five."""

_TRIAGE = (
    "You prepare work for a colleague who will solve the task below. Do not solve it. Decide two "
    "things. First, whether it is hard: whether it takes several steps of mathematics, science, "
    "programming or logic, or facts that must be looked up. Second, if so, the few topics, fewer "
    'than five, that one has to have in mind. Reply with one JSON object and nothing else: {"hard":'
    ' true or false, "topics": ["...", ...]}. A task that is not hard has no topics.'
)
_OUTLINE = (
    "You prepare work for a colleague who will solve the task below. Write a short plan: what to "
    "find out, in which order, by which method, and what to check in the end. Never state, hint "
    "at or compute the answer or a part of it; whoever reads the plan must still do all the work. "
    "Write the plan between <plan> and </plan>."
)
_IDEAS = "{question}\n\nSome ideas for the approach:\n{plan}\n\nNow do the original task above."

LeakCheck = Callable[[Any, str], bool]
"""Given the environment (or None) and a plan: whether the plan gives the answer away."""


class Plan(Scaffold):
    """Plans, then lets the agent act on question and plan.

    Args:
        agent: the solver.
        planner: who plans. Default: the agent itself.
        leak_check: says of each plan whether it gives the answer away; such a plan is dropped. For
            audits, which know the answers: an honest run has none to compare with.
    """

    def __init__(
        self, agent: Agent, planner: Agent | None = None, leak_check: LeakCheck | None = None
    ) -> None:
        self.planner = helper(planner, agent, "planner")
        self.leak_check = leak_check
        self.plans = self.dropped = 0
        named = None if planner is None else planner.uri
        head = head_of("plan", {"planner": named, "leak_check": "on" if leak_check else None})
        super().__init__(agent, head, [self.planner])

    def player(self, place: Place) -> Agent:
        return _Planned(self, place)

    def remarks(self) -> list[str]:
        own = [f"{self.dropped:,} of {self.plans:,} plans gave the answer away and were dropped"]
        return (own if self.leak_check else []) + super().remarks()


class _Planned(Player):
    def __init__(self, scaffold: Plan, place: Place) -> None:
        self._scaffold, self._place = scaffold, place
        self._solver = place.sit(scaffold.agent)
        self._ideas: tuple[int, str] | None = None
        self._ready = False

    async def answer(self, turn: Turn) -> Reply:
        if not self._ready:
            self._ideas = await self._plan(turn)
            self._ready = True
        if self._ideas is None:
            return await turn.ask(self._solver)
        index, plan = self._ideas
        told = list(turn.messages)
        asked = told[index]
        told[index] = user(with_images(_IDEAS.format(question=shown([asked]), plan=plan), [asked]))
        reply = await turn.ask(self._solver, told)
        return msgspec.structs.replace(reply, notes={**reply.notes, "plan": plan})

    async def _plan(self, turn: Turn) -> tuple[int, str] | None:
        """Which message the ideas go to, and the ideas; None where the task is not hard."""
        asked = [i for i, message in enumerate(turn.messages) if message["role"] == "user"]
        if not asked:
            return None
        scaffold, question = self._scaffold, shown(turn.messages)
        verdict = read_object(await self._planner_says(turn, _TRIAGE, question, "triage"), "hard")
        if verdict is None or verdict["hard"] is not True:
            return None
        listed = verdict.get("topics")
        topics = [str(topic) for topic in listed][:TOPICS] if isinstance(listed, list) else []
        hint = f"\n\nTopics: {'; '.join(topics)}" if topics else ""
        plan = plan_in(await self._planner_says(turn, _OUTLINE, question + hint, "plan"))
        if not plan:
            return None
        scaffold.plans += 1
        if scaffold.leak_check is not None and scaffold.leak_check(self._place.env, plan):
            scaffold.dropped += 1
            return None
        return asked[-1], plan

    async def _planner_says(self, turn: Turn, rules: str, question: str, what: str) -> str:
        asked = [system(rules), user(with_images(question, turn.messages))]
        seed = of_sample(turn.seed, 0, what)
        reply = await turn.meter.ask(self._scaffold.planner, asked, seed=seed)
        return text_in(reply.message)


def plan_in(text: str) -> str:
    """The plan in a planner's reply: what its tags hold, or all behind the thoughts."""
    text = without_thoughts(text)
    tagged = re.findall(r"<plan>(.*?)(?:</plan>|\Z)", text, re.DOTALL | re.IGNORECASE)
    return tagged[-1].strip() if tagged else text


_NUMBERING = re.compile(r"^\s*(?:step\s+)?\d{1,2}\s*[.):]", re.IGNORECASE | re.MULTILINE)
_MARKUP = re.compile(r"\\boxed|\\text|[$*`{}_]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")


def leaks(plan: str, gold: str) -> bool:
    """Whether a plan contains the gold answer as words of its own.

    Case, white space, markup and separators of thousands do not count, and the numbering of a
    plan's own steps is left out. A very short answer may stand in a plan by chance.
    """
    answer = _normal(gold)
    if not answer:
        return False
    text = _normal(_NUMBERING.sub(" ", plan))
    # A decimal point continues a number: 3 is not in 3.14, but it is in "it is 3."
    pattern = rf"(?<![\w])(?<!\d\.){re.escape(answer)}(?!\w)(?!\.\d)"
    return re.search(pattern, text) is not None


def _normal(text: str) -> str:
    text = _MARKUP.sub(" ", unicodedata.normalize("NFKC", text))
    return " ".join(_THOUSANDS.sub("", text).casefold().split())
