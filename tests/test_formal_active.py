"""The active variant: labels on request, and the area under the curve."""

from __future__ import annotations

import pytest

from palestra.envs.core import UsageError, call, text_of
from palestra.envs.formal.active import ActiveFormalEnv, area
from palestra.envs.formal.data import items
from palestra.envs.formal.languages import LANGUAGES
from palestra.envs.formal.verify import verify


def begun(**options: object) -> ActiveFormalEnv:
    env = ActiveFormalEnv(**options)  # type: ignore[arg-type]
    env.reset(seed=0, options={"task": "test/0"})
    return env


def said(env: ActiveFormalEnv, tool: str, **arguments: object) -> str:
    return text_of(env.step(call(tool, **arguments))[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_oracle_labels_any_entry_but_the_queries(language: str) -> None:
    env = begun(language=language, queries=4)
    train = items(language, noise=0.0)[200:203]
    assert [said(env, "ask", entry=i.text) for i in train] == [str(i.clean) for i in train]
    for query in env.task.truth.queries:
        assert "one of the queries" in said(env, "ask", entry=query)
    assert "form of the examples" in said(env, "ask", entry="what is the answer?")
    assert env.state.asked == 3


def test_labels_run_out() -> None:
    env = begun(budget=2)
    assert said(env, "ask", entry="0101") == "1"
    assert said(env, "ask", entry="01011") == "1"
    assert "used up" in said(env, "ask", entry="000")
    assert env.state.asked == 2


def test_the_area_rewards_being_right_early() -> None:
    assert area([(0, 1.0)], 10) == 1.0
    assert area([], 10) == 0.0
    assert area([(0, 0.5), (5, 1.0)], 9) == pytest.approx(0.75)
    assert area([(0, 0.5), (0, 0.7)], 9) == pytest.approx(0.7)
    assert area([(9, 1.0)], 9) == pytest.approx(0.1)


def test_a_learner_that_predicts_before_and_after_asking_is_scored_for_both() -> None:
    env = begun(budget=3, queries=4)
    clean = list(env.task.truth.clean)
    assert said(env, "predict", answers=[1 - clean[0], *clean[1:]]) == "Noted."
    assert "were given" in said(env, "predict", answers=[1])
    for entry in ("01", "001"):
        assert said(env, "ask", entry=entry) == str(verify("parity", entry))
    said(env, "predict", answers=clean)
    _, reward, terminated, _, info = env.step(call("finish"))
    assert terminated
    assert reward == pytest.approx((0.75 + 0.75 + 1 + 1) / 4)
    assert info["outcome"] == "solved"
    assert info["metrics"]["asked"] == 2


def test_nothing_predicted_is_worth_nothing() -> None:
    env = begun()
    _, reward, _, _, info = env.step(call("finish"))
    assert (reward, info["outcome"]) == (0.0, "no_answer")


def test_the_rule_is_not_told() -> None:
    env = ActiveFormalEnv(language="reversal")
    opening = text_of(env.reset(options={"task": "test/0"})[0])
    assert "reverse" not in opening
    assert opening.count("Entry:\n") == 2 + 20


def test_what_an_option_cannot_be_is_said() -> None:
    with pytest.raises(UsageError, match="from 1 to 500"):
        ActiveFormalEnv(budget=0)
    with pytest.raises(UsageError, match="from 2 to 100"):
        ActiveFormalEnv(queries=1)
