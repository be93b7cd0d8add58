"""A small real environment and a small arena, for the tests of everything around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from palestra.envs.core import (
    Ledger,
    Limits,
    Range,
    Reference,
    Score,
    Script,
    Seat,
    State,
    Task,
    TaskList,
    ToolArena,
    ToolEnv,
    ToolError,
    call,
    register,
    say,
    tool,
)

TASKS = TaskList(
    [
        Task(
            id=f"test/{i}",
            split="test",
            prompt=f"Round {i}: guess the number from 1 to 9.",
            truth=(i * 7) % 9 + 1,
            difficulty={"size": 9.0},
        )
        for i in range(300)
    ]
    + [Task(id="train/0", split="train", prompt="Guess the number from 1 to 9.", truth=4)]
)


@dataclass
class GuessState(State):
    """What was guessed."""

    asked: list[int] = field(default_factory=list)
    answer: int | None = None


def oracle(seat: Seat) -> Script:
    """Knows."""
    assert seat.env is not None
    yield call("higher", than=5)
    yield call("answer", number=seat.env.task.truth)


def halving(seat: Seat) -> Script:
    """Halves the interval, honestly."""
    low, high = 1, 9
    while low < high:
        middle = (low + high) // 2
        observation = yield call("higher", than=middle)
        low, high = (middle + 1, high) if observation[-1]["content"] == "yes" else (low, middle)
    yield call("answer", number=low)


def blind(seat: Seat) -> Script:
    """Guesses at random."""
    yield call("answer", number=seat.rng.randint(1, 9))


def shouter(seat: Seat) -> Script:
    """Claims to be right, without a tool call."""
    yield say("The number is 1, 2, 3, 4, 5, 6, 7, 8 and 9.")


class Guess(ToolEnv[GuessState]):
    """Guess a number from one to nine."""

    references = {
        "oracle": Reference(oracle, "oracle", privileged=True),
        "halving": Reference(halving, "baseline", "halves the interval", at_least=1.0),
        "blind": Reference(blind, "baseline", "guesses", at_most=0.2),
        "shouter": Reference(shouter, "adversary"),
    }

    def __init__(
        self,
        *,
        turns: int = 10,
        tool_calls: int | None = 6,
        strict: bool = True,
        render_mode: str | None = None,
    ) -> None:
        limits = Limits(turns=turns, tool_calls=tool_calls)
        super().__init__(tasks=TASKS, limits=limits, strict=strict, render_mode=render_mode)

    def initial_state(self, task: Task) -> GuessState:
        return GuessState()

    @tool
    def higher(self, than: Annotated[int, Range(1, 9)]) -> str:
        """Ask whether the number is higher than this one.

        Args:
            than: The number to compare with.
        """
        if than in self.state.asked:
            raise ToolError(f"You asked about {than} already; ask about another number.")
        self.state.asked.append(than)
        self.note_change(asked=than)
        return "yes" if self.task.truth > than else "no"

    @tool(final=True)
    def answer(self, number: int) -> str:
        """Give the answer.

        Args:
            number: What the number is.
        """
        self.state.answer = number
        return "Thank you."

    def grade(self, state: GuessState, ledger: Ledger, task: Task) -> Score:
        right = float(state.answer == task.truth)
        metrics = {"success": right, "tool_calls": float(len(ledger.of("higher")))}
        return Score(right, "success" if right else "wrong_answer", metrics)


def racer(seat: Seat) -> Script:
    """Runs to the end."""
    while True:
        yield call("advance", steps=3)


@dataclass
class RaceState(State):
    """Where everybody is."""

    at: dict[str, int] = field(default_factory=dict)


class Race(ToolArena[RaceState]):
    """Two runners; who reaches the line has won."""

    chance = 1.0
    references = {"oracle": Reference(racer, "oracle")}
    metadata = {"render_modes": [], "name": "race"}

    def __init__(self) -> None:
        super().__init__(
            agents=("runner_0", "runner_1"), tasks=TASKS, limits=Limits(turns=12), strict=False
        )

    def initial_state(self, task: Task) -> RaceState:
        return RaceState(dict.fromkeys(self.possible_agents, 0))

    @tool(writes=True)
    def advance(self, steps: Annotated[int, Range(0, 3)]) -> str:
        """Run.

        Args:
            steps: How far.
        """
        self.state.at[self.acting] += steps
        self.note_change(at=self.state.at[self.acting])
        if self.state.at[self.acting] >= 9:
            for progress in self._progress.values():
                progress.done = True
        return f"You are at {self.state.at[self.acting]}."

    def grade_all(self, state: RaceState, ledger: Ledger, task: Task) -> dict[str, Score]:
        return {
            agent: Score(
                float(at >= 6), "success" if at >= 6 else "lost", {"success": float(at >= 6)}
            )
            for agent, at in state.at.items()
        }


register("test/Guess-v0", Guess, name="guess")
register("test/Race-v0", Race, name="race")
