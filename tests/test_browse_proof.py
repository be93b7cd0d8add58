"""The proof of uniqueness finds exactly what SQL over the same triples finds."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import duckdb
import pytest

from palestra.envs.browse.corpus import Corpus, CorpusWriter, EntityType, Kind, Predicate
from palestra.envs.browse.questions.need import fewest_pages, mentions
from palestra.envs.browse.questions.proof import Prover, normalised_name
from palestra.envs.browse.questions.query import (
    Category,
    Cue,
    Edge,
    Inside,
    Named,
    Query,
    Range,
    Related,
    Variable,
    Within,
)

TYPES = [EntityType(name, name, name + "s") for name in ("person", "novel", "town", "region")]
PERSON, NOVEL, TOWN, REGION = range(4)
PREDICATES = [
    Predicate("wrote", Kind.ENTITY, "wrote {}", "was written by {}"),
    Predicate("born_in", Kind.ENTITY, "was born in {}", "is the birthplace of {}"),
    Predicate("knows", Kind.ENTITY, "knows {}", "is known to {}"),
    Predicate("part_of", Kind.ENTITY, "lies in {}", "contains {}", role="part_of"),
    Predicate("born", Kind.DATE, "was born on {}"),
    Predicate("height", Kind.QUANTITY, "is {} tall", unit="metres"),
    Predicate("genre", Kind.TEXT, "is a {}", role="category"),
]
WROTE, BORN_IN, KNOWS, PART_OF, BORN, HEIGHT, GENRE = range(7)
RELATIONS = (WROTE, BORN_IN, KNOWS)


@pytest.fixture(scope="module", params=[3, 4, 5])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    rng = random.Random(request.param)
    path: Path = tmp_path_factory.mktemp("corpus") / "small"
    writer = CorpusWriter(path, name="small", types=TYPES, predicates=PREDICATES)
    ids: dict[int, list[int]] = {
        type: [writer.entity(type, f"E{rng.randint(0, 60)}") for _ in range(count)]
        for type, count in ((REGION, 12), (TOWN, 25), (PERSON, 50), (NOVEL, 40))
    }
    every = list(itertools.chain(*ids.values()))
    facts = set()
    for place in ids[TOWN] + ids[REGION]:
        for region in rng.sample(ids[REGION], rng.choice([0, 1, 1, 2])):  # cycles included
            facts.add((place, PART_OF, region))
    for entity in every:
        for relation in RELATIONS:
            for other in rng.sample(every, rng.randint(0, 3)):
                facts.add((entity, relation, other))
        if rng.random() < 0.8:
            facts.add((entity, BORN, rng.randint(1800, 1830) * 10_000 + rng.randint(0, 12) * 100))
        if rng.random() < 0.8:
            facts.add((entity, HEIGHT, rng.randint(1, 30)))
        facts.add((entity, GENRE, writer.string(rng.choice("abc"))))
    for fact in sorted(facts):
        writer.fact(*fact)
    return writer.close()


def random_cue(corpus: Corpus, rng: random.Random) -> Cue:
    entity = rng.randrange(corpus.entities)
    attribute = rng.choice(
        [
            Range(BORN, 18000000 + rng.randint(0, 20) * 10_000, 18200000 + rng.randint(0, 9) * 999),
            Range(HEIGHT, rng.randint(1, 15), rng.randint(10, 30)),
            Category(GENRE, rng.randrange(3)),
        ]
    )
    return rng.choice(
        [
            attribute,
            Inside(entity),
            Within(rng.choice(RELATIONS), TOWN, entity),
            Related(rng.choice(RELATIONS), rng.random() < 0.5, rng.randrange(4), attribute),
            Related(rng.choice(RELATIONS), rng.random() < 0.5, rng.randrange(4)),
            Named(corpus.entity_name(entity)),
        ]
    )


def random_query(corpus: Corpus, rng: random.Random) -> Query:
    hops = rng.randint(1, 4)
    variables = tuple(
        Variable(
            rng.randrange(4),
            tuple(random_cue(corpus, rng) for _ in range(rng.choice([0, 0, 0, 0, 1, 2]))),
        )
        for _ in range(hops + 1)
    )
    edges = tuple(Edge(rng.choice(RELATIONS), rng.random() < 0.5) for _ in range(hops))
    return Query(variables, edges, rng.choice([-1, BORN, HEIGHT]))


class Sql:
    """The same semantics, written once more in SQL."""

    def __init__(self, corpus: Corpus) -> None:
        self.db = duckdb.connect()
        self.db.execute("create table fact (s int, p int, v bigint)")
        rows = [
            (f.subject, f.predicate, f.value) for f in map(corpus.fact, range(len(corpus.subject)))
        ]
        self.db.executemany("insert into fact values (?, ?, ?)", rows)
        self.db.execute("create table entity (id int, type int, name text)")
        self.db.executemany(
            "insert into entity values (?, ?, ?)",
            [
                (e, int(corpus.entity_type[e]), normalised_name(corpus.entity_name(e)))
                for e in range(corpus.entities)
            ],
        )
        self.db.execute(f"""
            create table part as with recursive part(s, r) as (
                select s, v from fact where p = {PART_OF}
                union select part.s, fact.v from part join fact on fact.s = part.r and p = {PART_OF}
            ) select * from part where s <> r""")

    def condition(self, x: str, cue: Cue) -> str:
        regions = "(select id from entity where name = (select name from entity where id = {}))"
        match cue:
            case Range(predicate, low, high):
                test = f"p = {predicate} and v between {low} and {high}"
                return f"exists (from fact where s = {x} and {test})"
            case Category(predicate, value):
                return f"exists (from fact where s = {x} and p = {predicate} and v = {value})"
            case Inside(region):
                named = regions.format(region)
                return f"exists (from part where s = {x} and r in {named})"
            case Within(predicate, type, region):
                return (
                    "exists (from fact join part on part.s = fact.v join entity e on e.id = part.s "
                    f"where fact.s = {x} and p = {predicate} and e.type = {type} "
                    f"and r in {regions.format(region)})"
                )
            case Related(predicate, outgoing, type, attribute):
                one, other = ("s", "v") if outgoing else ("v", "s")
                narrowed = (
                    "" if attribute is None else "and " + self.condition("other.id", attribute)
                )
                return (
                    f"exists (from fact f join entity other on other.id = f.{other} "
                    f"where f.{one} = {x} and f.p = {predicate} and other.type = {type} {narrowed})"
                )
            case Named(name):
                return f"{x} in (select id from entity where name = '{normalised_name(name)}')"

    def run(self, query: Query) -> tuple[list[int], list[int], list[int]]:
        for i, variable in enumerate(query.variables):
            where = [f"x.type = {variable.type}"]
            where += [self.condition("x.id", cue) for cue in variable.cues]
            self.db.execute(
                f"create or replace temp table c{i} as from entity x select x.id "
                f"where {' and '.join(where)}"
            )
        self.db.execute(
            "create or replace temp table found as select id as first, id as last from c0"
        )
        for i, edge in enumerate(query.edges):
            one, other = ("s", "v") if edge.forward else ("v", "s")
            self.db.execute(
                "create or replace temp table found as select distinct first, id as last "
                f"from found join fact on fact.{one} = found.last "
                f"join c{i + 1} on id = fact.{other} where p = {edge.predicate}"
            )

        def column(sql: str) -> list[int]:
            return [row[0] for row in self.db.execute(sql).fetchall()]

        return (
            column("select distinct last from found order by 1"),
            column(
                "select distinct v from fact join found on s = last "
                f"where p = {query.asked} order by 1"
            ),
            column("select distinct first from found order by 1"),
        )


def test_answers_values_and_starts_are_those_of_sql(corpus: Corpus) -> None:
    prover, sql, rng = Prover(corpus), Sql(corpus), random.Random(1)
    sizes = []
    for _ in range(150):
        query = random_query(corpus, rng)
        found = prover.answers(query, backward=True)
        entities, values, starts = sql.run(query)
        assert found.entities.tolist() == entities, query
        assert found.values.tolist() == values, query
        assert found.starts.tolist() == starts, query
        sizes.append(len(entities))
    assert sizes.count(0) < 130, "too many empty queries to mean anything"
    assert sizes.count(1) > 5, "too few unique queries to mean anything"


def test_leaving_out_the_beginning_asks_the_shorter_path(corpus: Corpus) -> None:
    prover, rng = Prover(corpus), random.Random(2)
    for _ in range(100):
        query = random_query(corpus, rng)
        for start in range(len(query.edges) + 1):
            shorter = Query(query.variables[start:], query.edges[start:], query.asked)
            assert (
                prover.answers(query, start=start).entities.tolist()
                == prover.answers(shorter).entities.tolist()
            )


def test_an_attribute_cannot_be_an_edge(corpus: Corpus) -> None:
    query = Query((Variable(PERSON), Variable(PERSON)), (Edge(BORN, True),))
    with pytest.raises(ValueError, match="is an attribute"):
        Prover(corpus).answers(query)


def test_fewest_pages_is_the_minimum_over_all_sets_of_pages() -> None:
    rng = random.Random(0)
    for _ in range(300):
        pages = range(rng.randint(1, 7))
        facts = [
            rng.sample(pages, rng.randint(0 if rng.random() < 0.1 else 1, len(pages)))
            for _ in range(rng.randint(1, 7))
        ]
        brute = next(
            (
                size
                for size in range(len(pages) + 1)
                for chosen in itertools.combinations(pages, size)
                if all(set(stated) & set(chosen) for stated in facts)
            ),
            None,
        )
        assert fewest_pages(facts) == brute


@pytest.mark.parametrize(
    ("text", "name", "gives_away"),
    [
        ("She wrote The Long Road in 1850.", "The Long Road", True),
        ("A road that is long: the longest.", "The Long Road", True),
        ("The town lies in Kára.", "Kara", True),
        ("The town lies in Karamel.", "Kara", False),
        ("A person who wrote a novel.", "Nobody", False),
    ],
)
def test_an_answer_is_given_away_by_its_words_not_by_a_part_of_one(
    text: str, name: str, gives_away: bool
) -> None:
    assert mentions(text, name) == gives_away
