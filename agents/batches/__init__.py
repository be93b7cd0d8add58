"""Providers' batch APIs, at half the price: requests of many episodes, answered within a day.

    with batching(Batches("board.duckdb")) as batches:
        ...                        # every ChatAgent asked in here hands its request over
    print(batches.remarks())

A request is not posted but gathered with those of all episodes that wait; once no more come, they
are submitted as one batch. The body of each reply is read by the code that reads a live one. What
was submitted is noted in a file beside the leaderboard file before anything is waited for, so a
run that was killed goes on with its batches.
"""

from .api import BatchApi, Outcome, Post, Status
from .batches import Batches, batching, current_batches

__all__ = [
    "BatchApi",
    "Batches",
    "Outcome",
    "Post",
    "Status",
    "batching",
    "current_batches",
]
