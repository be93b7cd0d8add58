"""Register an environment of your own: a state, tasks, tools and a grade.

palestra list --plugin examples/own_environment.py
palestra run backwards --plugin examples/own_environment.py
palestra check backwards --plugin examples/own_environment.py
"""

from dataclasses import dataclass

from palestra import register
from palestra.envs.core import Reference, Score, State, Task, TaskList, ToolEnv, call, tool

WORDS = enumerate(["palestra", "discus", "javelin", "stadium", "oil"])
TASKS = [Task(id=f"test/{i}", split="test", prompt=w, truth=w[::-1]) for i, w in WORDS]


@dataclass
class Said(State):
    text: str = ""


def oracle(seat):
    yield call("answer", text=seat.env.task.truth)


class Backwards(ToolEnv[Said]):
    """Spell a word backwards."""

    references = {"oracle": Reference(oracle, "oracle", privileged=True)}

    def __init__(self, render_mode=None):
        super().__init__(tasks=TaskList(TASKS), render_mode=render_mode)

    def initial_state(self, task):
        return Said()

    @tool(final=True)
    def answer(self, text: str) -> str:
        """Answer.

        Args:
            text: The word, spelt backwards.
        """
        self.state.text = text
        return "Thank you."

    def grade(self, state, ledger, task):
        right = float(state.text == task.truth)
        return Score(right, "success" if right else "wrong_answer", {"success": right})


register("example/Backwards-v0", Backwards, name="backwards")
