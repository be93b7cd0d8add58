"""Rollouts for a trainer: ids and masks as TRL's, all episodes at once, groups from one state."""

from __future__ import annotations

import inspect
import json
import pickle
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import guessing
import largest  # noqa: F401 - registers
from palestra.agents.base import InfrastructureError, Tokens
from palestra.agents.dialogue import Generated, Template
from palestra.envs.core import Score, UsageError, register, tool
from tiny import save_tiny_model

pytest.importorskip("trl", reason="training needs palestra[train]")
pytest.importorskip("torch", reason="training needs palestra[train]")

from palestra.training.grpo import score
from palestra.training.rollout import EnvironmentFactory, Played, Rollouts, join
from palestra.training.rollout.factory import OVER
from palestra.training.tasks import key_of, training_keys

GUESS, LARGEST = "test/Guess-v0", "test/Largest-v0"


def called(name: str, **arguments: Any) -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


ASK, ASK_MORE, RIGHT, WRONG = (
    called("higher", than=3),
    called("higher", than=4),
    called("answer", number=4),
    called("answer", number=9),
)
SCRIPTS = [
    [RIGHT],
    [ASK, WRONG],
    [ASK, ASK_MORE, RIGHT],
    [ASK, called("higher", than=3), ASK_MORE, "I think it is 4.\n" + RIGHT],
]


class Scripted:
    """A voice that says what is written, whatever it hears."""

    def __init__(self, tokenizer: Any, says: Callable[[int, list[int]], str]) -> None:
        self.uri, self.max_tokens, self.context = "scripted", 512, 4096
        self.tokenizer, self.template = tokenizer, Template(tokenizer)
        self.ends: Mapping[int, str] = {tokenizer.eos_token_id: tokenizer.eos_token}
        self._says = says
        self.heard: list[tuple[list[int], int, int]] = []

    async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
        self.heard.append((prompt, seed, most))
        ids = self.tokenizer(self._says(len(self.heard) - 1, prompt))["input_ids"]
        ids = [*ids, self.tokenizer.eos_token_id]
        cut = ids[:most]
        return Generated(cut, [-0.5] * len(cut), "stop" if cut == ids else "length")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from trl.chat_template_utils import qwen3_chat_template

    folder = tmp_path_factory.mktemp("models") / "tiny"
    return save_tiny_model(folder, template=qwen3_chat_template)


@pytest.fixture(scope="module")
def tokenizer(tiny: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny)


def rollouts(tokenizer: Any, environment: str = GUESS, **more: Any) -> Rollouts:
    return Rollouts({environment: {}}, Template(tokenizer), max_tokens=512, **more)


def played(
    tokenizer: Any, scripts: Sequence[Sequence[str]], environment: str = GUESS, **more: Any
) -> list[Played]:
    """One rollout for each script."""
    found: list[Played] = []
    for script in scripts:
        voice = Scripted(tokenizer, lambda turn, _, script=script: script[turn])
        player = rollouts(tokenizer, environment, max_completion=2000, **more)
        found += player.play([key_of(environment, "train/0")], voice)
    return found


