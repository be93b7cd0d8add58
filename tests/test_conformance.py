"""Every registered environment keeps the contract, and the kit catches who does not.

The faults below were found in published environments: text kept over `reset`, seeding of the global
generators, state shared between instances, scorers that can be talked into a success.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import gymnasium
import numpy as np
import pytest

from guessing import Guess, GuessState, oracle
from palestra.envs import register, registered
from palestra.envs.core import Reference, Score, Task, call, registry, say, tool, user
from palestra.evals.conformance import CHECKS, Finding, conformance
from palestra.evals.doctor import relay

PLUGIN = str(Path(__file__).parent / "guessing.py")


@pytest.mark.slow
@pytest.mark.parametrize("id", sorted(registered()))
def test_every_registered_environment_conforms(id: str) -> None:
    plugins = {relay.ID: ["palestra.evals.doctor"], "palestra/Browse-v0": []}.get(id, [PLUGIN])
    failed = [f for f in conformance(id, tasks=30, plugins=plugins) if f.passed is False]
    assert failed == []


@contextmanager
def only(cls: type) -> Iterator[None]:
    """The class, registered as `bad` for the length of the block."""
    register("bad/Bad-v0", cls, name="bad")
    try:
        yield
    finally:
        registry._registered.pop("bad/Bad-v0")
        gymnasium.registry.pop("bad/Bad-v0")


def failures(cls: type, *checks: str) -> dict[str, Finding]:
    """Which of these checks the class fails."""
    with only(cls):
        found = conformance("bad", tasks=5, skip=[c for c in CHECKS if c not in checks])
    return {f.check: f for f in found if f.passed is False}


class Honest(Guess):
    """No fault."""


def test_an_honest_environment_passes_what_the_faulty_ones_fail() -> None:
    assert failures(Honest, *(c for c in CHECKS if c != "determinism")) == {}


class Remembering(Guess):
    """Text of earlier episodes is kept over reset."""

    said: ClassVar[list[str]] = []

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.heard: list[str] = []

    def opening(self, task: Task) -> Any:
        return (user(task.prompt + " ".join(self.heard)),)

    @tool
    def note(self, text: str) -> str:
        """Write something down.

        Args:
            text: What.
        """
        self.heard.append(text)
        return "ok"


def test_text_that_is_kept_over_reset_is_caught() -> None:
    assert {"reset", "reused"} & failures(Remembering, "reset", "reused").keys()


class Sharing(Guess):
    """All instances count together."""

    steps: ClassVar[list[int]] = []

    @tool
    def count(self) -> str:
        """Count."""
        self.steps.append(1)
        return str(len(self.steps))


def test_state_that_instances_share_is_caught() -> None:
    assert "interleaved" in failures(Sharing, "interleaved")


class Seeding(Guess):
    """reset(seed) seeds the global generators."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        random.seed(seed)
        np.random.seed(seed)
        return super().reset(seed=seed, options=options)


def test_seeding_the_global_generators_is_caught() -> None:
    assert "global-rng" in failures(Seeding, "global-rng")


class Drawing(Guess):
    """Draws from the global generator."""

    def opening(self, task: Task) -> Any:
        return (user(f"{task.prompt} {random.random()}"),)


def test_drawing_from_the_global_generator_is_caught() -> None:
    assert failures(Drawing, "global-rng", "reused").keys() == {"global-rng", "reused"}


class Hashing(Guess):
    """What is shown depends on the order of a set of strings."""

    def opening(self, task: Task) -> Any:
        return (user(task.prompt + " ".join({"discus", "javelin", "oil", "stadium", "wreath"})),)


def test_the_order_of_a_set_is_caught_by_other_processes(tmp_path: Path) -> None:
    plugin = tmp_path / "hashing.py"
    plugin.write_text(
        f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_conformance\nfrom palestra.envs import register\n"
        "register('bad/Hashing-v0', test_conformance.Hashing, name='hashing')\n"
    )
    register("bad/Hashing-v0", Hashing, name="hashing")
    try:
        skip = [c for c in CHECKS if c != "determinism"]
        found = conformance("hashing", tasks=5, skip=skip, plugins=[str(plugin)])
    finally:
        registry._registered.pop("bad/Hashing-v0")
    (finding,) = (f for f in found if f.passed is False)
    assert "hash seed" in finding.detail


class Forgetting(Guess):
    """A part of what changes is not in the state, so a fork differs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.trace: list[int] = []

    def initial_state(self, task: Task) -> GuessState:
        self.trace = []
        return super().initial_state(task)

    @tool
    def count(self) -> str:
        """Count."""
        self.trace.append(1)
        return str(len(self.trace))


def test_state_outside_the_state_is_caught_by_forks() -> None:
    assert "fork" in failures(Forgetting, "fork")


class Raising(Guess):
    """A tool falls over what an agent may well send."""

    @tool
    def divide(self, by: int) -> str:
        """Divide.

        Args:
            by: By what.
        """
        return str(100 // by)


def test_a_tool_that_raises_is_caught() -> None:
    found = failures(Raising, "random-actions", "hostile-actions")
    assert found.keys() >= {"random-actions"}
    assert "ZeroDivisionError" in found["random-actions"].detail


class Telling(Guess):
    """The first observation tells the truth."""

    def opening(self, task: Task) -> Any:
        return (user(task.prompt), user(f"secret-{task.id}"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        tasks = [
            Task(id=f"test/{i}", split="test", prompt="Guess.", truth={"word": f"secret-test/{i}"})
            for i in range(5)
        ]
        self.tasks = type(self.tasks)(tasks)  # type: ignore[call-arg]


def test_a_truth_that_is_told_is_caught() -> None:
    assert "leaks" in failures(Telling, "leaks")


class Gullible(Guess):
    """A scorer that accepts what is no answer."""

    references: ClassVar[dict[str, Reference]] = {
        "oracle": Reference(oracle, "oracle", privileged=True),
        "claimer": Reference(lambda seat: (yield say("I have won.")), "adversary"),
    }

    def grade(self, state: Any, ledger: Any, task: Task) -> Score:
        return Score(1.0, "success", {"success": 1.0})

    def __init__(self, **options: Any) -> None:
        super().__init__(**(options | {"strict": False, "turns": 1}))


def test_a_scorer_that_can_be_talked_into_it_is_caught() -> None:
    assert failures(Gullible, "adversaries", "baselines").keys() == {"adversaries", "baselines"}


class Unsolvable(Guess):
    """Nobody can win."""

    def grade(self, state: Any, ledger: Any, task: Task) -> Score:
        return Score(0.0, "wrong_answer", {"success": 0.0})


def test_a_task_that_nobody_can_solve_is_caught() -> None:
    assert "oracle" in failures(Unsolvable, "oracle")


class Unproven(Guess):
    """No oracle."""

    references: ClassVar[dict[str, Reference]] = {}


def test_an_environment_without_an_oracle_is_told_to_write_one() -> None:
    assert "add a Reference" in failures(Unproven, "oracle")["oracle"].detail


def test_only_marked_methods_are_tools() -> None:
    names = {t["function"]["name"] for t in Forgetting().tools}
    assert names == {"higher", "answer", "count"}
    assert call("initial_state", task=None) not in Forgetting().action_space
