"""Random values that fit a JSON Schema: the source of chance for action spaces and `random`."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from .messages import Message, say

ALPHABET = "etaoinshrdlucmfwypvbgkjqxz    0123456789.-_/'\"{}<>äßçλ中"
"""Letters by frequency, then what tends to break parsers."""


def sample_call(tools: Sequence[Mapping[str, Any]], rng: random.Random) -> Message:
    """An assistant message that calls one of these tools (OpenAI's format) with valid arguments."""
    if not tools:
        return say(sample_text(rng, 1, 40))
    function = rng.choice(tools)["function"]
    schema = function["parameters"]
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": f"call_{rng.getrandbits(32):08x}",
                "type": "function",
                "function": {
                    "name": function["name"],
                    "arguments": sample_value(schema, rng, schema.get("$defs", {})),
                },
            }
        ],
    }


def sample_value(schema: Mapping[str, Any], rng: random.Random, defs: Mapping[str, Any]) -> Any:
    """A value of this schema, drawn from `rng`; understands what `Tool` can produce."""
    if "$ref" in schema:
        return sample_value(defs[schema["$ref"].rpartition("/")[2]], rng, defs)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(schema["enum"])
    if "anyOf" in schema:
        return sample_value(rng.choice(schema["anyOf"]), rng, defs)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = rng.choice(kind)
    match kind:
        case "object":
            required = set(schema.get("required", ()))
            named = {
                name: sample_value(sub, rng, defs)
                for name, sub in schema.get("properties", {}).items()
                if name in required or rng.random() < 0.5
            }
            extra = schema.get("additionalProperties")
            if isinstance(extra, Mapping):
                named |= {sample_text(rng, 1, 8): sample_value(extra, rng, defs) for _ in range(2)}
            return named
        case "array":
            low = schema.get("minItems", 0)
            if "prefixItems" in schema:
                return [sample_value(item, rng, defs) for item in schema["prefixItems"]]
            count = rng.randint(low, min(schema.get("maxItems", low + 3), low + 3))
            return [sample_value(schema.get("items", {}), rng, defs) for _ in range(count)]
        case "string":
            if "pattern" in schema:
                return rng.choice(schema["examples"])
            low = schema.get("minLength", 0)
            return sample_text(rng, low, min(schema.get("maxLength", low + 24), low + 24))
        case "integer":
            low, high = _bounds(schema, 1)
            return rng.randint(int(low), int(high))
        case "number":
            return rng.uniform(*_bounds(schema, 0.001))
        case "boolean":
            return rng.random() < 0.5
        case "null":
            return None
    return rng.choice([None, True, 0, "text"])


def sample_text(rng: random.Random, low: int, high: int) -> str:
    """A string of `low` to `high` characters."""
    return "".join(rng.choices(ALPHABET, k=rng.randint(low, max(low, high))))


def _bounds(schema: Mapping[str, Any], step: float) -> tuple[float, float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + step
    if "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - step
    if low is None:
        low = -100 if high is None else high - 100
    return low, low + 100 if high is None else high