@pytest.mark.slow
def test_masks_are_those_of_trls_own_loop_bit_for_bit(
    tiny: Path, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datasets import Dataset
    from transformers import AutoModelForCausalLM
    from trl.trainer.grpo_config import GRPOConfig
    from trl.trainer.grpo_trainer import GRPOTrainer

    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    factory = EnvironmentFactory(GUESS)
    trainer = GRPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(tiny),
        args=GRPOConfig(
            output_dir=str(tmp_path), per_device_train_batch_size=4, num_generations=4,
            max_completion_length=2000, report_to="none", use_cpu=True, bf16=False,
        ),
        train_dataset=Dataset.from_list(factory.rows()),
        processing_class=tokenizer,
        environment_factory=factory,
    )  # fmt: skip
    turn = 0

    def one_turn(prompt_ids: list[list[int]], *_: Any, **__: Any) -> tuple[list[Any], list[Any]]:
        nonlocal turn
        said: list[list[int]] = []
        for script in SCRIPTS:
            text = script[turn] if turn < len(script) else "Done." if turn == len(script) else None
            if text is not None:
                said.append([*tokenizer(text)["input_ids"], tokenizer.eos_token_id])
        turn += 1
        assert len(said) == len(prompt_ids)
        return said, [[-0.5] * len(ids) for ids in said]

    monkeypatch.setattr(trainer, "_generate_single_turn", one_turn)
    assert trainer.model is not None
    trainer.model.train()
    rows = factory.rows() * len(SCRIPTS)
    theirs = trainer._generate_and_score_completions(rows)
    ours = [each.tokens for each in played(tokenizer, SCRIPTS)]
    for row, mine in enumerate(ours):
        length = len(mine.env_mask)
        # TRL's loop cannot end an episode: it lets the model speak once more after the last tool.
        assert theirs["completion_ids"][row][:length].tolist() == mine.completion_ids
        assert theirs["tool_mask"][row][:length].tolist() == mine.env_mask
        assert 0 < sum(mine.env_mask) <= length
    assert [sum(1 for a, b in zip(o.env_mask, o.env_mask[1:], strict=False) if a < b)
            for o in ours] == [0, 1, 2, 3]  # fmt: skip


class Meeting(guessing.Guess):
    """A step waits until all rollouts are in a step."""

    blocking = True
    met = threading.Barrier(64)

    @tool
    def higher(self, than: int) -> str:
        """Ask.

        Args:
            than: The number to compare with.
        """
        self.met.wait(timeout=30)
        return "yes" if self.task.truth > than else "no"


register("test/Meeting-v0", Meeting, name="meeting")


def test_environments_of_all_rollouts_step_at_the_same_time(tokenizer: Any) -> None:
    def says(_: int, prompt: list[int]) -> str:
        turn = tokenizer.decode(prompt).count("<|im_start|>assistant")
        return called("higher", than=turn) if turn <= 4 else RIGHT

    player = rollouts(tokenizer, "test/Meeting-v0", max_completion=3000)
    done = player.play([key_of("test/Meeting-v0", "train/0")] * 64, Scripted(tokenizer, says))
    assert [each.episode.turns for each in done] == [5] * 64
    assert all(each.episode.score == done[0].episode.score for each in done)


def test_members_of_a_group_start_from_one_seed_and_draw_with_their_own(tokenizer: Any) -> None:
    voice = Scripted(tokenizer, lambda *_: RIGHT)
    player = rollouts(tokenizer, LARGEST, seed=3)
    keys = [key_of(LARGEST, "train/1")] * 4 + [key_of(LARGEST, "train/2")] * 4
    first = player.play(keys, voice, step=5)
    seeds = [each.episode.seed for each in first]
    assert len(set(seeds[:4])) == len(set(seeds[4:])) == 1
    assert seeds[0] != seeds[4]
    draws = [seed for _, seed, _ in voice.heard]
    assert len(set(draws)) == 8
    again = Scripted(tokenizer, lambda *_: RIGHT)
    rollouts(tokenizer, LARGEST, seed=3).play(keys, again, step=5)
    assert sorted(draws) == sorted(seed for _, seed, _ in again.heard)
    assert len({each.episode.key for each in first}) == 8


def test_a_malformed_action_ends_the_episode_and_no_token_follows(tokenizer: Any) -> None:
    (bad,) = played(tokenizer, [["<tool_call>\n{not json}\n</tool_call>", RIGHT]])
    assert bad.episode.score is not None
    assert (bad.episode.score.reward, bad.episode.score.outcome) == (0.0, "format_error")
    assert bad.episode.turns == 1
    assert all(bad.tokens.env_mask)


def test_a_rollout_never_exceeds_its_budget(tokenizer: Any) -> None:
    voice = Scripted(tokenizer, lambda turn, _: ASK if turn == 0 else ASK_MORE)
    (cut,) = rollouts(tokenizer, max_completion=120).play([key_of(GUESS, "train/0")], voice)
    assert len(cut.tokens.completion_ids) <= 120
    assert cut.episode.score is not None
    assert cut.episode.score.reward == 0.0


