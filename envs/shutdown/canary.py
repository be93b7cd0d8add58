"""The mark by which texts of this evaluation can be kept out of training data.

It stands in every file that holds such texts and in every episode's ledger; the agent never sees
it.
"""

from __future__ import annotations

__all__ = ["CANARY"]

CANARY = "palestra-shutdown canary 1e0b749d-2108-477a-904e-7fefae802061"
"""Documents that hold this must not be trained on."""
