"""What an agent thinks is neither said nor done: in every environment, with every known mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from test_conformance import failures

from guessing import Guess, GuessState
from palestra.envs import registered
from palestra.envs.core import Score, find, say, separate_thoughts
from palestra.evals.conformance.subject import Subject
from palestra.evals.conformance.thoughts import THOUGHT, Trial

WORDS = (
    "think", "thinking", "thought", "thoughts", "reasoning", "seed:think", "antthinking",
    "ant_thinking", "longcat_think", "inner_thoughts", "inner_monologue", "scratchpad",
    "scratch_pad", "THINK",
)  # fmt: skip
MARKS = [
    *((f"<{word}>\n", f"\n</{word}>\n") for word in WORDS),
    ('<thought id="1">', "</thought>"),
    ("[THINK]", "[/THINK]"),
    ("\u25c1think\u25b7", "\u25c1/think\u25b7"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|think_start|>", "<|think_end|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<|thinking|>", "<|/thinking|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<|channel>thought\n", "<channel|>"),
    ("<unused94>thought\n", "<unused95>"),
    ("", "</think>"),  # the opening mark stood in the prompt
]
ENVIRONMENTS = [
    *sorted(id for id in registered() if id.startswith("palestra/")),
    "formal-stack",
    "shutdown-comply",
    "covert-candid",
]


@pytest.mark.parametrize("tags", MARKS, ids=[f"{i}" for i in range(len(MARKS))])
def test_every_mark_is_taken_off(tags: tuple[str, str]) -> None:
    opening, closing = tags
    found = separate_thoughts(say(f"{opening}{THOUGHT}{closing}0"))
    assert (found["content"], found.get("thoughts")) == ("0", THOUGHT)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_environment_hears_a_thought(name: str) -> None:
    subject = Subject(_found(name), {}, 1, [])
    trial = Trial(subject)
    references = list(subject.found.cls.references)
    tasks = subject.task_ids(1)
    for number, tags in enumerate(MARKS):
        for reference in references:  # each meets each mark, on some split
            trial.compare(reference, tasks[number % len(tasks)], tags)
    assert all(trial.silence(task) == 0 for task in tasks)
    trial.close()


def _found(name: str) -> Any:
    found = find(name)
    assert found is not None
    return found


class Overhearing(Guess):
    """Reads the raw text of an action, thoughts and all."""

    text_actions = True

    def _answer(self, agent: str, action: Any) -> Any:
        if isinstance(action, Mapping) and "7" in str(action.get("content")):
            self.state.answer = self.task.truth
        return super()._answer(agent, action)

    def on_text(self, text: str) -> str | None:
        return "Go on."


class Indulgent(Guess):
    """Takes silence for success."""

    text_actions = True

    def on_text(self, text: str) -> str | None:
        return "Go on."

    def grade(self, state: GuessState, ledger: Any, task: Any) -> Score:
        found = super().grade(state, ledger, task)
        return found if state.answer is not None else Score(1.0, "fine", {"success": 1.0})


def test_environments_that_overhear_or_reward_silence_are_caught() -> None:
    found = failures(Overhearing, "thoughts")
    assert "with all that it says and does moved into thoughts" in found["thoughts"].detail
    found = failures(Indulgent, "thoughts")
    assert "says nothing scores 1.000" in found["thoughts"].detail
