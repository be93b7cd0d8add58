"""Training in *formal* needs no special case: a rollout is an episode, its words are the ids."""

from __future__ import annotations

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


class Ones:
    """A voice that answers 1."""

    def __init__(self, tokenizer: Any) -> None:
        self.uri, self.max_tokens, self.context = "ones", 8, 4096
        self.tokenizer, self.template = tokenizer, Template(tokenizer)
        self.ends: Mapping[int, str] = {tokenizer.eos_token_id: tokenizer.eos_token}

    async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
        ids = [*self.tokenizer("1")["input_ids"], self.tokenizer.eos_token_id]
        return Generated(ids, [-0.5] * len(ids), "stop")


def test_a_policy_that_says_one_is_rewarded_where_one_is_right(tmp_path: Path) -> None:
    from transformers import AutoTokenizer
    from trl.chat_template_utils import qwen3_chat_template

    model = save_tiny_model(tmp_path / "tiny", template=qwen3_chat_template)
    tokenizer: Any = AutoTokenizer.from_pretrained(model)
    keys, options = training_keys({"formal": {"language": "parity", "shots": 2}}, 8)
    played = Rollouts(options, Template(tokenizer), max_tokens=8).play(keys, Ones(tokenizer))
    rewards = [each.episode.headline for each in played]
    assert set(rewards) == {0.0, 1.0}
    for each in played:
        assert tokenizer.decode(each.tokens.completion_ids).startswith("1")
        assert all(each.tokens.env_mask)
