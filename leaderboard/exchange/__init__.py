"""Results in the forms of other harnesses: Inspect's logs, Every Eval Ever's records.

write_inspect("palestra.duckdb", "logs")       # one log a row; `inspect view --log-dir logs`
write_eee("palestra.duckdb", "eee")            # one record a row, with its episodes
read_logs(["logs/x.eval"], "palestra.duckdb")      # all of them or none
"""

from .eee import write_eee
from .inspect_read import read_inspect, read_logs
from .inspect_write import write_inspect

__all__ = ["read_inspect", "read_logs", "write_eee", "write_inspect"]
