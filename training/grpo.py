"""GRPO in Palestra's environments: TRL's trainer, our episode loop.

    from palestra.training.grpo import grpo
    done = grpo("hf-folder-or-name", {"browse": {"hops": 2}}, "runs/first", steps=100)

The recipe is DeepDive's (arXiv 2509.10446): a strict binary reward (the answer is right and no step
was malformed, else 0), groups that start from one state, episodes that end at the first malformed
step, no KL penalty.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..envs.core import UsageError
from .checks import Stuck
from .tasks import training_keys
from .trainer import adapters, arguments, base, carry_out, needed, quiet

if TYPE_CHECKING:
    from .folder import RunFolder
    from .progress import Step

__all__ = ["grpo", "score"]


def score(
    prompts: Sequence[Any],
    completions: Sequence[Any],
    score: Sequence[float | None],
    outcome: Sequence[str],
    metrics: Sequence[Mapping[str, float]],
    log_metric: Any = None,
    **columns: Any,
) -> list[float | None]:
    """The reward: what the environment's grader gave; None where nobody is to blame.

    Metrics and outcomes are logged by name.
    """
    if log_metric is not None:
        for name in sorted({name for each in metrics for name in each}):
            found = [each[name] for each in metrics if name in each]
            log_metric(f"metric/{name}", sum(found) / len(found))
        for name in sorted(set(outcome)):
            log_metric(f"outcome/{name}", outcome.count(name) / len(outcome))  # type: ignore[attr-defined]
    return list(score)


def grpo(
    model: str,
    environments: Mapping[str, Mapping[str, Any]],
    out: str | os.PathLike[str],
    *,
    steps: int = 100,
    tasks: int | None = None,
    among: Mapping[str, Collection[str]] | None = None,
    group: int = 8,
    groups: int = 4,
    micro_batch: int = 0,
    max_tokens: int = 128,
    max_completion: int = 1024,
    temperature: float = 1.0,
    learning_rate: float = 1e-6,
    lora: int = 0,
    protocol: str = "",
    seed: int = 0,
    resume: bool = False,
    save_every: int = 0,
    report_to: Sequence[str] = (),
    config: Mapping[str, Any] | None = None,
    callbacks: Sequence[Any] = (),
    patience: int = 3,
    keep: float = 0.1,
    tell: Callable[[Step], None] | None = None,
) -> Path:
    """Train a model by GRPO.

    Args:
        model: a folder, a name on the hub, a short name of `palestra models`, or the folder of a
            run, with `trained/` in front or not.
        environments: ids or short names, each with its options; their `train` tasks are mixed.
        out: the run's folder: `model/` (what `hf/<out>/model` plays), `checkpoints/`, `curves.csv`
            and `.png`, `config.json`, `episodes.duckdb` (a part of the rollouts).
        steps: optimiser steps.
        tasks: how many training tasks of each environment. Default: all.
        among: by environment as named: its training tasks to practise (see `select.solved`).
            Default: all.
        group: rollouts of one task, compared with each other.
        groups: tasks in a step.
        micro_batch: rollouts in one forward and backward pass. Default: `group`, whose prompt is
            then read once.
        max_tokens: of one reply.
        max_completion: of an episode, replies and what is read between them together.
        temperature: of sampling.
        learning_rate: of AdamW.
        lora: rank of adapters, which are merged in the end; 0 trains everything.
        protocol: a text protocol's name. Default: as `hf/...` chooses.
        seed: of everything random.
        resume: go on from the last checkpoint in `out`.
        save_every: steps between checkpoints. Default: a tenth of `steps`.
        report_to: where TRL reports to (`wandb`, `tensorboard`, ...).
        config: further fields of TRL's `GRPOConfig`, which win (`use_vllm`, `beta`, ...).
        callbacks: further callbacks of Transformers' trainer.
        patience: batches without any difference in reward before that is an error.
        keep: share of the rollouts that is stored.
        tell: hears of each step.

    Returns:
        the folder of the trained model.

    Raises:
        UsageError: TRL is missing, a name or an option is wrong, all rollouts of each group get the
            same reward, or the loss is not finite.
    """
    needed()
    from datasets import Dataset
    from trl.trainer.grpo_config import GRPOConfig

    from ..agents.dialogue import Template
    from .folder import RunFolder
    from .lean import LeanGRPOTrainer
    from .rollout import Rollouts

    if group < 2:
        raise UsageError(f"group={group}: GRPO compares the members of a group; at least 2")
    if micro_batch and (group * groups) % micro_batch:
        raise UsageError(
            f"micro_batch={micro_batch} does not divide the {group * groups} rollouts of a step"
        )
    keys, options = training_keys(environments, tasks, among, seed=seed)
    folder = RunFolder(out, resume=resume)
    loaded = base(model)
    micro = micro_batch or group
    args = arguments(
        GRPOConfig,
        {
            "num_generations": group,
            "per_device_train_batch_size": micro,
            "gradient_accumulation_steps": group * groups // micro,
            "max_completion_length": max_completion,
            "temperature": temperature,
            "lr_scheduler_type": "constant_with_warmup",
            "beta": 0.0,
        },
        config or {},
        folder=folder,
        loaded=loaded,
        steps=steps,
        learning_rate=learning_rate,
        seed=seed,
        save_every=save_every,
        report_to=report_to,
    )
    rollouts = Rollouts(
        options,
        Template(loaded.tokenizer, protocol),
        uri=f"training/{folder.path.name}",
        max_tokens=max_tokens,
        max_completion=max_completion,
        seed=seed,
        watch=_watchers(Stuck(patience), folder, group, keep),
    )
    with quiet():
        trainer = LeanGRPOTrainer(
            model=loaded.model,
            reward_funcs=score,
            args=args,
            train_dataset=Dataset.from_list([{"prompt": key} for key in keys]),
            processing_class=loaded.tokenizer,
            callbacks=list(callbacks),
            rollout_func=rollouts,
            peft_config=adapters(lora),
        )
    about = {
        "command": "grpo", "model": model, "environments": options, "tasks": len(keys),
        "max_tokens": max_tokens, "protocol": protocol, "lora": lora,
    }  # fmt: skip
    during = folder.recording(rollouts.cells)
    return carry_out(trainer, folder, about, tell=tell, resume=resume, during=during)


def _watchers(stuck: Stuck, folder: RunFolder, group: int, keep: float) -> Any:
    def watch(step: int, played: Sequence[Any]) -> None:
        folder.record(step, [each.episode for each in played], keep)
        stuck.look(played, group)

    return watch
