"""The contract of an environment."""

from __future__ import annotations

import pickle

import gymnasium
import pytest

from guessing import Guess, Race
from palestra.envs import make
from palestra.envs.core import FormatError, UsageError, call, calls, say, text_in


def start(env: Guess, task: str = "test/0") -> None:
    env.reset(seed=1, options={"task": task})


def told(env: Guess, action: object) -> str:
    return text_in(env.step(action)[0][0])  # type: ignore[arg-type]


def test_an_episode_ends_with_a_score_and_an_outcome(guess: Guess) -> None:
    observation, info = guess.reset(seed=1, options={"task": "test/0"})
    assert observation == ({"role": "user", "content": "Round 0: guess the number from 1 to 9."},)
    assert info == {"task": "test/0", "turn": 0}
    _, reward, terminated, truncated, info = guess.step(call("answer", number=1))
    assert (reward, terminated, truncated) == (1.0, True, False)
    assert info == {
        "turn": 1,
        "outcome": "success",
        "metrics": {"success": 1.0, "tool_calls": 0.0},
    }


def test_the_same_seed_draws_the_same_task(guess: Guess) -> None:
    split = {"split": "test"}
    drawn = [guess.reset(seed=seed, options=split)[1]["task"] for seed in (1, 2, 1)]
    assert drawn[0] == drawn[2] != drawn[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"task": "test/999"}, "test/0 to test/299"),
        ({"task": "nonsense"}, "they look like"),
        ({"split": "exam"}, "the splits are"),
        ({"tusk": "test/0"}, "unknown reset option"),
    ],
)
def test_a_wrong_reset_option_is_explained(guess: Guess, options: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        guess.reset(options=options)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (call("higher", than="five"), "argument `than`: expected `integer`, got `string`"),
        (call("higher"), "missing argument `than`"),
        (call("higher", than=77), "<= 9"),
        (call("higher", than=1, fast=True), "unknown argument `fast`"),
        (call("lower", than=1), "there is no tool 'lower'; the tools are: higher, answer"),
        (say("It is five."), "must call a tool"),
        ("five", "an action is one assistant message"),
        ({"role": "user", "content": "x"}, "role `assistant`"),
        ({"role": "assistant", "content": "", "parse_error": "no JSON at 3"}, "no JSON at 3"),
        ({"role": "assistant", "content": "x" * 30_000}, "at most 20,000"),
    ],
)
def test_a_malformed_action_is_answered_with_what_was_expected(action: object, said: str) -> None:
    env = Guess(strict=False)
    start(env)
    assert said in told(env, action)
    assert env.ledger.format_errors == 1
    assert told(env, call("higher", than=3)) in ("yes", "no"), "the episode goes on"


def test_in_strict_mode_a_format_error_ends_the_episode_with_nothing(guess: Guess) -> None:
    start(guess)
    _, reward, terminated, _, info = guess.step(call("lower", than=1))
    assert (reward, terminated, info["outcome"]) == (0.0, True, "format_error")
    assert info["metrics"]["success"] == 0.0


def test_in_strict_mode_one_bad_call_of_several_runs_none(guess: Guess) -> None:
    start(guess)
    guess.step(calls(("answer", {"number": 1}), ("nope", {})))
    assert guess.state.answer is None
    assert guess.score is not None
    assert guess.score.outcome == "format_error"


def test_calls_of_one_message_run_in_order_and_stop_at_the_end(guess: Guess) -> None:
    start(guess)
    action = calls(("higher", {"than": 3}), ("answer", {"number": 1}), ("higher", {"than": 4}))
    observation = guess.step(action)[0]
    assert [m["content"] for m in observation] == ["no", "Thank you.", "Not run: it was over."]
    assert [entry.tool for entry in guess.ledger] == ["higher", "answer"]


def test_two_calls_with_one_id_are_a_format_error() -> None:
    env = Guess(strict=False)
    start(env)
    action = calls(("higher", {"than": 3}), ("higher", {"than": 4}))
    action["tool_calls"][1]["id"] = action["tool_calls"][0]["id"]  # type: ignore[index]
    assert "have the id" in str(env.step(action)[0][1]["content"])


def test_a_tool_that_refuses_is_no_format_error(guess: Guess) -> None:
    start(guess)
    guess.step(call("higher", than=3))
    assert told(guess, call("higher", than=3)).startswith("Error: You asked about 3 already")
    assert guess.ledger.format_errors == 0
    assert guess.ledger[1].error
    assert guess.ledger[0].changes == ({"asked": 3},)


