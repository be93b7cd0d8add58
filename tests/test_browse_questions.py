"""Questions are pure functions of their index, have one answer, need a search, and read well."""

from __future__ import annotations

import itertools
import os
import random
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palestra.envs.browse.corpus import Corpus, CorpusWriter, EntityType, Kind, Predicate
from palestra.envs.browse.dates import date_text
from palestra.envs.browse.questions import MAX_BLUR, NoGraphError, Question, Synthesiser
from palestra.envs.browse.questions.blur import blur_date, blur_quantity
from palestra.envs.browse.questions.need import FIRST_RESULTS, mentions
from palestra.envs.browse.questions.proof import normalised_name
from palestra.envs.browse.questions.query import (
    Category,
    Cue,
    Inside,
    Named,
    Query,
    Range,
    Related,
    Within,
)
from palestra.envs.browse.questions.render import Renderer
from palestra.envs.browse.questions.words import date_span, joined, number_span, with_article
from palestra.envs.browse.retrieval import retriever
from palestra.envs.browse.world import open_corpus

SPEC = "procedural:size=5000,seed=0"
EACH = 25
"""Questions looked at in each split."""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return open_corpus(SPEC)


@pytest.fixture(scope="module")
def synthesiser(corpus: Corpus) -> Synthesiser:
    return Synthesiser(corpus, retriever(corpus, "sparse"))


@pytest.fixture(scope="module")
def questions(synthesiser: Synthesiser) -> dict[str, list[Question]]:
    return {
        split: [synthesiser.make(split, index) for index in range(min(EACH, size))]
        for split, size in synthesiser.sizes.items()
    }


def every(questions: dict[str, list[Question]]) -> Iterable[Question]:
    return itertools.chain.from_iterable(questions.values())


# -- determinism -----------------------------------------------------------------------------------

PRINT = f"""
from palestra.envs.browse.questions import Synthesiser
from palestra.envs.browse.retrieval import retriever
from palestra.envs.browse.world import open_corpus
corpus = open_corpus({SPEC!r})
synthesiser = Synthesiser(corpus, retriever(corpus, "sparse"))
for split in reversed(synthesiser.sizes):
    for index in (3, 0, 2):
        if index < synthesiser.sizes[split]:
            print(split, index, repr(synthesiser.make(split, index)))
"""


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_in_another_order_makes_the_same_questions(
    questions: dict[str, list[Question]], hash_seed: str
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PRINT],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = run.stdout.splitlines()
    assert lines
    for line in lines:
        split, index, text = line.split(" ", 2)
        assert text == repr(questions[split][int(index)])


def test_another_seed_makes_other_questions(corpus: Corpus, synthesiser: Synthesiser) -> None:
    other = Synthesiser(corpus, None, seed=1)
    same = [synthesiser.make("train", i).text == other.make("train", i).text for i in range(5)]
    assert not any(same)


def test_the_sizes_of_all_splits_are_positive_and_follow_the_corpus(
    synthesiser: Synthesiser,
) -> None:
    assert set(synthesiser.sizes) == {"train", "validation", "test", "ood", "iid", "hotpot"}
    assert all(size > 0 for size in synthesiser.sizes.values())


# -- one answer ------------------------------------------------------------------------------------


