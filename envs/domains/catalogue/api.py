"""One operation of a real API, as facts."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["Api"]


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one operation. Schemas are JSON Schemas of plain types, two levels deep."""

    source: str
    """The package or document that it was read from: `botocore`, `google`, `openapi`, `mcp`."""
    service: str
    """Which API: `ec2`, `calendar`."""
    version: str
    title: str
    """The API's name, as a person would say it."""
    name: str
    """The operation's name in the API: `CreateVpc`, `calendar.acl.insert`."""
    parameters: dict[str, dict[str, Any]]
    """Inputs by name, in the API's order; of HTTP APIs also what the body holds."""
    required: tuple[str, ...] = ()
    output: dict[str, Any] = {}
    """Schema of the result; empty: nothing is returned."""
    errors: tuple[str, ...] = ()
    """Names of the errors that the API declares for it."""
    http: str = ""
    """HTTP method, where it tells reading from writing."""

    @property
    def id(self) -> str:
        """`<source>:<service>:<version>:<name>`, unique in a catalogue."""
        return f"{self.source}:{self.service}:{self.version}:{self.name}"
