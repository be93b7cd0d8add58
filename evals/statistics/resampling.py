"""Bootstrap sums: rows drawn with replacement, as many as there are, and added up, many times.

Results of tasks take few different values, so equal rows are drawn together: one multinomial draw
says how often each value comes, and 100,000 tasks cost as little as 100.
"""

from __future__ import annotations

from typing import Any

__all__ = ["RESAMPLES", "bounds", "resampled_sums"]

RESAMPLES = 9999
_AT_ONCE = 4_000_000
_MOST = 100_000_000


def resampled_sums(rows: Any, resamples: int = RESAMPLES, seed: int = 0) -> Any:
    """Sums over bootstrap samples of the rows.

    Args:
        rows: array (n, columns).
        resamples: how many samples; fewer (at least 999) where the rows differ so much that it
            would take many seconds.
        seed: of the draws.

    Returns:
        Array (resamples, columns).
    """
    import numpy as np

    rows = np.asarray(rows, dtype=float)
    n = len(rows)
    kinds, counts = np.unique(rows, axis=0, return_counts=True)
    resamples = max(min(resamples, _MOST // len(kinds)), min(resamples, 999))
    batch = max(1, _AT_ONCE // len(kinds))
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [
            rng.multinomial(n, counts / n, size=min(batch, resamples - done)) @ kinds
            for done in range(0, resamples, batch)
        ]
    )


def bounds(values: Any, level: float = 0.95) -> tuple[float, float]:
    """The percentile interval of bootstrap replicates."""
    import numpy as np

    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
