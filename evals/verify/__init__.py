"""Does a leaderboard file hold what was played? Digests compared, episodes scored again.

from palestra.evals.verify import verify
report = verify("palestra.duckdb")
for finding in report.findings:
    print(finding.key, finding.check, finding.what)
"""

from .rescore import Difference, Unverifiable, rescore
from .table import against_table
from .verify import Finding, Verified, verify

__all__ = [
    "Difference",
    "Finding",
    "Unverifiable",
    "Verified",
    "against_table",
    "rescore",
    "verify",
]
