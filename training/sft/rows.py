"""From conversations to rows of token ids in which only the model's own words are learned.

The ids are those that the model will see and say when it plays: made by the same template, turn by
turn, never by rendering the whole. So no template needs marks around what to learn, and none can
rewrite the past.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...agents.base import Tokens
from ...agents.dialogue import Dialogue, Template, thoughts_of
from ...envs.core import Message, UsageError, separate_thoughts, text_in
from ..select import Conversation
from ..select.conversations import arguments_of
from ..tokens import join

__all__ = ["Row", "Rows", "row_of", "rows_of"]

_NOT_LEARNED = -100


class Row(NamedTuple):
    """One conversation in token ids; both lists have the same length."""

    input_ids: list[int]
    mask: list[int]
    """1 where the model speaks: its text, its calls and what ends the turn. 0 elsewhere."""

    @property
    def labels(self) -> list[int]:
        """As a trainer takes it: the id where it is learned, -100 elsewhere."""
        return [
            id if said else _NOT_LEARNED for id, said in zip(self.input_ids, self.mask, strict=True)
        ]


@dataclass
class Rows:
    """What came of conversations."""

    rows: list[Row] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    """Why conversations were left out, and how many."""

    def lines(self) -> list[str]:
        """The account, for people."""
        ids = sum(len(row.input_ids) for row in self.rows)
        learned = sum(sum(row.mask) for row in self.rows)
        share = f" ({learned / ids:.0%})" if ids else ""
        said = [f"{len(self.rows):,} conversations, {ids:,} tokens, {learned:,} learned{share}"]
        return said + [f"-{count:,} {reason}" for reason, count in self.dropped.most_common()]


def row_of(conversation: Conversation, template: Template, ends: Mapping[int, str]) -> Row:
    """A conversation as the model would have had it.

    Args:
        conversation: with at least one assistant message.
        template: how the model is spoken to.
        ends: ids that end a reply, and their text.

    Raises:
        UsageError: the template cannot write replies that are learned from.
        ValueError: what the model would have said does not read as what was done.
    """
    dialogue = Dialogue(template, conversation.tools, ends)
    turns: list[Tokens] = []
    messages: list[Any] = conversation.messages
    for number, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        prompt = dialogue.prompt(messages[:number])
        ids = template.reply(message, ends)
        if not _same(template.action(template.decode(ids[:-1])), message):
            raise ValueError("a reply that does not read back as the action it was")
        dialogue.spoken(messages[:number], prompt, ids, message)
        turns.append(Tokens(prompt, ids, [0.0] * len(ids)))
    if not turns:
        raise ValueError("nothing that the model says")
    joined = join(turns)
    return Row(
        joined.prompt_ids + joined.completion_ids, [0] * len(joined.prompt_ids) + joined.env_mask
    )


def rows_of(
    conversations: Iterable[Conversation],
    template: Template,
    ends: Mapping[int, str],
    longest: int,
) -> Rows:
    """Rows to learn from; what is too long or cannot be said is left out whole and counted.

    Args:
        longest: most tokens of a row.

    Raises:
        UsageError: no conversation is given or none is left, one shows images, or the template
            cannot be used.
    """
    found = Rows()
    for conversation in conversations:
        if conversation.shows_images:
            raise UsageError(
                f"episodes of {conversation.metadata['environment']} show images, and models are "
                "trained here on text alone. Write them for TRL's SFTTrainer, which trains vision "
                "models, with `palestra export --format sft`"
            )
        try:
            row = row_of(conversation, template, ends)
        except UsageError:
            raise
        except ValueError as error:
            found.dropped[str(error)] += 1
            continue
        if len(row.input_ids) > longest:
            found.dropped[f"longer than {longest:,} tokens"] += 1
        else:
            found.rows.append(row)
    if found.rows:
        return found
    if not found.dropped:
        raise UsageError(
            "there is nothing to learn from: no conversation was selected (palestra export "
            "--format sft says what each filter drops)"
        )
    why = ", ".join(f"{count:,} {reason}" for reason, count in found.dropped.most_common())
    raise UsageError(
        f"there is nothing to learn from: of {sum(found.dropped.values()):,} conversations {why}. "
        "Raise max_length up to the model's context, or choose shorter tasks"
    )


def _same(read: Message, meant: Message) -> bool:
    """Whether an action reads as it was meant, with the same thoughts."""
    read = separate_thoughts(read)
    if "parse_error" in read or _calls(read) != _calls(meant):
        return False
    thought = thoughts_of(read), thoughts_of(meant)
    return _joined(text_in(read)) == _joined(text_in(meant)) and _joined(thought[0]) == _joined(
        thought[1]
    )


def _calls(message: Message) -> list[tuple[str, Any]]:
    calls = message.get("tool_calls") or ()
    return [(call["function"]["name"], arguments_of(call)) for call in calls]


def _joined(text: str) -> str:
    """A text less its white space, with which templates are free."""
    return " ".join(text.split())
