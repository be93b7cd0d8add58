"""Sparse retrieval: BM25 over titles and texts, by Tantivy, memory-mapped.

The index lies in `<corpus>/index/` and is built on first need in one segment by one thread, so that
its bytes, and with them the order of near-equal scores, are the same everywhere. Processes share
it; two that build it at once each build their own, and one of them is kept.

A query is a bag of words and has no syntax.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import tantivy
from tantivy import Filter, Occur, Query

from ..corpus import Corpus
from ..folders import build_aside, build_once
from .base import Hit
from .plain import plain
from .snippet import fold, needles, snippet

__all__ = ["Sparse"]

VERSION = 1
TITLE_BOOST = 0.5
"""Weight of a title's score beside its text's, where its words mostly stand too. Mean reciprocal
rank of 300 known pages sought by title, by summary and by words of the text, at weights 0, 0.25,
0.5, 1, 2: procedural .850, .900, .897, .866, .802; Debian .712, .749, .750, .712, .663."""
MOST_CHARACTERS = 20_000
"""Of a query, that are read at all."""
MOST_TERMS = 48
"""Different terms of a query that are searched: the rarest."""
MOST_SNIPPET_TERMS = 10
COMMON = 0.4
"""A term on more than this share of the pages is left out if others remain."""
MOST_TIED = 100_000
_ANALYZER = "palestra"


class Sparse:
    """BM25 search over one corpus (k1 = 1.2, b = 0.75, as Tantivy has them)."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._analyzer = _analyzer()
        index = build_once(
            corpus.path / "index" / f"sparse-{VERSION}",
            lambda path: _opened(path, len(corpus)),
            lambda path: _build(corpus, path),
            f"the search index of the corpus {corpus.name!r}",
        )
        self._schema = index.schema
        self._searcher = index.searcher()
        self._plain = lru_cache(maxsize=2048)(self._plain_of)

    def search(self, query: str, limit: int) -> list[Hit]:
        """See `Retriever`."""
        terms = self._terms(query)
        if not terms or limit < 1:
            return []
        ranked = self._ranked(self._query(terms), limit)
        total = len(self._corpus)
        weights = [math.log(1 + total / frequency) for _, frequency in terms]
        words = list(zip(needles([term for term, _ in terms]), weights, strict=True))
        words = words[:MOST_SNIPPET_TERMS]
        return [
            Hit(document, score, snippet(*self._plain(document), words))
            for score, document in ranked
        ]

    def _plain_of(self, document: int) -> tuple[str, str]:
        """The page as plain text, as it is and folded."""
        text = plain(self._corpus.text(document))
        return text, fold(text)

    def _terms(self, query: str) -> list[tuple[str, int]]:
        """The query's different terms that occur, rarest first, with how many pages hold each."""
        readable = query[:MOST_CHARACTERS].encode("utf-8", "replace").decode()
        terms = []
        for term in dict.fromkeys(self._analyzer.analyze(readable)):
            frequency = self._searcher.doc_freq("text", term)
            frequency = max(frequency, self._searcher.doc_freq("title", term))
            if frequency:
                terms.append((term, frequency))
        terms.sort(key=lambda term: term[1])
        common = COMMON * len(self._corpus)
        telling = [term for term in terms if term[1] <= common]
        return (telling or terms)[:MOST_TERMS]

    def _query(self, terms: list[tuple[str, int]]) -> Query:
        schema = self._schema
        parts: list[tuple[Occur, Query]] = []
        for term, _ in terms:
            in_title = Query.term_query(schema, "title", term, "freq")
            parts.append((Occur.Should, Query.boost_query(in_title, TITLE_BOOST)))
            parts.append((Occur.Should, Query.term_query(schema, "text", term, "freq")))
        return Query.boolean_query(parts)

    def _ranked(self, query: Query, limit: int) -> list[tuple[float, int]]:
        """`(score, document)`, best first, equal scores by document id."""
        if self._searcher.num_segments == 1:
            # The only segment holds the pages in the order of their ids, and so do equal scores.
            found = self._searcher.search(query, limit, count=False).hits
            return [(float(score), address.doc) for score, address in found]
        wanted = limit
        while True:
            found = self._searcher.search(query, wanted + 1, count=False).hits
            cut = len(found) > wanted and found[-1][0] == found[limit - 1][0]
            if not cut or wanted >= MOST_TIED:
                break
            wanted *= 8  # equal scores lie on both sides of the limit: see all of them
        documents = self._searcher.fast_field_values("id", [address for _, address in found])
        scores = [float(score) for score, _ in found]
        ranked = sorted(
            zip(scores, [int(d or 0) for d in documents], strict=True),
            key=lambda hit: (-hit[0], hit[1]),
        )
        return ranked[:limit]


def _analyzer() -> tantivy.TextAnalyzer:
    """Words, lower case, no accents, English stems; very frequent English words are left out."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        Filter.remove_long(80),
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stopword("english"),
        Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _opened(path: Path, documents: int) -> tantivy.Index | None:
    if not (path / "meta.json").is_file():
        return None
    try:
        index = tantivy.Index.open(str(path))
        index.config_reader("manual")  # the index never changes: no thread that watches it
        index.register_tokenizer(_ANALYZER, _analyzer())
        complete = index.searcher().num_docs == documents
    except (ValueError, OSError):
        return None
    return index if complete else None


def _build(corpus: Corpus, path: Path) -> None:
    with build_aside(path) as folder:
        _write(corpus, folder)


def _write(corpus: Corpus, folder: Path) -> None:
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("title", tokenizer_name=_ANALYZER, index_option="freq")
        .add_text_field("text", tokenizer_name=_ANALYZER, index_option="freq")
        .add_unsigned_field("id", fast=True)
        .build()
    )
    index = tantivy.Index(schema, str(folder))
    index.register_tokenizer(_ANALYZER, _analyzer())
    # One thread whose memory holds everything writes one segment.
    memory = min(2_000_000_000, 100_000_000 + 4 * corpus.characters)
    writer = index.writer(memory, 1)
    for document in range(len(corpus)):
        page = tantivy.Document()
        page.add_text("title", corpus.title(document))
        page.add_text("text", plain(corpus.text(document)))
        page.add_unsigned("id", document)
        writer.add_document(page)
    writer.commit()
    writer.wait_merging_threads()
