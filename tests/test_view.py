"""The page's server: right answers, harmless texts, and nothing to write or to read beside."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

import viewing
from palestra.cli import app as command
from palestra.envs.core import UsageError
from palestra.evals.statistics import family, paired
from palestra.leaderboard import bootstrap, page, ranking
from palestra.leaderboard import episodes as stored
from palestra.leaderboard.opinions import Opinion
from palestra.leaderboard.opinions import keep as keep_opinions
from palestra.leaderboard.page import Card, Page, export
from palestra.leaderboard.page.curves import curves, thinned
from palestra.leaderboard.page.markdown import tree

pytest.importorskip("starlette")
pytest.importorskip("httpx")
from starlette.testclient import TestClient

from palestra.leaderboard.page.server import STATIC, app

TASKS = 8


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return viewing.filled(tmp_path_factory.mktemp("view") / "board.duckdb", tasks=TASKS)


@pytest.fixture(scope="module")
def shown(filled: Path) -> Page:
    card = Card(id="test/Guess-v0", name="guess", about="Guess.", headline="success", text="# Hi")
    viewing.run_folder(filled.parent / "runs", "first")
    return Page(
        filled,
        cards=lambda: [card],
        pairwise=paired,
        family=family,
        runs=filled.parent / "runs",
    )


@pytest.fixture(scope="module")
def client(shown: Page) -> TestClient:
    return TestClient(app(shown), base_url="http://127.0.0.1:8470")


def episodes(client: TestClient, **filters: str) -> dict[str, Any]:
    answer = client.get("/api/episodes.json", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_board_is_the_ranking_with_cells_that_can_be_compared(
    client: TestClient, filled: Path
) -> None:
    rows = client.get("/api/board.json").json()["rows"]
    expected = ranking(filled)
    assert [(r["agent"], r["mean"], r["n"], r["invalid"]) for r in rows] == [
        (r.agent, r.mean, r.n, r.invalid) for r in expected
    ]
    assert len({row["cell"] for row in rows}) == len(rows)


def test_a_metric_of_one_task_has_no_interval_and_is_still_json(tmp_path: Path) -> None:
    db = viewing.filled(tmp_path / "x.duckdb", tasks=1)
    with duckdb.connect(str(db)) as connection:
        connection.execute("update cells set rate = false")
    rows = json.loads(Page(db).board())["rows"]
    thrice = [row for row in rows if row["run"] == "thrice"]
    assert {(row["low"], row["high"]) for row in thrice} == {(None, None)}


def test_episodes_are_filtered_by_every_field(client: TestClient) -> None:
    every = episodes(client, size="500")
    assert (
        every["total"] == 2 * 5 * TASKS + 5 * TASKS * 3 + len(viewing.HOSTILE) == len(every["rows"])
    )
    for filters, keep in (
        ({"environment": "test/Shelf-v0"}, lambda r: r["environment"] == "test/Shelf-v0"),
        ({"run": "thrice"}, lambda r: r["run"] == "thrice"),
        ({"run": ""}, lambda r: r["run"] == ""),
        ({"agent": "OPENAI"}, lambda r: "openai" in r["agent"]),
        ({"agent": "hf/tiny", "task": "1"}, lambda r: r["agent"] == "hf/tiny" and "1" in r["task"]),
        ({"outcome": "right"}, lambda r: r["outcome"] == "right"),
        ({"status": "invalid"}, lambda r: r["status"] == "invalid"),
        ({"split": "nowhere"}, lambda r: False),
        ({"task": "%"}, lambda r: False),
    ):
        found = episodes(client, size="500", **filters)
        expected = {row["key"] for row in every["rows"] if keep(row)}
        assert {row["key"] for row in found["rows"]} == expected, filters
        assert found["total"] == len(expected)


def test_pages_together_are_the_whole_list_in_order(client: TestClient) -> None:
    for sort in ("-started", "headline", "task", "-cost", "tokens", "outcome"):
        whole = [row["key"] for row in episodes(client, sort=sort, size="500")["rows"]]
        parts = [
            row["key"]
            for number in range(1, 6)
            for row in episodes(client, sort=sort, size="50", page=str(number))["rows"]
        ]
        assert parts == whole
    tasks = episodes(client, sort="task", agent="oracle", run="", environment="test/Guess-v0")
    assert [row["task"] for row in tasks["rows"]] == [f"test/{i}" for i in range(TASKS)]
    costs = [row["cost"] for row in episodes(client, sort="cost", size="500")["rows"]]
    known = [cost for cost in costs if cost is not None]
    assert known == sorted(known)
    assert costs[: len(known)] == known


@pytest.mark.parametrize(
    "filters",
    [
        {"sort": "key; drop table episodes"},
        {"sort": "--started"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "9" * 30},
        {"size": "ten"},
        {"page": "\u0661"},
    ],
)
def test_nonsense_is_refused_with_what_was_expected(
    client: TestClient, filters: dict[str, str]
) -> None:
    answer = client.get("/api/episodes.json", params=filters)
    assert answer.status_code == 400
    assert "expected" in answer.json()["error"] or "sort by" in answer.json()["error"]


@pytest.mark.parametrize("name", ["environment", "split", "run", "agent", "task", "outcome"])
def test_filters_are_values_and_never_sql(client: TestClient, name: str) -> None:
    for text in ("' or 1=1 --", '"; drop table episodes; --', "\x00", "%_\\"):
        assert episodes(client, **{name: text})["total"] == 0
    assert episodes(client)["total"] > 0


@pytest.mark.parametrize("name", viewing.HOSTILE)
def test_hostile_texts_arrive_as_they_were(client: TestClient, name: str) -> None:
    text = viewing.HOSTILE[name]
    answer = client.get(f"/api/episode/{viewing.key_of(name)}.json")
    assert answer.headers["content-type"] == "application/json"
    record = answer.json()
    assert record["messages"][0]["content"] == text
    assert record["messages"][1]["tool_calls"][0]["function"]["arguments"] == {text[:50]: text}
    assert record["ledger"][0]["changes"] == [{"x": text[:1000]}]
    assert record["notes"] == [{"turn": 1, "plan": text[:1000]}]


def test_an_episode_knows_its_score_and_who_else_met_its_task(client: TestClient) -> None:
    (row, *_) = episodes(client, agent="hf/tiny", run="", environment="test/Guess-v0")["rows"]
    record = client.get(f"/api/episode/{row['key']}.json").json()
    assert record["headline"] == row["headline"] == record["metrics"][record["metric"]]
    others = {(other["agent"], other["run"]) for other in record["others"]}
    assert others == {(agent, run) for agent in viewing.SKILL for run in ("", "thrice")}
    assert record["opinions"] == []
    assert client.get("/api/episode/none.json").status_code == 404


def test_an_episode_shows_what_judges_said_of_it(tmp_path: Path, filled: Path) -> None:
    judged = tmp_path / "judged.duckdb"
    shutil.copy(filled, judged)
    key = next(iter(stored(judged, limit=1))).key
    said = Opinion(key=key, attempt=0, judge="j", metric="m", question="Q?", answer=True, why="so")
    keep_opinions(judged, [said])
    with TestClient(app(Page(judged)), base_url="http://127.0.0.1:8470") as page:
        (opinion,) = page.get(f"/api/episode/{key}.json").json()["opinions"]
    assert (opinion["judge"], opinion["answer"], opinion["why"]) == ("j", True, "so")


TRAVERSALS = [
    "/static/../server.py",
    "/static/..%2fserver.py",
    "/static/%2e%2e/server.py",
    "/static/..%5cserver.py",
    "/static/js/../../../page/server.py",
    "/static//etc/passwd",
    "/static/%00",
    "/../../../../etc/passwd",
    "/api/episode/..%2f..%2fserver.py.json",
    "/api/../board.duckdb",
    "/board.duckdb",
    "/.git/config",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out_of_the_page(client: TestClient, path: str) -> None:
    import anyio

    sent: list[Any] = []

    async def ask() -> None:  # as raw as a socket would hand it over: clients tidy paths up
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        from urllib.parse import unquote

        scope = {
            "type": "http",
            "method": "GET",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1")],
            "http_version": "1.1",
            "scheme": "http",
            "root_path": "",
        }
        await client.app(scope, receive, send)  # type: ignore[misc]

    anyio.run(ask)
    body = b"".join(message.get("body", b"") for message in sent)
    assert sent[0]["status"] == 404
    assert b"import" not in body
    assert b"root:" not in body


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8470", 200),
        ("localhost", 200),
        ("[::1]:8470", 200),
        ("192.168.1.7:8470", 200),
        ("evil.example", 421),
        ("evil.example:8470", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 421),
    ],
)
def test_only_the_machines_own_names_are_answered(
    client: TestClient, host: str, status: int
) -> None:
    answer = client.get("/api/board.json", headers={"host": host})
    assert answer.status_code == status
    assert ("rows" in answer.json()) == (status == 200)


def test_nothing_can_be_written_and_the_file_stays_as_it_is(
    client: TestClient, filled: Path
) -> None:
    before = hashlib.sha256(filled.read_bytes()).digest()
    for path in ("/", "/api/board.json", "/api/episodes.json", "/static/base.css", "/api/x"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert client.request(method, path).status_code in (404, 405)
        client.get(path)
    assert hashlib.sha256(filled.read_bytes()).digest() == before


def test_every_answer_carries_the_policy(client: TestClient) -> None:
    for path in ("/", "/static/js/main.js", "/api/board.json", "/api/episodes.json?page=x", "/no"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers


def test_the_pages_own_code_is_in_files_and_makes_no_html() -> None:
    index = (STATIC / "index.html").read_text()
    assert not re.search(r"<style|\son\w+=|style=|<script(?![^>]*src=)", index)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", index)
    for path in (STATIC / "js").glob("*.js"):
        forbidden = r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function"
        assert not re.search(forbidden, path.read_text()), path.name


def test_the_libraries_are_the_ones_that_are_noted() -> None:
    vendor = STATIC / "vendor"
    noted = dict(
        re.findall(r"^\| `([\w.]+)` .*`([0-9a-f]{64})`", (vendor / "README.md").read_text(), re.M)
    )
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in vendor.glob("*.js")}
    assert noted == found


def test_an_answer_that_the_browser_has_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/api/board.json").headers["etag"]
    again = client.get("/api/board.json", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_markdown_becomes_a_tree_without_html_or_dangerous_links() -> None:
    source = textwrap.dedent("""
        # A *title*

        <script>alert(1)</script> and [bad](javascript:alert(1)), [good](https://example.org),
        [file](../secret.md), ![picture](https://example.org/x.png)

        <div onclick="x">

        | a | b |
        |---|---|
        | `<b>` | 2 |
    """)
    made = json.dumps(tree(source))
    assert '{"tag": "h1", "in": ["A ", {"tag": "em", "in": ["title"]}]}' in made
    assert "<script>alert(1)</script>" in json.loads(made)[1]["in"][0]
    assert re.findall(r'"href": "([^"]*)"', made) == ["https://example.org"]
    assert '{"tag": "code", "in": ["<b>"]}' in made
    assert not re.search(r'"tag": "(script|div|img)"', made)


def test_curves_are_read_thinned_and_never_in_the_way(tmp_path: Path) -> None:
    viewing.run_folder(tmp_path, "long", steps=4321)
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "curves.csv").write_text("step,loss\n1,nan\n2,0.5\nx,3\n4,\n5,inf\n")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "episodes.duckdb").write_text("this is no database" * 100)
    (tmp_path / "empty").mkdir()
    runs = {run["run"]: run for run in curves(tmp_path)}
    assert sorted(runs) == ["broken", "long", "odd"]
    assert runs["odd"]["series"] == {"loss": [(2.0, 0.5)]}
    assert "no DuckDB database" in runs["broken"]["problem"]
    assert len(runs["long"]["series"]["reward"]) <= 1000
    assert "epoch" not in runs["long"]["series"]
    assert curves(None) == curves(tmp_path / "nowhere") == []
    line = [(float(i), 2.0 * i) for i in range(2500)]
    assert all(y == pytest.approx(2 * x) for x, y in thinned(line))


def test_rollouts_of_a_training_run_become_a_curve(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    viewing.filled(tmp_path / "run" / "episodes.duckdb", tasks=3)
    (run,) = curves(tmp_path)
    assert [step for step, _ in run["series"]["headline of test/Guess-v0"]] == [0, 1, 2]


HOLD = """
import duckdb, sys, time
db = duckdb.connect(sys.argv[1]); print("held", flush=True); sys.stdin.readline(); db.close()
"""


def test_a_file_that_is_held_is_answered_from_memory_or_with_who_holds_it(tmp_path: Path) -> None:
    db = viewing.filled(tmp_path / "x.duckdb", tasks=2)
    served = Page(db, patience=0.2)
    client = TestClient(app(served), base_url="http://localhost")
    board = client.get("/api/board.json").content
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(db)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdin
        assert holder.stdout
        holder.stdout.readline()
        db.touch()  # the file is another one now, so memory is asked only because it is held
        time.sleep(1.1)
        assert client.get("/api/board.json").content == board
        answer = client.get("/api/episodes.json")
        assert answer.status_code == 503
        assert str(holder.pid) in answer.json()["error"]
        holder.stdin.write("\n")
        holder.stdin.flush()
    assert client.get("/api/episodes.json").status_code == 200


def test_the_page_is_served_while_a_run_writes(tmp_path: Path) -> None:
    db = tmp_path / "x.duckdb"
    plugin = Path(__file__).parent / "guessing.py"
    arguments = ["run", "guess", "-a", "halving", "--tasks", "300", "--trials", "20"]
    arguments += ["--db", str(db), "--plugin", str(plugin), "--progress", "none"]
    run = subprocess.Popen(
        [sys.executable, "-P", "-m", "palestra", *arguments], stderr=subprocess.PIPE
    )
    client = TestClient(app(Page(db)), base_url="http://localhost")
    seen = []
    while run.poll() is None:
        if db.exists() and (answer := client.get("/api/board.json")).status_code == 200:
            seen += [row["scored"] for row in answer.json()["rows"]]
        time.sleep(0.1)
    assert run.stderr
    assert run.returncode == 0, run.stderr.read()
    time.sleep(1.1)
    (row,) = client.get("/api/board.json").json()["rows"]
    assert (row["scored"], row["invalid"]) == (6000, 0)
    assert seen == sorted(seen)


def test_a_static_site_holds_the_same_answers(tmp_path: Path, shown: Page) -> None:
    client = TestClient(app(shown), base_url="http://localhost")
    count = export(shown, tmp_path / "site", episodes=5)
    api = tmp_path / "site" / "api"
    for name in ("board", "curves", "cards", "state"):
        assert (api / f"{name}.json").read_bytes() == client.get(f"/api/{name}.json").content
    listed = json.loads((api / "episodes.json").read_text())
    rows = client.get("/api/board.json").json()["rows"]
    assert len(listed["rows"]) == count == 5 * len(rows)
    assert listed["total"] == sum(row["n"] for row in rows)
    for row in listed["rows"]:
        file = api / "episode" / f"{row['key']}.json"
        assert file.read_bytes() == client.get(f"/api/episode/{row['key']}.json").content
    assert len(list((api / "pair").iterdir())) == 3 * 10
    for file in [*(api / "pair").iterdir(), *(api / "family").iterdir()]:
        assert file.read_bytes() == client.get(f"/api/{file.parent.name}/{file.name}").content
    assert len(list((api / "family").iterdir())) == 3
    index = (tmp_path / "site" / "index.html").read_text()
    assert 'http-equiv="content-security-policy"' in index
    assert 'data-served="site"' in index
    export(shown, tmp_path / "site", episodes=0)  # an older site is replaced
    assert not list((api / "episode").iterdir())


def test_an_export_spares_other_peoples_folders_and_names(tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("all I have")
    db = viewing.filled(tmp_path / "x.duckdb", tasks=2)
    with pytest.raises(UsageError, match="other files"):
        export(Page(db), tmp_path / "mine")
    with duckdb.connect(str(db)) as connection:
        key = viewing.key_of("html")
        for table in ("planned", "episodes", "transcripts"):
            connection.execute(f"update {table} set key = '../../../out' where key = '{key}'")
    export(Page(db), tmp_path / "a" / "b")
    assert not list(tmp_path.rglob("out.json"))


def test_the_command_writes_a_site_and_says_what_is_wrong(tmp_path: Path, filled: Path) -> None:
    done = CliRunner().invoke(
        command,
        ["view", "--db", str(filled), "--export", str(tmp_path / "site"), "--episodes", "1"],
    )
    assert done.exit_code == 0, done.output
    cards = json.loads((tmp_path / "site" / "api" / "cards.json").read_text())
    assert any(card["name"] == "browse" and card["text"] for card in cards)
    missing = CliRunner().invoke(command, ["view", "--db", str(tmp_path / "none.duckdb")])
    assert isinstance(missing.exception, UsageError)
    assert "there is no leaderboard" in str(missing.exception)


def test_many_equal_results_have_the_interval_of_a_plain_bootstrap() -> None:
    import numpy as np

    rng = np.random.default_rng(1)
    values = rng.integers(0, 6, size=400) / 5
    means = rng.choice(values, size=(4000, 400)).mean(axis=1)
    low, high = bootstrap(values.tolist())
    assert (low, high) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.004)
    assert bootstrap(values[::-1].tolist()) == (low, high)


def test_the_page_knows_episodes_and_nothing_above() -> None:
    assert page.__all__ == ["Card", "Page", "export"]
    script = (
        "import sys, palestra.leaderboard.page\n"
        "print(sorted(n for n in sys.modules if n.startswith(('starlette', 'palestra.evals'))))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
