"""An episode as a person reads it in the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from palestra.cli.common import stdout
from palestra.envs.core import Episode, Message, describe

if TYPE_CHECKING:
    from palestra.leaderboard.opinions import Opinion

_COLOURS = {"system": "magenta", "user": "blue", "assistant": "green", "tool": "cyan"}

_SHORT = 60
"""Characters of a thought that are shown in one line."""


def print_episode(
    episode: Episode, opinions: Sequence[Opinion] = (), *, thoughts: bool = False
) -> None:
    """Print the header, notes, conversation, ledger, score, and what judges said.

    Args:
        episode: with its messages.
        opinions: of judges.
        thoughts: print what the agent thought whole, not in one line.
    """
    console = stdout()
    head = Table.grid(padding=(0, 2))
    outcome = episode.score.outcome if episode.score else episode.status
    for name, value in (
        ("episode", episode.key),
        ("environment", episode.environment + (f"  {episode.options}" if episode.options else "")),
        ("task", f"{episode.task}  trial {episode.trial}  seed {episode.seed}"),
        ("agent", episode.agent),
        ("outcome", f"{outcome}  (headline {episode.headline})"),
    ):
        head.add_row(Text(name, style="dim"), Text(value))
    console.print(head)
    for note in episode.notes:
        _print_note(note)
    for message in episode.messages:
        print_message(message, thoughts=thoughts)
    if episode.ledger:
        table = Table("turn", "tool", "arguments", "error", title="Ledger", title_justify="left")
        for entry in episode.ledger:
            arguments = json.dumps(entry.arguments, ensure_ascii=False)[:100]
            table.add_row(
                str(entry.turn), entry.tool, Text(arguments), Text((entry.error or "")[:80])
            )
        console.print(table)
    if episode.score:
        table = Table("metric", "value", title="Score", title_justify="left")
        for name, value in episode.score.metrics.items():
            table.add_row(name, f"{value:g}")
        console.print(table)
    for said in opinions:
        answer = "no answer" if said.answer is None else "yes" if said.answer else "no"
        text = f"{said.question}\n{answer}: {said.why or said.error}"
        title = Text(f"{said.judge} on {said.metric}, from the conversation alone")
        console.print(Panel(Text(text), title=title, title_align="left", border_style="yellow"))
    if episode.error:
        console.print(Panel(Text(episode.error), title=episode.status, border_style="red"))


def print_message(message: Message, *, thoughts: bool = False) -> None:
    """Print one message as a panel; its thoughts in one line, or whole."""
    role = message["role"]
    content = describe(message)
    body: list[RenderableType] = []
    lines = [
        f"-> {call['function']['name']}({_arguments(call['function']['arguments'])})"
        for call in message.get("tool_calls", ())
    ]
    title = " ".join(filter(None, (role, message.get("name"), message.get("seat"))))
    if thought := message.get("thoughts"):
        body.append(Text(_thought(thought, thoughts), style="dim italic"))
    if content:
        body.append(Text(content))
    if lines:
        body.append(Text("\n".join(lines)))
    if "parse_error" in message:
        body.append(Text(f"not readable: {message['parse_error']}", style="red"))
    panel = Panel(Group(*body), title=title, title_align="left", border_style=_COLOURS[role])
    stdout().print(panel)


def _print_note(note: Mapping[str, Any]) -> None:
    """What a reply rested on and the conversation does not show."""
    seat, turn = note.get("seat"), f"from turn {note['turn']} on"
    for name, text in note.items():
        if name == "finish":  # a word of the provider's
            words = " ".join(filter(None, ("finish reason", seat, turn)))
            stdout().print(Text(f"{words}: {text}", style="dim"))
        elif name not in ("seat", "turn"):
            title = " ".join(filter(None, (name, seat, turn)))
            panel = Panel(Text(str(text)), title=title, title_align="left", border_style="yellow")
            stdout().print(panel)


def _thought(text: str, whole: bool) -> str:
    """What an agent thought, which it did not say."""
    length = f"thought, not said ({len(text):,} characters)"
    if whole:
        return f"{length}:\n{text}\n"
    line = " ".join(text.split())
    return f"{length}: {line[:_SHORT]}\u2026" if len(line) > _SHORT else f"{length}: {line}"


def _arguments(arguments: object) -> str:
    if not isinstance(arguments, dict):
        return repr(arguments)
    return ", ".join(f"{k}={json.dumps(v, ensure_ascii=False)}" for k, v in arguments.items())