def test_thoughts_are_learned_and_earn_nothing(tokenizer: Any) -> None:
    thinking = f"<think>\n7? No: {RIGHT}\n</think>\n\n"
    right, wrong, silent = played(
        tokenizer, [[thinking + ASK, thinking + RIGHT], [thinking + WRONG], [thinking + "Hm."]]
    )
    rewards = [each.episode.score.reward for each in (right, wrong, silent) if each.episode.score]
    assert rewards == [1.0, 0.0, 0.0]
    ids, mask = right.tokens.completion_ids, right.tokens.env_mask
    spoken = tokenizer.decode([id for id, said in zip(ids, mask, strict=True) if said])
    assert spoken == "".join(f"{thinking}{said}<|im_end|>" for said in (ASK, RIGHT))
    assert "7? No" not in tokenizer.decode(
        [id for id, said in zip(ids, mask, strict=True) if not said]
    )
    first = right.episode.messages[1]
    assert first.get("thoughts", "").startswith("7? No")
    assert "think" not in (first["content"] or "")


@pytest.mark.parametrize("room", range(0, 200, 7))
def test_a_rollout_that_fills_its_budget_ends_as_a_truncated_one(tokenizer: Any, room: int) -> None:
    turns = [ASK, ASK_MORE, called("higher", than=5), RIGHT]
    voice = Scripted(tokenizer, lambda turn, _: turns[turn])
    (cut,) = rollouts(tokenizer, max_completion=60 + room).play([key_of(GUESS, "train/0")], voice)
    whole = cut.finish == "stop"
    assert cut.episode.score is not None
    assert cut.episode.status == "scored"
    assert len(cut.tokens.completion_ids) <= 60 + room
    assert len(cut.tokens.completion_ids) == len(cut.tokens.env_mask) == len(cut.tokens.logprobs)
    if cut.finish == "context_full":
        assert cut.episode.score.outcome == "no_answer"
        assert cut.episode.notes[-1]["finish"] == "context_full"
    at_the_brim = len(cut.tokens.completion_ids) == 60 + room
    if not at_the_brim:
        assert (cut.tokens.completion_ids[-1] == tokenizer.eos_token_id) == whole
    assert Rollouts.fields([cut])["finish"] == [cut.finish]


def test_environments_mix_in_one_batch(tokenizer: Any) -> None:
    def says(_: int, prompt: list[int]) -> str:
        return RIGHT if "Guess" in tokenizer.decode(prompt) else called("answer", digit=0)

    environments = {GUESS: {}, LARGEST: {}}
    player = Rollouts(environments, Template(tokenizer), max_tokens=512, max_completion=2000)
    keys, options = training_keys(environments, 1)
    assert options == environments
    done = player.play(keys * 2, Scripted(tokenizer, says))
    assert [each.episode.environment for each in done] == [GUESS, LARGEST] * 2
    assert done[0].episode.score is not None
    assert done[0].episode.score.reward == 1.0


def test_what_nobody_is_to_blame_for_has_no_reward(tokenizer: Any) -> None:
    class Failing(Scripted):
        async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
            if self.heard:
                raise InfrastructureError("the server is gone", retry=False)
            return await super().generate(prompt, seed, most)

    player = rollouts(tokenizer, max_completion=2000)
    (lost,) = player.play([key_of(GUESS, "train/0")], Failing(tokenizer, lambda *_: ASK))
    assert lost.episode.status == "error"
    fields = player.fields([lost])
    assert fields["score"] == [None]
    assert score([], [], fields["score"], fields["outcome"], fields["metrics"]) == [None]


def test_metrics_and_outcomes_are_logged_by_name() -> None:
    logged: dict[str, float] = {}
    metrics = [{"success": 1.0}, {"success": 0.0, "hops": 3.0}, {}]
    outcomes = ["success", "wrong_answer", "error"]
    given = [1.0, 0.0, None]
    assert score([], [], given, outcomes, metrics, log_metric=logged.__setitem__) == given
    assert logged["metric/success"] == 0.5
    assert logged["metric/hops"] == 3.0
    assert logged["outcome/error"] == pytest.approx(1 / 3)


