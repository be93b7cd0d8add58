"""Plausible values: what a column may hold, drawn from a seed and true to the API's own schema.

    value_of(column.schema, column.label, noun, rng)

First by enumeration, then by what the name says (email, port, CIDR block, city, ...), then by the
pattern. A value is used only if the schema takes it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from ..domain import NOW
from .pool import pool
from .regex import matching

__all__ = ["PROJECT", "REGIONS", "fits", "key_of", "path_of", "slug", "value_of"]

REGIONS = ("us-east-1", "eu-west-1", "us-east1", "europe-west4")
PROJECT = "acme-prod"
_ACCOUNT = "210987654321"
_HEX = "0123456789abcdef"

Schema = Mapping[str, Any]


def value_of(
    schema: Schema, label: tuple[str, ...], noun: tuple[str, ...], rng: random.Random
) -> Any:
    """A JSON value that fits the schema; None where none is found.

    Args:
        label: the name of the field, in words.
        noun: the entity that it belongs to, in words.
        rng: the source of chance.
    """
    kind = schema.get("type")
    if "enum" in schema:
        return rng.choice(schema["enum"][:8])
    match kind:
        case "boolean":
            return rng.random() < 0.5
        case "integer" | "number":
            return _number(schema, label, rng)
        case "array":
            low = int(schema.get("minItems", 0))
            high = min(int(schema.get("maxItems", 3)), max(low, 3))
            made = [
                value_of(schema.get("items", {"type": "string"}), label, noun, rng)
                for _ in range(rng.randint(max(low, 1), max(low, 1, min(high, 2))))
            ]
            if any(item is None for item in made):
                return None
            return made if len({repr(item) for item in made}) == len(made) else made[: max(low, 1)]
        case "object":
            fields = schema.get("properties")
            if not fields:
                return {rng.choice(("team", "stage", "owner")): rng.choice(pool()["word"])}
            wanted = schema.get("required") or list(fields)[:3]
            made = {name: value_of(fields[name], (name.lower(),), noun, rng) for name in wanted}
            return None if any(item is None for item in made.values()) else made
    return _text(schema, label, noun, rng)


def fits(value: Any, schema: Schema) -> bool:
    """Whether a text or number is within the schema's bounds (types are not looked at)."""
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1 << 30):
            return False
        pattern = schema.get("pattern")
        return pattern is None or re.search(pattern, value) is not None
    return schema.get("minimum", value) <= value <= schema.get("maximum", value)


def _number(schema: Schema, label: tuple[str, ...], rng: random.Random) -> int | float:
    whole = schema.get("type") == "integer"
    usual = next((_RANGES[w] for w in reversed(label) if w in _RANGES), (1, 100))
    low = schema.get("minimum", min(usual[0], schema.get("maximum", usual[0])))
    high = schema.get("maximum", max(usual[1], low + 99))
    if low <= usual[0] and usual[1] <= high:
        low, high = usual
    high = min(high, low + 100_000)
    if whole:
        return rng.randint(int(low), max(int(low), int(high)))
    return round(rng.uniform(low, high), 2)


_RANGES = {
    "port": (1024, 9000), "size": (1, 500), "timeout": (5, 900), "seconds": (5, 900),
    "minutes": (1, 120), "hours": (1, 72), "days": (1, 90), "percent": (1, 100),
    "percentage": (1, 100), "count": (1, 20), "capacity": (1, 64), "memory": (128, 4096),
    "priority": (1, 50), "price": (5, 500), "amount": (5, 500), "year": (2024, 2027),
    "bytes": (1024, 65536), "weight": (1, 100), "iops": (100, 3000), "cpu": (1, 16),
    "latitude": (-60, 60), "longitude": (-120, 120), "threshold": (1, 100), "ttl": (60, 3600),
}  # fmt: skip


def _text(
    schema: Schema, label: tuple[str, ...], noun: tuple[str, ...], rng: random.Random
) -> str | None:
    form = schema.get("format")
    if form in ("date-time", "date"):
        day = f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        if form == "date":
            return day
        return NOW if label[-1:] == ("now",) else f"{day}T{rng.randint(6, 20):02d}:00:00Z"
    if form == "int64":
        return str(rng.randint(1000, 99999))
    path = path_of(schema["pattern"], rng) if "[^/]+" in schema.get("pattern", "") else None
    if path is not None:
        return path
    for _ in range(3):
        value = _named(label, noun, rng)
        if fits(value, schema):
            return value
    low, high = int(schema.get("minLength", 0)), int(schema.get("maxLength", 64))
    if "pattern" in schema:
        return matching(schema["pattern"], rng, low, min(max(high, low), 128))
    for value in (slug(rng), rng.choice(pool()["word"]), _hex(rng, max(low, min(8, high)))):
        if low <= len(value) <= high:
            return value
    return _hex(rng, low) if low <= 512 else None


def path_of(pattern: str, rng: random.Random) -> str | None:
    """A resource name: `^projects/[^/]+/topics/[^/]+$` -> `projects/acme-prod/topics/...`."""
    parts = pattern.strip("^$").replace("[^/]+", "*").split("/")
    for i, part in enumerate(parts):
        if part == "*":
            above = parts[i - 1] if i else ""
            parts[i] = (
                PROJECT if above == "projects"
                else rng.choice(REGIONS[2:]) if above == "locations"
                else slug(rng)
            )  # fmt: skip
    value = "/".join(parts)
    return value if re.search(pattern, value) else None


def slug(rng: random.Random) -> str:
    """`amber-harbor-17`: a name that people give to things."""
    words = pool()
    return f"{rng.choice(words['color'])}-{rng.choice(words['word'])}-{rng.randint(10, 99)}"


