"""Sparse retrieval finds what it should, takes any text as a query, and is the same everywhere."""

from __future__ import annotations

import multiprocessing
import random
import re
from pathlib import Path

import pytest

from palestra.envs.browse.corpora.procedural.generate import generate, write
from palestra.envs.browse.corpus import Corpus, CorpusWriter
from palestra.envs.browse.retrieval import Hit, Retriever, retriever
from palestra.envs.browse.retrieval.plain import plain
from palestra.envs.browse.retrieval.snippet import fold

SIZE = 1500


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return write(tmp_path_factory.mktemp("retrieval") / "world", *generate(SIZE, 3))


@pytest.fixture(scope="module")
def search(corpus: Corpus) -> Retriever:
    return retriever(corpus)


def small(path: Path, pages: list[tuple[str, str]]) -> Corpus:
    with CorpusWriter(path, name="small", types=[], predicates=[]) as writer:
        for number, (title, text) in enumerate(pages):
            writer.document(f"https://small.example/{number}", title, text)
        return writer.close()


def test_a_page_is_found_by_its_title(corpus: Corpus, search: Retriever) -> None:
    rng = random.Random(0)
    for document in rng.sample(range(SIZE), 200):
        hits = search.search(corpus.title(document), 10)
        assert document in [hit.document for hit in hits], corpus.title(document)


def test_a_word_in_the_title_counts_for_more_than_one_in_the_text(tmp_path: Path) -> None:
    filler = "nothing of note was ever written down about this quiet place"
    corpus = small(
        tmp_path / "c",
        [("Plain", f"{filler} of vellum"), ("Vellum", f"{filler} of vellum"), ("C", filler)],
    )
    assert [hit.document for hit in retriever(corpus).search("vellum", 5)] == [1, 0]


def test_forms_of_a_word_and_accents_do_not_matter(tmp_path: Path) -> None:
    corpus = small(tmp_path / "c", [("A", "Åsvörd had painters."), ("B", "Nothing."), ("C", "No.")])
    for query in ("asvord", "ÅSVÖRD", "painter", "painters", "paint\u00e9rs"):
        hits = retriever(corpus).search(query, 3)
        assert [hit.document for hit in hits] == [0], query


@pytest.mark.parametrize(
    "query",
    [
        "", " ", "\n\t", "AND", "OR NOT", "title:x", "a:b:c", '"', '"unclosed', "((((", ")(",
        "[a TO b]", "*", "?", "~2", "^9", "+-&&||!", "\\", "/regex/", "x" * 10_000, "the of and",
        "🙂🙂", "\x00", "\ud800", "İstanbul", "漢字", "١٨٤٣", "-", "id:3", "<b>", "a" * 70_000,
        "%s {} {0}",
    ],
)  # fmt: skip
def test_any_text_is_a_query(search: Retriever, query: str) -> None:
    assert all(isinstance(hit, Hit) for hit in search.search(query, 5))


def test_a_title_is_found_in_the_middle_of_a_very_long_query(
    corpus: Corpus, search: Retriever
) -> None:
    rng = random.Random(1)
    nonsense = ["".join(rng.choices("bcdfgqxz", k=8)) for _ in range(500)]
    common = ["person", "born", "novel", "painter", "year", "first", "known"] * 20
    query = " ".join([*nonsense, *common, corpus.title(700), *common, *nonsense])
    assert len(query) > 9_000
    assert search.search(query, 10)[0].document == 700


def test_a_query_has_no_syntax(search: Retriever) -> None:
    plainly = [hit.document for hit in search.search("painter born village", 10)]
    dressed = [
        hit.document for hit in search.search('+painter AND title:(born OR "village"^4)', 10)
    ]
    assert plainly[0] in dressed
    assert [h.document for h in search.search("(painter) [born] {village}!", 10)] == plainly


def test_no_result_is_asked_for_and_none_is_given(search: Retriever) -> None:
    assert search.search("painter", 0) == []
    assert search.search("painter", -1) == []


