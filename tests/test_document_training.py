"""The solo view of *document* trains as everything else: a rollout is an episode."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from palestra.agents.dialogue import Generated, Template
from tiny import save_tiny_model

pytest.importorskip("trl", reason="training needs palestra[train]")
pytest.importorskip("torch", reason="training needs palestra[train]")

from palestra.training.rollout import Rollouts
from palestra.training.tasks import training_keys


class Finishes:
    """A voice that waits once and finishes then, in the protocol's own words."""

    def __init__(self, tokenizer: Any) -> None:
        self.uri, self.max_tokens, self.context = "finishes", 64, 16_384
        self.tokenizer, self.template = tokenizer, Template(tokenizer)
        self.ends: Mapping[int, str] = {tokenizer.eos_token_id: tokenizer.eos_token}
        self._said = 0

    async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
        name = "wait" if self._said % 2 == 0 else "finish"
        self._said += 1
        called = json.dumps({"name": name, "arguments": {}})
        text = f"<tool_call>\n{called}\n</tool_call>"
        ids = [*self.tokenizer(text)["input_ids"], self.tokenizer.eos_token_id]
        return Generated(ids, [-0.5] * len(ids), "stop")


def test_a_rollout_among_scripted_partners_is_an_episode(tmp_path: Path) -> None:
    from transformers import AutoTokenizer
    from trl.chat_template_utils import qwen3_chat_template

    model = save_tiny_model(tmp_path / "tiny", template=qwen3_chat_template)
    tokenizer: Any = AutoTokenizer.from_pretrained(model)
    keys, options = training_keys({"document-solo": {"kind": "errors"}}, 2)
    (played,) = Rollouts(options, Template(tokenizer), max_tokens=64).play(
        keys[:1], Finishes(tokenizer)
    )
    assert played.episode.status == "scored"
    assert played.episode.score is not None
    assert played.episode.score.outcome == "incomplete"
    assert played.episode.turns == 2
    mine = [
        i
        for i, own in zip(played.tokens.completion_ids, played.tokens.env_mask, strict=True)
        if own
    ]
    assert tokenizer.decode(mine).count("<tool_call>") == 2
    assert not all(played.tokens.env_mask)  # what the partners did was read, not said
