"""Conversations in token ids, for models whose tokens are ours to see (`hf/...`, `vllm/...`)."""

from .speaker import CONTEXT_FULL, Generated, Speaker, Voice
from .template import Dialogue, Template, thoughts_of

__all__ = ["CONTEXT_FULL", "Dialogue", "Generated", "Speaker", "Template", "Voice", "thoughts_of"]
