"""Folders and tables of documents become corpora that can be searched, read and followed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import duckdb
import pytest

from palestra.envs.browse.corpora import SpecError
from palestra.envs.browse.corpora.documents.html import markdown_of
from palestra.envs.browse.corpus import Corpus
from palestra.envs.browse.retrieval import retriever
from palestra.envs.browse.world import open_corpus


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder of each test's own."""
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path / "cache"))


def folder(tmp_path: Path, files: dict[str, str]) -> Corpus:
    for name, text in files.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return open_corpus(f"documents:path={tmp_path / 'docs'}")


def linked(corpus: Corpus) -> dict[str, list[str]]:
    return {
        corpus.title(document): [corpus.title(int(link)) for link in corpus.links(document)]
        for document in range(len(corpus))
    }


def test_files_link_to_one_another(tmp_path: Path) -> None:
    corpus = folder(
        tmp_path,
        {
            "index.md": "# Start\n\n[a](guide/a.md), [b](./guide/b.html#top), [c](https://o.example/)",
            "guide/a.md": "Alpha\n=====\n\nGo [up](../index.md), [b](b.html), ![c](../index.md)",
            "guide/b.html": "<title>Bee</title><p>On <a href='a.md'>A</a> or <a href='/'>root</a>.",
            "guide/notes.txt": "# no title in a text\n[gone](gone.md)",
            ".hidden.md": "[x](index.md)",
        },
    )
    assert linked(corpus) == {
        "Start": ["a.md", "Bee"], "a.md": ["Start", "Bee"], "Bee": ["a.md"], "notes.txt": [],
    }  # fmt: skip
    start = corpus.find("https://documents.example/index.md")
    assert start is not None
    text = corpus.text(start)
    assert "[a](https://documents.example/guide/a.md)" in text
    assert "[c](https://o.example/)" in text


def test_names_with_spaces_and_umlauts_can_be_opened(tmp_path: Path) -> None:
    corpus = folder(tmp_path, {"a.md": "[b](My%20Ünterlage.md)", "My Ünterlage.md": "# Hello"})
    assert linked(corpus)["a.md"] == ["Hello"]
    (b,) = corpus.links(corpus.find("https://documents.example/a.md") or 0).tolist()
    assert corpus.find(corpus.url(b)) == b
    assert " " not in corpus.url(b)


def test_a_corpus_of_documents_has_no_graph_and_can_be_searched(tmp_path: Path) -> None:
    corpus = folder(tmp_path, {"a.md": "# Bees\n\nhoney", "b.md": "# Wasps\n\nnests"})
    assert (corpus.entities, len(corpus.subject), corpus.types, corpus.predicates) == (0, 0, (), ())
    assert corpus.document_entity.tolist() == [-1, -1]
    (hit,) = retriever(corpus).search("honey", 5)
    assert corpus.title(hit.document) == "Bees"


def test_a_single_file_is_a_collection(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One")
    assert len(open_corpus(f"documents:path={tmp_path / 'one.md'}")) == 1


def test_html_becomes_markdown() -> None:
    title, text = markdown_of(
        "<html><head><title>A &amp; B</title><style>p {}</style></head><body><nav>menu</nav>"
        "<h1>Head</h1><p>One<br>two &eacute;<script>evil()</script></p>"
        "<ul><li>x<li><a href='y.html'>the <b>y</b></a></ul>"
        "<table><tr><th>k</th><td>v</td></tr></table><p><a href='a b'>odd</a><a>none</a>"
    )
    assert title == "A & B"
    assert text.startswith("# Head\n\nOne\ntwo é")
    assert "- x\n- [the y](y.html)" in text
    assert "| k | v |" in text
    assert "odd" in text
    assert not any(word in text for word in ("evil", "menu", "p {}", "(a b)"))


ROWS = [
    {"id": "12", "url": "https://w.example/Bee", "title": "Bee", "text": "A bee. See [wasp](https://w.example/Wasp)."},
    {"id": "13", "url": "https://w.example/Wasp", "title": "Wasp", "text": "A wasp, not a bee."},
    {"id": "14", "url": None, "title": "Hive", "text": "Home."},
]  # fmt: skip


def table(tmp_path: Path, rows: list[dict[str, object]], name: str = "w.jsonl") -> Corpus:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))
    else:
        (tmp_path / name).write_text(text)
    return open_corpus(f"documents:path={tmp_path / name}")


