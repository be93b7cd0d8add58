"""The environment *formal*: what is asked, what is scored, and who proves it."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

import gymnasium
import pytest

import palestra
from palestra.envs import registered
from palestra.envs.core import Score, Seat, UsageError, say
from palestra.envs.formal.data import items
from palestra.envs.formal.env import FormalEnv
from palestra.envs.formal.languages import DELTAS, LANGUAGES, MODES
from palestra.envs.formal.verify import verify
from palestra.evals import evaluate


def answered(env: FormalEnv, text: str, task: str = "test/0") -> Score:
    env.reset(seed=0, options={"task": task})
    env.step(say(text))
    assert env.score is not None
    return env.score


def played(env: Any, name: str, task: str) -> Score:
    reference = env.references[name]
    observation, _ = env.reset(options={"task": task})
    seat = Seat(observation, env.tools, random.Random(task), env if reference.privileged else None)
    for action in reference.policy(seat):
        if env.step(action)[2]:
            break
    assert env.score is not None
    return env.score


@lru_cache(maxsize=1)
def environment() -> FormalEnv:
    return FormalEnv()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rule_oracle_is_right_on_clean_labels_at_every_shift(language: str, mode: str) -> None:
    slow = language == "hamiltonian" and mode != "hardened"
    for delta in DELTAS[:1] if slow else DELTAS:
        env = FormalEnv(language=language, mode=mode, delta=delta, shots=5)
        for index in range(20):
            score = played(env, "rule_oracle", f"test/{index}")
            assert score.metrics["success"] == 1.0, (language, delta, index)


@pytest.mark.parametrize("delta", DELTAS)
def test_the_rule_is_right_on_graphs_that_take_long_to_draw(delta: float) -> None:
    spoken, rng = LANGUAGES["hamiltonian"], random.Random(int(100 * delta))
    for draw in (lambda: spoken.group("paper", rng, delta), lambda: spoken.released(rng, delta)):
        for draft in (draft for _ in range(4) for draft in draw()):
            assert spoken.decide(draft.text) == verify("hamiltonian", draft.text)


@pytest.mark.parametrize("split", ["train", "validation", "test", "ood"])
def test_the_oracle_solves_every_split_in_every_style(split: str) -> None:
    for style in ("examples", "cot", "word_salad", "sot", "apo", "direct"):
        env = FormalEnv(language="stack", style=style)
        assert all(played(env, "rule_oracle", f"{split}/{i}").reward == 1 for i in range(10))


def test_an_answer_is_scored_on_clean_and_on_noisy_labels() -> None:
    env = FormalEnv(language="pattern", mode="paper")
    tasks = [env.tasks.get("test", i) for i in range(200)]
    noisy = next(t for t in tasks if t.truth.clean != t.truth.noisy)
    score = answered(env, str(noisy.truth.clean[0]), noisy.id)
    assert (score.reward, score.metrics["punished"], score.metrics["unpunished"]) == (1, 0, 0)
    score = answered(env, str(noisy.truth.noisy[0]), noisy.id)
    assert (score.reward, score.metrics["punished"], score.outcome) == (0, 1, "wrong_answer")


def test_prose_tells_the_two_scoring_modes_apart() -> None:
    score = answered(environment(), "The label is one.")
    assert score.outcome == "unparsable"
    assert score.metrics["parsed"] == score.metrics["punished"] == 0
    assert "unpunished" not in score.metrics
    assert "unpunished" in answered(environment(), "0").metrics


def test_a_block_is_worth_the_share_that_is_right() -> None:
    env = FormalEnv(queries=10)
    env.reset(options={"task": "test/3"})
    truth = env.task.truth
    assert len(truth.queries) == 10
    replies = [*map(str, truth.clean[:7]), *(str(1 - a) for a in truth.clean[7:])]
    env.step(say("\n".join(replies)))
    assert env.score is not None
    assert env.score.reward == pytest.approx(0.7)
    assert env.tasks.splits["test"] == 100
    assert not env.rate


def test_tool_calls_are_answered_and_the_text_after_them_counts() -> None:
    env = environment()
    env.reset(options={"task": "test/0"})
    call = {"id": "a", "type": "function", "function": {"name": "label", "arguments": {}}}
    _, reward, terminated, _, _ = env.step(
        {"role": "assistant", "content": None, "tool_calls": [call]}  # type: ignore[arg-type]
    )
    assert (reward, terminated) == (0, False)
    assert env.step(say(str(env.task.truth.clean[0])))[1] == 1


def test_no_query_is_among_its_exemplars() -> None:
    for split in ("train", "validation", "test", "ood"):
        env = FormalEnv(language="parity", shots=100, exemplars="random_per_query")
        for index in range(30):
            task = env.tasks.get(split, index)
            shown = {item.text for item in env.book.exemplars(task.truth.number)}
            assert shown.isdisjoint(task.truth.queries)


def test_ood_goes_through_the_shifts_and_test_has_the_one_that_is_asked_for() -> None:
    env = FormalEnv(delta=0.45)
    assert [env.tasks.get("ood", i).difficulty["delta"] for i in range(5)] == [*DELTAS[1:], 0.2]
    assert env.tasks.get("test", 0).difficulty["delta"] == 0.45
    assert env.tasks.get("test", 0).prompt == items("parity", part="test", delta=0.45)[0].text


def test_each_language_has_an_id_of_its_own_that_tours_leave_out() -> None:
    for language in LANGUAGES:
        title = language.title().replace("_", "")
        env = gymnasium.make(f"palestra:palestra/Formal{title}-v0")
        assert env.unwrapped.language == language  # type: ignore[attr-defined]
        short = palestra.make(f"formal-{language.replace('_', '-')}", shots=5)
        assert short.unwrapped.language == language
    assert "palestra/FormalParity-v0" not in registered()
    assert "palestra/Formal-v0" in registered()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"language": "klingon"}, "expected one of parity, pattern"),
        ({"mode": "soft"}, "expected one of hardened, paper, released"),
        ({"style": "haiku"}, "expected one of examples, description"),
        ({"delta": 0.5}, r"expected one of 0\.0, 0\.2"),
        ({"shots": 501}, "from 0 to 500"),
        ({"noise": 0.9}, "from 0 to 0.5"),
        ({"exemplars": "best"}, "expected one of fixed_first"),
        ({"queries": 0}, "from 1 to 100"),
        ({"style": "cot", "queries": 2}, "queries must be 1"),
        ({"prompt": "Count."}, "text of style 'apo'"),
    ],
)
def test_what_an_option_cannot_be_is_said(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        FormalEnv(**options)


def test_every_option_says_where_the_paper_has_it() -> None:
    documented = (FormalEnv.__doc__ or "").partition("Arguments:")[2].partition("Version")[0]
    for option in palestra.envs.find("formal").options:  # type: ignore[union-attr]
        assert f"        {option}: " in documented


def test_one_cell_from_python_reads_naturally(tmp_path: Any) -> None:
    report = evaluate(
        ["formal"],
        ["rule_oracle", "majority"],
        tasks=30,
        options={"language": "parity", "shots": 20, "style": "description", "delta": 0.45},
        db=tmp_path / "x.duckdb",
    )
    best = report.rows[0]
    assert (best.agent, best.mean, best.n) == ("rule_oracle", 1.0, 30)
    assert report.rows[1].mean < 0.9


def test_an_opening_is_the_same_bytes_each_time() -> None:
    for style in ("cot", "sot", "word_salad"):
        seen = {repr(FormalEnv(language="reversal", style=style).reset(seed=4)) for _ in range(2)}
        assert len(seen) == 1
