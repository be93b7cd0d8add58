"""Reports of suites, and the command that ends in one: texts stay texts, mistakes are one line."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console
from suiting import ANALYSES, PLUGIN, SWEEP, Lucky, file, palestra, play, swept

from palestra.cli.reporting import print_report
from palestra.envs.core import UsageError
from palestra.evals.suites import Results, cells_of, make_report, read
from palestra.evals.suites.blocks import Column, Finding, Section, Table
from palestra.evals.suites.draw import DARK, svg
from palestra.evals.suites.report import Report, write_report
from palestra.evals.suites.show import LONGEST, markdown, plain

EVIL = "<script>alert(1)</script>\u202e|`[x](javascript:alert(1))\x00\x1b[31m"
SAFE_TAGS = """
    html head meta title style body main h1 h2 h3 p a ul ol li strong span nav section div b figure
    picture source img figcaption table thead tbody tr th td dl dt dd code details summary
"""


class Tags(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of a report full of text that would like to run."""
    tmp_path = tmp_path_factory.mktemp("evil")
    db = tmp_path / "x.duckdb"
    text = SWEEP + ANALYSES.replace('"nowhere"', json.dumps(EVIL))
    suite = read(file(tmp_path, text.replace('"A sweep"', json.dumps(EVIL))), {"tasks": 3})
    cells = cells_of(suite, [Lucky(0.2, EVIL), "oracle"])
    play(cells, db)
    with duckdb.connect(str(db)) as connection:
        connection.execute("update episodes set outcome = ? where agent = 'oracle'", [EVIL])
    report = make_report(Results(suite, cells, db), command=EVIL)
    return {str(p.relative_to(tmp_path)): p.read_text() for p in write_report(report, tmp_path)}


def test_text_of_agents_and_environments_is_shown_and_never_runs(evil: dict[str, str]) -> None:
    files = evil
    tags = Tags()
    tags.feed(files["report.html"])
    assert {tag for tag, _ in tags.found} <= set(SAFE_TAGS.split())
    assert not any(name.startswith("on") for _, attrs in tags.found for name in attrs)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}" in files["report.html"]
    for name, text in files.items():
        assert not set("\x00\x1b\u202e") & set(text), name
        if name.endswith((".md", ".svg")):
            assert "<script" not in text, name
    lines = [line for line in files["report.md"].splitlines() if "script" in line]
    assert lines
    assert all(re.search(r"(?<!\\)(<script|\]\(javascript|`)", line) is None for line in lines)
    heads = [line for line in files["report.md"].splitlines() if line.startswith("|")]
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in heads]
    rules = [w for line, w in zip(heads, widths, strict=True) if line.startswith("|--")]
    assert set(widths) == set(rules), "a bar in a cell breaks no table"


