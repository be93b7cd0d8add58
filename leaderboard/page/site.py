"""The page as a folder of files, for any web server: the server's answers, written down.

Nothing runs where it is served. All rows, comparisons, curves and cards are in it, and of the
episodes the first of each row, as many as wanted; the page says how many of how many.
"""

from __future__ import annotations

import os
import re
import shutil
from itertools import combinations
from pathlib import Path

import msgspec

from ...envs.core import UsageError
from .page import Page
from .policy import POLICY

STATIC = Path(__file__).parent / "static"
_FILE_NAME = re.compile(r"[0-9A-Za-z_-]{1,128}")


def export(page: Page, folder: str | os.PathLike[str], *, episodes: int = 100) -> int:
    """Write the site; returns how many episodes are in it.

    Args:
        page: answers.
        folder: made where it does not exist; an older site in it is replaced.
        episodes: of each row of the leaderboard, at most.

    Raises:
        UsageError: the folder holds something else, or cannot be written.
    """
    out = Path(folder)
    try:
        if out.exists() and any(out.iterdir()) and not (out / "api" / "board.json").is_file():
            raise UsageError(f"{out} holds other files; name a new folder, or one of an older site")
        if (out / "api").exists():
            shutil.rmtree(out / "api")
        shutil.copytree(STATIC, out / "static", dirs_exist_ok=True)
        (out / "static" / "index.html").unlink()
        (out / "index.html").write_text(_index(), encoding="utf-8")
        return _answers(page, out / "api", episodes)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error


def _index() -> str:
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    head = f'<meta http-equiv="content-security-policy" content="{POLICY}">'
    made = text.replace("<!-- policy -->", head).replace('data-served="live"', 'data-served="site"')
    return made


def _answers(page: Page, api: Path, most: int) -> int:
    for folder in ("episode", "family", "pair"):
        (api / folder).mkdir(parents=True)
    board = page.board()
    for name, body in (
        ("state", page.state()),
        ("board", board),
        ("curves", page.curves()),
        ("cards", page.cards()),
    ):
        (api / f"{name}.json").write_bytes(body)
    for cells in page.matrices():
        if body := page.family(cells):
            (api / "family" / f"{'-'.join(map(str, cells))}.json").write_bytes(body)
        for higher, lower in combinations(cells, 2):
            if body := page.pair(lower, higher):
                (api / "pair" / f"{lower}-{higher}.json").write_bytes(body)
    rows, total = [], 0
    for row in msgspec.json.decode(board)["rows"]:
        filters = {name: row[name] for name in ("environment", "split", "run", "agent")}
        found = page.listed(filters, most)
        total += found["total"]
        rows += [each for each in found["rows"] if _FILE_NAME.fullmatch(each["key"])]
    for key, body in page.whole([each["key"] for each in rows]):
        (api / "episode" / f"{key}.json").write_bytes(body)
    listing = {"total": total, "rows": rows}
    (api / "episodes.json").write_bytes(msgspec.json.encode(listing))
    return len(rows)