class Reader:
    """Reads a query the slow and obvious way: sets of entities, one fact at a time."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.out: dict[tuple[int, int], set[int]] = defaultdict(set)
        self.into: dict[tuple[int, int], set[int]] = defaultdict(set)
        self.parts = [i for i, p in enumerate(corpus.predicates) if p.role == "part_of"]
        for i in range(len(corpus.subject)):
            fact = corpus.fact(i)
            self.out[fact.subject, fact.predicate].add(fact.value)
            self.into[fact.value, fact.predicate].add(fact.subject)
        self.names = [normalised_name(corpus.entity_name(e)) for e in range(corpus.entities)]

    def regions(self, place: int) -> set[str]:
        found: set[int] = set()
        todo = {place}
        while todo:
            here = todo.pop()
            for part in self.parts:
                todo |= self.out[here, part] - found
                found |= self.out[here, part]
        return {self.names[region] for region in found - {place}}

    def fits(self, entity: int, cue: Cue) -> bool:
        match cue:
            case Range(predicate, low, high):
                return any(low <= value <= high for value in self.out[entity, predicate])
            case Category(predicate, value):
                return value in self.out[entity, predicate]
            case Inside(region):
                return self.names[region] in self.regions(entity)
            case Within(predicate, type, region):
                return any(
                    self.corpus.entity_type[place] == type
                    and self.names[region] in self.regions(place)
                    for place in self.out[entity, predicate]
                )
            case Related(predicate, outgoing, type, attribute):
                others = (self.out if outgoing else self.into)[entity, predicate]
                return any(
                    self.corpus.entity_type[other] == type
                    and (attribute is None or self.fits(other, attribute))
                    for other in others
                )
            case Named(name):
                known = [self.corpus.entity_name(entity), *self.corpus.aliases(entity)]
                return normalised_name(name) in map(normalised_name, known)

    def answers(self, query: Query) -> set[int]:
        here = set(range(self.corpus.entities))
        for position, variable in enumerate(query.variables):
            if position:
                edge = query.edges[position - 1]
                step = self.out if edge.forward else self.into
                here = set().union(*(step[entity, edge.predicate] for entity in here))
            here = {
                entity
                for entity in here
                if self.corpus.entity_type[entity] == variable.type
                and all(self.fits(entity, cue) for cue in variable.cues)
            }
        return here


def test_exactly_one_entity_and_one_value_answer_each_question(
    corpus: Corpus, questions: dict[str, list[Question]]
) -> None:
    reader = Reader(corpus)
    for question in every(questions):
        assert reader.answers(question.query) == {question.path[-1]}, question.text
        if question.query.asked >= 0:
            values = reader.out[question.path[-1], question.query.asked]
            assert values == {question.answer.value}
        else:
            assert question.answer.canonical == corpus.entity_name(question.path[-1])


def test_each_entity_of_the_path_fits_what_is_said_of_it(
    corpus: Corpus, questions: dict[str, list[Question]]
) -> None:
    reader = Reader(corpus)
    for question in every(questions):
        for entity, variable in zip(question.path, question.query.variables, strict=True):
            assert corpus.entity_type[entity] == variable.type
            for cue in variable.cues:
                assert reader.fits(entity, cue), (question.text, cue)
        for position, (fact, edge) in enumerate(
            zip(question.facts, question.query.edges, strict=True)
        ):
            ends = question.path[position : position + 2]
            subject, value = ends if edge.forward else ends[::-1]
            assert corpus.fact(fact)[1:] == (subject, edge.predicate, Kind.ENTITY, value)


# -- need ------------------------------------------------------------------------------------------


def test_no_single_page_states_the_whole_path(
    corpus: Corpus, questions: dict[str, list[Question]]
) -> None:
    for question in every(questions):
        stated = [set(corpus.stated_on(fact).tolist()) for fact in question.facts]
        assert all(stated)
        assert not set.intersection(*stated)
        assert 2 <= question.difficulty.pages <= len(stated)


def test_no_search_for_the_text_or_one_of_its_sentences_finds_the_page_of_the_answer(
    corpus: Corpus, questions: dict[str, list[Question]]
) -> None:
    search = retriever(corpus, "sparse").search
    for split, asked in questions.items():
        if split == "hotpot":
            continue
        for question in asked:
            for query in (question.text, *re.split(r"(?<=[.?]) ", question.text)):
                found = [hit.document for hit in search(query, FIRST_RESULTS)]
                assert question.documents[-1] not in found, query


def test_the_text_names_nothing_on_the_path(
    corpus: Corpus, questions: dict[str, list[Question]]
) -> None:
    for split, asked in questions.items():
        for question in asked:
            assert not mentions(question.text, question.answer.canonical)
            for entity in question.path[1:] if split == "hotpot" else question.path:
                for name in (corpus.entity_name(entity), *corpus.aliases(entity)):
                    assert not mentions(question.text, name)


def test_guessing_the_most_frequent_answer_of_a_split_is_hopeless(
    synthesiser: Synthesiser,
) -> None:
    answers = [
        synthesiser.make("train", i).answer.canonical
        for i in range(min(100, synthesiser.sizes["train"]))
    ]
    assert max(map(answers.count, answers)) / len(answers) <= 0.05


@pytest.mark.parametrize("hops", [1, 3])
def test_a_linked_path_can_be_read_along_from_page_to_page(corpus: Corpus, hops: int) -> None:
    def along(linked: bool) -> list[bool]:
        options: dict[str, Any] = {"hops": (hops, hops), "blur": 0, "named": True}
        made = Synthesiser(corpus, None, **options, attributes=0, linked=linked)
        questions = [made.make("train", index) for index in range(EACH)]
        return [
            all(
                document in corpus.stated_on(fact)
                for fact, document in zip(question.facts, question.documents, strict=False)
            )
            for question in questions
        ]

    assert all(along(linked=True))
    assert not all(along(linked=False))


# -- splits ----------------------------------------------------------------------------------------


def test_no_two_splits_share_an_entity_on_a_path(questions: dict[str, list[Question]]) -> None:
    paths = {
        split: {entity for question in asked for entity in question.path}
        for split, asked in questions.items()
    }
    for one, other in itertools.combinations(paths, 2):
        assert not paths[one] & paths[other]


def test_no_two_indexes_give_the_same_question_or_start(
    questions: dict[str, list[Question]],
) -> None:
    texts = [question.text for question in every(questions)]
    starts = [question.path[0] for question in every(questions)]
    assert len(set(texts)) == len(texts)
    assert len(set(starts)) == len(starts)


def test_paths_are_as_long_as_promised_and_never_return(
    questions: dict[str, list[Question]],
) -> None:
    bounds = {"ood": (10, 12), "hotpot": (2, 5)}
    for split, asked in questions.items():
        low, high = bounds.get(split, (5, 9))
        for question in asked:
            assert low <= question.difficulty.hops == len(question.path) - 1 <= high
            assert len(set(question.path)) == len(question.path)


def test_every_entity_on_a_path_is_neither_a_dead_end_nor_a_hub(
    corpus: Corpus, questions: dict[str, list[Question]]
) -> None:
    def neighbours(entity: int) -> set[int]:
        found = {f.value for f in corpus.facts_of(entity) if f.kind == Kind.ENTITY}
        return (found | {f.subject for f in corpus.facts_about(entity)}) - {entity}

    for question in every(questions):
        for entity in question.path:
            around = neighbours(entity)
            assert len(around) <= 32
            assert 4 <= sum(len(neighbours(other)) <= 32 for other in around) <= 8


def test_the_relations_held_out_for_ood_occur_in_no_other_split(
    synthesiser: Synthesiser, questions: dict[str, list[Question]]
) -> None:
    held_out = synthesiser.recipes["ood"].wanted
    assert held_out
    for split, asked in questions.items():
        for question in asked:
            walked = {edge.predicate for edge in question.query.edges}
            assert bool(walked & held_out) == (split == "ood")


# -- words -----------------------------------------------------------------------------------------


def test_texts_are_whole_sentences_with_every_constraint_in_them(
    corpus: Corpus, questions: dict[str, list[Question]]
) -> None:
    renderer = Renderer(corpus)
    for question in every(questions):
        text = question.text
        assert text[0].isupper()
        assert text[-1] in "?."
        assert "{" not in text
        assert "  " not in text
        assert not re.search(r"\ba [aeio]\w+|\ban [bcdfgjklmnpqrstvwz]\w+", text), text
        for sentence in re.split(r"(?<=[.?]) ", text):
            assert sentence[0].isupper(), text
        for anchor in renderer.anchors(question.query):
            assert anchor in text, (anchor, text)


@pytest.mark.parametrize(
    ("noun", "phrase"),
    [
        ("novel", "a novel"),
        ("archive", "an archive"),
        ("university", "a university"),
        ("hour", "an hour"),
        ("uninhabited island", "an uninhabited island"),
        ("expedition", "an expedition"),
    ],
)
def test_articles_follow_the_sound(noun: str, phrase: str) -> None:
    assert with_article(noun) == phrase


def test_spans_read_as_people_say_them() -> None:
    assert date_span(18430317, 18430317) == "on 17 March 1843"
    assert date_span(18430000, 18430000) == "in 1843"
    assert date_span(18400000, 18499999) == "in the 1840s"
    assert date_span(18410000, 18459999) == "between 1841 and 1845"
    assert date_span(18000000, 18509999) == "in the first half of the 19th century"
    assert date_span(18500000, 19009999) == "in the second half of the 19th century"
    assert number_span(1000, 2000, "metres") == "between 1,000 and 2,000 metres"
    assert number_span(7, 7, "") == "exactly 7"
    assert date_text(18430300) == "March 1843"
    assert joined(["a", "b", "c"]) == "a, b, and c"


@given(st.integers(101, 2020), st.integers(0, 12), st.integers(0, 99))
def test_a_blurred_date_lies_inside_its_span_and_the_span_grows_with_the_level(
    year: int, month: int, seed: int
) -> None:
    value = year * 10_000 + month * 100
    widths = []
    for level in range(MAX_BLUR + 1):
        low, high = blur_date(value, level, random.Random(seed))
        assert low <= value <= high
        if level in (1, 3):
            assert low // 10_000 < year < high // 10_000
        widths.append(high - low)
    assert widths == sorted(widths)


@given(st.integers(1, 10**9), st.integers(0, 99))
def test_a_blurred_quantity_lies_strictly_inside_its_span(value: int, seed: int) -> None:
    for level in range(1, MAX_BLUR + 1):
        low, high = blur_quantity(value, level, random.Random(seed))
        assert low < value < high
    assert blur_quantity(value, 0, random.Random(seed)) == (value, value)
    level_two = blur_quantity(value, 2, random.Random(seed))
    level_three = blur_quantity(value, 3, random.Random(seed))
    assert level_three[1] - level_three[0] >= level_two[1] - level_two[0]


def test_a_rewrite_is_used_only_if_it_keeps_every_constraint_and_no_name(corpus: Corpus) -> None:
    plain = Synthesiser(corpus, None).make("test", 0)

    def with_rewrite(rewrite) -> str:
        return Synthesiser(corpus, None, rewrite=rewrite).make("test", 0).text

    assert with_rewrite(lambda text: f"Riddle me this. {text}") == f"Riddle me this. {plain.text}"
    (anchor, *_) = Renderer(corpus).anchors(plain.query)
    assert with_rewrite(lambda text: text.replace(anchor, "long ago")) == plain.text
    name = corpus.entity_name(plain.path[2])
    assert with_rewrite(lambda text: f"{text} (Think of {name}.)") == plain.text
    assert with_rewrite(lambda text: None) == plain.text


# -- other corpora ---------------------------------------------------------------------------------


def test_a_corpus_without_facts_is_refused_with_the_reason(tmp_path: Path) -> None:
    writer = CorpusWriter(
        tmp_path / "plain",
        name="plain",
        types=[EntityType("page", "page", "pages")],
        predicates=[Predicate("date", Kind.DATE, "is dated {}")],
    )
    for number in range(20):
        entity = writer.entity(0, f"Page {number}")
        writer.document(f"p/{number}", f"Page {number}", "text", entity=entity)
    with pytest.raises(NoGraphError, match=r"20 documents and no relations.*no graph"):
        Synthesiser(writer.close(), None)
