"""What an agent reads, and how its answers are read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pytest

from palestra.envs.core import UsageError
from palestra.envs.formal.data import items
from palestra.envs.formal.exemplars import POLICIES, POOL
from palestra.envs.formal.languages import LANGUAGES
from palestra.envs.formal.prompts import STYLES, Book, read_answer, read_answers, shown_in
from palestra.envs.formal.prompts.apo import Sizes, optimise
from palestra.envs.formal.prompts.salad import salad, salted


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_exemplars_and_query_can_be_read_off_every_prompt(style: str, language: str) -> None:
    book = Book(language, style=style, shots=5)
    query = items(language, part="test")[0]
    shown = shown_in(book.text([query.text]))
    assert shown.queries == [query.text]
    assert shown.texts == [item.text for item in book.exemplars()]
    assert shown.answers == [item.label for item in book.exemplars()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rule_is_told_by_the_styles_that_tell_it(language: str) -> None:
    rule = LANGUAGES[language].rule
    told = {style for style in STYLES if rule in Book(language, style=style).instruction}
    assert told == {"description", "direct", "cot", "sot", "apo"}
    assert Book(language, style="examples").instruction == ""
    assert "class " in Book(language, style="direct").instruction


def test_shuffling_changes_the_prompt_and_not_the_exemplars() -> None:
    fixed = Book("parity", shots=20)
    mixed = Book("parity", shots=20, policy="shuffled")
    assert fixed.text(["0"], 0) == fixed.text(["0"], 1)
    assert len({mixed.text(["0"], n) for n in range(5)} | {fixed.text(["0"])}) == 6
    for number in range(5):
        assert Counter(mixed.exemplars(number)) == Counter(fixed.exemplars())


def test_every_policy_shows_what_it_says() -> None:
    books = {p: Book("pattern", mode="paper", shots=20, policy=p) for p in POLICIES}
    first = books["fixed_first"].exemplars()
    assert first == items("pattern", "paper")[:20]
    drawn = [books["random_per_query"].exemplars(n) for n in (0, 1)]
    assert drawn[0] != drawn[1]
    assert set(drawn[0]) <= set(items("pattern", "paper")[:POOL])
    assert sum(item.label for item in books["balanced"].exemplars()) == 10
    labels = [item.label for item in books["imbalanced"].exemplars()]
    assert labels == sorted(labels)
    assert Counter(books["imbalanced"].exemplars()) == Counter(first)
    random_labels = books["random_labels"].exemplars()
    assert [i.text for i in random_labels] == [i.text for i in first]
    assert [i.label for i in random_labels] != [i.label for i in first]


@pytest.mark.parametrize("style", ["cot", "sot"])
def test_a_worked_answer_follows_the_noisy_label(style: str) -> None:
    book = Book("vending", mode="paper", style=style, shots=100)
    assert any(item.clean != item.label for item in book.exemplars())
    for item in book.exemplars():
        assert book.answer(item).endswith(f"So the answer is {item.label}.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_worked_steps_keep_their_data_and_lose_their_words_in_a_salad(language: str) -> None:
    text = items(language)[0].text
    steps = LANGUAGES[language].steps(text)
    assert steps
    salty = salted(steps, text)
    assert len(salty) == len(steps)
    for step, said in zip(steps, salty, strict=True):
        assert set(re.findall(r"\d+", step)) <= set(re.findall(r"\d+", said))
    assert "the" not in " ".join(salty).split()


def test_word_salad_is_15_to_40_sentences_and_the_same_each_time() -> None:
    said = salad("parity 0")
    assert 15 <= said.count(".") <= 40
    assert said == salad("parity 0") != salad("parity 1")
    assert Book("parity", style="word_salad").instruction == said


@pytest.mark.parametrize("mode", ["hardened", "paper"])
def test_a_vending_sum_is_not_in_its_query(mode: str) -> None:
    for item in items("vending_sum", mode, "test")[:300]:
        assert re.fullmatch(r"[+\w]+(,[+\w]+)*", item.text)
        assert item.text.rpartition(",")[2] in ("+5", "+10", "biscuit", "coffee", "soda")


def test_the_release_shows_a_number_in_the_query_and_adds_it_to_the_answer() -> None:
    for item in items("vending_sum", "released", "test", noise=0.0)[:300]:
        assert item.label == item.clean + int(item.text.rpartition(",")[2])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1", 1),
        (" 0.\n", 0),
        ("1, because", 1),
        ("<s>0<bos>", 0),
        ("-15", -15),
        ("+5", 5),
        ("Label: 1", None),
        ("", None),
        ("one", None),
        ("٣", None),
        ("1_0", None),
        ("9" * 5000, None),
    ],
)
def test_an_answer_is_its_first_word(text: str, answer: int | None) -> None:
    assert read_answer(text) == answer


def test_of_a_worked_answer_the_last_conclusion_counts() -> None:
    assert read_answer("So the answer is 0. No: The answer is then 1.", traced=True) == 1
    assert read_answer("So the answer is 25", traced=True) == 25
    assert read_answer("1", traced=True) == 1
    assert read_answer("I count three zeros", traced=True) is None


def test_blocks_are_read_word_by_word_and_what_is_missing_is_unread() -> None:
    assert read_answers("1\n0\n1", 3) == [1, 0, 1]
    assert read_answers("1, 0", 3) == [1, 0, None]
    assert read_answers("1 maybe 0 0", 3) == [1, None, 0]


def test_bare_exemplars_need_an_exemplar() -> None:
    with pytest.raises(UsageError, match="give shots of 1 or more"):
        Book("parity", style="examples", shots=0)
    with pytest.raises(UsageError, match="style 'apo'"):
        Book("parity", prompt="Count zeros.")


def test_optimisation_finds_the_prompt_that_answers_best_and_sees_no_exemplar() -> None:
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        return f"Count the zeros, edition {len(text) % 97}."

    def answer(book: Book, queries: Sequence[str]) -> list[str]:
        decide = LANGUAGES["parity"].decide
        right = "edition" in book.instruction
        return [str(decide(query) if right else 0) for query in queries]

    sizes = Sizes(beam=2, depth=2, minibatch=16, reasons=2, paraphrases=1, candidates=4, budget=8)
    book = Book("parity", style="apo", shots=5)
    best = optimise(book, ask, answer, sizes)
    assert "edition" in best
    shown = set(re.findall(r"Entry:\n(.*)\nExpected", "\n".join(asked)))
    assert shown
    assert shown <= {item.text for item in items("parity")[POOL:]}
    assert optimise(book, ask, answer, sizes) == best
    assert Book("parity", style="apo", prompt=best).instruction.startswith(best)
