"""Checks of options for an environment's `__init__`, which tell what was expected."""

from __future__ import annotations

from collections.abc import Collection

from .errors import UsageError

__all__ = ["check_among", "check_between"]


def check_between(name: str, value: object, low: float, high: float, *, whole: bool = True) -> None:
    """Raises UsageError unless the option is a number (a whole one) from `low` to `high`."""
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        kind = "a whole number" if whole else "a number"
        raise UsageError(f"option {name!r} is {value!r}; expected {kind} from {low:,} to {high:,}")


def check_among(name: str, value: object, known: Collection[str]) -> None:
    """Raises UsageError unless the option is one of these texts."""
    if not isinstance(value, str) or value not in known:
        raise UsageError(f"option {name!r} is {value!r}; expected one of {', '.join(known)}")
