"""Worlds open by spec, are built once, and are whole or reported; corpora keep what was written."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from palestra.envs.browse import world
from palestra.envs.browse.corpora import SpecError
from palestra.envs.browse.corpus import (
    Corpus,
    CorpusError,
    CorpusWriter,
    EntityType,
    Fact,
    Kind,
    Predicate,
)
from palestra.envs.browse.folders import FolderError
from palestra.envs.browse.world import open_corpus
from palestra.envs.core import cache_folder

SPEC = "procedural:size=1000,seed=5"
TYPES = [EntityType("town", "town", "towns"), EntityType("person", "person", "people")]
PREDICATES = [
    Predicate("born_in", Kind.ENTITY, "was born in {}", "is the birthplace of {}"),
    Predicate("born", Kind.DATE, "was born on {}"),
    Predicate("children", Kind.QUANTITY, "had {} children", unit="children"),
    Predicate("trade", Kind.TEXT, "worked as {}", role="category"),
]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of this test's own."""
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "corpora"


def built(cache: Path) -> list[Path]:
    return sorted(path for path in cache.iterdir() if not path.name.startswith("."))


def written(path: Path) -> Corpus:
    with CorpusWriter(path, name="towns", types=TYPES, predicates=PREDICATES) as writer:
        varn, brek = writer.entity(0, "Varn", ["Old Varn", "Värn"]), writer.entity(0, "Brek")
        jo, al = writer.entity(1, "Jo"), writer.entity(1, "Al")
        writer.document("https://t.example/varn", "Varn", "Varn is a town.", entity=varn)
        page = writer.document("https://t.example/jo", "Jo", "Jo 🙂", links=[0, 2], entity=jo)
        other = writer.document("https://t.example/", "Start", "", links=[1])
        writer.fact(jo, 0, varn, documents=[other, page, page])
        writer.fact(al, 0, varn)
        writer.fact(al, 0, brek, documents=[0])
        writer.fact(jo, 3, writer.string("a painter"), documents=[page])
        writer.fact(jo, 1, 18430503, documents=[page])
        writer.fact(al, 2, 7)
        return writer.close()


# -- corpora -----------------------------------------------------------------------------------


def test_a_corpus_gives_back_what_was_written(tmp_path: Path) -> None:
    corpus = written(tmp_path / "c")
    assert (len(corpus), corpus.entities, corpus.name) == (3, 4, "towns")
    assert corpus.document(1) == (1, "https://t.example/jo", "Jo", "Jo 🙂")
    assert [corpus.text(d) for d in range(3)] == ["Varn is a town.", "Jo 🙂", ""]
    assert corpus.links(1).tolist() == [0, 2]
    assert corpus.links(0).tolist() == []
    assert corpus.aliases(0) == ("Old Varn", "Värn")
    assert corpus.aliases(1) == ()
    assert corpus.entity_name(3) == "Al"
    assert corpus.entity_document.tolist() == [0, -1, 1, -1]
    assert corpus.document_entity.tolist() == [0, 2, -1]
    assert corpus.types == tuple(TYPES)
    assert corpus.predicates == tuple(PREDICATES)


def test_facts_are_found_from_both_ends_and_know_their_pages(tmp_path: Path) -> None:
    corpus = written(tmp_path / "c")
    assert [fact[1:] for fact in corpus.facts_of(2)] == [
        (2, 0, Kind.ENTITY, 0), (2, 1, Kind.DATE, 18430503), (2, 3, Kind.TEXT, 0),
    ]  # fmt: skip
    assert corpus.string(0) == "a painter"
    assert [fact.subject for fact in corpus.facts_about(0)] == [2, 3]
    assert corpus.facts_about(2) == []
    assert corpus.facts_of(0) == []
    pages = {
        (fact.subject, fact.predicate, fact.value): corpus.stated_on(fact.index).tolist()
        for entity in (2, 3)
        for fact in corpus.facts_of(entity)
    }
    assert pages == {
        (2, 0, 0): [1, 2], (2, 1, 18430503): [1], (2, 3, 0): [1],
        (3, 0, 0): [], (3, 0, 1): [0], (3, 2, 7): [],
    }  # fmt: skip
    assert isinstance(corpus.fact(0), Fact)


def test_columns_are_sorted_as_promised(tmp_path: Path) -> None:
    corpus = written(tmp_path / "c")
    rows = list(zip(*(column.tolist() for column in columns(corpus)), strict=True))
    assert rows == sorted(rows)
    by_value = [(p, k, v, s) for s, p, k, v in (rows[i] for i in corpus.by_value.tolist())]
    assert by_value == sorted(by_value)


def columns(corpus: Corpus) -> tuple[np.ndarray, ...]:
    return corpus.subject, corpus.predicate, corpus.kind, corpus.value


def test_facts_added_one_by_one_and_in_bulk_are_the_same(tmp_path: Path) -> None:
    rows = [(3, 2, 5), (0, 1, 17000000), (2, 0, 1), (1, 2, 5), (2, 0, 0)]
    stated = [(0, 1), (2, 0), (2, 0), (2, 1), (4, 1)]
    for name in ("one", "bulk"):
        writer = CorpusWriter(tmp_path / name, name="x", types=TYPES, predicates=PREDICATES)
        for number in range(4):
            writer.entity(0, str(number))
        for number in range(2):
            writer.document(f"u{number}", "", "")
        if name == "one":
            for i, (subject, predicate, value) in enumerate(rows):
                pages = [document for fact, document in stated if fact == i]
                writer.fact(subject, predicate, value, documents=pages)
        else:
            writer.facts(*np.array(rows).T, *np.array(stated).T)
        writer.close()
    assert Corpus(tmp_path / "one").digest == Corpus(tmp_path / "bulk").digest


