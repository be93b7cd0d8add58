"""`palestra train sft|grpo`: train a model, and measure it before and after on held-out tasks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from palestra.cli.common import (
    DEFAULT_DB,
    DbOption,
    OutcomeOption,
    PluginOption,
    SaysOption,
    Thoughts,
    ThoughtsOption,
    ToldOption,
    note,
    parse_options,
)
from palestra.cli.measured import around, default_out
from palestra.cli.recipe import configured
from palestra.cli.run import Progress

app = typer.Typer(help="Train a model in environments, and measure what it gained.")


Envs = Annotated[list[str], typer.Argument(metavar="ENV", help="Ids or names.")]
Model = Annotated[
    str,
    typer.Option(
        "--model", "-m", help="A folder, a name on the hub, `smollm2`, or a run's folder."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="The run's folder. Default: in runs, by what is trained."),
]
EnvOptions = Annotated[
    list[str] | None,
    typer.Option("--option", "-o", metavar="NAME=VALUE", help="For the environments. Repeatable."),
]
MaxTokens = Annotated[int, typer.Option(min=1, help="Of one reply, at most.")]
LearningRate = Annotated[float, typer.Option(help="Of AdamW.")]
Lora = Annotated[
    int, typer.Option(min=0, help="Rank of LoRA adapters; 0 trains all of the weights.")
]
Protocol = Annotated[
    str, typer.Option(help="How tools are called: hermes, json, pythonic, react, native.")
]
Seed = Annotated[int, typer.Option(help="Of everything random.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")]
SaveEvery = Annotated[
    int, typer.Option(min=0, help="Steps between checkpoints. Default: a tenth of the run.")
]
ReportTo = Annotated[
    list[str] | None, typer.Option(help="wandb, tensorboard, trackio, ... Repeatable.")
]
Solvers = Annotated[
    list[str] | None,
    typer.Option("--agent", "-a", help="Whose episodes. Oracles must be named. Repeatable."),
]
Grounded = Annotated[
    bool, typer.Option(help="Only if each call passes what was read before (for oracles).")
]
HeldOutTasks = Annotated[
    int, typer.Option(min=0, help="Tasks to measure on before and after; 0: do not measure.")
]
HeldOutTemperature = Annotated[
    float,
    typer.Option(
        min=0, help="Of sampling when it is measured; 0 takes the likeliest token at each step."
    ),
]
Split = Annotated[str | None, typer.Option(help="Of the tasks to measure on. Default: test.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.toml",
        callback=configured,
        is_eager=True,
        help="Options of this command, and TRL's own in a table [trl]. The command line wins.",
    ),
]
Shown = Annotated[Progress, typer.Option(help="How to show progress.")]


@app.command()
def grpo(
    ctx: typer.Context,
    environments: Envs,
    model: Model,
    out: Out = None,
    steps: Annotated[int, typer.Option(min=1, help="Optimiser steps.")] = 100,
    tasks: Annotated[
        int | None, typer.Option("--tasks", "-n", help="Training tasks of each. None: all.")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Practise only tasks that were solved in this file."
        ),
    ] = None,
    agent: Solvers = None,
    grounded: Grounded = False,
    option: EnvOptions = None,
    group: Annotated[int, typer.Option(min=2, help="Rollouts of one task.")] = 8,
    groups: Annotated[int, typer.Option(min=1, help="Tasks in a step.")] = 4,
    micro_batch: Annotated[
        int,
        typer.Option(min=0, help="Rollouts in one pass. Default: those of a group."),
    ] = 0,
    max_tokens: MaxTokens = 128,
    max_completion: Annotated[
        int, typer.Option(min=1, help="Tokens of an episode, said and read.")
    ] = 1024,
    temperature: Annotated[float, typer.Option(help="Of sampling.")] = 1.0,
    learning_rate: LearningRate = 1e-6,
    lora: Lora = 0,
    protocol: Protocol = "",
    seed: Seed = 0,
    patience: Annotated[
        int, typer.Option(min=1, help="Batches without any difference in reward: an error.")
    ] = 3,
    keep: Annotated[float, typer.Option(min=0, max=1, help="Share of rollouts stored.")] = 0.1,
    resume: Resume = False,
    save_every: SaveEvery = 0,
    report_to: ReportTo = None,
    held_out: HeldOutTasks = 200,
    held_out_temperature: HeldOutTemperature = 0.0,
    split: Split = None,
    config: ConfigFile = None,
    progress: Shown = Progress.auto,
    db: DbOption = Path(DEFAULT_DB),
    plugin: PluginOption = None,
) -> None:
    """Train by GRPO: rewards of the environments themselves, in groups of rollouts.

    The reward is the grader's, and a malformed step ends an episode (DeepDive's recipe). Before and
    after, the model plays the same held-out tasks; both go on the leaderboard.

    Examples:

        palestra train grpo browse -o max_hops=1 --model runs/browse-sft --steps 200

        palestra train grpo browse --model smollm2 --from solved.duckdb --config recipe.toml
    """
    from palestra.agents.trained import agent_of
    from palestra.envs.core import UsageError
    from palestra.training.trainer import needed

    needed()  # what is imported below cannot say it as well
    from palestra.training.grpo import grpo as train
    from palestra.training.measure import HeldOut
    from palestra.training.select import filters_of, select, solved

    options = parse_options(option)
    among: dict[str, list[str]] | None = None
    if source is not None:
        filters = filters_of(grounded=grounded)
        among = {}
        for env in environments:
            chosen = select(source, environment=env, agents=agent, filters=filters)
            among[env] = solved(chosen, options)
            note(f"{env}: {len(among[env]):,} tasks to practise, solved in {source}")
    elif agent or grounded:
        raise UsageError("--agent and --grounded say which solved tasks to take: add --from FILE")

    def go(folder: Path, tell: Any) -> Path:
        return train(
            model,
            {env: options for env in environments},
            folder,
            steps=steps,
            tasks=tasks,
            among=among,
            group=group,
            groups=groups,
            micro_batch=micro_batch,
            max_tokens=max_tokens,
            max_completion=max_completion,
            temperature=temperature,
            learning_rate=learning_rate,
            lora=lora,
            protocol=protocol,
            seed=seed,
            patience=patience,
            keep=keep,
            resume=resume,
            save_every=save_every,
            report_to=report_to or (),
            config=ctx.obj,
            tell=tell,
        )

    tasks_held_out = HeldOut(
        environments, options=options, tasks=held_out, split=split, seed=seed, db=db
    )
    playing = partial(
        agent_of, max_tokens=max_tokens, protocol=protocol, temperature=held_out_temperature
    )
    folder = out or default_out(environments, "grpo")
    around(tasks_held_out, playing, model, folder, go, progress)


@app.command()
def sft(
    ctx: typer.Context,
    environments: Envs,
    model: Model,
    source: Annotated[
        Path, typer.Option("--from", metavar="FILE", help="The leaderboard file to learn from.")
    ],
    out: Out = None,
    general: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A first stage: everything in this file, all of it."),
    ] = None,
    agent: Solvers = None,
    steps: Annotated[int, typer.Option(min=0, help="Optimiser steps. Default: by --epochs.")] = 0,
    epochs: Annotated[float, typer.Option(help="How often each conversation is seen.")] = 1.0,
    limit: Annotated[int | None, typer.Option(min=1, help="Conversations at most.")] = None,
    balance: Annotated[
        str | None, typer.Option(metavar="DIFFICULTY", help="Its values equally often.")
    ] = None,
    success: Annotated[bool, typer.Option("--success/--no-success", help="Only successes.")] = True,
    grounded: Grounded = False,
    outcome: OutcomeOption = None,
    says: SaysOption = None,
    told: ToldOption = None,
    thoughts: ThoughtsOption = Thoughts.drop,
    option: EnvOptions = None,
    batch: Annotated[int, typer.Option(min=1, help="Conversations in a step.")] = 16,
    micro_batch: Annotated[
        int, typer.Option(min=0, help="Conversations in one pass. Default: up to 4; 1 on a CPU.")
    ] = 0,
    max_length: Annotated[
        int, typer.Option(min=0, help="Tokens of a conversation. Default: the model's context.")
    ] = 0,
    packing: Annotated[
        bool, typer.Option("--packing", help="Several conversations in one row.")
    ] = False,
    max_tokens: MaxTokens = 256,
    learning_rate: LearningRate = 2e-5,
    lora: Lora = 0,
    protocol: Protocol = "",
    seed: Seed = 0,
    resume: Resume = False,
    save_every: SaveEvery = 0,
    report_to: ReportTo = None,
    held_out: HeldOutTasks = 200,
    held_out_temperature: HeldOutTemperature = 0.0,
    split: Split = None,
    config: ConfigFile = None,
    progress: Shown = Progress.auto,
    db: DbOption = Path(DEFAULT_DB),
    plugin: PluginOption = None,
) -> None:
    """Fine-tune on stored episodes; the loss falls on what the model says, and nothing it reads.

    Tasks that are not of the split `train` are never learned from. Before and after, the model
    plays the same held-out tasks; both go on the leaderboard.

    Examples:

        palestra run browse --split train -a oracle --tasks 1000 --db teacher.duckdb

        palestra train sft browse --model smollm2 --from teacher.duckdb -a oracle --grounded
    """
    from palestra.training.trainer import needed

    needed()  # what is imported below cannot say it as well
    from palestra.agents.trained import agent_of
    from palestra.training.measure import HeldOut
    from palestra.training.select import filters_of, select
    from palestra.training.sft import sft as train

    filters = filters_of(
        at_least=1.0 if success else None,
        grounded=grounded,
        outcomes=outcome or (),
        says=says or (),
    )

    def chosen(file: Path, environment: str | None) -> Any:
        return select(
            file,
            environment=environment,
            agents=agent,
            filters=filters,
            told=parse_options(told),
            thoughts=thoughts.value,
            balance=balance if environment else None,
            limit=limit if environment else None,
            seed=seed,
        )

    def go(folder: Path, tell: Any) -> Path:
        found = [chosen(source, env) for env in environments]
        for selection in found:
            for line in selection.report.lines():
                note(line)
        return train(
            model,
            [each for selection in found for each in selection],
            folder,
            general=chosen(general, None) if general else None,
            steps=steps,
            epochs=epochs,
            batch=batch,
            micro_batch=micro_batch,
            max_length=max_length,
            packing=packing,
            max_tokens=max_tokens,
            learning_rate=learning_rate,
            lora=lora,
            protocol=protocol,
            seed=seed,
            resume=resume,
            save_every=save_every,
            report_to=report_to or (),
            config=ctx.obj,
            tell=tell,
            remark=note,
        )

    options = parse_options(option)
    tasks_held_out = HeldOut(
        environments, options=options, tasks=held_out, split=split, seed=seed, db=db
    )
    playing = partial(
        agent_of, max_tokens=max_tokens, protocol=protocol, temperature=held_out_temperature
    )
    folder = out or default_out(environments, "sft")
    around(tasks_held_out, playing, model, folder, go, progress)
