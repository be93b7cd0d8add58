"""The browse environment answers every action, grades only the answer, and leaks nothing."""

from __future__ import annotations

import pickle
import random

import pytest
from gymnasium.utils.env_checker import check_env

from palestra.envs.browse.env import BrowseEnv
from palestra.envs.browse.pages import found_in, windows
from palestra.envs.browse.reading import links, results
from palestra.envs.core import UsageError, call, calls, say, text_of

CORPUS = "procedural:size=3000,seed=0"


@pytest.fixture
def env() -> BrowseEnv:
    env = BrowseEnv(corpus=CORPUS)
    env.reset(options={"task": "train/0"})
    return env


def do(env: BrowseEnv, tool: str, **arguments: object) -> str:
    return text_of(env.step(call(tool, **arguments))[0])


def finish(env: BrowseEnv, answer: str) -> tuple[float, dict]:
    _, reward, terminated, _, info = env.step(call("answer", text=answer))
    assert terminated
    return reward, info


def right_answer(env: BrowseEnv) -> str:
    return env.task.truth.answer.canonical


def test_it_is_a_gymnasium_environment() -> None:
    check_env(BrowseEnv(corpus=CORPUS), skip_render_check=True)


def test_the_first_message_holds_the_rules_and_the_question(env: BrowseEnv) -> None:
    (message,), info = env.reset(options={"task": "test/1"})
    assert message["role"] == "user"
    assert env.task.prompt in str(message["content"])
    assert "32 tool calls" in str(message["content"])
    assert info == {"task": "test/1", "turn": 0}


def test_a_right_answer_is_worth_one_and_a_wrong_one_nothing(env: BrowseEnv) -> None:
    reward, info = finish(env, right_answer(env))
    assert (reward, info["outcome"], info["metrics"]["success"]) == (1.0, "success", 1.0)
    env.reset(options={"task": "train/0"})
    reward, info = finish(env, right_answer(env) + " or Nobody")
    assert (reward, info["outcome"], info["metrics"]["success"]) == (0.0, "wrong_answer", 0.0)


def test_a_result_can_be_clicked_by_its_number_and_opened_by_its_address(env: BrowseEnv) -> None:
    shown = results(do(env, "search", query="river mountain"))
    assert [result.number for result in shown] == list(range(1, len(shown) + 1))
    clicked = do(env, "click", id=2)
    assert clicked.startswith(f"{shown[1].title}\n{shown[1].url}\n")
    assert do(env, "open", url=shown[1].url) == clicked


def test_links_of_a_page_can_be_opened(env: BrowseEnv) -> None:
    do(env, "search", query="river")
    page = do(env, "click", id=1)
    found = list(links(page))
    assert found
    assert do(env, "open", url=found[0].url).split("\n")[1] == found[0].url


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("click", {"id": 1}, "call search first"),
        ("scroll", {"page": 1}, "no page is open"),
        ("find", {"text": "x"}, "no page is open"),
        ("open", {"url": "https://example.org/"}, "no page at 'https://example.org/'"),
        ("open", {"url": ""}, "no page at"),
    ],
)
def test_a_call_that_cannot_be_done_is_explained_and_costs_a_call(
    env: BrowseEnv, tool: str, arguments: dict, says: str
) -> None:
    text = do(env, tool, **arguments)
    assert text.startswith("Error: ")
    assert says in text
    _, info = finish(env, right_answer(env))
    assert info["metrics"]["tool_errors"] == 1
    assert info["metrics"]["tool_calls"] == 1
    assert info["outcome"] == "success"


def test_a_result_that_is_not_there_cannot_be_clicked(env: BrowseEnv) -> None:
    do(env, "search", query="river")
    for number in (0, -1, 11):
        assert "there is no result" in do(env, "click", id=number)
    assert "No page matches" in do(env, "search", query="qqqqzzzzx")
    assert "call search first" in do(env, "click", id=1)


def test_long_pages_are_read_in_parts_that_make_up_the_whole() -> None:
    env = BrowseEnv(corpus=CORPUS, window=500)
    env.reset(options={"task": "train/0"})
    longest = max(range(len(env.corpus)), key=lambda d: len(env.corpus.document(d).text))
    document = env.corpus.document(longest)
    first = do(env, "open", url=document.url)
    parts = int(first.rpartition(" of ")[2].split(";")[0])
    assert parts > 1
    bodies = [do(env, "scroll", page=n).split("\n\n", 1)[1] for n in range(1, parts + 1)]
    together = " ".join(" ".join(body.rpartition("\n\n(Part")[0].split()) for body in bodies)
    assert together.split() == document.text.split()
    assert f"{parts} parts" in do(env, "scroll", page=parts + 1)
    assert do(env, "open", url=document.url, page=2) == do(env, "scroll", page=2)


def test_windows_keep_every_character_but_line_ends_between_them() -> None:
    rng = random.Random(0)
    for _ in range(200):
        text = "".join(rng.choices("ab \n", [8, 8, 3, 1], k=rng.randint(0, 400)))
        size = rng.randint(5, 100)
        parts = windows(text, size)
        assert all(len(part) <= size for part in parts)
        assert "".join(parts).replace("\n", "") == text.replace("\n", "")


