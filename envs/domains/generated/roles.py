"""What a parameter's or an output field's name says: the column that it means."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from .rules import forms_of, singular, snake, words

__all__ = [
    "collection", "column_name", "control", "identity", "is_limit", "lean", "parent_pattern",
    "singular_words",
]  # fmt: skip

_CONTROL = re.compile(
    r"(^|_)(client_?(request_)?token|dry_run|request_id|page_token|next_token|next_page_token|"
    r"next|marker|starting_token|update_mask|read_mask|field_mask|idempotency_token|fields|alt|"
    r"pretty_print|validate_only|etag|kind|creation_token|client_token|on_behalf_of_content_owner|"
    r"return_partial_success|quota_user|caller_reference|order_by|sort_by|sort_order|include_.*|"
    r"skip_.*|force.*|tags?|tag_list|tag_specifications|labels|annotations|self_link|"
    r"allow_missing|bypass_.*|views?|filters?|max_wait.*|use_domain_admin_access|supports_.*)$"
)
"""Parameters about the call, not about the world: they become no column and no argument."""

_LIMIT = frozenset({
    "max_results", "limit", "page_size", "max_items", "max_records", "max", "maximum", "first",
    "page_limit", "size", "max_keys", "per_page", "count", "max_search_results", "top",
})  # fmt: skip

_PATH = re.compile(r"^\^((?:[\w-]+/\[\^/\]\+/)*[\w-]+/\[\^/\]\+)\$$")


@lru_cache(maxsize=1 << 16)
def control(name: str) -> bool:
    """Whether a parameter steers the call and says nothing about the world."""
    return bool(_CONTROL.search(snake(name)))


@lru_cache(maxsize=1 << 14)
def is_limit(name: str) -> bool:
    """Whether a parameter of a list bounds how many are returned."""
    return snake(name) in _LIMIT


def singular_words(name: str) -> tuple[str, ...]:
    """The words of a name, the last in the singular."""
    found = words(name)
    return (*found[:-1], singular(found[-1])) if found else ()


@lru_cache(maxsize=1 << 16)
def identity(name: str, noun: tuple[str, ...]) -> tuple[str, int]:
    """The identity column that a name means for an entity, and how surely (0: it means none).

    `identity("ClientId", ("user", "pool", "client"))` -> `("user_pool_client_id", ...)`.
    """
    written = singular_words(name)
    if not written or written in (("key",), ("number",), ("code",)):
        return "", 0
    score = forms_of(noun).get(written, 0)
    if not score:
        return "", 0
    end = "name" if written == noun[len(noun) - len(written) :] else written[-1]
    return "_".join((*noun, end)), score


def column_name(name: str, noun: tuple[str, ...]) -> str:
    """The column of an entity that a name means: its own noun in front is left out."""
    written = words(name)
    if len(written) > len(noun) and written[: len(noun)] == noun:
        rest = "_".join(written[len(noun) :])
        return f"n{rest}" if rest[0].isdigit() else rest
    return snake(name)


def collection(schema: dict[str, Any]) -> str:
    """Of a resource name's pattern, what it ends with: `projects/*/topics/*` -> topics."""
    found = _PATH.match(schema.get("pattern", ""))
    return found[1].split("/")[-2] if found else ""


def parent_pattern(schema: dict[str, Any]) -> str:
    """Of a resource name's pattern, the pattern of the resource above it ("" if there is none)."""
    found = _PATH.match(schema.get("pattern", ""))
    parts = found[1].split("/")[:-2] if found else []
    return f"^{'/'.join(parts)}$" if parts else ""


def lean(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without what says nothing to an agent."""
    return {key: value for key, value in schema.items() if key != "readOnly"}