def _hex(rng: random.Random, length: int) -> str:
    return "".join(rng.choices(_HEX, k=length))


def _person(rng: random.Random) -> str:
    return f"{rng.choice(pool()['first'])} {rng.choice(pool()['last'])}"


def _url(rng: random.Random) -> str:
    return f"https://{rng.choice(pool()['word'])}.example.com/{rng.choice(pool()['word'])}"


def _named(label: tuple[str, ...], noun: tuple[str, ...], rng: random.Random) -> str:
    """What the last telling word of a field's name suggests."""
    words = pool()
    last = label[-1] if label else ""
    several = set(label)
    if several & {"arn", "arns"}:
        kind = "-".join(noun[-1:] or label[:1])
        return f"arn:aws:svc:{REGIONS[0]}:{_ACCOUNT}:{kind}/{slug(rng)}"
    if "email" in several or "mail" in several:
        return f"{rng.choice(words['first'])}.{rng.choice(words['last'])}@example.com".lower()
    if "phone" in several:
        return f"+1202555{rng.randint(0, 9999):04d}"
    if several & {"cidr", "cidrs", "cidrip"}:
        return f"10.{rng.randint(0, 255)}.{rng.randint(0, 255)}.0/24"
    if last in ("ip", "ips") or "ipv" in several or ("addresses" in several and "ip" in several):
        return f"10.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"
    if last in ("url", "uri", "link", "endpoint", "webhook", "website"):
        return _url(rng)
    if last in ("domain", "host", "hostname", "fqdn"):
        return f"{rng.choice(words['word'])}.example.com"
    if "region" in several:
        return rng.choice(REGIONS[:2])
    if last in ("zone", "zones"):
        return rng.choice(("us-east-1a", "us-east-1b", "eu-west-1a"))
    if last == "location":
        return rng.choice(REGIONS[2:])
    if "account" in several or last in ("owner",):
        return _ACCOUNT
    if last == "project" or label[-2:] == ("project", "id"):
        return PROJECT
    for word, kind in _POOLS.items():
        if word in several:
            return rng.choice(words[kind])
    if several & {"firstname", "given"} or label[-2:] == ("first", "name"):
        return rng.choice(words["first"])
    if several & {"lastname", "family"} or label[-2:] == ("last", "name"):
        return rng.choice(words["last"])
    if last == "name" and (set(noun) | several) & _PEOPLE:
        return _person(rng)
    if last in ("description", "comment", "comments", "summary", "title", "subject", "message",
                "reason", "text", "body", "notes", "caption", "headline"):  # fmt: skip
        return rng.choice(words["phrase"])
    if last in ("time", "timestamp", "date"):
        return f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T09:00:00Z"
    if last in ("language", "locale"):
        return rng.choice(("en-US", "de-DE", "fr-FR", "ja-JP"))
    if last == "currency":
        return rng.choice(("USD", "EUR", "GBP"))
    if last == "timezone" or label[-2:] == ("time", "zone"):
        return rng.choice(("Europe/Berlin", "America/New_York", "Asia/Tokyo"))
    if last == "version":
        return f"{rng.randint(1, 9)}.{rng.randint(0, 9)}"
    if last in ("id", "ids", "identifier", "identifiers", "uid"):
        stem = "".join(word[0] for word in label[:-1]) or "x"
        return f"{stem}-{_hex(rng, 10)}"
    return slug(rng)


_PEOPLE = {"user", "person", "contact", "customer", "member", "patient", "student", "teacher",
           "guardian", "employee", "attendee", "agent", "author", "buyer", "owner"}  # fmt: skip
_POOLS = {"city": "city", "country": "country", "company": "company", "job": "job",
          "street": "street", "color": "color", "organization": "company"}  # fmt: skip


def key_of(
    end: str, noun: tuple[str, ...], schema: Schema, service: str, rng: random.Random
) -> str | int | None:
    """A key in the API's own style; `end` says what it is (`id`, `name`, `arn`, ...)."""
    if "enum" in schema:
        return rng.choice(schema["enum"])
    if schema.get("type") == "integer":
        return int(_number({**schema, "maximum": schema.get("maximum", 99_999)}, ("key",), rng))
    tries: list[str] = []
    path = path_of(schema["pattern"], rng) if "[^/]+" in schema.get("pattern", "") else None
    if path is not None:
        return path
    if end in ("id", "identifier", "number", "key", "code"):
        if service.startswith("google"):
            tries.append(str(rng.randint(10**9, 10**10 - 1)))
        short = noun[-1] if len(noun) == 1 else "".join(word[0] for word in noun)
        tries.append(f"{short[:6]}-{_hex(rng, 12)}")
        tries.append("-".join(_hex(rng, n) for n in (8, 4, 4, 4, 12)))
        tries.append(_hex(rng, 12))
    elif end == "arn":
        tries.append(
            f"arn:aws:{service.partition(':')[2]}:{REGIONS[0]}:{_ACCOUNT}:{noun[-1]}/{slug(rng)}"
        )
    elif end == "name" and noun[-1] in _PEOPLE and "pattern" not in schema:
        tries.append(f"{rng.choice(pool()['first'])}.{rng.choice(pool()['last'])}".lower())
    tries += [slug(rng), slug(rng).replace("-", "_"), slug(rng).replace("-", "")]
    for value in tries:
        if fits(value, schema):
            return value
    low, high = int(schema.get("minLength", 0)), int(schema.get("maxLength", 64))
    if "pattern" in schema:
        return matching(schema["pattern"], rng, max(low, min(6, high)), min(max(high, low), 128))
    return _hex(rng, max(low, min(12, high))) if low <= 256 else None
