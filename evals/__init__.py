"""The measure: plans, the episode loop and runs that survive.

from palestra.evals import evaluate
report = evaluate(["browse"], ["oracle", "random"], tasks=20)
for row in report.rows:
    print(row.agent, row.mean, row.low, row.high)
"""

from ..agents.patience import Retry
from .budget import Budget
from .plan import EpisodeLimits, Planned, Work, plan, seed_of
from .rollout import play
from .runner import Report, Tally, evaluate, run
from .teams import teams_of

__all__ = [
    "Budget",
    "EpisodeLimits",
    "Planned",
    "Report",
    "Retry",
    "Tally",
    "Work",
    "evaluate",
    "plan",
    "play",
    "run",
    "seed_of",
    "teams_of",
]
