"""The memory: a DuckDB file of episodes, who writes it and what it can be asked.

from palestra.leaderboard import ranking
for row in ranking("palestra.duckdb"):
    print(row.agent, row.mean)
"""

from .contents import Edited, broken, content_ids, misfits, session_ids
from .errors import StoreError
from .export import write_episodes
from .intervals import bootstrap, over_tasks, wilson
from .keys import key_of
from .merging import Conflict, Merged, merge, merge_all
from .outcomes import Outcomes, outcomes
from .passes import Passes, pass_at, pass_hat
from .queries import Row, by_task, episode, episodes, ranking, sessions
from .selection import Selection, selection
from .store import Cell, ConfigChanged, Store
from .writer import Writer

__all__ = [
    "Cell",
    "ConfigChanged",
    "Conflict",
    "Edited",
    "Merged",
    "Outcomes",
    "Passes",
    "Row",
    "Selection",
    "Store",
    "StoreError",
    "Writer",
    "bootstrap",
    "broken",
    "by_task",
    "content_ids",
    "episode",
    "episodes",
    "key_of",
    "merge",
    "merge_all",
    "misfits",
    "outcomes",
    "over_tasks",
    "pass_at",
    "pass_hat",
    "ranking",
    "selection",
    "session_ids",
    "sessions",
    "wilson",
    "write_episodes",
]
