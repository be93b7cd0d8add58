"""The same conversation under another opening: what was told at collection is gone at training.

Deliberative alignment (arXiv 2509.15541, training) collects with a policy in the prompt and trains
without it, so that the model keeps to what it is no longer told. Any option of an environment that
changes its first messages alone can be taken back in this way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...envs.core import UsageError
from .conversations import Conversation, plain
from .worlds import Worlds

__all__ = ["retold"]


def retold(conversation: Conversation, worlds: Worlds, options: Mapping[str, Any]) -> Conversation:
    """A conversation as if its episode had been opened with these options.

    Args:
        conversation: had in an environment of ours.
        worlds: of the file that it comes from.
        options: they take the place of those it was had with.

    Raises:
        UsageError: the environment has no such option, or with it offers other tools.
    """
    made = conversation.metadata
    environment, told = made["environment"], {**made["options"], **options}
    world = worlds.world(environment, told)
    task = world.source.task(made["task"])
    if world.tools(task) != conversation.tools:
        raise UsageError(
            f"with {dict(options)} {environment} offers other tools in {task.id}; only what "
            "changes the first messages alone can be told anew"
        )
    said = conversation.messages
    begin = next((i for i, m in enumerate(said) if m["role"] == "assistant"), len(said))
    opening = [plain(message) for message in world.openings(task.id)]
    return replace(
        conversation, messages=[*opening, *said[begin:]], metadata={**made, "told": dict(options)}
    )
