"""How fast a world of *browse* is made, indexed, opened again and searched.

    python benchmarks/browse_world.py --size 100000

The aims on two cores at 100,000 pages: 30 s to generate, render and index, of which indexing 5 s;
search p50 at 1 ms and p99 at 3 ms; half a second to open a world that was built before. The peer is
SQLite's full-text search (FTS5, BM25, the same stemming), over the same texts in the same run.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from palestra.envs.browse.corpora.procedural.generate import generate, write
from palestra.envs.browse.corpus import Corpus
from palestra.envs.browse.retrieval import retriever
from palestra.envs.browse.retrieval.plain import plain

QUERIES = 2000
OPEN = """
import sys, time
start = time.perf_counter()
from palestra.envs.browse.retrieval import retriever
from palestra.envs.browse.world import open_corpus
imported = time.perf_counter()
corpus = open_corpus(sys.argv[1])
search = retriever(corpus)
search.search("a bridge", 10)
print(imported - start, time.perf_counter() - imported)
"""


def queries(corpus: Corpus, kind: str) -> list[str]:
    """Titles, or three to eight words that stand on one page."""
    rng = random.Random(kind)
    made = []
    for _ in range(QUERIES):
        document = rng.randrange(len(corpus))
        if kind == "title":
            made.append(corpus.title(document))
        else:
            words = re.findall(r"\w+", plain(corpus.text(document)))
            made.append(" ".join(rng.choices(words, k=rng.randint(3, 8))))
    return made


def percentiles(search: Callable[[str], object], asked: list[str]) -> str:
    taken = []
    for query in asked:
        start = time.perf_counter()
        search(query)
        taken.append(1000 * (time.perf_counter() - start))
    return "p50 {:.2f} ms, p99 {:.2f} ms".format(*np.percentile(taken, [50, 99]))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--no-peer", action="store_true", help="leave SQLite out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        begun = start = time.perf_counter()
        draft, naming = generate(given.size, 0)
        print(f"generated {given.size:,} entities: {time.perf_counter() - start:.1f} s")
        start = time.perf_counter()
        corpus = write(Path(folder) / "world", draft, naming)
        print(
            f"rendered {len(corpus):,} pages, {corpus.characters / 1e6:.0f} million characters, "
            f"{len(corpus.subject):,} facts: {time.perf_counter() - start:.1f} s"
        )
        start = time.perf_counter()
        search = retriever(corpus)
        indexed = time.perf_counter() - start
        print(f"indexed: {indexed:.1f} s; all: {time.perf_counter() - begun:.1f} s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        print(f"peak memory {peak:.2f} GiB, {size / 1e6:.0f} MB on disk")
        done = subprocess.run(
            [sys.executable, "-c", OPEN, str(corpus.path)],
            capture_output=True, text=True, check=True, env=os.environ,
        )  # fmt: skip
        imported, opened = map(float, done.stdout.split())
        print(
            f"opened by another process, with one search: {opened:.3f} s ({imported:.2f} s imports)"
        )
        for kind in ("title", "words"):
            took = percentiles(lambda query: search.search(query, 10), queries(corpus, kind))
            print(f"search by {kind}, ten results with snippets: {took}")
        if not given.no_peer:
            peer(corpus, Path(folder) / "peer.sqlite", indexed)


def peer(corpus: Corpus, path: Path, indexed: float) -> None:
    """The same texts in SQLite's FTS5, and the same queries as any of their words."""
    with sqlite3.connect(path) as db:
        start = time.perf_counter()
        db.execute("create virtual table page using fts5(title, text, tokenize='porter unicode61')")
        rows = ((corpus.title(n), plain(corpus.text(n))) for n in range(len(corpus)))
        db.executemany("insert into page values (?, ?)", rows)
        db.commit()
        took = time.perf_counter() - start
        print(f"peer, SQLite FTS5: indexed {took:.1f} s ({took / indexed:.1f} times)")
        for kind in ("title", "words"):
            asked = [
                " OR ".join(f'"{word}"' for word in re.findall(r"\w+", query)) or '"x"'
                for query in queries(corpus, kind)[:100]
            ]
            took = percentiles(
                lambda query: db.execute(
                    "select rowid, title, snippet(page, 1, '', '', '...', 30) from page "
                    "where page match ? order by rank limit 10",
                    [query],
                ).fetchall(),
                asked,
            )
            print(f"peer, search by {kind}: {took}")


if __name__ == "__main__":
    main()
