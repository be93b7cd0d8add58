"""From a stored episode to a conversation that a trainer takes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ...envs.core import Episode, Message, Task, ToolCall, describe, images_in, text_in
from .vision import shows_images, vision_form

Thoughts: TypeAlias = Literal["drop", "keep"]
"""What becomes of thoughts: dropped, or kept as `reasoning_content`, as chat templates name it."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One example to learn from."""

    messages: list[dict[str, Any]]
    """OpenAI chat messages; the arguments of calls are mappings, contents are texts, or lists of
    parts where an image is among them."""
    tools: list[dict[str, Any]]
    """What could be called, in OpenAI's format."""
    metadata: dict[str, Any]
    """Where it comes from: `environment`, `options`, `task`, `split`, `agent`, `episode` (its key),
    `trial`, `reward`, `headline`, `difficulty` (name to number), `tool_errors` (how many calls
    failed on the way), and `told`, where the opening is another one than was played."""

    @property
    def shows_images(self) -> bool:
        """Whether any message holds an image."""
        return shows_images(self.messages)

    def row(self, *, images: bool = False) -> dict[str, Any]:
        """The conversation in TRL's conversational format: `messages`, `tools` and `metadata`.

        Args:
            images: whether the row is for a vision model: then contents are lists of parts, and
                there is a column `images` (see `vision.py`).
        """
        if not images:
            return {"messages": self.messages, "tools": self.tools, "metadata": self.metadata}
        messages, shown = vision_form(self.messages)
        row = {"messages": messages, "images": shown, "tools": self.tools}
        return {**row, "metadata": self.metadata}

    @property
    def fingerprint(self) -> bytes:
        """Equal for conversations that differ in ids, white space and case alone."""
        said = [self.metadata["environment"], [simplified(m) for m in self.messages]]
        return hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=16).digest()


def conversation_of(
    episode: Episode, task: Task, tools: list[dict[str, Any]], thoughts: Thoughts = "drop"
) -> Conversation:
    """The conversation of an episode.

    Args:
        episode: with its messages and ledger.
        task: as the environment has it; split and difficulty are taken from it.
        tools: the environment's, in OpenAI's format.
        thoughts: what becomes of what the agent thought.
    """
    metadata = {
        "environment": episode.environment,
        "options": dict(episode.options),
        "task": task.id,
        "split": task.split,
        "agent": episode.agent,
        "episode": episode.key,
        "trial": episode.trial,
        "reward": episode.score.reward if episode.score else None,
        "headline": episode.headline,
        "difficulty": dict(task.difficulty or episode.difficulty),
        "tool_errors": sum(bool(e.error) and not e.malformed for e in episode.ledger),
    }
    messages = [plain(message, thoughts) for message in episode.messages]
    return Conversation(messages, tools, metadata)


def arguments_of(call: ToolCall) -> Any:
    """A call's arguments; JSON text, which environments understand too, is read."""
    arguments: Any = call["function"]["arguments"]
    if isinstance(arguments, str):
        try:
            return json.loads(arguments or "{}")
        except ValueError:
            return arguments
    return arguments


def simplified(message: Mapping[str, Any]) -> list[Any]:
    """What a message says, less what does not matter: ids, white space, case."""
    calls = [
        [call["function"]["name"], _folded(arguments_of(call))]
        for call in message.get("tool_calls") or ()
    ]
    said = [message["role"], _folded(describe(message)), calls]
    thoughts = message.get("reasoning_content")
    return [*said, _folded(thoughts)] if thoughts else said


def plain(message: Message, thoughts: Thoughts = "drop") -> dict[str, Any]:
    """A message as trainers take it: contents are texts (or hold images), arguments mappings."""
    content = message["content"] if images_in(message) else text_in(message)
    plain: dict[str, Any] = {"role": message["role"], "content": content}
    if thoughts == "keep" and (thought := message.get("thoughts")):
        plain["reasoning_content"] = thought
    calls: Sequence[ToolCall] = message.get("tool_calls") or ()
    if calls:
        plain["tool_calls"] = [
            {
                "id": call["id"],
                "type": "function",
                "function": {"name": call["function"]["name"], "arguments": arguments_of(call)},
            }
            for call in calls
        ]
    return plain | {
        name: said for name, said in message.items() if name in ("tool_call_id", "name")
    }


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    if isinstance(value, Mapping):
        return {str(name): _folded(item) for name, item in value.items()}
    return [_folded(item) for item in value] if isinstance(value, (list, tuple)) else value
