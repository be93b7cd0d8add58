"""What SFT and GRPO share: the model, TRL's settings, the run itself."""

from __future__ import annotations

import dataclasses
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..envs.core import UsageError, check_among

if TYPE_CHECKING:
    from ..agents.hf.load import Loaded
    from .folder import RunFolder
    from .progress import Step

__all__ = ["adapters", "arguments", "base", "carry_out", "needed", "on_cpu", "quiet"]


def needed() -> None:
    """Look whether the packages of training are there.

    Raises:
        UsageError: one is not.
    """
    try:
        import datasets  # noqa: F401
        import peft  # noqa: F401
        import trl  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"training needs the package `{error.name}`: pip install 'palestra[train]'"
        ) from None
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")


def base(model: str, dtype: str = "") -> Loaded:
    """The model to train.

    Args:
        model: see `agents.trained.weights_of`.
        dtype: of the weights. Default: float32, which small learning rates need.

    Raises:
        UsageError: it cannot be loaded.
    """
    from ..agents.hf.load import load
    from ..agents.trained import weights_of

    with quiet():
        return load(weights_of(model), dtype=dtype or "float32")


def on_cpu(loaded: Loaded) -> bool:
    """Whether a model is on a CPU, where one row in a pass, with no padding, is the quickest."""
    return loaded.model.device.type == "cpu"


def adapters(rank: int) -> Any:
    """LoRA adapters of this rank for all linear layers; None for 0."""
    if not rank:
        return None
    from peft import LoraConfig

    return LoraConfig(
        r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM"
    )


def arguments(
    kind: type,
    own: Mapping[str, Any],
    config: Mapping[str, Any],
    *,
    folder: RunFolder,
    loaded: Loaded,
    steps: int,
    epochs: float = 1.0,
    learning_rate: float,
    seed: int,
    save_every: int,
    report_to: Sequence[str],
) -> Any:
    """TRL's arguments: what both ways of training set, what this one does, what the user wants.

    Args:
        kind: `SFTConfig` or `GRPOConfig`.
        own: of this way of training.
        config: fields of `kind`, which win.

    Raises:
        UsageError: `kind` has no such field, or refuses a value.
    """
    from ..agents.hf.load import multiplies_bfloat16

    names = [field.name for field in dataclasses.fields(kind)]
    for name in config:
        check_among(f"{kind.__name__} field", name, names)
    cpu = on_cpu(loaded)
    # Transformers' paged attention breaks under Accelerate's bfloat16: it keeps to float32
    paged = bool(config.get("use_transformers_continuous_batching"))
    if paged and config.get("bf16"):
        raise UsageError("use_transformers_continuous_batching works in float32 only: bf16=false")
    settings: dict[str, Any] = {
        "output_dir": str(folder.checkpoints),
        "learning_rate": learning_rate,
        "max_steps": steps or -1,
        "num_train_epochs": epochs,
        "save_steps": save_every or 0.1,
        "save_total_limit": 2,
        "logging_steps": 1,
        "seed": seed,
        "data_seed": seed,
        "report_to": list(report_to) or "none",
        "disable_tqdm": True,
        "use_cpu": cpu,
        "gradient_checkpointing": not cpu,
        "bf16": not paged and (not cpu or multiplies_bfloat16()),
    }
    try:
        with quiet():
            return kind(**{**settings, **own, **config})
    except (TypeError, ValueError) as error:
        raise UsageError(f"{kind.__name__} refuses these settings: {error}") from error


def carry_out(
    trainer: Any,
    folder: RunFolder,
    about: Mapping[str, Any],
    *,
    tell: Callable[[Step], None] | None,
    resume: bool,
    during: AbstractContextManager[None] | None = None,
) -> Path:
    """Train, and save the model.

    Args:
        trainer: TRL's.
        folder: of the run.
        about: what the run is made with, beside the trainer's arguments.
        tell: hears of each step.
        resume: whether to go on from the last checkpoint.
        during: entered while the trainer trains.

    Returns:
        the folder of the trained model.

    Raises:
        UsageError: a check of the run failed.
    """
    from transformers.trainer_callback import PrinterCallback

    from .checks import NotFinite
    from .lean import lean_head
    from .progress import Progress

    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(NotFinite())
    trainer.add_callback(folder.curves())
    if tell is not None:
        trainer.add_callback(Progress(tell))
    folder.begin({**about, "arguments": trainer.args.to_dict()})
    last = folder.last_checkpoint() if resume else None
    with quiet(), during or nullcontext(), lean_head(trainer.model):
        trainer.train(resume_from_checkpoint=last)
    return folder.save(trainer.accelerator.unwrap_model(trainer.model), trainer.processing_class)


@contextmanager
def quiet() -> Iterator[None]:
    """Without what libraries say about themselves; errors are still heard."""
    import datasets

    bars = datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    loggers = [logging.getLogger(name) for name in ("trl", "transformers", "accelerate")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning)
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
            if not bars:
                datasets.enable_progress_bars()
