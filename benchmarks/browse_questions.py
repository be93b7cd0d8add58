"""How fast *browse* synthesises questions, both proofs included.

    python benchmarks/browse_questions.py --size 100000 --questions 2000 --processes 2

The aim is 10,000 questions a minute on two cores over a world of 100,000 entities. As a peer, the
proof of uniqueness of the same questions is also run as SQL by DuckDB over the same triples.
"""

from __future__ import annotations

import argparse
import itertools
import time
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context

import duckdb
import numpy as np

from palestra.envs.browse.questions import Synthesiser
from palestra.envs.browse.questions.proof import Prover
from palestra.envs.browse.questions.query import Category, Query, Range, Variable
from palestra.envs.browse.retrieval import retriever
from palestra.envs.browse.world import open_corpus


@lru_cache(maxsize=1)
def synthesiser(spec: str) -> Synthesiser:
    corpus = open_corpus(spec)
    made = Synthesiser(corpus, retriever(corpus, "sparse"))
    made.make("train", 0)
    return made


def prepare(spec: str) -> float:
    start = time.perf_counter()
    synthesiser(spec)
    return time.perf_counter() - start


def make(spec: str, split: str, low: int, high: int) -> list[float]:
    """Seconds that each question took."""
    source, taken = synthesiser(spec), []
    for index in range(low, high):
        start = time.perf_counter()
        source.make(split, index)
        taken.append(time.perf_counter() - start)
    return taken


def conditions(variable: Variable, name: str) -> list[str]:
    """A variable's type and attribute cues as SQL (other cues are left out, in SQL's favour)."""
    said = [f"{name}.type = {variable.type}"]
    for cue in variable.cues:
        if isinstance(cue, Range | Category):
            low, high = (cue.low, cue.high) if isinstance(cue, Range) else (cue.value, cue.value)
            said.append(
                f"exists (from fact where s = {name}.id and p = {cue.predicate} "
                f"and v between {low} and {high})"
            )
    return said


def sql(query: Query) -> str:
    steps = [
        f"c0 as (select id from entity e where {' and '.join(conditions(query.variables[0], 'e'))})"
    ]
    for i, edge in enumerate(query.edges):
        one, other = ("s", "v") if edge.forward else ("v", "s")
        where = " and ".join(conditions(query.variables[i + 1], "e"))
        steps.append(
            f"c{i + 1} as (select distinct e.id from c{i} join fact f on f.{one} = c{i}.id "
            f"and f.p = {edge.predicate} join entity e on e.id = f.{other} where {where})"
        )
    return f"with {', '.join(steps)} select id from c{len(query.edges)}"


def peer(spec: str, count: int) -> tuple[float, float]:
    """Seconds per proof of uniqueness: ours, and DuckDB's (over cues that SQL finds easy)."""
    source = synthesiser(spec)
    corpus = open_corpus(spec)
    queries = [source.make("test", i).query for i in range(min(count, source.sizes["test"]))]
    prover = Prover(corpus)
    prover.answers(queries[0])
    start = time.perf_counter()
    for query in queries:
        prover.answers(query)
    ours = (time.perf_counter() - start) / len(queries)
    db = duckdb.connect()
    db.execute("set threads = 1")
    fact = {
        "s": np.array(corpus.subject),
        "p": np.array(corpus.predicate),
        "v": np.array(corpus.value),
    }
    entity = {"id": np.arange(corpus.entities), "type": np.array(corpus.entity_type)}
    db.register("fact_arrays", fact)
    db.register("entity_arrays", entity)
    db.execute("create table fact as from fact_arrays")
    db.execute("create table entity as from entity_arrays")
    start = time.perf_counter()
    for query in queries:
        db.execute(sql(query)).fetchall()
    return ours, (time.perf_counter() - start) / len(queries)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--corpus", help="another corpus than the procedural one of this size")
    parser.add_argument("--split", default="train")
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--peer", type=int, default=30, help="questions proved by DuckDB, 0: none")
    given = parser.parse_args()
    spec = given.corpus or f"procedural:size={given.size},seed=0"
    print(f"corpus {spec}: prepared in {prepare(spec):.2f} s")
    sizes = synthesiser(spec).sizes
    print("sizes", dict(sizes))
    count = min(given.questions, sizes[given.split])
    edges = np.linspace(0, count, given.processes + 1).astype(int).tolist()
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(prepare, [spec] * given.processes))
        start = time.perf_counter()
        taken = list(
            pool.map(
                make,
                *zip(
                    *[(spec, given.split, a, b) for a, b in itertools.pairwise(edges)],
                    strict=True,
                ),
            )
        )
        seconds = time.perf_counter() - start
    each = np.array([t for part in taken for t in part]) * 1000
    print(
        f"{count} questions in {seconds:.2f} s by {given.processes} processes: "
        f"{count / seconds * 60:,.0f} a minute; ms each: p50 {np.percentile(each, 50):.1f}, "
        f"p99 {np.percentile(each, 99):.1f}, mean {each.mean():.1f}"
    )
    if given.peer:
        ours, theirs = peer(spec, given.peer)
        print(
            f"proof of uniqueness: {ours * 1000:.2f} ms here, {theirs * 1000:.2f} ms as SQL in "
            f"DuckDB ({theirs / ours:.0f} times)"
        )


if __name__ == "__main__":
    main()
