"""`human`: a person at the terminal plays, with the same tools and the same observations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from tempfile import NamedTemporaryFile
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from ..envs.core import Message, calls, describe, image_facts, images_in, say
from ..envs.core.images import ImageFacts
from .base import Agent, Reply
from .uri import take_options

_HELP = """\
search old bridge          call `search` with its first argument
answer {"text": "Oslo"}     call `answer` with arguments as JSON
say hello                  a message with no tool call
tools                      what can be called
quit                       give up"""


class Human(Agent):
    """Asks at the terminal. One episode at a time.

    Args:
        console: where to print.
        ask: reads one line; raises EOFError at the end of input.
    """

    uri = "human"

    def __init__(self, console: Console | None = None, ask: Callable[[str], str] = input) -> None:
        self._console, self._ask = console or Console(), ask
        self._seen = 0
        self._turn = asyncio.Lock()

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        player = Human(self._console, self._ask)
        player._turn = self._turn
        return player

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        async with self._turn:
            for message in messages[self._seen :]:
                if message["role"] != "assistant":
                    self._show(message)
            if self._seen == 0:
                self._console.print(Panel(_HELP, title="how to play", border_style="dim"))
                self._list(tools)
            self._seen = len(messages)
            return await asyncio.to_thread(self._read, tools)

    def _read(self, tools: Sequence[Mapping[str, Any]]) -> Reply:
        while True:
            try:
                line = self._ask("> ").strip()
            except EOFError:
                return Reply(say(""), stop=True)
            if line in ("quit", "exit"):
                return Reply(say(""), stop=True)
            if line in ("tools", "help", "?"):
                self._list(tools)
            elif line:
                action = parse_line(line, tools)
                if isinstance(action, str):
                    self._console.print(f"[yellow]{action}[/]", highlight=False)
                else:
                    return Reply(action)

    def _show(self, message: Message) -> None:
        title = message.get("name") or message["role"]
        # As it is: the agent sees Markdown's addresses and line breaks too.
        self._console.print(Panel(Text(describe(message)), title=title))
        for part in images_in(message):
            self._console.print(f"The image is in {_saved(image_facts(part))}", markup=False)

    def _list(self, tools: Sequence[Mapping[str, Any]]) -> None:
        for tool in tools:
            function = tool["function"]
            names = ", ".join(function["parameters"]["properties"])
            first = function["description"].partition("\n")[0]
            self._console.print(f"  [bold]{function['name']}[/]({names})  [dim]{first}[/]")


def _saved(image: ImageFacts) -> str:
    """Write an image to a temporary file, as a terminal cannot show it; returns the path."""
    suffix = f".{image.media_type.removeprefix('image/')}"
    with NamedTemporaryFile(prefix="palestra-", suffix=suffix, delete=False) as file:
        file.write(image.data)
    return file.name


def parse_line(line: str, tools: Sequence[Mapping[str, Any]]) -> Message | str:
    """A typed line as an action, or (a plain string) what was wrong with it."""
    name, _, rest = line.partition(" ")
    rest = rest.strip()
    if name == "say":
        return say(rest)
    schema = next((t["function"] for t in tools if t["function"]["name"] == name), None)
    if schema is None:
        known = ", ".join(t["function"]["name"] for t in tools)
        return f"There is no tool {name!r}. Tools: {known}; or `say ...`, `quit`."
    properties = schema["parameters"]["properties"]
    if rest.startswith("{"):
        try:
            return calls((name, json.loads(rest)))
        except ValueError as error:
            return f"That is not JSON: {error}"
    if not rest:
        return calls((name, {}))
    if not properties:
        return f"{name} takes no argument."
    first, kind = next((n, s.get("type")) for n, s in properties.items())
    if kind in ("string", None):
        return calls((name, {first: rest}))
    try:
        return calls((name, {first: json.loads(rest)}))
    except ValueError:
        return f"{first} must be {kind}; or give all arguments as JSON: {name} {{...}}"


def from_uri(name: str, options: dict[str, str]) -> Agent:
    """`human`."""
    take_options("human", options, {})
    return Human()
