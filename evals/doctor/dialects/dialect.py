"""The form of one provider, and where the forms are read from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

Part = Literal["turn", "call", "before"]
"""A place of an assistant turn where a provider puts what it wants to see again."""
Scope = Literal["", "last", "loop", "calls", "always"]
"""The turns that must come back whole: none, the last one, those since the last user message,
those that called tools, or all."""


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that is an error, as the provider words it.

    Attributes:
        status: of the HTTP answer.
        body: the JSON; `<field>`, `<at>` and `<found>` stand for what is wrong, and where.
        headers: beside the usual ones.
    """

    status: int
    body: str
    headers: dict[str, str] = {}

    def filled(self, **values: object) -> bytes:
        """The body with values in their places."""
        body = self.body
        for name, value in values.items():
            body = body.replace(f"<{name}>", str(value))
        return body.encode()


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a provider's API sends and takes beyond text and tool calls.

    Attributes:
        name: the provider form, for tables.
        about: one line about it.
        wire: the API that it speaks.
        path: what follows the host in `{url}`.
        agents: URIs of agents that reach it, with `{url}` and `{model}`.
        model: the model's name where the examined agent gives none.
        env: environment variables that its clients want, with values that open nothing.
        turn: fields that an assistant turn carries beside text and calls. In their texts
            `{thought}`, `{text}` and `{seal}` stand for what was reasoned, what was said, and a
            signature.
        call: fields that its tool calls carry.
        first_call: whether only the first of several calls carries them (Gemini).
        before: items of the turn that come before its text.
        must: the parts of these that have to come back; the others may be left out.
        scope: for how long they have to.
        silent: the provider does not refuse a turn without them; its model only plays worse.
        accepts: fields of assistant turns that it takes though it does not send them.
        body: further fields of a reply beside its message.
        usage: what it says about tokens.
        counts: the input, output and cached tokens that this means.
        objects: whether arguments of calls come as objects instead of text; null where empty.
        one_index: whether all streamed calls come under index 0, told apart by their ids.
        parallel, streams, seed, system, images: whether it takes or sends these.
        alternates: whether user and assistant must take turns.
        lacking: its answer where a part that must come back is missing or changed.
        lenient: it ignores fields that it does not know.
        foreign: its answer to them where it does not.
        limit, context, quota: its answers when a limit, a context or an account is exhausted.
        no_seed, no_system: its answers to what it does not take.
        notes: words for cells of the table where it lacks something.
    """

    name: str
    about: str
    wire: Literal["chat", "responses", "messages", "gemini", "converse"] = "chat"
    path: str = "/v1"
    agents: tuple[str, ...] = ()
    model: str = "any"
    env: dict[str, str] = {}
    turn: dict[str, Any] = {}
    call: dict[str, Any] = {}
    first_call: bool = False
    before: tuple[dict[str, Any], ...] = ()
    must: tuple[Part, ...] = ("turn", "call", "before")
    scope: Scope = ""
    silent: bool = False
    lenient: bool = False
    accepts: tuple[str, ...] = ()
    body: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    counts: tuple[int, int, int] = (20, 5, 0)
    objects: bool = False
    one_index: bool = False
    parallel: bool = True
    streams: bool = True
    seed: bool = True
    system: bool = True
    images: bool = True
    alternates: bool = False
    lacking: Refusal | None = None
    foreign: Refusal | None = None
    limit: Refusal
    context: Refusal
    quota: Refusal
    no_seed: Refusal | None = None
    no_system: Refusal | None = None
    notes: dict[str, str] = {}


def read_dialects(folder: Path) -> dict[str, Dialect]:
    """The dialects in a folder, by name."""
    raw = {path.stem: tomllib.loads(path.read_text()) for path in sorted(folder.glob("*.toml"))}
    return {name: msgspec.convert(_inherited(name, raw), Dialect, strict=False) for name in raw}


def _inherited(name: str, raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A dialect's data over those of the one that it is like."""
    own = dict(raw[name])
    like = own.pop("like", None)
    base = _inherited(like, raw) if like else {}
    return base | own | {"name": name}


class _Dialects(Mapping[str, Dialect]):
    """The dialects of this folder, read when the first one is asked for."""

    def __getitem__(self, name: str) -> Dialect:
        return _read()[name]

    def __iter__(self) -> Any:
        return iter(_read())

    def __len__(self) -> int:
        return len(_read())


@cache
def _read() -> dict[str, Dialect]:
    return read_dialects(Path(__file__).parent)


DIALECTS: Mapping[str, Dialect] = _Dialects()
