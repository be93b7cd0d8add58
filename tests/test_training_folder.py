"""A run's folder, and what is said about the machine before a run."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("trl", reason="training needs palestra[train]")
pytest.importorskip("torch", reason="training needs palestra[train]")

import torch

from palestra.training import allocator
from palestra.training.folder import RunFolder


def test_an_outcome_that_a_step_does_not_name_is_zero_in_the_curves(tmp_path: Path) -> None:
    curves = RunFolder(tmp_path).curves()
    logged = [
        {"reward": 0.25, "outcome/success": 0.25, "outcome/format_error": 0.75, "metric/hops": 2.0},
        {"reward": 1.0, "outcome/success": 1.0},
    ]
    for step, numbers in enumerate(logged, start=1):
        curves.on_log(None, SimpleNamespace(global_step=step), None, logs=numbers)  # type: ignore[arg-type]
    with open(tmp_path / "curves.csv") as file:
        rows = list(csv.DictReader(file))
    assert [row["outcome/format_error"] for row in rows] == ["0.75", "0.0"]
    assert [row["metric/hops"] for row in rows] == ["2.0", ""]  # unknown, and not zero


@pytest.mark.skipif(sys.platform != "linux", reason="it is said on Linux alone")
@pytest.mark.skipif(torch.cuda.is_available(), reason="it is said without a GPU alone")
def test_another_allocator_is_recommended_where_it_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator, "_OTHERS", ("no allocator of this name",))
    found = {"jemalloc": "libjemalloc.so.2"}
    monkeypatch.setattr(allocator, "find_library", found.get)
    assert str(allocator.advice()).endswith("begin the command with LD_PRELOAD=libjemalloc.so.2")
    found.clear()
    assert "libtcmalloc-minimal4) and begin the command with" in str(allocator.advice())
    monkeypatch.setattr(allocator, "_OTHERS", ("libpython", "python3"))  # loaded for sure
    assert allocator.advice() is None