def test_the_page_asks_for_nothing_and_allows_nothing(evil: dict[str, str]) -> None:
    page = evil["report.html"]
    tags = Tags()
    tags.feed(page)
    (policy,) = [a["content"] for t, a in tags.found if a.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    for tag, attributes in tags.found:
        for name in ("src", "srcset"):
            assert (attributes.get(name) or "data:").startswith("data:"), tag
        href = attributes.get("href") or "#"
        assert href.startswith(("#", "https://arxiv.org/abs/"))
    assert "style" not in {name for _, attributes in tags.found for name in attributes}


def test_texts_are_plain_and_long_ones_are_cut() -> None:
    assert plain("a\nb\u200b\x7f\ud800") == "a b\\u{200b}\\u{7f}\\u{d800}"
    assert plain("x" * 1000).startswith("x" * LONGEST + "... (1,000 characters)")
    assert markdown("# a_b <i> http://x") == r"\# a\_b &lt;i&gt; http&#58;//x"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return swept(tmp_path_factory.mktemp("sweep"))


def test_the_report_names_what_it_was_made_with(sweep: Results, tmp_path: Path) -> None:
    report = make_report(sweep, command="palestra suite mine.toml")
    files = {path.name: path for path in write_report(report, tmp_path)}
    origin = json.loads(files["report.json"].read_text())["provenance"]
    assert origin["versions"]["palestra"]
    assert origin["machine"]["cores"] >= 1
    assert [session["status"] for session in origin["sessions"]] == ["finished"]
    assert len(origin["configurations"]) == 3
    assert origin["agents"]["luck, {agent}"]["uri"] == "lucky/0.2"
    for name in ("report.html", "report.md"):
        text = files[name].read_text()
        assert origin["suite"]["sha256"] in text
        assert "palestra suite mine.toml" in text
    pictures = re.findall(r"\]\((figures/[^)]+\.svg)\)", files["report.md"].read_text())
    assert pictures
    assert all((tmp_path / picture).exists() for picture in pictures)
    shapes = {figure.shape: (name, figure) for name, figure in report.names()}
    assert len(shapes) == 2
    for name, figure in shapes.values():
        assert svg(figure, DARK) == report.figures[name]["dark"], "the same picture each time"


def test_figures_without_matplotlib_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from palestra.evals.suites.draw import check

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'palestra\[report\]'"):
        check()


def test_the_command_says_its_cost_plays_reports_and_reports_again(tmp_path: Path) -> None:
    path = file(tmp_path, SWEEP + ANALYSES)
    asked = ("suite", path, "-a", "oracle", "-a", "blind", "-n", "6")
    dry = palestra(*asked, "--dry-run", "--json", cwd=tmp_path)
    assert sum(cost["episodes"] for cost in json.loads(dry.stdout)) == 36
    assert not (tmp_path / "palestra.duckdb").exists()
    command = [sys.executable, "-m", "palestra", *asked, "-p", PLUGIN, "--out", "r", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr.index("36 episodes to play") < done.stderr.index("36 episodes planned")
    assert json.loads(done.stdout)["counts"]["scored"] == 36
    first = json.loads((tmp_path / "r" / "report.json").read_text())
    next_command = done.stderr.strip().splitlines()[-1]
    assert "--report-only" in next_command
    again = palestra(*asked, "--out", "s", "--report-only", "--no-figures", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert json.loads((tmp_path / "s" / "report.json").read_text())["sections"] == first["sections"]
    third = palestra(*asked, "--no-figures", cwd=tmp_path)
    assert "0 episodes to play" in third.stderr
    assert not (tmp_path / "reports" / "mine" / "figures").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("browse-budgets",), "did you mean 'browse-budget'"),
        (("nowhere.toml",), "there is no suite file"),
        ((), "give --list"),
        (("browse-budget", "-a", "oracle", "--set", "seed"), "expected key=value"),
        (("k2think", "-a", "oracle", "-s", "environment=guess"), "name a model: planner=URI"),
        (("browse-sft-rl", "-a", "oracle", "--report-only"), "compares at least 2 agents"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path: Path, arguments: Any, said: str) -> None:
    answer = palestra("suite", *arguments, cwd=tmp_path)
    assert answer.returncode == 2, answer
    assert said in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr


def test_a_report_of_nothing_is_refused(tmp_path: Path, db: Path) -> None:
    path = file(tmp_path, SWEEP + ANALYSES)
    play(cells_of(read(path, {"tasks": 1}), ["oracle"]), db)
    asked = ("suite", path, "-a", "blind", "--report-only", "--db", str(db))
    answer = palestra(*asked, cwd=tmp_path)
    assert answer.returncode == 2
    assert "holds nothing of this suite with these agents" in answer.stderr


def test_the_list_names_the_shipped_suites(tmp_path: Path) -> None:
    listed = json.loads(palestra("suite", "--list", "--json", cwd=tmp_path).stdout)
    names = {row["name"] for row in listed}
    assert {"browse-budget", "browse-rollouts", "browse-sft-rl", "k2think"} <= names
    assert next(row for row in listed if row["name"] == "browse-sft-rl")["agents"] == 2


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_terminal_shows_findings_and_tables_at_any_width(width: int) -> None:
    columns = [Column("agent"), Column("n", "count"), *(Column(f"m{i}", "mean") for i in range(9))]
    rows: list[Any] = [[f"agent {i} [red]", i, *(j / 10 for j in range(9))] for i in range(30)]
    blocks: list[Any] = [Finding("a [bold]finding[/]"), Table("First", columns, rows)]
    blocks.append(Table("Second", columns, rows))
    sections = [Section("A section", "", "They found 3.", blocks)]
    report = Report("t", "", {}, "episodes", {}, sections, {}, "now")
    out = io.StringIO()
    print_report(report, Console(file=out, width=width))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert "a [bold]finding[/]" in text
    assert "The paper: They found 3." in text
    assert "In the report as well: 6 more rows; Second" in text
    for i in range(9):
        assert text.count(f"m{i}") == 1, "every column, once"
    assert text.count("agent 23 [red]") >= 1
    assert "agent 24" not in text
