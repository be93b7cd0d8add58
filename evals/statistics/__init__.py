"""What results are worth: comparisons with intervals.

    paired(before, after)            two agents on the same tasks: difference, interval, verdict
    over_tasks(means, rate=True)     the interval of a mean, by the one rule of all tables
    tasks_like_these(trials)         what a ± means: three questions, three intervals
    pass_at(trials, k), pass_hat     one success in k trials, and success in all
    rate(k, n), between(a, b)        rates with intervals, Fisher's exact test
    tasks_needed(0.05, sd=0.4)       how many tasks show a difference
    runs_needed(0.13, 0.004)         how many runs show that two unpaired rates differ
    holm(ps)                         several comparisons at once
    agreement(rated)                 two raters of the same episodes: Cohen's kappa
    strengths(environments)          one ranking over all environments, by Bradley-Terry
    slope(doses, scores)             lines with intervals
    compare(db, agents)              all of that for a leaderboard file
    standings(db)                    the ranking for a leaderboard file

Each module says what it rests on; `docs/statistics.md` says which ± means what.
"""

from ...leaderboard.intervals import over_tasks
from ...leaderboard.passes import Passes, pass_at, pass_hat
from .agreement import Agreement, agreement
from .clusters import (
    Interval,
    clustered,
    environments_like_these,
    tasks_like_these,
    these_tasks_again,
)
from .compare import Comparison, Comparisons, Overall, compare
from .multiple import family, family_note, holm
from .paired import MARGIN, Paired, paired
from .power import Spread, detectable, power_of, spread, tasks_needed
from .power_rates import counts_needed, power_between, runs_needed
from .rates import Between, Rate, between, rate
from .slopes import Slope, slope, slope_over_tasks
from .standings import Standing, Standings, standings
from .strengths import Strength, strengths

__all__ = [
    "MARGIN",
    "Agreement",
    "Between",
    "Comparison",
    "Comparisons",
    "Interval",
    "Overall",
    "Paired",
    "Passes",
    "Rate",
    "Slope",
    "Spread",
    "Standing",
    "Standings",
    "Strength",
    "agreement",
    "between",
    "clustered",
    "compare",
    "counts_needed",
    "detectable",
    "environments_like_these",
    "family",
    "family_note",
    "holm",
    "over_tasks",
    "paired",
    "pass_at",
    "pass_hat",
    "power_between",
    "power_of",
    "rate",
    "runs_needed",
    "slope",
    "slope_over_tasks",
    "spread",
    "standings",
    "strengths",
    "tasks_like_these",
    "tasks_needed",
    "these_tasks_again",
]
