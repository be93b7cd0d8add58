"""The oracle solves every task, cheap tricks solve next to none, and cheating scores nothing."""

from __future__ import annotations

import random
from functools import lru_cache

import pytest

from palestra.envs.browse.env import BrowseEnv
from palestra.envs.browse.reading import asked_values, links, question_of, results, spans
from palestra.envs.core import Score, Seat, text_of

CORPUS = "procedural:size=5000,seed=0"
SPLITS = ("train", "validation", "test", "ood", "iid", "hotpot")
BLIND = ("closed_book", "one_shot_search")
CHEATS = ("answer_stuffer", "format_breaker", "snooper")


def play(env: BrowseEnv, name: str, task: str) -> Score:
    reference = env.references[name]
    observation, _ = env.reset(options={"task": task})
    seat = Seat(observation, env.tools, random.Random(task), env if reference.privileged else None)
    script = reference.policy(seat)
    action = next(script, None)
    while action is not None:
        observation, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            break
        try:
            action = script.send(observation)
        except StopIteration:
            action = None
    if env.score is None:
        env.stop("no_answer")
    assert env.score is not None
    assert env.score.error is None
    return env.score


@lru_cache(maxsize=1)
def environment() -> BrowseEnv:
    return BrowseEnv(corpus=CORPUS)


def successes(name: str, split: str, most: int) -> list[float]:
    env = environment()
    count = min(most, env.tasks.splits[split])
    return [play(env, name, f"{split}/{i}").metrics["success"] for i in range(count)]


@pytest.mark.parametrize("split", SPLITS)
def test_the_oracle_solves_every_task_and_opens_the_whole_path(split: str) -> None:
    env = environment()
    for index in range(env.tasks.splits[split]):
        score = play(env, "oracle", f"{split}/{index}")
        assert score.outcome == "success", (split, index)
        assert score.reward == 1.0
        assert score.metrics["path_recall"] == 1.0


def test_the_oracle_answers_within_the_smallest_budget() -> None:
    env = BrowseEnv(corpus=CORPUS, tool_calls=8)
    for index in range(10):
        assert play(env, "oracle", f"ood/{index}").reward == 1.0


@pytest.mark.parametrize("name", CHEATS)
@pytest.mark.parametrize("split", SPLITS)
def test_cheating_scores_nothing(name: str, split: str) -> None:
    assert not any(successes(name, split, 40))


@pytest.mark.parametrize("name", BLIND)
@pytest.mark.parametrize("split", SPLITS[:-1])
def test_neither_a_guess_nor_one_search_is_enough(name: str, split: str) -> None:
    found = successes(name, split, 60)
    assert sum(found) / len(found) <= environment().references[name].at_most


def test_the_order_of_the_references_is_as_expected() -> None:
    mean = {}
    for name in ("closed_book", "one_shot_search", "greedy_reader", "oracle"):
        found = successes(name, "hotpot", 60) + successes(name, "test", 60)
        mean[name] = sum(found) / len(found)
    assert mean["closed_book"] <= mean["one_shot_search"] + 0.02
    assert mean["one_shot_search"] <= mean["greedy_reader"]
    assert 0 < mean["greedy_reader"] < 0.7
    assert mean["oracle"] == 1.0


def test_the_brief_oracle_leaves_out_the_answers_page_where_it_has_read_the_answer() -> None:
    easy = BrowseEnv(
        corpus=CORPUS, named=True, min_hops=1, max_hops=1, blur=0, attributes=0, linked=True
    )
    for env, splits in ((easy, ("train", "test")), (environment(), SPLITS)):
        shorter = same = 0
        for split in splits:
            for index in range(min(40, env.tasks.splits[split])):
                whole = play(env, "oracle", f"{split}/{index}").metrics["tool_calls"]
                score = play(env, "brief_oracle", f"{split}/{index}")
                assert score.reward == 1.0
                shorter += score.metrics["tool_calls"] == whole - 2
                same += score.metrics["tool_calls"] == whole
        assert shorter > 0
        assert shorter + same == sum(min(40, env.tasks.splits[split]) for split in splits)
        if env is easy:
            assert shorter > 4 * same


def test_only_oracles_are_privileged() -> None:
    privileged = [name for name, r in BrowseEnv.references.items() if r.privileged]
    assert privileged == ["oracle", "brief_oracle"]


def test_the_question_can_be_read_off_the_opening() -> None:
    env = environment()
    observation, _ = env.reset(options={"task": "test/0"})
    assert question_of(text_of(observation)) == env.task.prompt


def test_spans_values_links_and_results_are_read_as_shown() -> None:
    assert spans("born in the 1840s, in the first half of the 19th century") == [
        (1840, 1849),
        (1800, 1850),
    ]
    assert spans("has between 1,000 and 2,000 inhabitants and opened in 1843") == [
        (1000, 2000),
        (1843, 1843),
    ]
    assert asked_values("on which exact date?", "born 3 May 1843.") == ["3 May 1843"]
    assert asked_values("has how many pages?", "It has 1,234 pages") == ["1,234"]
    (link,) = links("Born in [Kara Town](wiki/kara), long ago.")
    assert (link.title, link.url) == ("Kara Town", "wiki/kara")
    (result,) = results("[1] Kara\n    wiki/kara\n    a town")
    assert (result.number, result.title, result.url) == (1, "Kara", "wiki/kara")