@pytest.mark.parametrize("name", ["w.jsonl", "w.ndjson", "w.jsonl.gz", "w.json", "w.parquet"])
def test_tables_are_read_in_every_format(tmp_path: Path, name: str) -> None:
    if name == "w.parquet":
        table(tmp_path, ROWS)
        duckdb.execute(
            f"COPY (SELECT * FROM read_json('{tmp_path / 'w.jsonl'}')) TO '{tmp_path / name}'"
        )
        corpus = open_corpus(f"documents:path={tmp_path / name}")
    elif name == "w.json":
        (tmp_path / name).write_text(json.dumps(ROWS))
        corpus = open_corpus(f"documents:path={tmp_path / name}")
    else:
        corpus = table(tmp_path, ROWS, name)
    assert [corpus.title(d) for d in range(3)] == ["Bee", "Wasp", "Hive"]
    assert linked(corpus)["Bee"] == ["Wasp"]
    assert corpus.find("https://w.example/Wasp") == 1
    assert corpus.find("https://documents.example/14") == 2


def test_browsecomp_plus_rows_are_read(tmp_path: Path) -> None:
    corpus = table(
        tmp_path,
        [
            {"docid": "5", "text": "---\ntitle: \"The Bee\"\nauthor: x\n---\nHum.", "url": "https://b.example/5"},
            {"docid": "6", "text": "First line of it\nsecond", "url": "https://b.example/6"},
            {"docid": "7", "text": "", "url": "https://b.example/6"},
        ],
    )  # fmt: skip
    assert [corpus.title(d) for d in range(3)] == ["The Bee", "First line of it", "7"]
    assert corpus.url(2) == "https://b.example/6#2"


@pytest.mark.parametrize(
    "links",
    [["https://w.example/B"], ["B"], ["2"], [{"title": "B", "url": None, "id": None}], ["?", "B"]],
)
def test_a_column_of_links_is_resolved(tmp_path: Path, links: list[object]) -> None:
    corpus = table(
        tmp_path,
        [
            {"id": 1, "url": "https://w.example/A", "title": "A", "text": "a", "links": links},
            {"id": 2, "url": "https://w.example/B", "title": "B", "text": "b", "links": []},
        ],
    )
    assert linked(corpus) == {"A": ["B"], "B": []}


def test_several_tables_are_one_collection(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for number, row in enumerate(ROWS):
        (tmp_path / "parts" / f"{number}.jsonl").write_text(json.dumps(row))
    (tmp_path / "parts" / "readme.md").write_text("# not a row")
    corpus = open_corpus(f"documents:path={tmp_path / 'parts'}")
    assert linked(corpus) == {"Bee": ["Wasp"], "Wasp": [], "Hive": []}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": 1, "text": "x"}\n{"id": \n', r"w\.jsonl.*line \d"),
        ('{"id": 1, "words": "x"}\n', r"w\.jsonl has the columns id, words; expected .* text"),
    ],
)  # fmt: skip
def test_malformed_tables_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "w.jsonl").write_text(text)
    with pytest.raises(SpecError, match=message):
        open_corpus(f"documents:path={tmp_path / 'w.jsonl'}")


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.parquet").write_bytes(b"PAR1nonsense")
    with pytest.raises(SpecError, match=r"w\.parquet: expected rows of documents"):
        open_corpus(f"documents:path={tmp_path / 'w.parquet'}")


def test_text_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_bytes(b"fine\n\xff\xfe")
    with pytest.raises(SpecError, match=r"a\.md, line 2: expected UTF-8 text"):
        open_corpus(f"documents:path={tmp_path / 'docs'}")
