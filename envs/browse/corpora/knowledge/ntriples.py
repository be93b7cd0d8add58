"""Reading N-Triples and N-Quads line by line (W3C recommendation of 25 February 2014)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..inputs import opened
from ..source import SpecError

__all__ = ["Literal", "Triple", "read_ntriples"]


class Literal(NamedTuple):
    """A value that is no entity: its text, and its data type's address or its language."""

    text: str
    datatype: str = ""
    language: str = ""


Triple = tuple[str, str, str | Literal]
"""Subject, predicate and object; a blank node begins with "_:"."""

_IRI, _BLANK = (
    r"<([^<>\"{}|^`\\\x00-\x20]*(?:\\u[0-9A-Fa-f]{4}[^<>\"{}|^`\\\x00-\x20]*)*)>",
    r"(_:\S+?)",
)
_LINE = re.compile(
    rf"\s*(?:{_IRI}|{_BLANK})\s*{_IRI}\s*"
    rf'(?:{_IRI}|{_BLANK}|"((?:[^"\\\n\r]|\\.)*)"(?:\^\^{_IRI}|@([A-Za-z]+(?:-[A-Za-z0-9]+)*))?)\s*'
    r"(?:(?:<[^<>\s]*>|_:\S+)\s*)?\.\s*(?:#.*)?"
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SIMPLE = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def read_ntriples(file: Path) -> Iterator[Triple]:
    """Every triple of a file, in order.

    Raises:
        SpecError: a line is no triple; the message names the file and the line.
    """
    with opened(file) as stream:
        try:
            for number, data in enumerate(stream, start=1):
                line = data.decode("utf-8").strip()
                if line and not line.startswith("#"):
                    yield _triple(line, file, number)
        except UnicodeDecodeError as error:
            raise SpecError(f"{file} is not UTF-8 text: {error}") from error
        except (OSError, EOFError) as error:
            raise SpecError(f"{file} cannot be read to its end: {error}") from error


def _triple(line: str, file: Path, number: int) -> Triple:
    match = _LINE.fullmatch(line)
    if match is None:
        raise SpecError(
            f"{file}, line {number}: expected a triple such as "
            f'<https://a.example/x> <https://a.example/p> "value" . and found {line[:120]!r}'
        )
    subject, blank, predicate, object, other, text, datatype, language = match.groups()
    if text is not None:
        value: str | Literal = Literal(_unescaped(text), datatype or "", (language or "").lower())
    else:
        value = _unescaped(object) if object is not None else other
    return _unescaped(subject) if subject is not None else blank, _unescaped(predicate), value


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(
        lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _SIMPLE.get(m[3], m[3]), text
    )
