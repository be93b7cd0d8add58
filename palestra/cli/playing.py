"""Options of the commands that play episodes: budgets, retries, how many at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Concurrency = Annotated[int, typer.Option("--concurrency", "-c", min=1, help="Episodes at once.")]
MaxCost = Annotated[float | None, typer.Option(help="Start no episode after so many US dollars.")]
MaxTokens = Annotated[int | None, typer.Option(help="Start no episode after so many tokens.")]
Retries = Annotated[int, typer.Option(min=0, help="How often to ask again when a server fails.")]
RetryErrors = Annotated[
    bool, typer.Option("--retry-errors", help="Play again what ended in an error.")
]
CacheOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Keep models' replies here, and ask nothing twice."),
]
Rpm = Annotated[
    list[str] | None,
    typer.Option(
        "--rpm",
        metavar="[PROVIDER=]N",
        help="Requests a minute that a provider allows, such as 500 or openai=500. Repeatable.",
    ),
]
Tpm = Annotated[
    list[str] | None,
    typer.Option(
        "--tpm",
        metavar="[PROVIDER=]N",
        help="Tokens a minute that a provider allows, such as 30000. Repeatable.",
    ),
]
Batch = Annotated[
    bool,
    typer.Option(
        "--batch",
        help="Use the provider's batch API: half the price, replies within a day. Only for "
        "environments of a single turn.",
    ),
]