def test_the_budget_of_tool_calls_ends_the_episode_but_not_the_answer() -> None:
    env = Guess(tool_calls=2)
    start(env)
    env.step(call("higher", than=1))
    assert "That was the last of 2 tool calls" in told(env, call("higher", than=2))
    assert env.step(call("answer", number=1))[1] == 1.0
    start(env)
    for than in (1, 2):
        env.step(call("higher", than=than))
    _, reward, terminated, truncated, info = env.step(call("higher", than=3))
    assert (reward, terminated, truncated) == (0.0, False, True)
    assert info["outcome"] == "out_of_tool_calls"


def test_the_limit_of_turns_truncates() -> None:
    env = Guess(turns=2)
    start(env)
    env.step(call("higher", than=1))
    *_, truncated, info = env.step(call("higher", than=2))
    assert truncated
    assert info["outcome"] == "out_of_turns"


def test_stepping_after_the_end_is_refused(guess: Guess) -> None:
    start(guess)
    guess.step(call("answer", number=1))
    with pytest.raises(gymnasium.error.ResetNeeded):
        guess.step(call("answer", number=1))


def test_a_grader_that_fails_makes_the_episode_invalid(
    guess: Guess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guess, "grade", lambda *_: 1 / 0)
    start(guess)
    guess.step(call("answer", number=1))
    assert guess.score is not None
    assert not guess.score.valid
    assert "ZeroDivisionError" in (guess.score.error or "")


def test_what_the_agent_changes_in_its_own_message_stays_out_of_the_ledger(guess: Guess) -> None:
    start(guess)
    action = call("higher", than=3)
    guess.step(action)
    action["tool_calls"][0]["function"]["arguments"]["than"] = 9  # type: ignore[index]
    assert guess.ledger[0].arguments == {"than": 3}


def test_a_fork_goes_its_own_way(guess: Guess) -> None:
    start(guess)
    guess.step(call("higher", than=3))
    twin = guess.fork()
    twin.step(call("answer", number=1))
    assert guess.state.answer is None
    assert len(guess.ledger) == 1
    assert twin.score is not None
    assert twin.score.reward == 1.0
    assert guess.score is None


def test_a_snapshot_travels_by_pickle_and_goes_on_elsewhere(guess: Guess) -> None:
    start(guess)
    guess.step(call("higher", than=3))
    snapshot = pickle.loads(pickle.dumps(guess.snapshot()))
    other = Guess()
    other.restore(snapshot)
    assert other.state.asked == [3]
    assert other.step(call("answer", number=1))[1] == 1.0


def test_rendering_shows_the_conversation_since_the_last_call() -> None:
    env = Guess(render_mode="ansi")
    start(env)
    env.step(call("higher", than=3))
    text = env.render()
    assert text is not None
    assert "guess the number" in text
    assert "higher" in text
    assert env.render() == ""


def test_gymnasium_vectorises_it() -> None:
    envs = gymnasium.make_vec("test/Guess-v0", num_envs=3)
    observations, _ = envs.reset(seed=5)
    assert len(observations) == 3
    envs.step(envs.action_space.sample())
    envs.close()


def test_the_action_space_contains_what_the_environment_accepts(guess: Guess) -> None:
    assert call("higher", than=3) in guess.action_space
    assert call("higher", than=0) not in guess.action_space
    assert say("five") not in guess.action_space


def test_an_arena_gives_each_agent_its_own_score() -> None:
    arena = Race()
    arena.reset(seed=1, options={"task": "test/0"})
    for _ in range(2):
        fast, slow = call("advance", steps=3), call("advance", steps=1)
        arena.step({"runner_0": fast, "runner_1": slow})
    assert arena.agents
    _, rewards, terminations, *_ = arena.step({"runner_0": call("advance", steps=3)})
    assert rewards == {"runner_0": 1.0, "runner_1": 0.0}
    assert all(terminations.values())
    assert not arena.agents
    assert {entry.agent for entry in arena.ledger} == {"runner_0", "runner_1"}


def test_a_fork_of_an_arena_goes_its_own_way() -> None:
    arena = Race()
    arena.reset(seed=1)
    twin = arena.fork()
    twin.step({"runner_0": call("advance", steps=3)})
    assert arena.state.at["runner_0"] == 0
    assert twin.state.at["runner_0"] == 3


def test_an_unknown_environment_or_option_is_named_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match="Did you mean 'browse'"):
        make("brows")
    with pytest.raises(UsageError, match="did you mean 'turns'"):
        make("guess", turn=3)


def test_format_errors_carry_the_call() -> None:
    error = FormatError("no", call_id="call_1", tool="x")
    assert (error.call_id, error.tool) == ("call_1", "x")
