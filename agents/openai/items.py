"""Between Palestra's messages and the items of the Responses API.

There a turn is a list of items: what the model reasoned (which only the provider can read), what
it said and what it called. The items go back as they came, so none of them is rebuilt here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Mapping, Sequence
from typing import Any

from ...envs.core import Message, Usage, separate_thoughts
from ..base import InfrastructureError
from ..chat.refusals import ContextFull
from ..chat.usage import count, price
from ..chat.values import as_json, shown, storable, whole
from ..chat.wire import LONGEST_ID, from_wire, reads_alike
from .parts import to_input

Item = Mapping[str, Any]
_ENDS = ("response.completed", "response.incomplete", "response.failed")
_FOR_GOOD = ("invalid_prompt", "bio_policy", "data_residency_mismatch")
"""Codes of errors that asking again does not mend."""


def to_items(messages: Sequence[Message], source: str = "") -> list[Item]:
    """A conversation as the API takes it.

    Args:
        messages: all of it.
        source: the provider that it goes to; items that came from it go back as they came.
    """
    items: list[Item] = []
    ids: dict[str, str] = {}  # of the last turn's calls, where its items name them otherwise
    for message in messages:
        turn = _returning(message, source)
        if turn is not None:
            items += turn
            named = [item["call_id"] for item in turn if item["type"] == "function_call"]
            calls = message.get("tool_calls") or ()
            ids = {call["id"]: name for call, name in zip(calls, named, strict=False)}
            continue
        for item in _items(message):
            if item.get("type") == "function_call_output":
                item = {**item, "call_id": ids.get(item["call_id"], item["call_id"])}
            items.append(item)
    return items


def _returning(message: Message, source: str) -> Sequence[Item] | None:
    """The items that go back in place of a message; None where it says something else by now."""
    origin = message.get("origin")
    if not source or origin is None or origin["source"] != source:
        return None
    try:
        same = reads_alike(read_items(origin["turn"]), message)
    except (InfrastructureError, TypeError, KeyError):  # somebody's own record
        return None
    return origin["turn"] if same else None


def _items(message: Message) -> list[Item]:
    # There is no other place for a name.
    name = f"{message['name']}: " if message["role"] == "user" and "name" in message else ""
    content = to_input(message["content"], name)
    if message["role"] == "tool":
        call = message.get("tool_call_id", "")
        return [{"type": "function_call_output", "call_id": call, "output": content}]
    calls = [
        {
            "type": "function_call",
            "call_id": call["id"],
            "name": call["function"]["name"],
            "arguments": as_json(call["function"]["arguments"]),
        }
        for call in message.get("tool_calls") or ()
    ]
    said = [{"role": message["role"], "content": content}] if content or not calls else []
    return [*said, *calls]


def to_tools(tools: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Tools as the API takes them: flat, and their schemas as they are."""
    return [
        {
            "type": "function",
            "name": tool["function"]["name"],
            "description": tool["function"].get("description", ""),
            "parameters": tool["function"].get("parameters"),
            "strict": False,  # the default would demand of schemas what ours do not promise
        }
        for tool in tools
    ]


def message_of(output: Sequence[Any], source: str) -> Message:
    """A reply as an action that remembers its items as they have to go back.

    Raises:
        InfrastructureError: no model wrote this (see `from_wire`), or it cannot be kept.
    """
    output = storable(list(output))
    message = read_items(output)
    message["origin"] = {"source": source, "turn": _kept(output, message)}
    return message


def _reasoned(item: Item) -> str:
    """What can be read of a reasoning item: its text, or else the summary of it."""
    for name in ("content", "summary"):
        parts = item.get(name) or ()
        texts = [part.get("text") for part in parts if isinstance(part, Mapping)]
        if text := "\n\n".join(text for text in texts if isinstance(text, str)):
            return text
    return ""


