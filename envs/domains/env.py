"""The *domains* environment: help a user by calling the tools of a domain's database."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, cast

from ..core import (
    Ledger,
    Limits,
    Message,
    Reference,
    Score,
    State,
    Task,
    Tool,
    ToolEnv,
    ToolError,
    UsageError,
    check_among,
    check_between,
    system,
    user,
)
from .domain import NOW, Domain, DomainError, Operation, TaskTruth
from .grading import score
from .handmade import BREACHES
from .reference import REFERENCES
from .tasks import domain_tasks, find_domain
from .users import LLMUser, Memory, ScriptedUser, Speak, User
from .users.script import Exchange
from .world import World, open_world

__all__ = ["DomainState", "DomainsEnv"]

RULES = """\
You help a user of {title}. You have tools that work on the real records; the user has none{hands}.

- Work with tool calls. A message without a tool call goes to the user, who answers it.
- Ask the user for what you need to know and cannot look up. Do not make up values.
- Give a tool only those arguments that the user or an earlier result calls for.
- Do what the user wants and nothing else. Where a tool refuses, tell the user.
- When all is done, tell the user so, with whatever the user asked to know.

It is {now}."""


@dataclass
class DomainState(State):
    """What an episode changes."""

    world: World
    memory: Memory = field(default_factory=Memory)
    said: list[str] = field(default_factory=list)
    """What the agent told the user."""
    library: str = ""

    def copy(self) -> DomainState:
        """An independent copy; the database is copied by its pages."""
        return DomainState(self.world.copy(), self.memory.copy(), self.said.copy(), self.library)

    def __getstate__(self) -> dict[str, Any]:
        world = self.world
        return {
            "world": (world.domain.id, world.seed, world.image()),
            "memory": self.memory,
            "said": self.said,
            "library": self.library,
        }

    def __setstate__(self, kept: dict[str, Any]) -> None:
        id, seed, image = kept.pop("world")
        self.__dict__.update(kept)
        self.world = open_world(find_domain(id, self.library), seed).restored(image)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DomainState) and (
            self.world.rows(), self.memory, self.said
        ) == (other.world.rows(), other.memory, other.said)  # fmt: skip


class DomainsEnv(ToolEnv[DomainState]):
    """Tool use for a user, on databases made from real APIs, and three written by hand.

    Description:
        Each task plays in one of more than a thousand domains: a database with five to forty tools
        that read and write it, made from the operations of real APIs, or one of three service desks
        with a policy. A simulated user says what it wants, tells what it is asked for, and leaves
        when it is done.

    Tools:
        Those of the task's domain, each with its own JSON Schema. A message without a call goes to
        the user.

    Observation:
        A system message (rules, the domain's policy) and the user's wish; then results of tools and
        answers of the user.

    Reward:
        1 for success, else 0. Success: the end state is the gold state, what the user asked to know
        was told, no rule of the policy was broken; where the task only reads, the calls that
        succeeded are the gold calls.

    Metrics:
        success (headline), state_match, sequence_match, outputs_told, policy_breaches,
        calls_needed, calls_made, extra_calls, tool_errors, errors_recovered, format_errors,
        user_turns. pass^k comes from repeated trials; a task's difficulty holds its gold calls.

    Splits:
        train (20000), test (2000, the same domains), ood (2000, domains that train never sees).

    Episode end:
        Terminated when the user leaves. Truncated when turns or tool calls are used up. Outcomes:
        success, wrong_state, wrong_calls, not_told, policy_breach, no_answer, out_of_turns,
        out_of_tool_calls, format_error.

    Arguments:
        domains: `all`, `generated`, `handmade`, or ids with commas between them.
        kinds: kinds of tasks in generated domains: `all`, or some of write, read, refuse; where a
            domain allows none of them, the task plays in the next one that does.
        calls: gold calls that those tasks aim at, 0 (from 1 to 12) to 12.
        user: `scripted`, or a callable that answers messages (`LLMUser`'s), for a user played by a
            model.
        tool_calls: budget of tool calls, 8 to 200.
        strict: whether a malformed action ends the episode.
        seed: another seed gives other tasks.
        library: a file of domains of one's own (`palestra domains build`).
        most_tools: leave out generated domains with more tools (small models); 0: none.

    Version history:
        v0: first version.

    Source:
        AgentScaler (arXiv 2509.13311); users and policies after tau-bench (arXiv 2406.12045) and
        tau2-bench (arXiv 2506.07982).
    """

    references: ClassVar[Mapping[str, Reference]] = REFERENCES
    text_actions = True

    def __init__(
        self,
        *,
        domains: str = "all",
        kinds: str = "all",
        calls: int = 0,
        user: Any = "scripted",
        tool_calls: int = 48,
        strict: bool = False,
        seed: int = 0,
        library: str = "",
        most_tools: int = 0,
        render_mode: str | None = None,
    ) -> None:
        """See the class.

        Raises:
            UsageError: an option is out of its range, or names no domain.
        """
        check_between("calls", calls, 0, 12)
        check_between("tool_calls", tool_calls, 8, 200)
        check_between("seed", seed, 0, 1_000_000)
        check_between("most_tools", most_tools, 0, 1000)
        tasks = domain_tasks(domains, kinds, calls, seed, library, most_tools)
        limits = Limits(turns=tool_calls + 32, tool_calls=tool_calls)
        super().__init__(tasks=tasks, limits=limits, strict=strict, render_mode=render_mode)
        self._user, self._library = _user(user), library

    def domain_of(self, task: Task) -> Domain:
        """The domain that a task plays in."""
        return find_domain(task.truth.domain, self._library)

    def tools_of_task(self, task: Task) -> Mapping[str, Tool]:
        """The agent's tools of the task's domain."""
        return _tools(task.truth.domain, self._library)

    def initial_state(self, task: Task) -> DomainState:
        world = open_world(self.domain_of(task), task.truth.seed)
        return DomainState(world, library=self._library)

    def opening(self, task: Task) -> tuple[Message, ...]:
        """Rules and policy, and what the user wants."""
        domain = self.domain_of(task)
        hands = any(o.side == "user" for o in domain.operations.values())
        rules = RULES.format(
            title=domain.title,
            now=NOW,
            hands=" but what is in its own hands, and does what you ask it to" if hands else "",
        )
        policy = f"\n\n{domain.policy.strip()}" if domain.policy else ""
        wish = self._user.open(task.truth.script, self.state.memory)
        return system(rules + policy), user(wish)

    def on_text(self, text: str) -> str | None:
        """What the user answers; None when it leaves."""
        state, truth = self.state, self.task.truth
        state.said.append(text)
        turn = self._progress[""].turns
        return self._user.reply(truth.script, state.memory, text, self._hands, turn)

    def _hands(self, name: str, arguments: Mapping[str, Any]) -> str:
        """What the user does itself (dual control)."""
        world = self.state.world
        operation = world.domain.operations.get(name)
        if operation is None or operation.side != "user":
            return (
                f"There is no {name!r} on the user's side."  # a model's doing, in the user's place
            )
        try:
            return _shown(world.call(name, arguments))
        except DomainError as error:
            return str(error)

    def grade(self, state: DomainState, ledger: Ledger, task: Task) -> Score:
        """See the class."""
        truth: TaskTruth = task.truth
        return score(
            truth,
            ledger,
            digest=state.world.digest(),
            said=state.said,
            user_turns=state.memory.turns,
            breaches=_breaches(state, ledger, truth),
            desk=truth.domain in BREACHES,
            refused=any(exchange.refused for exchange in state.memory.log),
        )


def _user(given: Any) -> User:
    if isinstance(given, str):
        check_among("user", given, ("scripted",))
        return ScriptedUser()
    if hasattr(given, "open") and hasattr(given, "reply"):
        return given
    if callable(given):
        return LLMUser(cast(Speak, given))
    raise UsageError("option 'user' is neither 'scripted' nor a callable that answers messages")


def _breaches(state: DomainState, ledger: Ledger, truth: TaskTruth) -> Sequence[str]:
    find = BREACHES.get(truth.domain)
    if find is None:
        return ()
    before: sqlite3.Connection = open_world(state.world.domain, truth.seed).db
    log: list[Exchange] = state.memory.log
    return find(before, state.world.db, ledger, log)


@lru_cache(maxsize=4096)
def _tools(id: str, library: str) -> Mapping[str, Tool]:
    domain = find_domain(id, library)
    return {
        name: Tool.of_schema(
            name,
            operation.description,
            operation.parameters,
            _Call(name),
            writes=operation.effect == "write",
        )
        for name, operation in domain.operations.items()
        if operation.side == "agent"
    }


class _Call:
    """Runs an operation on the world of the episode, for the agent."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, env: DomainsEnv, /, **arguments: Any) -> str:
        world = env.state.world
        operation: Operation = world.domain.operations[self.name]
        before = world.db.total_changes
        try:
            result = world.call(self.name, arguments)
        except DomainError as error:
            raise ToolError(str(error)) from None
        if operation.effect == "write" and world.db.total_changes > before:
            env.note_change(tables=sorted(operation.tables))
        return _shown(result)


def _shown(result: Any) -> str:
    import msgspec

    return result if isinstance(result, str) else msgspec.json.encode(result).decode()
