"""Models in this process, through Transformers: `hf/<folder or name>`, and `smollm2`.

`load` gets a model and its tokenizer, `template` turns messages into token ids that only ever grow,
`engine` generates for many episodes at once, `agent` is the agent. Nothing here is imported, and
neither is torch, before such an agent is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...envs.core import UsageError
from ..uri import take_options

if TYPE_CHECKING:
    from ..base import Agent

__all__ = ["OPTIONS", "from_uri", "make", "smollm2"]

OPTIONS = {
    "temperature": float,
    "top_p": float,
    "max_tokens": int,
    "protocol": str,
    "dtype": str,
    "device": str,
    "batch": int,
    "gguf": str,
}
"""What may stand behind `?`."""


def from_uri(name: str, options: dict[str, str]) -> Agent:
    """`hf/<folder or hub name>?temperature=0.7&max_tokens=256&protocol=hermes&dtype=float32`."""
    if not name:
        raise UsageError("hf needs a model: hf/<folder>, or hf/<owner>/<name> on the hub")
    taken = take_options(f"hf/{name}", options, OPTIONS)
    return make(name, f"hf/{name}", taken)


def smollm2(name: str, options: dict[str, str]) -> Agent:
    """`smollm2`: SmolLM2-135M-Instruct, wherever it lies on this machine."""
    from ..models import located

    if name:
        raise UsageError(f"there is one smollm2, and no smollm2/{name}; see `palestra models`")
    taken = take_options("smollm2", options, OPTIONS)
    return make(str(located("smollm2")), "smollm2", taken)


def make(path: str, uri: str, options: Mapping[str, object]) -> Agent:
    """The agent of the model at `path`, listed as `uri`.

    Raises:
        UsageError: a package is missing, or the model cannot be loaded.
    """
    try:
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"{uri} needs the package `{error.name}`: pip install 'palestra[local]'"
        ) from None
    from .agent import HFAgent

    return HFAgent(path, uri=uri, **options)  # type: ignore[arg-type]
