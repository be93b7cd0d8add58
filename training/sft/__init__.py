"""Supervised fine-tuning on conversations, in one stage or two.

    from palestra.training.select import select
    from palestra.training.sft import sft
    sft("smollm2", select("x.duckdb", environment="browse"), "runs/first", epochs=2)

The loss falls on what the model says and on nothing that it reads. `rows` makes the ids.
"""

from .rows import Row, Rows, row_of, rows_of
from .train import sft

__all__ = ["Row", "Rows", "row_of", "rows_of", "sft"]
