"""What a provider says when it rejects a call for its limits: that it does, and for how long.

Read are `retry-after-ms`, `Retry-After` (seconds or an HTTP date), and, where neither is there, the
reset times of `x-ratelimit-reset-*` (`6m0s`, seconds, or a time) and `anthropic-ratelimit-*-reset`
(RFC 3339). Of several resets those count whose budget is used up; else the soonest.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|h|m|s))")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_OVERLOADED = ("overload", "capacity", "too many", "busy", "slow down")


@dataclass(frozen=True, slots=True)
class Rejection:
    """A call was rejected because the provider is busy or a limit was reached."""

    status: int
    after: float | None = None
    """Seconds that the provider asks to wait, where it says so."""


def rejection_of(error: BaseException | None) -> Rejection | None:
    """What an error of a client says of the provider's limits; None where it is another failure.

    Empty accounts never come here: they end the run (see `agents/chat/refusals.py`).

    Args:
        error: an exception with `status_code` and `response`, as OpenAI's and LiteLLM's clients
            raise them.
    """
    status = getattr(error, "status_code", None)
    if status not in (429, 503, 529):
        return None
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    said = str(error)
    if status == 429 and "Request too large" in said:
        return None
    after = wait_in(headers)
    if status == 503 and after is None and not any(w in said.lower() for w in _OVERLOADED):
        return None
    return Rejection(status, after)


def wait_in(headers: Mapping[str, Any], now: float | None = None) -> float | None:
    """Seconds to wait, by a reply's headers; None where they do not say.

    Args:
        headers: their names in any case.
        now: seconds since 1970. Default: the system's clock.
    """
    now = time.time() if now is None else now
    lower = {str(name).lower(): str(value).strip() for name, value in headers.items()}
    milliseconds = _number(lower.get("retry-after-ms"))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    if "retry-after" in lower:
        seconds = _seconds(lower["retry-after"], now)
        if seconds is not None:
            return seconds
    resets = list(_resets(lower, now))
    spent = [seconds for seconds, used_up in resets if used_up]
    if spent:
        return max(spent)
    return min((seconds for seconds, _ in resets), default=None)


def _resets(headers: Mapping[str, str], now: float) -> Iterator[tuple[float, bool]]:
    """Each reset's seconds, and whether its budget is used up."""
    for name, value in headers.items():
        if name.startswith("x-ratelimit-reset"):
            left = headers.get(name.replace("-reset", "-remaining", 1))
        elif name.startswith("anthropic-ratelimit-") and name.endswith("-reset"):
            left = headers.get(name.removesuffix("-reset") + "-remaining")
        else:
            continue
        seconds = _seconds(value, now)
        remaining = _number(left)
        if seconds is not None:
            yield seconds, remaining is not None and remaining <= 0


def _seconds(text: str, now: float) -> float | None:
    """A duration from now: seconds, `6m0s`, seconds since 1970, an HTTP date or RFC 3339."""
    number = _number(text)
    if number is not None:
        if number > 1e11:  # milliseconds since 1970
            number /= 1000
        return max(0.0, number - now if number > 1e9 else number)
    if "".join(match.group() for match in _DURATION.finditer(text)) == text and text:
        return sum(float(size) * _UNITS[unit] for size, unit in _DURATION.findall(text))
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(text)
        except (ValueError, TypeError):
            continue
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return max(0.0, when.timestamp() - now)
    return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e15 else None
