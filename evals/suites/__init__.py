"""Suites: a paper's protocol as data, played like any run, ending in a report.

    from palestra.evals.suites import Results, cells_of, make_report, read, write_report

    suite = read("browse-budget", {"tasks": 20})
    cells = cells_of(suite, ["oracle", "greedy_reader"])
    asyncio.run(run([cell.planned for cell in cells], db="x.duckdb"))
    write_report(make_report(Results(suite, cells, "x.duckdb")), Path("reports/browse-budget"))

`form.py` has the form of a suite, `data/` those that are shipped, `analyses/` what they may ask.
"""

from .analyses import Analysis, analyses, register_analysis
from .cells import SuiteCell, cells_of
from .cost import Cost, costs
from .form import Suite
from .read import read, shipped
from .report import Report, make_report, write_report
from .results import Results
from .swept import SweptCell, jobs_of, swept_of

__all__ = [
    "Analysis",
    "Cost",
    "Report",
    "Results",
    "Suite",
    "SuiteCell",
    "SweptCell",
    "analyses",
    "cells_of",
    "costs",
    "jobs_of",
    "make_report",
    "read",
    "register_analysis",
    "shipped",
    "swept_of",
    "write_report",
]
