"""One signature gives schema, validation and sampling, and they agree."""

from __future__ import annotations

import pickle
import random
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palestra.envs.core import Length, Range, Tool, UnicodeText, sample_value
from palestra.envs.core.state import State, plain_copy


@dataclass
class Point:
    """A place."""

    x: int
    y: float


class Desk:
    """Where the tools of these tests lie."""

    def order(
        self,
        item: Annotated[str, Length(1, 20)],
        size: Literal["small", "large"],
        quantity: Annotated[int, Range(1, 99)] = 1,
        to: Point | None = None,
        notes: list[str] = [],  # noqa: B006 - msgspec copies it
    ) -> str:
        """Order something.

        It is sent at once.

        Args:
            item: What.
            size: How big.
            quantity: How many.
            to: Where to.
            notes: Anything else.
        """
        return item


ORDER = Tool(Desk.order)


def test_the_schema_is_what_openai_takes() -> None:
    schema = ORDER.openai()["function"]["parameters"]
    assert schema["required"] == ["item", "size"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["quantity"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 99,
        "default": 1,
        "description": "How many.",
    }
    assert schema["properties"]["size"]["enum"] == ["large", "small"]
    assert ORDER.description == "Order something.\n\nIt is sent at once."


def test_defaults_are_filled_in_and_never_shared() -> None:
    one = ORDER.validate({"item": "tea", "size": "small"})
    one["notes"].append("hot")
    assert ORDER.validate({"item": "tea", "size": "small"})["notes"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"item": "", "size": "small"}, "argument `item`"),
        ({"item": "tea", "size": "medium"}, "argument `size`"),
        ({"item": "tea", "size": "small", "to": {"x": 1}}, "missing argument `y`"),
        ({"item": "tea", "size": "small", "notes": [3]}, "argument `notes[0]`"),
        ([], "must be a JSON object, not a list"),
    ],
)
def test_what_does_not_fit_is_named(arguments: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        ORDER.validate(arguments)
    assert said in str(caught.value)


@given(st.integers(0, 2**32))
def test_what_is_sampled_from_the_schema_passes_the_validation(seed: int) -> None:
    schema = ORDER.parameters
    drawn = sample_value(schema, random.Random(seed), schema.get("$defs", {}))
    ORDER.validate(drawn)


def test_a_tool_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(ORDER)).parameters == ORDER.parameters


def test_an_undocumented_parameter_is_refused_when_the_class_is_written() -> None:
    def bad(self: Any, x: int) -> str:
        """Do."""
        return ""

    with pytest.raises(TypeError, match="parameter 'x' is not described"):
        Tool(bad)


@given(st.text())
def test_unicode_text_contains_all_text_but_lone_surrogates(text: str) -> None:
    assert (text in UnicodeText(10_000)) == (not any("\ud800" <= c <= "\udfff" for c in text))


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


@given(plain)
def test_a_plain_copy_is_equal(value: Any) -> None:
    assert plain_copy(value) == value


def test_a_state_copies_what_is_mutable() -> None:
    @dataclass
    class Deep(State):
        rows: dict[str, list[set[int]]]
        inner: State | None = None

    state = Deep({"a": [{1}]}, Deep({"b": [set()]}))
    twin = state.copy()
    twin.rows["a"][0].add(2)
    assert isinstance(twin.inner, Deep)
    twin.inner.rows["b"].append({3})
    assert state == Deep({"a": [{1}]}, Deep({"b": [set()]}))
