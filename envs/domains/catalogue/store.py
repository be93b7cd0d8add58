"""The catalogue as one compact file: every distinct schema and name once, then xz.

Format, version 1: a JSON object of `format`, `sources` (package -> version), `services` (rows of
source, service, version, title), `schemas` (distinct `[name, schema]` pairs), `outputs`, `errors`
(distinct names) and `operations`: rows of service, name, HTTP method, parameters (numbers of
schemas; required ones as they are, optional ones as their complement `~n`), output, errors.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ...core import UsageError
from .api import Api

__all__ = ["CATALOGUE", "read_catalogue", "write_catalogue"]

CATALOGUE = Path(__file__).parent.parent / "data" / "catalogue.json.xz"
FORMAT = 1


def write_catalogue(path: Path, apis: Iterable[Api], sources: Mapping[str, str]) -> None:
    """Write operations, in the order given; `sources` says which package had which version."""
    services, schemas, outputs, errors = _Numbers(), _Numbers(), _Numbers(), _Numbers()
    operations = []
    for api in apis:
        required = set(api.required)
        parameters = []
        for name, schema in api.parameters.items():
            number = schemas.of([name, schema])
            parameters.append(number if name in required else ~number)
        row = [
            services.of([api.source, api.service, api.version, api.title]),
            api.name,
            api.http,
            parameters,
            outputs.of(api.output),
            [errors.of(error) for error in api.errors],
        ]
        operations.append(row)
    whole = {
        "format": FORMAT,
        "sources": dict(sources),
        "services": services.values,
        "schemas": schemas.values,
        "outputs": outputs.values,
        "errors": errors.values,
        "operations": operations,
    }
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9}]
    path.write_bytes(lzma.compress(msgspec.json.encode(whole), filters=filters))


def read_catalogue(path: Path | None = None) -> list[Api]:
    """All operations of a catalogue (default: the one that ships).

    Raises:
        UsageError: there is no such file, or it has another format.
    """
    path = path or CATALOGUE
    if not path.is_file():
        raise UsageError(f"there is no catalogue at {path}; `palestra domains build` makes one")
    whole = msgspec.json.decode(lzma.decompress(path.read_bytes()))
    if whole.get("format") != FORMAT:
        raise UsageError(f"{path} has format {whole.get('format')!r}; this version reads {FORMAT}")
    services, schemas, outputs = whole["services"], whole["schemas"], whole["outputs"]
    found = []
    for service, name, http, parameters, output, errors in whole["operations"]:
        source, short, version, title = services[service]
        named = [schemas[number if number >= 0 else ~number] for number in parameters]
        found.append(
            Api(
                source=source,
                service=short,
                version=version,
                title=title,
                name=name,
                parameters=dict(named),
                required=tuple(
                    pair[0] for pair, n in zip(named, parameters, strict=True) if n >= 0
                ),
                output=outputs[output],
                errors=tuple(whole["errors"][number] for number in errors),
                http=http,
            )
        )
    return found


class _Numbers:
    """Numbers for distinct values, in the order of their first use."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._known: dict[bytes, int] = {}

    def of(self, value: Any) -> int:
        key = msgspec.json.encode(value)
        number = self._known.setdefault(key, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number
