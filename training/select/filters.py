"""Filters: each looks at one episode and keeps it, drops it, or says that it does not apply.

AgentScaler (arXiv 2509.13311, section on experience collection) has three, in this order: validity,
the end state, and the exact sequence of calls where the task only reads, so that no state can show
that it was done. Episodes with tool errors in the middle stay if the end is right: they teach how
to recover.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...envs.core import Episode, Task, text_in
from ...envs.core.awareness import written
from .conversations import arguments_of
from .validity import problem
from .worlds import World

STATE_MATCH = "state_match"
"""The metric by which environments say that the end state is the gold state."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An episode that may be learned from, and what is known of its task."""

    episode: Episode
    task: Task
    world: World


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a filter says of one episode."""

    kind: Literal["kept", "dropped", "not applicable"]
    reason: str = ""


kept = Verdict("kept")


def dropped(reason: str) -> Verdict:
    """The episode is dropped; equal reasons are counted together."""
    return Verdict("dropped", reason)


def not_applicable(reason: str) -> Verdict:
    """The filter cannot judge the episode: it stays, and is counted as not judged."""
    return Verdict("not applicable", reason)


Filter: TypeAlias = Callable[[Candidate], Verdict]
"""Any function will do. Its name in the report is its `name`, else its own. With
`transcript = False` it is asked before messages and ledger are read."""


@dataclass(frozen=True, slots=True)
class Success:
    """The headline metric reaches a bound."""

    at_least: float = 1.0
    name = "success"
    transcript = False

    def __call__(self, candidate: Candidate) -> Verdict:
        headline = candidate.episode.headline
        if headline is None or not headline >= self.at_least:
            return dropped(f"the headline is below {self.at_least:g}")
        return kept


@dataclass(frozen=True, slots=True)
class Validity:
    """Every action is well formed, every call has its result, turns alternate, nothing loops."""

    times: int = 3
    """So many equal rounds in a row (same actions, same answers) are a loop."""
    name = "validity"

    def __call__(self, candidate: Candidate) -> Verdict:
        episode = candidate.episode
        names = frozenset(candidate.world.methods(candidate.task))
        found = problem(episode.messages, episode.ledger, names, self.times)
        return dropped(found) if found else kept


@dataclass(frozen=True, slots=True)
class EndState:
    """The end state is the gold state, by the environment's own comparison."""

    name = "end state"
    transcript = False

    def __call__(self, candidate: Candidate) -> Verdict:
        score = candidate.episode.score
        match = score.metrics.get(STATE_MATCH) if score else None
        if match is None:
            return not_applicable(f"no metric {STATE_MATCH!r}: the headline is the verdict")
        return kept if match >= 1 else dropped("the end state is not the gold state")


@dataclass(frozen=True, slots=True)
class ExactSequence:
    """Where a task only reads: the calls that succeeded are the gold calls, in their order."""

    name = "exact sequence"

    def __call__(self, candidate: Candidate) -> Verdict:
        gold = candidate.world.gold(candidate.task)
        if not gold:
            return not_applicable("neither the task nor a stored oracle has a gold sequence")
        if any(each.changes for each in gold):
            return not_applicable("the gold calls write or submit: the end state shows them")
        mine = candidate.world.done(candidate.episode.ledger, candidate.task).calls
        if any(mine == each.calls for each in gold):
            return kept
        return dropped("other calls than the gold ones")


@dataclass(frozen=True, slots=True)
class Grounded:
    """Every word that a call passes as text was read in the conversation before the call.

    For agents that see the hidden truth: a step that rests on what they have not read teaches who
    imitates them to guess. Numbers are not looked at.
    """

    name = "grounded"

    def __call__(self, candidate: Candidate) -> Verdict:
        read: set[str] = set()
        for message in candidate.episode.messages:
            for each in message.get("tool_calls") or ():
                for word in words_in(arguments_of(each)):
                    if word not in read:
                        return dropped("a call passes what was not read before")
            read |= words_of(text_in(message))
        return kept


def words_of(text: str) -> set[str]:
    """A text's words, capitals apart."""
    return {word.casefold() for word in re.findall(r"\w+", text)}


def words_in(value: object) -> set[str]:
    """The words of all texts in a value."""
    if isinstance(value, str):
        return words_of(value)
    if isinstance(value, Mapping):
        value = list(value.values())
    return set().union(*map(words_in, value)) if isinstance(value, list) else set()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The episode ended in one of these ways (`honest_done`, `shut_down`, ...)."""

    among: tuple[str, ...]
    name = "outcome"
    transcript = False

    def __call__(self, candidate: Candidate) -> Verdict:
        score = candidate.episode.score
        outcome = score.outcome if score else "none"
        return kept if outcome in self.among else dropped(f"the outcome is {outcome!r}")


@dataclass(frozen=True, slots=True)
class Says:
    """The agent wrote each of these words or phrases, in its text or thoughts, capitals apart.

    With the clauses of a policy, only reasoning that cites them stays (deliberative alignment,
    arXiv 2509.15541). What calls pass does not count.
    """

    phrases: tuple[str, ...]
    name = "says"

    def __call__(self, candidate: Candidate) -> Verdict:
        texts = [written(m) for m in candidate.episode.messages if m["role"] == "assistant"]
        said = "\n".join(text for text in texts if text)
        for phrase in self.phrases:
            if not re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", said, re.IGNORECASE):
                return dropped(f"the agent does not say {phrase!r}")
        return kept


FILTERS: tuple[Filter, ...] = (Success(), Validity(), EndState(), ExactSequence())
"""What `select` applies unless told otherwise."""


def filters_of(
    *,
    at_least: float | None = 1.0,
    grounded: bool = False,
    outcomes: Sequence[str] = (),
    says: Sequence[str] = (),
) -> list[Filter]:
    """The usual filters, with another bound of success (None: failures too) or filters more."""
    wanted: list[Filter] = [] if at_least is None else [Success(at_least)]
    wanted += [Outcome(tuple(outcomes))] if outcomes else []
    wanted += [each for each in FILTERS if not isinstance(each, Success)]
    wanted += [Says(tuple(says))] if says else []
    return [*wanted, Grounded()] if grounded else wanted
