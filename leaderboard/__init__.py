"""The memory: a DuckDB file of episodes, who writes it and what it can be asked.

from palestra.leaderboard import ranking
for row in ranking("palestra.duckdb"):
    print(row.agent, row.mean)
"""

from .errors import StoreError
from .export import write_episodes
from .intervals import bootstrap, wilson
from .outcomes import Outcomes, outcomes
from .queries import Row, by_task, episode, episodes, ranking, sessions
from .selection import Selection, selection
from .store import Cell, ConfigChanged, Store
from .writer import Writer

__all__ = [
    "Cell",
    "ConfigChanged",
    "Outcomes",
    "Row",
    "Selection",
    "Store",
    "StoreError",
    "Writer",
    "bootstrap",
    "by_task",
    "episode",
    "episodes",
    "outcomes",
    "ranking",
    "selection",
    "sessions",
    "wilson",
    "write_episodes",
]
