"""A whole grid of cells: the paper's 1.89 million predictions, resumable, in constant memory.

    from palestra.envs.formal.sweep import Cell, Grid, answerer, run_cell, slopes, sweep, read

    run_cell(Cell("parity", "description", 20, 0.45), answerer("tree")).accuracy()
    for record in sweep(Grid(), answerer("rule_oracle"), "oracle.jsonl", workers=2):
        print(record.cell, record.accuracy())
    slopes(read("oracle.jsonl"), "shots")

A cell is one setting and a thousand queries. What is kept of it is one line of a file: its key,
its counts and one character for each prediction.
"""

from .answerers import ANSWERERS, Answerer, answerer
from .grid import Cell, Grid
from .measures import Slope, accuracies, slopes
from .record import Record
from .run import read, run_cell, sweep

__all__ = [
    "ANSWERERS",
    "Answerer",
    "Cell",
    "Grid",
    "Record",
    "Slope",
    "accuracies",
    "answerer",
    "read",
    "run_cell",
    "slopes",
    "sweep",
]
