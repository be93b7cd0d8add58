"""The procedural world: the same everywhere, consistent, exactly stated, and fit to be walked."""

from __future__ import annotations

import calendar
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from palestra.envs.browse.corpora.procedural.cultures import CULTURES
from palestra.envs.browse.corpora.procedural.generate import generate, write
from palestra.envs.browse.corpora.procedural.sizes import counts
from palestra.envs.browse.corpus import Corpus, Kind

SIZE, SEED = 4000, 11
PRESENT = 2024
MONTHS = calendar.month_name[1:]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return write(tmp_path_factory.mktemp("procedural") / "world", *generate(SIZE, SEED))


class Facts:
    """A world's facts by the names of predicates."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.of: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for subject, predicate, value in zip(
            corpus.subject.tolist(), corpus.predicate.tolist(), corpus.value.tolist(), strict=True
        ):
            self.of[corpus.predicates[predicate].name].append((subject, value))

    def one(self, name: str) -> dict[int, int]:
        return dict(self.of[name])

    def year(self, name: str) -> dict[int, int]:
        return {subject: value // 10_000 for subject, value in self.of[name]}

    def type(self, entity: int) -> str:
        return self.corpus.types[int(self.corpus.entity_type[entity])].name


@pytest.fixture(scope="module")
def facts(corpus: Corpus) -> Facts:
    return Facts(corpus)


@pytest.fixture(scope="module")
def born(facts: Facts) -> dict[int, int]:
    return facts.year("born")


@pytest.fixture(scope="module")
def died(facts: Facts, born: dict[int, int]) -> dict[int, int]:
    """Years of death, or the present for the living."""
    return {person: PRESENT for person in born} | facts.year("died")


BEGINNINGS = (
    "founded", "published", "released", "completed", "premiered", "fought", "set_out", "opened",
    "made", "described", "launched",
)  # fmt: skip


@pytest.fixture(scope="module")
def began(facts: Facts) -> dict[int, int]:
    """The year in which each thing came into being."""
    years: dict[int, int] = {}
    for name in BEGINNINGS:
        years |= facts.year(name)
    return years


# -- the same everywhere -----------------------------------------------------------------------


def test_a_seed_and_a_size_give_these_bytes(tmp_path: Path) -> None:
    corpus = write(tmp_path / "w", *generate(1000, 0))
    assert corpus.digest == "d41cf1ae68ca30851c6fd0c40023b2d6"


def test_hash_seeds_change_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from palestra.envs.browse.corpora.procedural.generate import generate, write\n"
        "print(write(Path(sys.argv[1]), *generate(1200, 7)).digest)"
    )
    digests = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / hash_seed)],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        digests.add(done.stdout.strip())
    assert len(digests) == 1


def test_another_seed_is_another_world(tmp_path: Path, corpus: Corpus) -> None:
    other = write(tmp_path / "w", *generate(SIZE, SEED + 1))
    mine = {corpus.entity_name(entity) for entity in range(SIZE)}
    shared = sum(other.entity_name(entity) in mine for entity in range(SIZE))
    assert shared < SIZE / 20


# -- what there is -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1000, 1001, 4999, 100_000, 1_000_000])
def test_the_counts_of_types_sum_up_to_the_size(size: int) -> None:
    assert sum(counts(size)) == size
    assert min(counts(size)) > 0


def test_there_are_many_types_and_relations_between_them(corpus: Corpus, facts: Facts) -> None:
    assert len(Counter(corpus.entity_type.tolist())) >= 20
    assert len(corpus) == corpus.entities == SIZE
    relations = [p.name for p in corpus.predicates if p.kind == Kind.ENTITY and facts.of[p.name]]
    assert len(relations) >= 50
    assert {p.name for p in corpus.predicates if not facts.of[p.name]} <= set()


def test_every_predicate_has_words_for_both_ends(corpus: Corpus) -> None:
    for predicate in corpus.predicates:
        assert predicate.phrase.count("{}") == 1, predicate
        if predicate.kind == Kind.ENTITY:
            assert predicate.inverse.count("{}") == 1, predicate
        if predicate.kind == Kind.QUANTITY:
            assert predicate.unit


def test_functional_predicates_have_one_value(corpus: Corpus, facts: Facts) -> None:
    for predicate in corpus.predicates:
        if predicate.functional:
            subjects = Counter(subject for subject, _ in facts.of[predicate.name])
            assert max(subjects.values()) == 1, predicate.name


def test_most_entities_can_be_described(corpus: Corpus) -> None:
    describable = np.zeros(corpus.entities, dtype=int)
    category = np.array([p.role == "category" for p in corpus.predicates])
    telling = np.isin(corpus.kind, (Kind.DATE, Kind.QUANTITY)) | category[corpus.predicate]
    np.add.at(describable, np.asarray(corpus.subject)[telling], 1)
    assert (describable >= 3).mean() > 0.75
    assert (describable >= 2).mean() > 0.95


def test_most_entities_are_neither_dead_ends_nor_hubs(corpus: Corpus) -> None:
    relation = np.asarray(corpus.kind) == Kind.ENTITY
    subject = np.asarray(corpus.subject)[relation].astype(int)
    value = np.asarray(corpus.value)[relation]
    degree = np.bincount(subject, minlength=SIZE) + np.bincount(value, minlength=SIZE)
    assert ((degree >= 4) & (degree <= 8)).mean() > 0.65
    assert degree.max() > 20


def test_two_entities_are_related_at_most_once(corpus: Corpus) -> None:
    """But for a region and its seat of government, which also lies in it."""
    names = [predicate.name for predicate in corpus.predicates]
    relation = np.asarray(corpus.kind) == Kind.ENTITY
    relation &= np.asarray(corpus.predicate) != names.index("seat")
    subject = np.asarray(corpus.subject)[relation].astype(int)
    value = np.asarray(corpus.value)[relation]
    pairs = Counter(zip(np.minimum(subject, value), np.maximum(subject, value), strict=True))
    assert max(pairs.values()) == 1
    assert (subject != value).all()


# -- names -------------------------------------------------------------------------------------


def test_there_are_several_naming_cultures() -> None:
    assert len(CULTURES) >= 6


def test_names_collide_and_titles_do_not(corpus: Corpus) -> None:
    names = Counter(corpus.entity_name(entity) for entity in range(SIZE))
    assert sum(count for count in names.values() if count > 1) > SIZE / 50
    assert len({corpus.title(document) for document in range(SIZE)}) == SIZE
    assert len({corpus.url(document) for document in range(SIZE)}) == SIZE


def test_some_entities_have_aliases_that_their_pages_give(corpus: Corpus) -> None:
    have = [entity for entity in range(SIZE) if corpus.aliases(entity)]
    assert len(have) > SIZE / 10
    for entity in have:
        text = corpus.text(int(corpus.entity_document[entity]))
        assert all(alias in text for alias in corpus.aliases(entity))
        assert corpus.entity_name(entity) not in corpus.aliases(entity)


def test_places_of_a_country_share_a_culture(corpus: Corpus, facts: Facts) -> None:
    part_of = facts.one("located_in")
    for settlement, region in part_of.items():
        if facts.type(settlement) == "settlement":
            assert facts.type(region) == "region"
            assert facts.type(part_of[region]) == "country"


# -- consistency -------------------------------------------------------------------------------


def test_nothing_happens_after_the_present(corpus: Corpus) -> None:
    dates = np.asarray(corpus.value)[np.asarray(corpus.kind) == Kind.DATE]
    assert dates.max() < (PRESENT + 1) * 10_000
    months, days = dates // 100 % 100, dates % 100
    assert months.max() == 12
    assert days.max() == 31
    assert not (days[months == 0]).any()


def test_people_die_after_they_are_born(born: dict[int, int], died: dict[int, int]) -> None:
    ages = [died[person] - born[person] for person in born]
    assert min(age for person, age in zip(born, ages, strict=True) if died[person] < PRESENT) >= 30
    assert max(a for p, a in zip(born, ages, strict=True) if died[p] < PRESENT) <= 110


@pytest.mark.parametrize(
    ("relation", "youngest", "oldest"),
    [
        ("written_by", 18, 80), ("directed_by", 20, 80), ("painted_by", 16, 80),
        ("composed_by", 16, 80), ("designed_by", 20, 80), ("founded_by", 20, 85),
        ("made_by", 18, 80), ("described_by", 20, 80), ("led_by", 22, 70), ("curated_by", 25, 80),
        ("commanded_by", 25, 72), ("joined_by", 18, 62), ("starred", 16, 80), ("music_by", 20, 75),
        ("dedicated_to", 17, 85), ("first_conducted_by", 20, 80),
    ],
)  # fmt: skip
def test_people_make_things_in_their_lifetime(
    facts: Facts, born: dict[int, int], died: dict[int, int], began: dict[int, int],
    relation: str, youngest: int, oldest: int,
) -> None:  # fmt: skip
    checked = 0
    for thing, person in facts.of[relation]:
        if person in born and thing in began:
            assert youngest <= began[thing] - born[person] <= oldest
            assert began[thing] < died[person]
            checked += 1
    assert checked > 5


def test_families_fit_together(facts: Facts, born: dict[int, int], died: dict[int, int]) -> None:
    children = facts.of["child_of"]
    assert len(children) > 50
    for child, parent in children:
        assert 18 <= born[child] - born[parent] <= 45
        assert born[child] < died[parent]
    parents = dict(children)
    for one, other in facts.of["married_to"]:
        assert min(died[one], died[other]) - max(born[one], born[other]) > 15
        assert other not in (parents.get(one), one)


def test_teachers_are_older_and_alive(
    facts: Facts, born: dict[int, int], died: dict[int, int]
) -> None:
    for student, teacher in facts.of["student_of"]:
        assert born[teacher] + 10 < born[student] + 26
        assert died[teacher] > born[student] + 16
    for one, other in facts.of["corresponded_with"]:
        assert min(died[one], died[other]) > max(born[one], born[other]) + 15


@pytest.mark.parametrize(
    ("relation", "at_least"),
    [
        ("based_on", 2), ("sequel_to", 1), ("published_by", 1), ("produced_by", 1),
        ("premiered_in", 1), ("held_in", 1), ("built_by", 1), ("given_by", 1), ("funded_by", 1),
        ("sailed_on", 1), ("collected_during", 1), ("fought_in", -100), ("showed", 2),
    ],
)  # fmt: skip
def test_things_come_after_what_they_need(
    facts: Facts, born: dict[int, int], began: dict[int, int], relation: str, at_least: int
) -> None:
    checked = 0
    for thing, other in facts.of[relation]:
        if thing in began and other in began and other not in born:
            assert began[thing] - began[other] >= at_least, relation
            checked += 1
    assert checked > 5


def test_ships_fight_after_their_launch(facts: Facts, began: dict[int, int]) -> None:
    fights = facts.of["fought_in"]
    assert len(fights) > 5
    assert all(began[ship] < began[battle] for ship, battle in fights)


def test_awards_are_given_after_they_were_founded(
    facts: Facts, born: dict[int, int], died: dict[int, int], began: dict[int, int]
) -> None:
    given = facts.of["awarded"]
    assert len(given) > 20
    for winner, award in given:
        assert began[award] < (died[winner] if winner in born else began[winner] + 2)


def test_offices_are_taken_one_after_another(
    facts: Facts, born: dict[int, int], died: dict[int, int]
) -> None:
    took = facts.year("took_office")
    assert len(took) > 20
    for person, year in took.items():
        assert 30 <= year - born[person] <= 64
        assert year < died[person]
    successions = facts.of["succeeded"]
    assert successions
    led = dict(facts.of["presided_over"]) | dict(facts.of["governed"])
    for successor, predecessor in successions:
        assert took[successor] > took[predecessor]
        assert led[successor] == led[predecessor]


def test_people_are_born_and_live_in_places_that_exist(
    facts: Facts, born: dict[int, int], died: dict[int, int], began: dict[int, int]
) -> None:
    assert all(began[place] <= born[person] - 10 for person, place in facts.of["born_in"])
    assert all(began[place] <= died[person] for person, place in facts.of["died_in"])
    assert all(began[place] < began[thing] for thing, place in facts.of["stands_in"])


def test_capitals_and_seats_lie_in_what_they_govern(facts: Facts) -> None:
    part_of = facts.one("located_in")
    for region, seat in facts.of["seat"]:
        assert part_of[seat] == region
    capitals = facts.of["capital"]
    assert len(capitals) == sum(t == "country" for t in map(facts.type, range(SIZE)))
    for country, capital in capitals:
        assert part_of[part_of[capital]] == country


def test_rivers_do_not_flow_in_circles(facts: Facts) -> None:
    into = facts.one("flows_into")
    for river in into:
        seen = set()
        while river in into:
            assert river not in seen
            seen.add(river)
            river = into[river]


# -- pages -------------------------------------------------------------------------------------


def renderings(corpus: Corpus, kind: int, value: int) -> list[str]:
    """Every form in which a value may stand on a page."""
    if kind == Kind.ENTITY:
        return [corpus.entity_name(value)]
    if kind == Kind.TEXT:
        return [corpus.string(value)]
    if kind == Kind.QUANTITY:
        return [f"{value:,}"]
    year, month, day = value // 10_000, value // 100 % 100, value % 100
    if not month:
        return [str(year)]
    if not day:
        return [f"{MONTHS[month - 1]} {year}"]
    return [f"{day} {MONTHS[month - 1]} {year}", f"{MONTHS[month - 1]} {day}, {year}"]


def stands(text: str, value: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w|,\d)", text) is not None


def test_every_fact_stands_on_the_pages_that_state_it(corpus: Corpus) -> None:
    texts = [corpus.text(document) for document in range(SIZE)]
    for number in range(len(corpus.subject)):
        fact = corpus.fact(number)
        pages = corpus.stated_on(number).tolist()
        assert pages, fact
        subject = corpus.entity_name(fact.subject)
        values = renderings(corpus, fact.kind, fact.value)
        for page in pages:
            assert stands(texts[page], subject), (fact, texts[page])
            assert any(stands(texts[page], value) for value in values), (fact, texts[page])


def test_every_link_to_a_related_entity_states_the_relation(corpus: Corpus) -> None:
    """Nothing is said of a neighbour that the corpus does not know to be said there."""
    linked = {(page, int(link)) for page in range(SIZE) for link in corpus.links(page)}
    stated = set()
    relations = np.flatnonzero(np.asarray(corpus.kind) == Kind.ENTITY).tolist()
    for number in relations:
        fact = corpus.fact(number)
        for page in corpus.stated_on(number).tolist():
            stated |= {(page, fact.subject), (page, fact.value)}
    notes = {
        (page, corpus.find(address))
        for page in range(SIZE)
        for address in re.findall(r"Not to be confused.*\]\((\S+)\)", corpus.text(page))
    }
    assert linked <= stated | notes


def test_some_facts_stand_only_on_other_pages(corpus: Corpus) -> None:
    elsewhere = 0
    for number in np.flatnonzero(np.asarray(corpus.kind) == Kind.ENTITY).tolist():
        elsewhere += int(corpus.subject[number]) not in corpus.stated_on(number).tolist()
    assert elsewhere > 0.1 * SIZE


def test_links_are_those_of_the_text_in_order(corpus: Corpus) -> None:
    for document in range(SIZE):
        addresses = re.findall(r"\]\(([^()\s]+)\)", corpus.text(document))
        pages = list(dict.fromkeys(corpus.find(address) for address in addresses))
        assert corpus.links(document).tolist() == pages


def test_pages_are_written_in_varied_words(corpus: Corpus) -> None:
    texts = [corpus.text(document) for document in range(SIZE)]
    assert sum("| | |" in text for text in texts) > SIZE / 4
    assert sum("\n## " in text for text in texts) > SIZE / 20
    openings = Counter(
        re.sub(r"\*\*.*?\*\*|\[.*?\)|[\d,]+", "", text.split("\n\n")[-1])[:30] for text in texts
    )
    assert openings.most_common(1)[0][1] < SIZE / 20


def test_no_field_of_a_template_is_left_over(corpus: Corpus) -> None:
    for document in range(SIZE):
        assert not re.search(r"[{}]|,[.,]|\.\.|  |\bNone\b", corpus.text(document))
