"""What `ToolEnv` and `ToolArena` share: tools, tasks, state, ledger, limits and snapshots.

`ToolWorld` holds one running episode (`state`, `ledger`, `task` and a few counters) and knows how
to answer one action. Who acts when, and in which API, is the business of its two children.
"""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

import msgspec
import numpy as np

from .actions import Call, read_action
from .contents import add_remark, check_parts, content_of, describe, encodable
from .errors import FormatError, ToolError, UsageError
from .ledger import Entry, Ledger
from .limits import Limits
from .messages import Action, Message, Part, tool_result, user
from .question import Question
from .reference import Reference
from .score import INVALID, Score
from .snapshot import Progress, Snapshot
from .state import State, plain_copy
from .task import Task, TaskSource
from .tools import Tool, tools_of

S = TypeVar("S", bound=State)

FORMAT_ERROR = "format_error"
OUT_OF_TURNS = "out_of_turns"
OUT_OF_TOOL_CALLS = "out_of_tool_calls"


class ToolWorld(ABC, Generic[S]):
    """The common part of environments whose agents act through tools."""

    references: ClassVar[Mapping[str, Reference]] = {}
    """Scripted agents that prove the environment, by name."""
    headline: ClassVar[str] = "success"
    """The metric that ranks agents."""
    rate: ClassVar[bool] = True
    """Whether the headline is 0 or 1 in each episode (then intervals are Wilson's)."""
    chance: ClassVar[float] = 0.02
    """The most that random play may score on average; `palestra check` holds it to that."""
    question: ClassVar[Question | None] = None
    """What `palestra judge` asks a model about finished episodes. No score depends on it."""
    text_actions: ClassVar[bool] = False
    """Whether a message with no tool call is well formed (then override `on_text`)."""
    images: bool = False
    """Whether what agents observe may hold images. Where an option decides it, set it on the
    instance before `super().__init__`."""
    blocking: ClassVar[bool] = False
    """Whether steps wait for something outside (a server, a sandbox): episodes then step side by
    side, each in a thread of its own. Tools of one environment are never called at once."""

    _tools: ClassVar[dict[str, Tool]]
    _np_random: np.random.Generator | None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._tools = tools_of(cls)

    def __init__(self, *, tasks: TaskSource, limits: Limits | None = None, strict: bool = False):
        """Args:
        tasks: where tasks come from.
        limits: how long an episode may be.
        strict: whether a format error ends the episode with reward 0.
        """
        self.tasks = tasks
        self.limits = limits or Limits()
        self.strict = strict
        self._task: Task | None = None
        self._offered: Mapping[str, Tool] = self._tools
        self._state: S | None = None
        self.ledger = Ledger()
        self._progress: dict[str, Progress] = {}
        self.scores: dict[str, Score] = {}
        """Scores by agent ("" in a single-agent environment); empty until the episode is over."""
        self.acting = ""
        """Inside a tool: the agent who called it."""
        self._changes: list[Mapping[str, Any]] = []

    # -- what an author writes -------------------------------------------------------------------

    @abstractmethod
    def initial_state(self, task: Task) -> S:
        """The state at the start of a task. Chance comes from `self.np_random`."""

    def tools_of_task(self, task: Task) -> Mapping[str, Tool]:
        """The tools of one task, by name. Default: the class's own.

        Override it where a task brings its tools along (`Tool.of_schema`); it must be a pure
        function of the task.
        """
        return self._tools

    def on_text(self, text: str) -> str | None:
        """Answer a message with no tool call (only with `text_actions`).

        Returns:
            What a user replies, or None to end the episode.
        """
        return None

    # -- what tools and graders read -------------------------------------------------------------

    @property
    def task(self) -> Task:
        """The task of the running episode."""
        if self._task is None:
            raise UsageError("there is no episode yet; call reset() first")
        return self._task

    @property
    def state(self) -> S:
        """The state of the running episode."""
        if self._state is None:
            raise UsageError("there is no episode yet; call reset() first")
        return self._state

    def note_change(self, **change: Any) -> None:
        """Inside a tool: record in the ledger what this call changed."""
        self._changes.append(plain_copy(change))

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The tools of the running episode in OpenAI's format (fresh dicts)."""
        return [tool.openai() for tool in self._offered.values()]

    # -- episodes --------------------------------------------------------------------------------

    def _choose_task(self, options: Mapping[str, Any] | None, rng: np.random.Generator) -> Task:
        options = options or {}
        unknown = options.keys() - {"task", "split", "index"}
        if unknown:
            raise UsageError(
                f"unknown reset option {sorted(unknown)}; expected 'task' (an id), or 'split' "
                "with or without 'index'"
            )
        if "task" in options:
            return self.tasks.task(options["task"])
        split = options.get("split")
        splits = self.tasks.splits
        if split is None:
            split = "train" if "train" in splits else next(iter(splits))
        elif split not in splits:
            raise UsageError(f"there is no split {split!r}; the splits are {list(splits)}")
        index = options.get("index")
        return self.tasks.get(split, int(rng.integers(splits[split])) if index is None else index)

    def _begin(self, task: Task, agents: tuple[str, ...]) -> None:
        self._task = task
        self._offer(task)
        self.ledger = Ledger()
        self._progress = {agent: Progress() for agent in agents}
        self.scores = {}
        self._changes = []
        self._state = self.initial_state(task)

    def _answer(self, agent: str, action: Action | object) -> list[Message]:
        """Carry out one action; the messages that answer it. Updates the agent's progress."""
        progress = self._progress[agent]
        progress.turns += 1
        self.acting = agent
        tools = self._tools_for(agent)
        try:
            text, calls = read_action(action, tools, self.limits.characters)
            if not calls and not self.text_actions:
                raise FormatError(
                    f"a message must call a tool; the tools are: {', '.join(tools)}",
                )
        except FormatError as error:
            return self._malformed(progress, error)
        if self.strict:
            for call in calls:
                if isinstance(call, FormatError):
                    return self._malformed(progress, call)
        if not calls:
            reply = self.on_text(text)
            if reply is None:
                progress.done = True
                return []
            return [user(reply)]
        messages = []
        for call in calls:
            if isinstance(call, FormatError):
                messages += self._malformed(progress, call)
            elif progress.done:
                messages.append(tool_result(call.id, call.tool.name, "Not run: it was over."))
            else:
                messages.append(self._run(progress, call))
        return messages

    def _run(self, progress: Progress, call: Call) -> Message:
        tool, limit = call.tool, self.limits.tool_calls
        result: str | list[Part] | None = None
        error: str | None = None
        arguments = {name: plain_copy(value) for name, value in call.arguments.items()}
        if not tool.final and limit is not None and progress.tool_calls >= limit:
            error = f"All {limit} tool calls are used up."
            progress.done, progress.ended = True, OUT_OF_TOOL_CALLS
        else:
            progress.tool_calls += not tool.final
            try:
                value = tool.function(self, **call.arguments)
                result = value if type(value) is str else content_of(value)
                progress.done = progress.done or tool.final
            except ToolError as problem:
                error = str(problem)
        entry = Entry(
            turn=progress.turns,
            tool=tool.name,
            arguments=arguments,
            result=describe({"content": result}) if isinstance(result, list) else result,
            error=error,
            agent=self.acting,
            changes=tuple(self._changes),
        )
        self.ledger.append(entry)
        if self._changes:
            self._changes = []
        content = (result or "") if error is None else f"Error: {error}"
        if limit is not None and not tool.final and progress.tool_calls == limit:
            content = add_remark(content, f"(That was the last of {limit} tool calls.)")
        return tool_result(call.id, tool.name, encodable(content))

    def _malformed(self, progress: Progress, error: FormatError) -> list[Message]:
        self.ledger.append(
            Entry(
                turn=progress.turns,
                tool=_clean(error.tool or ""),
                error=_clean(str(error)),
                malformed=True,
                agent=self.acting,
            )
        )
        if self.strict:
            progress.done, progress.ended = True, FORMAT_ERROR
        content = _clean(f"Format error: {error}")
        if error.call_id is None:
            return [user(content)]
        return [tool_result(_clean(error.call_id), _clean(error.tool or ""), content)]

    def _check_shown(self, messages: Sequence[Message]) -> None:
        """Refuse images that are not valid, or that the class does not announce.

        Raises:
            UsageError: the author has something to mend.
        """
        if any(type(message.get("content")) is list for message in messages):
            check_parts(messages, self.images, type(self).__name__)

    def _tools_for(self, agent: str) -> Mapping[str, Tool]:
        return self._offered

    def _offer(self, task: Task) -> None:
        self._offered = self.tools_of_task(task)

    def _settle(self, score: Score, ended: str) -> Score:
        """What the way an episode ended does to its score."""
        if ended == FORMAT_ERROR:
            return Score(0.0, FORMAT_ERROR, {**score.metrics, self.headline: 0.0})
        if ended and score.valid and not score.metrics.get(self.headline):
            return msgspec.structs.replace(score, outcome=ended)
        return score

    def _graded(self, grade: Any, *arguments: Any) -> Any:
        """Call a grader; one that fails makes the episode invalid, never a success or failure."""
        try:
            return grade(*arguments)
        except Exception:
            return Score(0.0, INVALID, {}, traceback.format_exc(limit=-3))

    # -- snapshots -------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The running episode at this moment, for `restore`."""
        rng = self._np_random
        return Snapshot(
            self.task,
            self.state.copy(),
            self.ledger.copy(),
            {agent: msgspec.structs.replace(p) for agent, p in self._progress.items()},
            None if rng is None else rng.bit_generator.state,
            dict(self.scores),
            self._extra(),
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot, of this environment or of another one made alike."""
        self._task = snapshot.task
        self._offer(snapshot.task)
        self._state = snapshot.state.copy()  # type: ignore[assignment]
        self.ledger = snapshot.ledger.copy()
        self._progress = {a: msgspec.structs.replace(p) for a, p in snapshot.progress.items()}
        self.scores = dict(snapshot.scores)
        if snapshot.rng is not None:
            generator = np.random.Generator(np.random.PCG64(0))
            generator.bit_generator.state = snapshot.rng
            self._np_random = generator
        self._restore_extra(snapshot.extra)

    def _extra(self) -> dict[str, Any]:
        return {}

    def _restore_extra(self, extra: Mapping[str, Any]) -> None:
        return None


def _clean(text: str) -> str:
    """Text with lone surrogates replaced, so that every observation can be encoded."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
