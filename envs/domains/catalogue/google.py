"""Operations of Google's discovery documents, as google-api-python-client ships them (Apache-2.0).

`pip install palestra[domains]`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .api import Api
from .plain import plain

__all__ = ["from_discovery", "from_google"]


def from_google() -> Iterator[Api]:
    """Every method of every bundled document, documents in alphabetical order."""
    from googleapiclient import discovery_cache

    folder = Path(discovery_cache.__file__).parent / "documents"
    seen: set[str] = set()
    for path in sorted(folder.glob("*.json")):
        if path.name == "index.json":
            continue
        for api in from_discovery(json.loads(path.read_text(encoding="utf-8"))):
            if api.id not in seen:  # some documents are shipped under two names
                seen.add(api.id)
                yield api


def from_discovery(document: Mapping[str, Any]) -> Iterator[Api]:
    """The methods of one discovery document."""
    schemas = document.get("schemas", {})

    def resolve(name: str) -> Mapping[str, Any]:
        return schemas.get(name, {})

    title = document.get("title") or document["name"]
    title = title if title.startswith("Google") else f"Google {title}"
    for method in _methods(document):
        parameters = {
            name: plain(written, resolve, 1)
            for name, written in method.get("parameters", {}).items()
        }
        required = [n for n, p in method.get("parameters", {}).items() if p.get("required")]
        for name, written in parameters.items():
            if method["parameters"][name].get("repeated"):
                parameters[name] = {"type": "array", "items": written}
        body = plain(method["request"], resolve, 0) if "request" in method else {}
        for name, written in body.get("properties", {}).items():
            if name not in parameters and not written.get("readOnly"):
                parameters[name] = written
        yield Api(
            source="google",
            service=document["name"],
            version=document["version"],
            title=title,
            name=method["id"],
            parameters=parameters,
            required=tuple(required),
            output=plain(method["response"], resolve, 0) if "response" in method else {},
            http=method.get("httpMethod", ""),
        )


def _methods(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for _, method in sorted(node.get("methods", {}).items()):
        yield method
    for _, resource in sorted(node.get("resources", {}).items()):
        yield from _methods(resource)
