"""What was read is not read again, and nothing that is said changes by it."""

from __future__ import annotations

import functools
import random
from typing import Any

import pytest

from tiny import save_tiny_model

pytest.importorskip("transformers", reason="local models need palestra[local]")
pytest.importorskip("torch", reason="local models need palestra[local]")

from palestra.agents.hf.engine import Engine, Request
from palestra.agents.hf.load import load
from palestra.agents.hf.memory import Memory


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = save_tiny_model(tmp_path_factory.mktemp("memory") / "tiny")
    return load(str(folder), dtype="float32")


class Counted:
    """An engine, and how many ids its model was given."""

    def __init__(self, loaded: Any, **memory: Any) -> None:
        self.engine, self.read = Engine(loaded, temperature=1.0), 0
        self.engine._memory = Memory(loaded.model, **memory)
        self._model, self._forward = loaded.model, loaded.model.forward

    def __enter__(self) -> Counted:
        @functools.wraps(self._forward)  # `generate` asks what a model takes
        def forward(*args: Any, **kwargs: Any) -> Any:
            ids = args[0] if args else kwargs["input_ids"]
            self.read += ids.numel()
            return self._forward(*args, **kwargs)

        self._model.forward = forward
        return self

    def __exit__(self, *_: Any) -> None:
        self._model.forward = self._forward


def conversations(engine: Engine, turns: int, rows: int, head: int = 100) -> list[Any]:
    """Play turns of different lengths on prompts that begin alike; the last replies."""
    chance = random.Random(5)

    def some(n: int) -> list[int]:
        return [chance.randrange(2, 300) for _ in range(n)]

    rules = some(head)
    prompts = [rules + some(3 + 7 * row) for row in range(rows)]
    replies: list[Any] = []
    for turn in range(turns):
        asked = [Request(ids, 100 * turn + row, 4 + row % 3) for row, ids in enumerate(prompts)]
        replies = engine.generate(asked)
        prompts = [p + r.ids + some(5 + row) for row, (p, r) in enumerate(zip(prompts, replies))]  # noqa: B905
    return replies


def test_replies_are_those_of_a_model_that_reads_everything(loaded: Any) -> None:
    with Counted(loaded) as keeping, Counted(loaded) as forgetting:
        forgetting.engine._memory.plain = False
        kept = conversations(keeping.engine, turns=4, rows=5)
        read = conversations(forgetting.engine, turns=4, rows=5)
    assert [reply.ids for reply in kept] == [reply.ids for reply in read]
    for one, other in zip(kept, read, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)


def test_each_id_is_read_once(loaded: Any) -> None:
    with Counted(loaded) as one:
        conversations(one.engine, turns=1, rows=4)
    with Counted(loaded) as four:
        conversations(four.engine, turns=4, rows=4)
    assert four.read < 4 * one.read  # later turns are short
    assert four.read - one.read < 4 * 3 * 40


def test_members_of_a_group_share_one_reading(loaded: Any) -> None:
    prompt = list(range(2, 202))
    with Counted(loaded) as counted:
        replies = counted.engine.generate([Request(prompt, seed, 3) for seed in range(8)])
    assert counted.read < 200 + 8 * 6
    assert len({tuple(reply.ids) for reply in replies}) > 1


def test_memory_keeps_within_its_bounds(loaded: Any) -> None:
    with Counted(loaded, most=200_000) as bounded, Counted(loaded) as free:
        bounded_replies = conversations(bounded.engine, turns=4, rows=5)
        replies = conversations(free.engine, turns=4, rows=5)
    assert bounded.engine._memory._bytes <= 200_000 < free.engine._memory._bytes
    assert [r.ids for r in bounded_replies] == [r.ids for r in replies]


def test_a_conversation_is_kept_once(loaded: Any) -> None:
    with Counted(loaded) as counted:
        conversations(counted.engine, turns=4, rows=3)
    memory = counted.engine._memory
    assert sum(known.own for known in memory._known.values()) == 3
    assert memory._bytes == sum(known.bytes for known in memory._known.values())
