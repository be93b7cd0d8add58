"""TRL's `rollout_func`: a batch of prompts becomes a batch of played episodes."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ...agents import Agent, RandomAgent, Reply
from ...agents.base import Tokens
from ...agents.dialogue import CONTEXT_FULL, Speaker, Template, Voice
from ...agents.seeds import of_sample
from ...envs.core import Episode, Message, UsageError
from ...evals import EpisodeLimits, Planned, Retry, Work, seed_of
from ...evals.games import Games
from ...evals.plan import table_of
from ...evals.rollout import play
from ...leaderboard import Cell
from ..tasks import SPLIT, refuse_images
from ..tokens import Joined, join
from .engines import Twins, speaking


class Played(NamedTuple):
    """One rollout: what happened, and its tokens."""

    episode: Episode
    tokens: Joined
    finish: str = ""
    """Why the last reply ended: `stop`, `length` (it was cut), `context_full` (there was no room
    for another one). TRL's `mask_truncated_completions` leaves out the last two."""


class Rollouts:
    """Plays what a trainer asks for. Pass it as `rollout_func`.

    All rollouts of a batch play at the same time: replies are generated in batches, environments
    step side by side. The members of a group start from one seed and draw with their own. A
    malformed action ends a strict environment's episode, and no token is generated after it.

    Args:
        environments: ids, each with its options.
        template: how the model is spoken to.
        uri: the name of the policy in records.
        max_tokens: of one reply.
        max_completion: of an episode, replies and what is read between them together.
        seed: of everything random.
        watch: called with each batch and the trainer's step.
    """

    def __init__(
        self,
        environments: Mapping[str, Mapping[str, Any]],
        template: Template,
        *,
        uri: str = "policy",
        max_tokens: int = 128,
        max_completion: int = 1024,
        seed: int = 0,
        watch: Callable[[int, Sequence[Played]], None] | None = None,
    ) -> None:
        self._template, self._uri, self._seed, self._watch = template, uri, seed, watch
        self._max_tokens, self._max_completion = max_tokens, max_completion
        self._twins: Twins | None = None
        self._games = {id: Games(id, options) for id, options in environments.items()}
        self._planned = {
            id: self._plan_of(id, dict(options)) for id, options in environments.items()
        }

    @property
    def cells(self) -> list[Cell]:
        """What the records of these rollouts belong to, one of each environment."""
        return [planned.cell for planned in self._planned.values()]

    def __call__(self, prompts: list[str], trainer: Any) -> dict[str, Any]:
        """Play one batch.

        Returns:
            what TRL takes: `prompt_ids`, `completion_ids`, `logprobs`, `env_mask`, and for the
            rewards `score` (None where an episode failed for reasons that are not the model's),
            `outcome`, `metrics` and `finish`.
        """
        step, first = trainer.state.global_step, trainer.accelerator.process_index * len(prompts)
        if self._twins is None:
            self._twins = Twins(trainer.args.bf16)
        limit = self._max_tokens
        with speaking(
            trainer, self._twins, self._template, self._uri, limit, len(prompts)
        ) as voice:
            played = self.play(prompts, voice, step, first)
        if self._watch is not None:
            self._watch(step, played)
        return self.fields(played)

    @staticmethod
    def fields(played: Sequence[Played]) -> dict[str, Any]:
        """A batch as TRL takes it; see `__call__`."""
        tokens = [each.tokens for each in played]
        return {
            "prompt_ids": [each.prompt_ids for each in tokens],
            "completion_ids": [each.completion_ids for each in tokens],
            "logprobs": [each.logprobs for each in tokens],
            "env_mask": [each.env_mask for each in tokens],
            "score": [
                each.episode.score.reward
                if each.episode.score is not None and each.episode.status == "scored"
                else None
                for each in played
            ],
            "outcome": [
                each.episode.score.outcome if each.episode.score else each.episode.status
                for each in played
            ],
            "metrics": [
                dict(each.episode.score.metrics) if each.episode.score else {} for each in played
            ],
            "finish": [each.finish for each in played],
        }

    def _plan_of(self, environment: str, options: dict[str, Any]) -> Planned:
        """What the episode loop wants to know; the agent is another in each episode."""
        env = table_of(environment, options)
        refuse_images(env)
        cell = Cell(
            run="",
            environment=environment,
            split=SPLIT,
            agent=self._uri,
            config={"options": options, "seed": self._seed},
            headline=env.headline,
            rate=env.rate,
        )
        return Planned(cell, RandomAgent(), options, (), 1, self._seed, EpisodeLimits())

    def play(
        self, prompts: Sequence[str], voice: Voice, step: int = 0, first: int = 0
    ) -> list[Played]:
        """Play these with a voice; `step` and `first` (of the batch) go into what is random."""
        return asyncio.run(self._all(prompts, voice, step, first))

    async def _all(
        self, prompts: Sequence[str], voice: Voice, step: int, first: int
    ) -> list[Played]:
        return await asyncio.gather(
            *(self._one(prompt, voice, step, first + i) for i, prompt in enumerate(prompts))
        )

    async def _one(self, prompt: str, voice: Voice, step: int, index: int) -> Played:
        named = json.loads(prompt)
        environment, task = named["environment"], named["task"]
        drawn = of_sample(self._seed, index, f"rollout {step}")
        member = _Member(voice, drawn, self._max_completion)
        seed = seed_of(self._seed, environment, task, 0)
        name = json.dumps([self._uri, self._seed, step, index, environment, task])
        key = hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
        work = Work(key, task, step, seed)
        games = self._games[environment]
        game = games.take()
        episode = await play(game, member, work, self._planned[environment], Retry(attempts=1))
        games.give_back(game)
        if not member.turns:
            raise UsageError(
                f"{environment} task {task}: the prompt alone fills the context of the model "
                f"({voice.context:,} tokens); choose a shorter one or a model with more"
                if episode.status == "scored"
                else f"{environment} task {task}: {episode.error}"
            )
        return Played(episode, member.tokens(), member.finish)


class _Member(Agent):
    """The policy in one episode; it draws with its own seed and keeps its tokens."""

    def __init__(self, voice: Voice, seed: int, budget: int) -> None:
        self.uri, self._seed = voice.uri, seed
        self._speaker = Speaker(voice, budget=budget)
        self._budget = budget
        self._unread: list[int] = []
        self.turns: list[Tokens] = []
        self.finish = ""

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        drawn = of_sample(self._seed, len(self.turns), "turn")
        reply = await self._speaker.act(messages, tools, seed=drawn)
        self.finish = reply.finish
        if reply.finish == CONTEXT_FULL:
            self._unread = reply.tokens.prompt if reply.tokens else []
        elif reply.tokens is not None:
            self.turns.append(reply.tokens)
        return reply

    def tokens(self) -> Joined:
        """The whole rollout.

        A trainer knows a truncated rollout by its last id, which ends no reply. Where the context
        was full after a whole reply, the first id that could not be read any more stands there.
        """
        joined = join(self.turns)
        known = len(joined.prompt_ids) + len(joined.completion_ids)
        unread = self._unread[known : known + 1]
        if not unread or len(joined.completion_ids) >= self._budget:
            return joined
        return Joined(
            joined.prompt_ids,
            joined.completion_ids + unread,
            [*joined.env_mask, 0],
            [*joined.logprobs, 0.0],
        )
