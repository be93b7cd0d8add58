"""What a provider's batch API is to the batcher: submit, look, fetch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Status:
    """How far a batch is."""

    done: int = 0
    """Requests that were answered or failed."""
    ended: bool = False
    problem: str = ""
    """Why the batch as a whole came to nothing, if it did."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request."""

    status: int
    """The HTTP status of its reply; 0 where there is none (expired, cancelled)."""
    body: Any = None
    """The reply's body; of a failure, what the provider says of it."""


class BatchApi(ABC):
    """One provider's batch API.

    Attributes:
        name: the provider's, for messages.
        place: where requests go (address and endpoint); batches of one place go together.
        most_requests, most_bytes: what one batch may hold.
    """

    name: str
    place: str
    most_requests: int
    most_bytes: int

    @abstractmethod
    def line(self, key: str, body: Any) -> bytes:
        """One request as the batch holds it, named by its key."""

    @abstractmethod
    async def submit(self, lines: Sequence[bytes], mark: str) -> str:
        """Submit a batch; its id.

        Args:
            lines: its requests.
            mark: a name of our own, to find the batch by where the provider keeps one.
        """

    @abstractmethod
    async def look(self, id: str) -> Status:
        """How far a batch is."""

    @abstractmethod
    def results(self, id: str) -> AsyncIterator[tuple[str, Outcome]]:
        """The outcomes of a batch that has ended, by key, in any order."""

    @abstractmethod
    async def find(self, mark: str, since: float, size: int) -> str | None:
        """The id of a batch whose submission was interrupted, if the provider has it.

        Args:
            mark: its name.
            since: seconds since 1970, when it was to be submitted.
            size: how many requests it has.
        """

    async def close(self) -> None:
        """Close connections."""
        return


Post = Callable[[BatchApi, Any], Awaitable[Any]]
"""Given a batch API and the body of a request, waits for the body of its reply."""
