"""Asking again when nobody answered: one rule, for the episode loop and for whoever asks within.

    with retrying(Retry(attempts=5)) as retries:  # an episode
        reply = await patiently(lambda: agent.act(messages, tools, seed=seed))
    print(retries.count)

An agent that asks other agents asks them `patiently` as well and follows the episode's rule, so
that one call that fails is repeated alone. Outside of episodes nothing is asked twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import tenacity

from ..envs.core import separate_thoughts
from .base import InfrastructureError, Reply

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Retry:
    """How to ask again when nobody answered."""

    attempts: int = 5
    """Calls in all, the first one included."""
    first: float = 1.0
    """The first pause, in seconds; doubled each time, with jitter."""
    longest: float = 60.0
    """The longest pause, also where a server asks for more."""


@dataclass(slots=True)
class Retries:
    """A rule, and how many calls were repeated under it."""

    rule: Retry
    count: int = 0


# Not an argument: between the loop and a judge stands `Agent.act`, which anybody may write. Tasks
# inherit it, so what is repeated in samples side by side is counted in one place.
_CURRENT: ContextVar[Retries | None] = ContextVar("retries", default=None)


@contextmanager
def retrying(rule: Retry) -> Iterator[Retries]:
    """Whoever asks `patiently` within the block follows this rule; yields what it led to."""
    retries = Retries(rule)
    token = _CURRENT.set(retries)
    try:
        yield retries
    finally:
        _CURRENT.reset(token)


def current_retries() -> Retries | None:
    """The rule that holds now and what it led to, within `retrying`."""
    return _CURRENT.get()


async def patiently(call: Callable[[], Awaitable[Reply]]) -> Reply:
    """The reply to a call, which is made again while the infrastructure fails.

    Args:
        call: makes the call, and counts what each attempt used up.

    Raises:
        InfrastructureError: nobody answered. Once that was tried again in vain the error says so
            (`retry` is False), and whoever asked through others does not repeat them all.
    """
    retries = _CURRENT.get()
    try:
        return await _made(call)
    except InfrastructureError as error:
        if retries is None or retries.rule.attempts < 2 or not error.retry:
            raise
        failed = error
    await asyncio.sleep(min(retries.rule.longest, max(failed.after or 0, retries.rule.first / 2)))
    try:
        return await _again(call, retries)
    except InfrastructureError as error:
        error.retry = False
        raise


async def together(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of calls made at the same time.

    Where one fails, the others end with it: they would go on asking, patiently, for nobody.
    """
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _again(call: Callable[[], Awaitable[Reply]], retries: Retries) -> Reply:
    """As many attempts as are left after the first one."""
    rule = retries.rule
    backoff = tenacity.wait_random_exponential(multiplier=rule.first, max=rule.longest)

    def count(state: tenacity.RetryCallState) -> None:
        retries.count += 1

    def pause(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = (error.after if isinstance(error, InfrastructureError) else None) or 0.0
        return min(rule.longest, max(asked, backoff(state)))

    attempts = tenacity.AsyncRetrying(
        stop=tenacity.stop_after_attempt(rule.attempts - 1),
        wait=pause,
        retry=tenacity.retry_if_exception(
            lambda error: isinstance(error, InfrastructureError) and error.retry
        ),
        before=count,
        reraise=True,
    )
    return await attempts(_made, call)


async def _made(call: Callable[[], Awaitable[Reply]]) -> Reply:
    """Make one call; the reply that comes back has its thoughts set apart from what is said."""
    try:
        reply = await call()
    except TimeoutError as error:
        raise InfrastructureError(f"the agent timed out ({error or 'TimeoutError'})") from error
    message = separate_thoughts(reply.message)
    return reply if message is reply.message else msgspec.structs.replace(reply, message=message)
