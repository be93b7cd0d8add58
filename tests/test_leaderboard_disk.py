"""Disks that fill up or cannot be written: a clear message and no loss. Needs to mount a tmpfs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from palestra.evals import evaluate
from palestra.leaderboard import StoreError, episodes, ranking


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A small disk of its own: `disk("size=6m")` mounts it, or changes it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = False

    def mount(options: str) -> Path:
        nonlocal mounted
        how = f"remount,{options}" if mounted else options
        command = ["mount", "-t", "tmpfs", "-o", how, "tmpfs", str(folder)]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("mounting a small tmpfs takes root and a kernel that allows it")
        mounted = True
        return folder

    yield mount
    if mounted:
        subprocess.run(["umount", str(folder)], check=False)


def test_a_disk_that_fills_loses_nothing_and_the_run_goes_on_after(
    disk: Callable[[str], Path],
) -> None:
    db = disk("size=6m") / "x.duckdb"
    with pytest.raises(StoreError, match=r"No space left|is full"):
        evaluate(["guess"], ["halving"], tasks=300, trials=20, db=db)
    disk("size=200m")
    before = len(list(episodes(db, transcripts=False)))
    report = evaluate(["guess"], ["halving"], tasks=300, trials=20, db=db)
    assert report.tally.before >= before
    assert (report.rows[0].n, report.rows[0].scored) == (6000, 6000)
    assert report.tally.before + report.tally.finished == 6000


def test_a_read_only_disk_is_said_before_anything_is_played(disk: Callable[[str], Path]) -> None:
    db = disk("size=50m") / "x.duckdb"
    evaluate(["guess"], ["halving"], tasks=10, db=db)
    disk("ro")
    with pytest.raises(StoreError, match="cannot be written"):
        evaluate(["guess"], ["halving"], tasks=20, db=db)
    assert ranking(db)[0].scored == 10, "reading still works"
