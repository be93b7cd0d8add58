"""Scaffolds: agents around agents, which compose.

resolve("best(n=3,by=king):plan:openai/my-model")     # K2-Think
Best(Plan(agent), 3, King(judge))                     # the same, in Python
"""

from .again import Check, Retry
from .base import Meter, Scaffold
from .best import Best, Diverged
from .candidates import (
    Candidate,
    Chance,
    Choice,
    Fewest,
    First,
    Majority,
    OracleBound,
    Selector,
    Verifier,
)
from .compact import Compact
from .judging import King, Knockout, RoundRobin
from .plan import Plan, leaks
from .steering import SENTENCES, Insert, Unaware
from .uris import resolve_scaffold, scaffolds

__all__ = [
    "SENTENCES",
    "Best",
    "Candidate",
    "Chance",
    "Check",
    "Choice",
    "Compact",
    "Diverged",
    "Fewest",
    "First",
    "Insert",
    "King",
    "Knockout",
    "Majority",
    "Meter",
    "OracleBound",
    "Plan",
    "Retry",
    "RoundRobin",
    "Scaffold",
    "Selector",
    "Unaware",
    "Verifier",
    "leaks",
    "resolve_scaffold",
    "scaffolds",
]