def read_items(output: Sequence[Any]) -> Message:
    """What a reply's items say, its thoughts set apart.

    Raises:
        InfrastructureError: no model wrote this (see `from_wire`).
    """
    said: list[str] = []
    refused: list[str] = []
    calls: list[dict[str, Any]] = []
    for item in output:
        if item["type"] == "message":
            parts = item["content"]
            said.append("".join(p["text"] for p in parts if p["type"] == "output_text"))
            refused.append("".join(p["refusal"] for p in parts if p["type"] == "refusal"))
        elif item["type"] == "function_call":
            given = item.get("arguments")
            given = as_json(given) if isinstance(given, Mapping) else given or ""
            calls.append({"id": item.get("call_id"), "name": item["name"], "arguments": given})
    message = from_wire(_text(said), calls, _text(refused))
    thoughts = _text([_reasoned(item) for item in output if item["type"] == "reasoning"])
    if thoughts:  # they came apart: marks in the text are words
        message["thoughts"] = whole(thoughts)
    return separate_thoughts(message)


def _text(parts: Sequence[str]) -> str:
    """Several texts as one, such as a remark before the calls and the answer after it."""
    return "\n\n".join(part for part in parts if part)


def _kept(output: Sequence[Any], message: Message) -> list[Item]:
    items = json.loads(whole(json.dumps(output, ensure_ascii=False)))
    while items and items[-1]["type"] == "reasoning":  # cut off before it led to anything: the API
        items.pop()  # refuses "reasoning without its required following item"
    calls = [item for item in items if item["type"] == "function_call"]
    for item, call in zip(calls, message.get("tool_calls") or (), strict=True):
        own = item.get("call_id")
        item["call_id"] = own if own and len(own) > LONGEST_ID else call["id"]
        if not isinstance(item.get("arguments"), str):
            item["arguments"] = as_json(item.get("arguments") or {})
    return items


def finish_of(response: Any, used: Usage) -> str:
    """Why a response is complete.

    Raises:
        InfrastructureError: it is not, or it says nothing.
    """
    if not isinstance(response, dict):
        raise InfrastructureError(f"the server's reply is no response: {shown(response)}")
    status = response.get("status", "completed")
    if status not in ("completed", "incomplete"):
        raise broken(response.get("error"), f"the response is {status!r:.50}", used)
    output = response.get("output")
    if not isinstance(output, list) or not (output or status == "incomplete"):
        raise InfrastructureError(f"the server's reply has no output: {shown(response)}")
    return (response.get("incomplete_details") or {}).get("reason") or status


def broken(error: Any, what: str, used: Usage | None = None) -> InfrastructureError:
    """An error that came in place of a response."""
    about = error if isinstance(error, dict) else {}
    if about.get("code") == "context_length_exceeded":
        return ContextFull(f"{what}: {about.get('message')!s:.500}", retry=False)
    retry = about.get("code") not in _FOR_GOOD
    return InfrastructureError(f"{what}: {about.get('message')!s:.500}", retry=retry, usage=used)


async def last_of(events: AsyncIterable[Any]) -> Any:
    """The response that a stream of events ends with.

    Raises:
        InfrastructureError: the stream ended too soon, or with an error.
    """
    done: dict[int, Any] = {}
    response: Any = None
    async for event in events:
        if event["type"] == "response.output_item.done":
            done[event["output_index"]] = event["item"]
        elif event["type"] == "error":
            raise broken(event, "the stream ended with an error")
        elif event["type"] in _ENDS:
            response = event["response"]
    if response is None:
        raise InfrastructureError("the stream ended before the reply did")
    if done and not response.get("output"):  # some servers leave it out of the last event
        response["output"] = [done[index] for index in sorted(done)]
    return response


def usage_of(usage: Mapping[str, Any] | None) -> Usage:
    """What one call used, from the API's `usage`."""
    usage = usage or {}
    details = usage.get("input_tokens_details") or {}
    return Usage(
        calls=1,
        input_tokens=count(usage.get("input_tokens")),
        output_tokens=count(usage.get("output_tokens")),
        cached_tokens=count(details.get("cached_tokens")),
        cost=price(usage.get("cost")),
    )
