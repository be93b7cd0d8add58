"""Models through vLLM: `vllm/<folder or name>`, by a server that Palestra starts, or one that runs.

`server` starts, waits for and stops the server; `agent` is the agent. The server may live in a
virtual environment of its own (`?python=...`), which vLLM's own requirements often make necessary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...envs.core import UsageError
from ..uri import take_options, yes_or_no

if TYPE_CHECKING:
    from ..base import Agent

__all__ = ["from_uri"]


def from_uri(name: str, options: dict[str, str]) -> Agent:
    """`vllm/<folder or name>?temperature=0.7&python=.venv-vllm/bin/python&base_url=...`."""
    from .agent import VLLMAgent

    if not name:
        raise UsageError("vllm needs a model: vllm/<folder>, vllm/<owner>/<name>, vllm/smollm2")
    kinds = {
        "temperature": float,
        "top_p": float,
        "max_tokens": int,
        "timeout": float,
        "protocol": str,
        "constrained": yes_or_no,
        "tokens": yes_or_no,
        "base_url": str,
        "python": str,
        "context": int,
        "dtype": str,
        "startup": float,
        "seed": yes_or_no,
        "images": yes_or_no,
    }
    return VLLMAgent(name, **take_options(f"vllm/{name}", options, kinds))
