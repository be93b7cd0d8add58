"""A tiny real language model, made on the spot: the architecture of Llama, random weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CHAT = ["<|im_start|>", "<|im_end|>"]
TEXT = """Search for a page, open it, read it, answer the question.
<tool_call>
{"name": "search", "arguments": {"query": "a river in the north"}}
</tool_call> user assistant system tool Observation: Action Input: Thought:
The settlement was founded in 1843 by a person who was born in another settlement.
"""


def save_tiny_model(
    folder: Path,
    *,
    context: int = 4096,
    template: str | None = None,
    phrases: Sequence[str] = (),
    seed: int = 0,
    spread: float = 0.2,
) -> Path:
    """Save a model of some 100,000 parameters and a byte-level tokenizer with ChatML's tokens.

    Args:
        context: most tokens.
        template: the tokenizer's chat template.
        phrases: texts whose stretches between digits are one token each, so that an environment's
            prompts are a few tokens long.
        seed, spread: of the weights; 0.02 is where models begin that are trained.
    """
    import torch
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    raw: Any = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    if phrases:
        raw.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(r" ?\d|[^\d]+?(?= ?\d|$)"), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600 if phrases else 400,
        special_tokens=CHAT,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(phrases or [TEXT], trainer)
    tokenizer: Any = PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
    tokenizer.chat_template = template
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=spread,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "llama"
    return folder
