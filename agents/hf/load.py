"""Getting a model: from a folder of safetensors or GGUF, or by its name on the hub."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from ...envs.core import UsageError, check_among

__all__ = ["Loaded", "context_of", "ends_of", "load", "multiplies_bfloat16", "save_plain"]

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


class Loaded(NamedTuple):
    """A model that is ready to generate."""

    model: Any
    tokenizer: Any
    context: int
    """Most tokens of prompt and reply together."""
    ends: tuple[int, ...]
    """Ids that end a reply."""


def load(name: str, *, dtype: str = "", device: str = "", gguf: str = "") -> Loaded:
    """Load a model.

    Args:
        name: a folder, or a name on the hub.
        dtype: `float32`, `bfloat16` or `float16`. Default: bfloat16, but float32 on a CPU that
            cannot multiply in it.
        device: default: `cuda` if there is one, else `cpu`.
        gguf: the GGUF file's name. Default: the only one in a folder that has no `config.json`.

    Raises:
        UsageError: there is no such model, or it cannot be loaded; the message says why.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if device == "cpu" and not torch.cuda.is_available():
        # kernels of CPUs take grouped heads with a mask, CUDA's do not: transformers copies the
        # keys and values for every head of a group unless it is told
        os.environ.setdefault("TRANSFORMERS_SDPA_FORCE_GQA", "1")
    dtype = dtype or ("bfloat16" if device != "cpu" or multiplies_bfloat16() else "float32")
    check_among("dtype", dtype, _DTYPES)
    folder = Path(name).expanduser()
    if folder.is_dir():
        name = str(folder)
        if not gguf and not (folder / "config.json").is_file():
            gguf = _gguf_in(folder)
    elif name.startswith(("/", ".", "~")):
        raise UsageError(f"hf/{name}: there is no such folder")
    file = {"gguf_file": gguf} if gguf else {}
    transformers.logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **file)
        model: Any = AutoModelForCausalLM.from_pretrained(name, dtype=_DTYPES[dtype], **file)
    except ImportError as error:
        raise UsageError(f"hf/{name}: {error}; pip install 'palestra[local]'") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(
            f"hf/{name} cannot be loaded: {reason} (expected a folder with a model, or the name of "
            "one on a hub that can be reached)"
        ) from None
    model.to(device).eval()
    return Loaded(model, tokenizer, context_of(model, tokenizer), ends_of(model, tokenizer))


def context_of(model: Any, tokenizer: Any) -> int:
    """Most tokens of prompt and reply together."""
    found = getattr(model.config, "max_position_embeddings", None)
    return int(found or tokenizer.model_max_length)


def ends_of(model: Any, tokenizer: Any) -> tuple[int, ...]:
    """Ids that end a reply."""
    ends = model.generation_config.eos_token_id
    ends = list(ends) if isinstance(ends, list) else [ends] if ends is not None else []
    if tokenizer.eos_token_id is not None and tokenizer.eos_token_id not in ends:
        ends.append(tokenizer.eos_token_id)
    return tuple(ends)


def multiplies_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 itself (AMX, AVX-512 BF16): then it is two to seven
    times as fast as float32, elsewhere slower."""
    names = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return any(bool(getattr(torch.cpu, name, bool)()) for name in names)


def save_plain(source: Path, target: Path) -> Path:
    """Save a GGUF model as safetensors in bfloat16, which loads in a tenth of the time."""
    model, tokenizer, _, _ = load(str(source), device="cpu", dtype="float32")
    model.hf_quantizer, model.is_quantized = None, False  # the weights are plain numbers by now
    del model.config.quantization_config
    model.to(torch.bfloat16).save_pretrained(target)
    tokenizer.save_pretrained(target)
    return target


def _gguf_in(folder: Path) -> str:
    found = sorted(file.name for file in folder.glob("*.gguf"))
    if len(found) == 1:
        return found[0]
    reason = "no config.json and no GGUF file" if not found else f"{len(found)} GGUF files"
    raise UsageError(
        f"hf/{folder} holds {reason}; expected a saved model, or name the file with ?gguf=..."
    )
