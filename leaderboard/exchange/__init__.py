"""Results in the forms of other harnesses: Inspect's logs, Every Eval Ever's records.

write_inspect("palestra.duckdb", "logs")       # one log a row; `inspect view --log-dir logs`
write_eee("palestra.duckdb", "eee")            # one record a row, with its episodes
read_inspect(["logs/x.eval"], "palestra.duckdb")
"""

from .eee import write_eee
from .inspect_read import read_inspect
from .inspect_write import write_inspect

__all__ = ["read_inspect", "write_eee", "write_inspect"]
