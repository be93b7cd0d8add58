"""Reading Turtle, through rdflib if it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..inputs import opened
from ..source import SpecError
from .ntriples import Literal, Triple

__all__ = ["read_turtle"]


def read_turtle(file: Path) -> Iterator[Triple]:
    """Every triple of a Turtle file, in order.

    Raises:
        SpecError: rdflib is not installed, or the file is not Turtle.
    """
    try:
        import rdflib
    except ImportError as error:
        raise SpecError(
            f"{file} is Turtle, which needs rdflib: pip install 'palestra[triples]', or convert "
            "the file to N-Triples (.nt)"
        ) from error

    found: list[Any] = []

    class Recorder(rdflib.Graph):
        """Keeps triples in the order of the file, where a store would not."""

        def add(self, triple: Any) -> Recorder:
            found.append(triple)
            return self

    with opened(file) as stream:
        try:
            Recorder().parse(
                data=stream.read(), format="turtle", publicID="https://triples.example/"
            )
        except Exception as error:  # rdflib raises its parser's errors, Unicode's and its own
            line = getattr(error, "lines", None)
            where = f"{file}, line {line + 1}" if isinstance(line, int) else str(file)
            reason = getattr(error, "message", "") or str(error).strip().split("\n")[0]
            raise SpecError(f"{where}: expected Turtle: {reason}") from error
    blank: dict[Any, str] = {}
    for subject, predicate, object in found:
        yield (
            _term(subject, blank, rdflib),
            str(predicate),
            Literal(str(object), str(object.datatype or ""), (object.language or "").lower())
            if isinstance(object, rdflib.Literal)
            else _term(object, blank, rdflib),
        )


def _term(term: Any, blank: dict[Any, str], rdflib: Any) -> str:
    if isinstance(term, rdflib.BNode):  # rdflib names these by chance; number them
        return blank.setdefault(term, f"_:b{len(blank)}")
    return str(term)
