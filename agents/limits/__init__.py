"""Limits of providers, kept by all calls of a run together.

    limits = Limits(64, rpm={"openai": 500}, retry=Retry())
    with limiting(limits):
        ...                              # every ChatAgent asked in here waits for its turn
    print(limits.remarks())              # ["openai rejected 4 of 1,204 calls ...", ...]

Each provider has one limiter, shared by agents, judges, planners and simulated users. It finds out
how many calls at once the provider takes, pauses when the provider asks for it, repeats what was
rejected, and keeps to `rpm` and `tpm` where they are given.
"""

from .clock import EpisodeClock, stop_clock
from .limits import Limits, limited, limiting
from .rates import Rates, parse_rates

__all__ = [
    "EpisodeClock",
    "Limits",
    "Rates",
    "limited",
    "limiting",
    "parse_rates",
    "stop_clock",
]