def test_more_results_only_continue_fewer(search: Retriever) -> None:
    fifty = search.search("a composer from the coast", 50)
    assert len(fifty) == 50
    for limit in (1, 3, 10, 49):
        assert search.search("a composer from the coast", limit) == fifty[:limit]


def test_results_are_ordered_by_score_and_then_by_document(search: Retriever) -> None:
    for query in ("painter", "novel", "museum", "composer", "published"):
        hits = search.search(query, 200)
        assert [(-hit.score, hit.document) for hit in hits] == sorted(
            (-hit.score, hit.document) for hit in hits
        )


def test_equal_pages_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    corpus = small(tmp_path / "c", [("Same", "the same words")] * 300)
    for limit in (1, 7, 299, 300, 1000):
        hits = retriever(corpus).search("same words", limit)
        assert [hit.document for hit in hits] == list(range(min(limit, 300)))


def test_a_snippet_is_a_short_plain_passage_around_the_words(
    corpus: Corpus, search: Retriever
) -> None:
    rng = random.Random(5)
    found = shown = 0
    for document in rng.sample(range(SIZE), 60):
        words = re.findall(r"\w{5,}", plain(corpus.text(document)))[-3:]
        for hit in search.search(" ".join(words), 10):
            assert len(hit.snippet) <= 240
            assert not re.search(r"\]\(|https?:|\n|\*\*|<", hit.snippet)
            text = plain(corpus.text(hit.document))
            assert hit.snippet.removeprefix("... ").removesuffix(" ...") in text
            if hit.document == document:
                found += 1
                shown += any(fold(word)[:4] in fold(hit.snippet) for word in words)
    assert found > 20
    assert shown == found


def test_an_unknown_mode_is_refused_with_the_known_ones(corpus: Corpus) -> None:
    with pytest.raises(ValueError, match=r"'retrieval' is 'psychic'.*sparse"):
        retriever(corpus, "psychic")


def test_an_empty_corpus_can_be_searched(tmp_path: Path) -> None:
    assert retriever(small(tmp_path / "c", [])).search("anything", 5) == []


def test_the_index_is_built_once_and_reused(tmp_path: Path) -> None:
    corpus = small(tmp_path / "c", [("A", "alpha"), ("B", "beta")])
    retriever(corpus)
    files = {f: f.stat().st_mtime_ns for f in (tmp_path / "c" / "index").rglob("*") if f.is_file()}
    assert [hit.document for hit in retriever(Corpus(tmp_path / "c")).search("beta", 5)] == [1]
    assert files == {
        f: f.stat().st_mtime_ns for f in (tmp_path / "c" / "index").rglob("*") if f.is_file()
    }


def test_a_broken_index_is_built_again(tmp_path: Path) -> None:
    corpus = small(tmp_path / "c", [("A", "alpha"), ("B", "beta")])
    retriever(corpus)
    (meta,) = (tmp_path / "c" / "index").glob("sparse-*/meta.json")
    for damage in ("{", "{}"):
        meta.write_text(damage)
        assert [hit.document for hit in retriever(corpus).search("beta", 5)] == [1]


def _search_in_a_process(path: str) -> list[tuple[int, float]]:
    hits = retriever(Corpus(path)).search("a painter and the sea", 20)
    return [(hit.document, hit.score) for hit in hits]


def test_processes_that_build_the_index_at_once_agree(tmp_path: Path) -> None:
    write(tmp_path / "world", *generate(1000, 9))
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        results = pool.map(_search_in_a_process, [str(tmp_path / "world")] * 3)
    assert len(results[0]) == 20
    assert results[0] == results[1] == results[2]


def test_plain_text_keeps_words_and_drops_marks() -> None:
    page = (
        "| | |\n|---|---|\n| Born | [May](https://x.example/may) 1843 |\n\n**Jo** is *so*.\n\n## A"
    )
    assert plain(page) == "Born: May 1843. Jo is so. A"
