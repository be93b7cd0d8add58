"""Thoughts are not speech: an environment must score what was said and done, and nothing else."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ...agents import Agent, ReferenceAgent
from ...envs.core import Message, say, text_in
from ..plan import seed_of
from .subject import Failed, Skipped, Subject, digest

TASKS = 5
"""Tasks of each split that are played; each is played seven times by each reference agent."""
LONGEST = 200
"""Turns after which an agent that says nothing is stopped."""
THOUGHT = "Let me go over this once more. 7, 0, 1, yes, no: nothing here is final yet."
TAGS = ("<think>\n", "\n</think>\n\n")

Change = Callable[[Message], Message]


class Played(NamedTuple):
    """What came of one episode."""

    headline: float | None
    reward: float
    outcome: str
    metrics: Mapping[str, float]
    observed: str
    """A fingerprint of every observation."""

    @property
    def score(self) -> tuple[float | None, float, str]:
        """What counts."""
        return self.headline, self.reward, self.outcome


def thoughts_do_not_count(subject: Subject) -> str:
    """A thought changes no score, and a text or a call inside a thought is neither said nor done.

    The actions of each reference agent are recorded and played again with changes: with a thought
    before each text and call (in the text, and in the field `thoughts`) everything must stay as
    it was; with its texts moved into thoughts it must score what it scores with those texts left
    out; with its calls moved there too, no more than an agent that says nothing.
    """
    names = list(subject.found.cls.references)
    if not names:
        raise Skipped("the environment declares no reference agents")
    trial = Trial(subject)
    tasks = subject.task_ids(min(TASKS, subject.tasks))
    silent = [trial.silence(task) for task in tasks]
    for name in names:
        for task in tasks:
            trial.compare(name, task)
    trial.close()
    mean = sum(silent) / len(silent)
    if mean > subject.found.cls.chance:
        raise Failed(
            f"an agent that says nothing scores {mean:.3f} on {len(tasks)} tasks, more than random "
            f"play may ({subject.found.cls.chance}); silence must not be worth anything"
        )
    return (
        f"{len(names)} reference agents on {len(tasks)} tasks: thoughts change no score; "
        f"silence scores {mean:.2f}"
    )


class Trial:
    """Plays the tasks of one environment with and without thoughts."""

    def __init__(self, subject: Subject) -> None:
        self._subject, self._game = subject, subject.game()
        self._silence: dict[str, float] = {}

    def close(self) -> None:
        """Let go of the environment."""
        self._game.env.close()

    def silence(self, task: str) -> float:
        """The headline of an agent that says nothing."""
        if task not in self._silence:
            self._silence[task] = self._play(task, {}, to_the_end=True).headline or 0.0
        return self._silence[task]

    def compare(self, name: str, task: str, tags: tuple[str, str] = TAGS) -> None:
        """Play one task by one reference agent, with and without thoughts.

        Args:
            name: of the reference agent.
            task: an id.
            tags: what opens a thought and what closes it.

        Raises:
            Failed: a thought makes a difference.
        """
        record = self.recorded(name, task)

        def played(change: Change, to_the_end: bool = False) -> Played:
            changed = {seat: [change(action) for action in said] for seat, said in record.items()}
            return self._play(task, changed, to_the_end)

        plain = played(lambda action: action)
        for where, change in (
            ("in its texts", lambda action: _before(action, tags)),
            ("in the field `thoughts`", _beside),
        ):
            found = played(change)
            if found != plain:
                raise Failed(
                    f"{name} on {task}: with a thought {where} it is answered or scored otherwise "
                    f"({found.score} instead of {plain.score}); read actions with read_action, "
                    "which sets thoughts apart"
                )
        left_out = played(_without_text).score
        moved = played(lambda action: _text_moved(action, tags)).score
        if moved != left_out:
            raise Failed(
                f"{name} on {task}: with its texts moved into thoughts it scores {moved}, and with "
                f"the texts left out {left_out}; what is thought must not count as said"
            )
        unsaid = played(lambda action: _all_moved(action, tags), to_the_end=True).headline or 0.0
        if unsaid > self.silence(task):
            raise Failed(
                f"{name} on {task}: with all that it says and does moved into thoughts it scores "
                f"{unsaid}, and an agent that says nothing {self.silence(task)}"
            )

    def recorded(self, name: str, task: str) -> dict[str, list[Message]]:
        """The actions of a reference agent, by seat."""
        return asyncio.run(self._record(ReferenceAgent(name), task))

    def _begin(self, task: str) -> tuple[int, Mapping[str, Sequence[Message]]]:
        seed = seed_of(0, self._subject.found.id, task, 0)
        return seed, self._game.begin(task, seed)

    async def _record(self, agent: Agent, task: str) -> dict[str, list[Message]]:
        game = self._game
        seed, openings = self._begin(task)
        seen = {seat: list(messages) for seat, messages in openings.items()}
        players = {seat: agent.seated(game.env, seed + i, seat) for i, seat in enumerate(seen)}
        record: dict[str, list[Message]] = {seat: [] for seat in seen}
        while not game.over:
            actions: dict[str, Message] = {}
            for seat in game.waiting():
                reply = await players[seat].act(seen[seat], game.tools[seat], seed=seed)
                if not reply.stop:
                    actions[seat] = reply.message
            if not actions:
                game.stop("no_answer")
                break
            observed = game.step(actions)
            for seat in seen:
                own = [actions[seat]] if seat in actions else []
                record[seat] += own
                seen[seat] += [*own, *observed.get(seat, ())]
        return record

    def _play(
        self, task: str, actions: Mapping[str, Sequence[Message]], to_the_end: bool = False
    ) -> Played:
        """Play recorded actions; then give up, or say nothing to the end."""
        game = self._game
        left = {seat: deque(said) for seat, said in actions.items()}
        observed: list[Any] = [self._begin(task)[1]]
        for _ in range(LONGEST):
            if game.over:
                break
            step: dict[str, Message] = {}
            for seat in game.waiting():
                if left.get(seat):
                    step[seat] = left[seat].popleft()
                elif to_the_end:
                    step[seat] = say("")
            if not step:
                break
            observed.append(game.step(step))
        if not game.over:
            game.stop("no_answer")
        score = game.score()
        if not score.valid:
            raise Failed(f"grading {task} failed: {(score.error or '').strip()[-300:]}")
        headline = score.metrics.get(self._subject.found.cls.headline, score.reward)
        return Played(headline, score.reward, score.outcome, dict(score.metrics), digest(observed))


def _before(action: Message, tags: tuple[str, str]) -> Message:
    opening, closing = tags
    return {**action, "content": f"{opening}{THOUGHT}{closing}{text_in(action)}"}


def _beside(action: Message) -> Message:
    return {**action, "thoughts": THOUGHT}


def _without_text(action: Message) -> Message:
    return {**action, "content": None if action.get("tool_calls") else ""}


def _text_moved(action: Message, tags: tuple[str, str]) -> Message:
    text = text_in(action)
    opening, closing = tags
    return {**action, "content": f"{opening}{text}{closing}"} if text else action


def _all_moved(action: Message, tags: tuple[str, str]) -> Message:
    """Nothing is said: text and calls stand in a thought, written as models write calls."""
    opening, closing = tags
    written = [text_in(action)]
    for call in action.get("tool_calls") or ():
        written.append(f"<tool_call>\n{json.dumps(call['function'], default=repr)}\n</tool_call>")
    return say(f"{opening}{chr(10).join(written)}{closing}")