def test_a_page_is_found_by_its_exact_address_only(tmp_path: Path) -> None:
    corpus = written(tmp_path / "c")
    assert corpus.find("https://t.example/jo") == 1
    for address in ("https://t.example/Jo", "https://t.example/jo ", "", "x" * 9_999, "\ud800"):
        assert corpus.find(address) is None


def test_a_corpus_survives_pickling(tmp_path: Path) -> None:
    corpus = pickle.loads(pickle.dumps(written(tmp_path / "c")))
    assert corpus.title(1) == "Jo"


def test_a_writer_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail_midway() -> None:
        with CorpusWriter(tmp_path / "c", name="x", types=[], predicates=[]) as writer:
            writer.document("u", "t", "text")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["subject.npy", "text.txt", "meta.json"])
def test_a_damaged_folder_is_reported(tmp_path: Path, name: str) -> None:
    written(tmp_path / "c")
    (tmp_path / "c" / name).write_bytes(b"")
    with pytest.raises(CorpusError, match=r"damaged|not a corpus"):
        Corpus(tmp_path / "c")


def test_a_corpus_of_another_format_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "c")
    meta = json.loads((tmp_path / "c" / "meta.json").read_text())
    (tmp_path / "c" / "meta.json").write_text(json.dumps({**meta, "format": 999}))
    with pytest.raises(CorpusError, match="format 999"):
        Corpus(tmp_path / "c")


# -- specs and the cache -----------------------------------------------------------------------


def test_a_world_is_built_once_and_then_opened_at_once(cache: Path) -> None:
    corpus = open_corpus(SPEC)
    assert open_corpus(SPEC) is corpus
    (folder,) = built(cache)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    world._opened.cache_clear()
    again = open_corpus(SPEC)
    assert (again.digest, again.text(999)) == (corpus.digest, corpus.text(999))
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_specs_that_mean_the_same_share_a_folder(cache: Path) -> None:
    open_corpus(SPEC)
    open_corpus("procedural:seed=5,size=1_000")
    assert len(built(cache)) == 1
    open_corpus("procedural:size=1000,seed=6")
    assert len(built(cache)) == 2


def test_a_folder_is_a_spec(tmp_path: Path) -> None:
    written(tmp_path / "c")
    assert open_corpus(str(tmp_path / "c")).name == "towns"
    assert open_corpus(tmp_path / "c").name == "towns"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("nowhere", r"no corpus 'nowhere'.*procedural"),
        ("", "no corpus"),
        ("procedural:sise=3", r"'sise=3' is no option.*size"),
        ("procedural:size", "is no option"),
        ("procedural:size=many", "whole number"),
        ("procedural:size=999", "1,000 to 1,000,000"),
        ("procedural:size=1000001", "1,000 to 1,000,000"),
        ("documents:", r"needs path=.*documents:path="),
    ],
)
def test_a_wrong_spec_is_refused_with_what_was_expected(
    cache: Path, spec: str, message: str
) -> None:
    with pytest.raises(SpecError, match=message):
        open_corpus(spec)


def test_a_folder_that_is_no_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="not a corpus"):
        open_corpus(str(tmp_path))


@pytest.mark.parametrize("damage", ["remove", "truncate", "meta"])
def test_a_damaged_world_in_the_cache_is_built_again(cache: Path, damage: str) -> None:
    digest = open_corpus(SPEC).digest
    (folder,) = built(cache)
    if damage == "remove":
        (folder / "links.npy").unlink()
    elif damage == "truncate":
        os.truncate(folder / "text.txt", 100)
    else:
        (folder / "meta.json").write_text("{")
    world._opened.cache_clear()
    assert open_corpus(SPEC).digest == digest
    assert built(cache) == [folder]


def _open_in_a_process(spec: str) -> tuple[str, str]:
    corpus = open_corpus(spec)
    return corpus.digest, corpus.text(10)


def test_processes_that_open_a_world_at_once_agree(cache: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        results = pool.map(_open_in_a_process, [SPEC] * 3)
    assert results[0] == results[1] == results[2]
    assert len(built(cache)) == 1
    assert [path for path in cache.iterdir() if path.is_dir()] == built(cache)


def test_a_cache_that_cannot_be_written_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path / "file"))
    with pytest.raises(FolderError, match=r"cannot build .*procedural.*PALESTRA_CACHE"):
        open_corpus(SPEC)


def test_a_full_disk_is_reported_and_leaves_nothing_behind(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(FolderError, match="No space left on device"):
        open_corpus(SPEC)
    assert [path for path in cache.iterdir() if path.is_dir()] == []


def test_what_killed_builds_left_is_swept_away(cache: Path) -> None:
    open_corpus(SPEC)
    (folder,) = built(cache)
    left = [cache / f".{folder.name}-{age}" for age in ("old", "new")]
    for path in left:
        path.mkdir()
    os.utime(left[0], (0, 0))
    (folder / "meta.json").unlink()
    world._opened.cache_clear()
    open_corpus(SPEC)
    assert [path.exists() for path in left] == [False, True]


def test_the_cache_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("PALESTRA_CACHE")
    assert "palestra" in str(cache_folder())


def test_a_world_is_built_in_a_plain_command_line(tmp_path: Path) -> None:
    program = f"from palestra.envs.browse.world import open_corpus as o; print(len(o({SPEC!r})))"
    environment = {**os.environ, "PALESTRA_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1000"
