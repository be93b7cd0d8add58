"""Compare agents from Python, and look at what one of them did."""

from palestra.evals import evaluate
from palestra.leaderboard import episodes

report = evaluate(["browse"], ["oracle", "greedy_reader", "random"], tasks=20, db="example.duckdb")
for row in report.rows:
    print(f"{row.agent:16} {row.mean:.2f}  ({row.low:.2f} to {row.high:.2f}, n = {row.n})")

episode = next(episodes("example.duckdb", where="agent = 'greedy_reader'", limit=1))
for message in episode.messages:
    print(f"[{message['role']}] {(message['content'] or '')[:200]}")
