"""What is learned from: stored episodes become conversations, and what is held out never does.

    from palestra.training.select import select, write_sft

    chosen = select("palestra.duckdb", environment="browse", balance="hops")
    print("\\n".join(chosen.report.lines()))
    write_sft(chosen, "browse.jsonl")

See `docs/training.md` for what goes in, what is dropped and why.
"""

from .conversations import Conversation
from .filters import (
    FILTERS,
    Candidate,
    EndState,
    ExactSequence,
    Filter,
    Grounded,
    Outcome,
    Says,
    Success,
    Validity,
    Verdict,
    dropped,
    filters_of,
    kept,
    not_applicable,
)
from .heldout import TRAIN
from .practice import solved
from .report import Report, Stage
from .selecting import Selection, select
from .write import as_dataset, write_hf, write_sft

__all__ = [
    "FILTERS",
    "TRAIN",
    "Candidate",
    "Conversation",
    "EndState",
    "ExactSequence",
    "Filter",
    "Grounded",
    "Outcome",
    "Report",
    "Says",
    "Selection",
    "Stage",
    "Success",
    "Validity",
    "Verdict",
    "as_dataset",
    "dropped",
    "filters_of",
    "kept",
    "not_applicable",
    "select",
    "solved",
    "write_hf",
    "write_sft",
]