def test_find_shows_each_occurrence_and_the_part_it_stands_in() -> None:
    text = "\n".join(f"line {n} " + ("NEEDLE" if n in (3, 30) else "hay") for n in range(40))
    shown = found_in(text, "needle", 100)
    assert shown.startswith("2 found:")
    for line, number in zip(shown.split("\n")[1:], (3, 30), strict=True):
        part = int(line.split("(part ")[1].split(")")[0])
        assert f"line {number} NEEDLE" in windows(text, 100)[part - 1]
    assert "does not occur" in found_in(text, "thread", 100)


def test_the_answer_is_free_and_one_call_over_the_budget_ends_the_episode(env: BrowseEnv) -> None:
    env = BrowseEnv(corpus=CORPUS, tool_calls=8)
    env.reset(options={"task": "train/0"})
    for _ in range(8):
        assert not env.step(call("search", query="river"))[3]
    reward, info = finish(env, right_answer(env))
    assert (reward, info["metrics"]["tool_calls"]) == (1.0, 8)
    env.reset(options={"task": "train/0"})
    for _ in range(8):
        env.step(call("search", query="river"))
    _, reward, _, truncated, info = env.step(call("search", query="river"))
    assert truncated
    assert (reward, info["outcome"]) == (0.0, "out_of_tool_calls")


def test_a_malformed_step_voids_a_right_answer_only_if_strict() -> None:
    for strict in (True, False):
        env = BrowseEnv(corpus=CORPUS, strict=strict)
        env.reset(options={"task": "train/0"})
        _, reward, terminated, _, info = env.step(say("Let me think."))
        assert terminated == strict
        if strict:
            assert (reward, info["outcome"]) == (0.0, "format_error")
        else:
            reward, info = finish(env, right_answer(env))
            assert (reward, info["metrics"]["format_errors"]) == (1.0, 1)


def test_an_answer_together_with_a_malformed_call_is_void_if_strict(env: BrowseEnv) -> None:
    action = calls(("answer", {"text": right_answer(env)}), ("click", {"id": "one"}))
    _, reward, terminated, _, info = env.step(action)
    assert terminated
    assert (reward, info["outcome"]) == (0.0, "format_error")


def test_giving_up_is_no_answer(env: BrowseEnv) -> None:
    reward, *_, info = env.stop("no_answer")
    assert (reward, info["outcome"]) == (0.0, "no_answer")


def test_repetitive_searching_lowers_a_right_answer_by_its_weight() -> None:
    queries = ("old bridge river", "river old bridge", "castle", "Castle")
    for weight, reward in ((0.0, 1.0), (0.3, 1 - 0.3 * 2 / 3)):
        env = BrowseEnv(corpus=CORPUS, redundancy_penalty=weight)
        env.reset(options={"task": "train/0"})
        for query in queries:
            do(env, "search", query=query)
        got, info = finish(env, right_answer(env))
        assert got == pytest.approx(reward)
        assert info["metrics"]["success"] == 1.0
        assert info["metrics"]["redundancy"] == pytest.approx(2 / 3)
        assert info["metrics"]["repeated_queries"] == 1.0


def test_path_recall_is_the_share_of_the_hidden_pages_that_were_opened(env: BrowseEnv) -> None:
    documents = env.task.truth.documents
    for document in (documents[0], documents[-1], documents[0]):
        do(env, "open", url=env.corpus.url(document))
    _, info = finish(env, "x")
    assert info["metrics"]["path_recall"] == pytest.approx(2 / len(documents))
    assert info["metrics"]["unique_pages"] == 2


def test_episodes_can_branch_and_travel(env: BrowseEnv) -> None:
    do(env, "search", query="river")
    snapshot = pickle.loads(pickle.dumps(env.snapshot()))
    twin = env.fork()
    here = do(env, "click", id=1)
    assert do(twin, "click", id=1) == here
    do(twin, "click", id=2)
    assert env.state.opened != twin.state.opened
    other = BrowseEnv(corpus=CORPUS)
    other.restore(snapshot)
    assert do(other, "click", id=1) == here


def test_nothing_observable_names_the_truth_before_it_is_read(env: BrowseEnv) -> None:
    for index in range(20):
        observation, info = env.reset(options={"split": "test", "index": index})
        names = [env.corpus.title(document) for document in env.task.truth.documents]
        told = text_of(observation) + repr(info) + repr(env.task) + repr(env.tools)
        assert not [name for name in names if name in told.split("Question")[-1]]
        assert right_answer(env) not in told
        for name in (*names, right_answer(env)):
            assert name not in repr(env.step(call("click", id=1)))
            break


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("tool_calls", 7),
        ("tool_calls", 129),
        ("results", 0),
        ("window", 10),
        ("redundancy_penalty", -0.1),
        ("redundancy_threshold", 2),
        ("min_hops", 1),
        ("max_hops", 13),
        ("blur", 4),
        ("blur", True),
        ("min_degree", 9),
        ("tool_calls", "32"),
    ],
)
def test_an_option_out_of_range_is_refused_with_its_range(option: str, value: object) -> None:
    with pytest.raises(UsageError, match=rf"option '{option}' is .*expected a"):
        BrowseEnv(corpus=CORPUS, **{option: value})  # type: ignore[arg-type]


def test_an_unknown_retrieval_or_corpus_is_refused() -> None:
    with pytest.raises(UsageError, match="retrieval"):
        BrowseEnv(corpus=CORPUS, retrieval="psychic")
    with pytest.raises(UsageError, match="no corpus"):
        BrowseEnv(corpus="nowhere")
