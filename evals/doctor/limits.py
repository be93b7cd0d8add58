"""A model behind limits: a number of requests at once, and a number in a window of time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ..rollout import Retry
from .dialects import Refusal
from .faults import Fault, refusing
from .wire import Wire


class Limited:
    """A model that answers 429, in its provider's words, to whatever is above its limits.

    Args:
        model: what answers otherwise.
        refusal: the provider's words.
        at_once: the most requests under way.
        window: seconds that a window lasts.
        most: the most requests that begin in one.

    Attributes:
        refused: how many requests were.
        retry: a rule under which nobody gives up before a window has passed.
    """

    retry = Retry(attempts=20, first=0.02, longest=0.2)

    def __init__(
        self,
        model: Callable[[dict[str, Any]], Mapping[str, Any]],
        refusal: Refusal,
        *,
        at_once: int = 3,
        window: float = 0.05,
        most: int = 8,
    ) -> None:
        self._send = refusing(refusal.status, refusal.headers, refusal.body.encode())
        self._model, self._at_once, self._window, self._most = model, at_once, window, most
        self._under_way, self._begun = 0, deque[float]()
        self.refused = 0

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        now = time.monotonic()
        while self._begun and self._begun[0] < now - self._window:
            self._begun.popleft()
        answer = dict(self._model(request))
        if self._under_way >= self._at_once or len(self._begun) >= self._most:
            self.refused += 1
            return {**answer, "fault": Fault("limit", "refuses", self._send)}
        self._under_way += 1
        self._begun.append(now)
        return {**answer, "fault": Fault("work", "takes a moment", self._work)}

    async def _work(self, wire: Wire, message: Mapping[str, Any]) -> bool:
        try:
            await asyncio.sleep(0.01)
            return await wire.reply(message)
        finally:
            self._under_way -= 1