def test_a_prompt_that_fills_the_context_is_an_error_that_says_so(tokenizer: Any) -> None:
    voice = Scripted(tokenizer, lambda *_: RIGHT)
    voice.context = 60
    with pytest.raises(UsageError, match=r"prompt alone fills the context .*60 tokens.*shorter"):
        rollouts(tokenizer).play([key_of(GUESS, "train/0")], voice)


def test_turns_that_do_not_go_on_are_refused() -> None:
    first, other = Tokens([1, 2], [3], [-0.1]), Tokens([1, 9, 3, 4], [5], [-0.2])
    with pytest.raises(ValueError, match="turn 2 does not begin with the ids"):
        join([first, other])
    with pytest.raises(ValueError, match="without a turn"):
        join([])
    whole = join([first, Tokens([1, 2, 3, 4], [5], [-0.2])])
    assert whole == ([1, 2], [3, 4, 5], [1, 0, 1], [-0.1, 0.0, -0.2])


def test_training_tasks_are_those_of_train(tokenizer: Any) -> None:
    keys, _ = training_keys({"largest": {}}, None)
    assert len(keys) == 700
    assert {json.loads(key)["task"].split("/")[0] for key in keys} == {"train"}
    few, _ = training_keys({"largest": {}}, None, {"largest": ["train/7", "test/1", "train/3"]})
    assert sorted(json.loads(key)["task"] for key in few) == ["train/3", "train/7"]
    with pytest.raises(UsageError, match="none of its 700 training tasks is among the 1"):
        training_keys({"largest": {}}, None, {"largest": ["test/1"]})


def test_practice_does_not_begin_with_what_sft_of_the_same_seed_has_just_learned() -> None:
    def order(**how: Any) -> list[str]:
        return [json.loads(key)["task"] for key in training_keys({"largest": {}}, None, **how)[0]]

    practised = order()
    assert practised == order(seed=0) != order(seed=1)
    import torch

    # Both trainers take rows in the order that one generator gives for their number.
    drawn = torch.randperm(700, generator=torch.Generator().manual_seed(0)).tolist()[:100]
    learned = {f"train/{row}" for row in drawn}
    assert len(learned & {practised[row] for row in drawn}) < 40  # by chance 14


# -- TRL's own loop ------------------------------------------------------------------------------


def test_the_factory_shows_tools_and_nothing_else() -> None:
    from transformers.utils.chat_template_utils import get_json_schema

    made = pickle.loads(pickle.dumps(EnvironmentFactory(GUESS)))()
    found = [name for name, _ in inspect.getmembers(type(made), inspect.isfunction)]
    assert [name for name in found if not name.startswith("_")] == [
        "answer", "get_reward", "higher", "reset",
    ]  # fmt: skip
    for schema in made._game.tools[""]:
        ours = schema["function"]
        theirs = get_json_schema(getattr(made, ours["name"]))["function"]
        assert theirs["description"] == ours["description"]
        assert theirs["parameters"]["required"] == ours["parameters"]["required"]
        for name, argument in ours["parameters"]["properties"].items():
            shown = theirs["parameters"]["properties"][name]
            assert shown == {key: argument[key] for key in ("type", "description")}


def test_a_made_environment_is_graded_as_in_an_evaluation() -> None:
    factory = EnvironmentFactory(GUESS)
    made, (row,) = factory(), factory.rows()
    assert [message["role"] for message in row["prompt"]][-1] == "user"
    made.reset(**row)
    assert made.higher(than=3) == "yes"
    assert "already" in made.higher(than=3)
    assert made.answer(number=4) == "Thank you."
    assert made.higher(than=5) == OVER
    assert made.get_reward() == made.get_reward() == 1.0
    made.reset(**row)
    assert made.get_reward() == 0.0


def test_a_made_environment_whose_grader_breaks_has_no_reward() -> None:
    made, (row,) = EnvironmentFactory(GUESS)(), EnvironmentFactory(GUESS).rows()
    made.reset(**row)
    made._game.score = lambda: Score(0.0, "invalid", {}, error="the grader broke")
    assert made.get_reward() != made.get_reward()  # nan


def test_an_environment_of_several_seats_is_refused() -> None:
    with pytest.raises(UsageError, match=r"one seat.*train with Rollouts"):
        EnvironmentFactory("test/Race-v0")
