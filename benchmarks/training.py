"""What rollouts add to training: waiting tools beside each other, and a step of GRPO taken apart.

    python benchmarks/training.py                       # 64 rollouts of 4 calls of 50 ms
    python benchmarks/training.py --step --model smollm2

The peer of the first is the same calls one after the other, as TRL's own synchronous loop makes
them (`environment_factory`); the aim is 0.5 s. The second trains in browse for a few steps and says
where the time went: generating, learning (passes and optimiser), and everything that is ours; the
aim is that ours is 5% or less of the other two.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lookup
from palestra.agents.dialogue import Generated, Template
from palestra.envs.core import register, tool

CALLS, WAIT = 4, 0.05
SLOW = "bench/SlowLookup-v0"


class TrainLookups(lookup.Lookups):
    """The same tasks, to train on."""

    @property
    def splits(self) -> Mapping[str, int]:
        return {"train": 1_000}


class SlowLookup(lookup.Lookup):
    """Each look-up waits, as a tool behind a network does."""

    blocking = True

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.tasks = TrainLookups()

    @tool
    def lookup(self, key: str) -> str:
        """Look up the value of a key.

        Args:
            key: The key.
        """
        time.sleep(WAIT)
        return str(lookup.VALUES.get(key, 0))


register(SLOW, SlowLookup, name="slow_lookup")


class Scripted:
    """A voice that calls as often as wanted, then answers, and takes no time."""

    uri, max_tokens, context = "scripted", 512, 100_000

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer, self.template = tokenizer, Template(tokenizer, "json")
        self.ends: Mapping[int, str] = {tokenizer.eos_token_id: tokenizer.eos_token}
        said = [self._text("lookup", key="red")] * CALLS + [self._text("answer", total=0)]
        self._said = [[*tokenizer(text)["input_ids"], tokenizer.eos_token_id] for text in said]

    def _text(self, name: str, **arguments: Any) -> str:
        return json.dumps({"tool": name, "arguments": arguments})

    async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
        turn = self.tokenizer.decode(prompt).count("<|im_start|>assistant") - 1
        ids = self._said[turn]
        return Generated(ids, [-0.5] * len(ids), "stop")


def waiting(model: str, rollouts: int) -> None:
    """Rollouts whose tools wait, together and one after the other."""
    from transformers import AutoTokenizer

    from palestra.agents.trained import weights_of
    from palestra.training.rollout import EnvironmentFactory, Rollouts
    from palestra.training.tasks import key_of

    tokenizer = AutoTokenizer.from_pretrained(weights_of(model))
    voice = Scripted(tokenizer)
    player = Rollouts({SLOW: {}}, voice.template, max_completion=50_000)
    keys = [key_of(SLOW, f"train/{i}") for i in range(rollouts)]
    player.play(keys[:2], voice)  # threads and tokenizer awake
    began = time.perf_counter()
    done = player.play(keys, voice)
    ours = time.perf_counter() - began
    assert all(each.episode.turns == CALLS + 1 for each in done)
    factory = EnvironmentFactory(SLOW)
    rows = factory.rows(rollouts)
    began = time.perf_counter()
    for row in rows:
        made = factory()
        made.reset(**row)
        for _ in range(CALLS):
            made.lookup(key="red")
        made.answer(total=0)
    theirs = time.perf_counter() - began
    print(f"{rollouts} rollouts of {CALLS} calls of {WAIT * 1000:.0f} ms")
    print(f"  all at once       {ours:8.2f} s")
    print(f"  one after another {theirs:8.2f} s   ({theirs / ours:.0f} times)")


@contextmanager
def timed(spent: Counter[str], owner: Any, method: str, name: str) -> Iterator[None]:
    """Add up the seconds that a method takes."""
    original = getattr(owner, method)

    def measured(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return original(*args, **kwargs)
        finally:
            spent[name] += time.perf_counter() - began  # type: ignore[assignment]

    setattr(owner, method, measured)
    try:
        yield
    finally:
        setattr(owner, method, original)


def step(model: str, steps: int) -> None:
    """Where the time of a step goes."""
    from palestra.agents.hf.engine import Engine
    from palestra.training.grpo import grpo
    from palestra.training.lean import LeanGRPOTrainer
    from palestra.training.rollout import Rollouts

    spent: Counter[str] = Counter()
    options = {
        "min_hops": 1, "max_hops": 1, "named": True, "blur": 0, "results": 1, "window": 500,
        "tool_calls": 8,
    }  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as folder,
        timed(spent, Engine, "generate", "generate"),
        timed(spent, Rollouts, "__call__", "rollouts"),
        timed(spent, LeanGRPOTrainer, "training_step", "training step"),
        timed(spent, LeanGRPOTrainer, "_prepare_inputs", "prepare"),
    ):
        began = time.perf_counter()
        grpo(
            model, {"browse": options}, Path(folder) / "run", steps=steps, group=8, groups=2,
            max_tokens=48, max_completion=1000, protocol="pythonic", patience=steps + 1,
        )  # fmt: skip
        whole = time.perf_counter() - began
    learning = spent["training step"] - spent["prepare"]
    ours = spent["rollouts"] - spent["generate"]
    print(f"{steps} steps of 16 rollouts in browse, {model}: {whole:.0f} s with loading and saving")
    print(f"  generating {spent['generate']:8.1f} s")
    print(f"  learning   {learning:8.1f} s")
    print(f"  ours       {ours:8.1f} s   ({ours / (spent['generate'] + learning):.1%} of the two)")


def main() -> None:
    """Measure one or the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--rollouts", type=int, default=64)
    parser.add_argument("--step", action="store_true", help="take a step apart")
    parser.add_argument("--steps", type=int, default=3)
    given = parser.parse_args()
    if given.step:
        step(given.model, given.steps)
    else:
        waiting(given.model, given.rollouts)


if __name__ == "__main__":
    main()
