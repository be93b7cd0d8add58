"""The limiters of one run, by provider, and how an adapter finds them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..base import Reply
from ..patience import Retry
from .limiter import Limiter
from .rates import Rates, normalize_rates, rate_of


class Limits:
    """What a run's calls keep to. Make one for each run, and use it in one event loop.

    Args:
        concurrency: calls at once to a provider, at most.
        rpm: requests a minute.
        tpm: tokens a minute.
        retry: the run's rule; pauses after a rejection follow it.

    Raises:
        UsageError: a rate is not a positive whole number.
    """

    def __init__(
        self,
        concurrency: int,
        *,
        rpm: Rates = None,
        tpm: Rates = None,
        retry: Retry | None = None,
    ) -> None:
        self._concurrency, self._retry = concurrency, retry
        self._rpm, self._tpm = normalize_rates("rpm", rpm), normalize_rates("tpm", tpm)
        self._limiters: dict[str, Limiter] = {}

    def of(self, provider: str) -> Limiter:
        """The limiter of a provider."""
        limiter = self._limiters.get(provider)
        if limiter is None:
            limiter = self._limiters[provider] = Limiter(
                provider,
                self._concurrency,
                rpm=rate_of(provider, self._rpm),
                tpm=rate_of(provider, self._tpm),
                retry=self._retry,
                eager="://" not in provider,  # a public provider rejects what it does not take
            )
        return limiter

    def waiting(self) -> str:
        """What calls wait for now, where it takes a second or longer; else nothing."""
        longest, why = max((each.wait() for each in self._limiters.values()), default=(0.0, ""))
        return f"waiting {longest:,.0f} s: {why}" if longest >= 1 else ""

    def remarks(self) -> list[str]:
        """What providers rejected, a sentence each."""
        return [
            f"{each.name} rejected {each.state.rejections:,} of {each.calls:,} calls (429 or "
            f"overloaded); they were repeated{_settled(each)}"
            for each in self._limiters.values()
            if each.state.rejections
        ]


# Not an argument: between a run and an adapter stands `Agent.act`, which anybody may write.
_CURRENT: ContextVar[Limits | None] = ContextVar("limits", default=None)


@contextmanager
def limiting(limits: Limits) -> Iterator[Limits]:
    """Let all calls within the block, and in tasks begun there, keep to these limits."""
    token = _CURRENT.set(limits)
    try:
        yield limits
    finally:
        _CURRENT.reset(token)


async def limited(
    provider: str, request: Mapping[str, Any], call: Callable[[], Awaitable[Reply]]
) -> Reply:
    """Make a call under the current limits of its provider.

    Args:
        provider: its name, or the scheme and host of its address.
        request: what is sent; its tokens are estimated from it.
        call: makes one attempt. An error's cause is the client's own exception.

    Raises:
        InfrastructureError: see `Limiter.run`.
    """
    limits = _CURRENT.get()
    if limits is None:
        return await call()
    return await limits.of(provider).run(request, call)


def _settled(limiter: Limiter) -> str:
    many = max(1, round(limiter.state.usual))
    calls = "1 call" if many == 1 else f"{many:,} calls"
    rate = limiter.state.pace.rate
    pace = "" if rate is None else f" and {rate * 60:,.0f} requests a minute"
    return f", and the run settled at {calls} at once{pace}"
