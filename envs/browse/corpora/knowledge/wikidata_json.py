"""Reading entity documents one after another, from lines or from one JSON array."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ..inputs import opened
from ..source import SpecError

__all__ = ["Entity", "Statement", "read_entities"]


class DataValue(msgspec.Struct):
    """A value and what it is."""

    type: str
    value: Any = None


class Snak(msgspec.Struct):
    """What a statement says."""

    snaktype: str
    datavalue: DataValue | None = None
    datatype: str = ""


class Statement(msgspec.Struct):
    """One claim about an entity."""

    mainsnak: Snak
    rank: str = "normal"


class Entity(msgspec.Struct):
    """One item or property. Empty mappings are written as `[]`, so those are not typed."""

    id: str
    type: str = "item"
    labels: Any = None
    descriptions: Any = None
    aliases: Any = None
    claims: dict[str, list[Statement]] | list[Any] | None = None


_decode = msgspec.json.Decoder(Entity).decode
BLOCK = 1 << 20


def read_entities(file: Path) -> Iterator[Entity]:
    """Every entity of a dump, in order.

    Raises:
        SpecError: something in it is no entity; the message names the file and the line.
    """
    with opened(file) as stream:
        try:
            yield from _read(file, stream)
        except (OSError, EOFError) as error:
            raise SpecError(f"{file} cannot be read to its end: {error}") from error


def _read(file: Path, stream: BinaryIO) -> Iterator[Entity]:
    """By lines where an entity ends with its line, as in the dumps; else value by value."""
    number = 0
    for line in stream:
        number += 1
        text = line.strip().rstrip(b",")
        if text in (b"", b"[", b"]"):
            continue
        try:
            if text.startswith(b"["):  # entities that share a line
                break
            yield _decode(text)
        except msgspec.ValidationError as error:
            raise _wrong(file, number, error) from error
        except msgspec.DecodeError as error:
            if number > 2:  # an entity that spans lines would have shown earlier
                raise _wrong(file, number, error) from error
            break
    else:
        return
    yield from _values(file, line, stream, number)


def _values(file: Path, begun: bytes, stream: BinaryIO, line: int) -> Iterator[Entity]:
    """Entities that span lines, or share one."""
    decoder = json.JSONDecoder()
    buffer = begun.decode("utf-8", "replace")
    at = 0
    ended = False
    while True:
        while at < len(buffer) and buffer[at] in " \t\r\n,[]":
            line += buffer[at] == "\n"
            at += 1
        try:
            value, end = decoder.raw_decode(buffer, at)
        except json.JSONDecodeError as error:
            if ended:
                if at >= len(buffer):
                    return
                raise _wrong(file, line, error) from error
            more = stream.read(max(BLOCK, len(buffer) - at))
            ended = not more
            buffer = buffer[at:] + more.decode("utf-8", "replace")
            at = 0
            continue
        try:
            yield msgspec.convert(value, Entity)
        except msgspec.ValidationError as error:
            raise _wrong(file, line, error) from error
        line += buffer.count("\n", at, end)
        at = end


def _wrong(file: Path, line: int, error: Exception) -> SpecError:
    return SpecError(
        f"{file}, line {line}: expected a Wikidata entity (an object with id, labels and claims): "
        f"{error}"
    )
