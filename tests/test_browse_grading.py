"""One right answer in any usual spelling counts; anything else, lists above all, does not."""

from __future__ import annotations

import calendar
import itertools
import random
import unicodedata
from datetime import date as Day

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palestra.envs.browse.grading import (
    Answer,
    is_right,
    normalised,
    parsed_date,
    parsed_number,
)

MONTHS = calendar.month_name[1:]
NAMES = (
    "Anne-Marie Kløver",
    "The Salt, the Sea and the Sky",
    "Either Or",
    "Black or White",
    "Rock & Rye",
    "O’Dorran’s Keep",
    "C++",
    "Müller (painter)",
    "It Is a Lark",
    "Vitamin A",
    "libstdc++-14-dev",
)


def name(canonical: str, *aliases: str) -> Answer:
    return Answer("name", canonical, aliases)


@pytest.mark.parametrize("canonical", NAMES)
@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.upper,
        str.lower,
        lambda s: f"  {s}.\n",
        lambda s: f"“{s}”",
        lambda s: f"**{s}**",
        lambda s: f"The answer is {s}.",
        lambda s: f"Final answer: {s}",
        lambda s: unicodedata.normalize("NFD", s),
        lambda s: s.replace("ø", "o").replace("ü", "u"),
        lambda s: s.replace("’", "'"),
        lambda s: s.replace(" ", "\u00a0"),
    ],
)
def test_usual_spellings_of_a_name_are_accepted(canonical: str, spell) -> None:
    assert is_right(spell(canonical), name(canonical))


@pytest.mark.parametrize("canonical", NAMES)
@pytest.mark.parametrize(
    "join",
    [
        "{} or {}",
        "{}, {}",
        "{} / {}",
        "{}\n{}",
        "{}; {}",
        "either {} or {}",
        "{} ({})",
        "1. {}\n2. {}",
        "- {}\n- {}",
        "{} and {}",
        "{} | {}",
        "{}, possibly {}",
        "I think it is {}, but it could be {}",
        "not {}, {}",
    ],
)
def test_a_list_of_candidates_is_wrong_wherever_the_right_one_stands(
    canonical: str, join: str
) -> None:
    for other in ("Berta Dunn", "The Long Road"):
        assert not is_right(join.format(canonical, other), name(canonical))
        assert not is_right(join.format(other, canonical), name(canonical))


def test_an_alias_is_as_good_as_the_canonical_name() -> None:
    answer = name("University of Karamel", "Karamel University")
    assert is_right("the karamel university", answer)
    assert not is_right("Karamel", answer)
    assert not is_right("University of Karamel, Karamel University", answer)


def test_symbols_that_tell_names_apart_are_kept() -> None:
    for a, b in itertools.permutations(("C", "C++", "C#"), 2):
        assert not is_right(a, name(b))


@pytest.mark.parametrize("reply", ["", " ", ".", "the", "unknown", "x" * 10_000, "\ud800", "\x00"])
def test_empty_and_absurd_replies_are_wrong(reply: str) -> None:
    for answer in (
        name("Kløver"),
        Answer("date", "1843", value=18430000),
        Answer("number", "12 metres", value=12, unit="metres"),
    ):
        assert not is_right(reply, answer)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_name_is_right_exactly_if_its_normal_form_is(canonical: str, reply: str) -> None:
    assert is_right(canonical, name(canonical)) == bool(normalised(canonical))
    if not reply.strip().casefold().startswith(("answer", "the", "my", "our", "it", "so", "th")):
        same = normalised(reply.strip().strip('*_`"“”')) == normalised(canonical) != ""
        same |= normalised(reply) == normalised(canonical) != ""
        if not any(word in reply.casefold() for word in ("answer", "it")):
            assert is_right(reply, name(canonical)) == same


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_normalising_twice_changes_nothing_but_a_second_article(text: str) -> None:
    once = normalised(text)
    assert normalised(once) in (once, normalised(f"the {once}"), once.split(" ", 1)[-1])


@given(st.dates(Day(1000, 1, 1), Day(2099, 12, 31)))
@settings(max_examples=300, deadline=None)
def test_a_date_is_accepted_in_every_unambiguous_format_and_no_other_date_is(day: Day) -> None:
    value = day.year * 10_000 + day.month * 100 + day.day
    answer = Answer("date", "", value=value)
    month = MONTHS[day.month - 1]
    formats = [
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{month[:3]}. {day.day}, {day.year}",
        f"the {day.day}th of {month}, {day.year}",
        f"on {day.day} {month[:3].upper()} {day.year}.",
        day.isoformat(),
        day.strftime("%d.%m.%Y"),
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%A}, {day.day} {month} {day.year}",
    ]
    for text in formats:
        assert is_right(text, answer), text
    for wrong in (
        f"{day.year}",
        f"{month} {day.year}",
        f"{day.day} {month} {day.year + 1}",
        f"{day.day} {month} {day.year} or {day.day} {month} {day.year + 1}",
        f"between {day.year - 1} and {day.year + 1}",
        f"{day.day} {month}",
    ):
        assert not is_right(wrong, answer), wrong
    slashed = f"{day.day}/{day.month}/{day.year}"
    assert is_right(slashed, answer) == (day.day > 12 or day.day == day.month)


def test_a_year_is_accepted_as_a_year_only() -> None:
    answer = Answer("date", "1843", value=18430000)
    for text in ("1843", "in 1843", "The year 1843", "Answer: 1843."):
        assert is_right(text, answer), text
    for text in ("1843 or 1844", "1840s", "17 March 1843", "c. 1843", "1,843", "1843, 1844"):
        assert not is_right(text, answer), text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("31 February 1843", 18430231),
        ("March 1843", 18430300),
        ("32 March 1843", None),
        ("1843-13-01", None),
        ("03/04/1843", None),
        ("13/04/1843", 18430413),
        ("04/13/1843", 18430413),
        ("843", 8430000),
        ("Sept. 3, 1843", 18430903),
        ("17 March", None),
        ("1843 BC", None),
    ],
)
def test_dates_are_read_as_written(text: str, value: int | None) -> None:
    assert parsed_date(text) == value


@given(st.integers(0, 10**12), st.sampled_from(["inhabitants", "metres", ""]))
@settings(max_examples=300, deadline=None)
def test_a_number_is_accepted_with_separators_and_unit_and_no_other_number_is(
    value: int, unit: str
) -> None:
    answer = Answer("number", "", value=value, unit=unit)
    spaced = f"{value:,}".replace(",", " ")
    for text in (f"{value}", f"{value:,}", spaced, f"{value:,} {unit}", f"{value}.0", f"{value}."):
        assert is_right(text, answer), text
    for wrong in (
        f"{value + 1}",
        f"{value} or {value + 1}",
        f"{value} to {value + 10}",
        f"{value} furlongs",
        f"about {value}",
        f"-{value + 1}",
        f"{value}, {value + 1}",
    ):
        assert not is_right(wrong, answer), wrong


def test_units_of_one_quantity_are_converted_and_others_refused() -> None:
    height = Answer("number", "1,200 metres", value=1200, unit="metres")
    for text in ("1.2 km", "1200 m", "1,200 meters", "1.2 kilometres", "120,000 cm"):
        assert is_right(text, height), text
    for text in ("1200 km", "1.2", "1200 kg", "1.2001 km"):
        assert not is_right(text, height), text
    people = Answer("number", "1,500,000 inhabitants", value=1_500_000, unit="inhabitants")
    for text in ("1.5 million", "1.5 million people", "1 500 000 inhabitants", "1.500.000"):
        assert is_right(text, people), text
    assert parsed_number("12 13") is None


def test_a_stuffer_of_every_candidate_never_scores() -> None:
    rng = random.Random(0)
    words = [*NAMES, "1843", "12,345", "17 March 1843"]
    for answer in (
        *map(name, NAMES),
        Answer("date", "", value=18430000),
        Answer("number", "", value=12345, unit="metres"),
    ):
        for _ in range(200):
            chosen = rng.sample(words, rng.randint(2, 5))
            joiner = rng.choice([", ", " or ", "\n", " / ", "; ", " and ", " ", "\t", "|"])
            assert not is_right(joiner.join(chosen), answer)
