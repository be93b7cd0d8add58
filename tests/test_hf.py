"""Local models: ids that only grow, draws that a seed decides, honest log probabilities."""

from __future__ import annotations

import asyncio
import importlib
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import guessing  # noqa: F401 - registers test/Guess-v0
import palestra
from palestra.agents import Agent, Reply
from palestra.agents.models import fetch, located, places
from palestra.agents.uri import resolve
from palestra.envs.core import Message, UsageError, call, say, system, tool_result, user
from palestra.evals import evaluate
from tiny import save_tiny_model

torch = pytest.importorskip("torch", reason="local models need palestra[local]")
pytest.importorskip("transformers", reason="local models need palestra[local]")

NATIVE = (
    "{% if tools %}{{ '<|im_start|>system\n# <tool_call>\n' }}{% for tool in tools %}"
    "{{ tool | tojson }}{% endfor %}{{ '<|im_end|>\n' }}{% endif %}"
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content }}"
    "{% for call in message.tool_calls or [] %}{{ '<tool_call>\n' + call.function | tojson + "
    "'\n</tool_call>' }}{% endfor %}{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
OPENING: list[Message] = [system("Be brief."), user("Find the river, then answer.")]
TOOLS = [
    {
        "type": "function",
        "function": {"name": "search", "description": "Look.", "parameters": {"type": "object"}},
    }
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def agent(tiny: Path) -> Any:
    return resolve(f"hf/{tiny}?temperature=1&max_tokens=24&dtype=float32")


def act(player: Any, messages: list[Message], seed: int = 0) -> Reply:
    return asyncio.run(player.act(messages, TOOLS, seed=seed))


def test_each_turn_goes_on_from_the_ids_of_the_turn_before(agent: Any) -> None:
    player = agent.seated(None, 0)
    messages = list(OPENING)
    past: list[int] = []
    for turn in range(4):
        reply = act(player, messages, turn)
        assert reply.tokens is not None
        assert reply.tokens.prompt[: len(past)] == past
        assert len(reply.tokens.prompt) > len(past)
        past = reply.tokens.prompt + reply.tokens.sampled
        messages += [reply.message, tool_result("call_0", "search", f"page {turn}"), user("Go on.")]
    shown = agent.loaded.tokenizer.decode(past)
    assert shown.count("<|im_start|>assistant\n") == 4
    assert shown.count("<|im_start|>user\n") == 1 + 3 * 2
    assert "<|im_end|><|im_end|>" not in shown
    assert "<tool_response>\npage 2\n</tool_response>" in shown


@pytest.mark.parametrize("protocol", ["hermes", "json", "pythonic", "react"])
def test_what_follows_a_reply_is_what_the_protocol_writes(tiny: Path, protocol: str) -> None:
    from palestra.agents.dialogue import Template

    tokenizer = resolve(f"hf/{tiny}?dtype=float32").tokenizer  # type: ignore[attr-defined]
    template = Template(tokenizer, protocol)
    ids = template.follow([tool_result("call_0", "search", "page 1")], "<|im_end|>")
    answer = template.protocol.result(tool_result("call_0", "search", "page 1"))
    assert tokenizer.decode(ids) == (
        f"\n<|im_start|>user\n{answer}<|im_end|>\n<|im_start|>assistant\n"
    )


def test_the_episode_loop_lets_ids_grow(agent: Any, tmp_path: Path) -> None:
    heard: dict[int, list[Reply]] = {}

    class Watched(Agent):
        uri = "watched"

        def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
            player, replies = agent.seated(env, seed, seat), heard.setdefault(seed, [])

            class Player(Agent):
                async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
                    replies.append(await player.act(messages, tools, seed=seed))
                    return replies[-1]

            return Player()

        async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
            raise AssertionError("players act")

    options = {"strict": False, "turns": 4}
    evaluate(["guess"], [Watched()], tasks=2, db=tmp_path / "x.duckdb", options=options)
    assert [len(replies) for replies in heard.values()] == [4, 4]
    for replies in heard.values():
        for one, other in pairwise(reply.tokens for reply in replies):
            assert one is not None
            assert other is not None
            before = one.prompt + one.sampled
            assert other.prompt[: len(before)] == before


def test_another_conversation_in_the_same_seat_begins_anew(agent: Any) -> None:
    player = agent.seated(None, 0)
    act(player, OPENING)
    other = act(player, [user("Something else.")])
    alone = act(agent.seated(None, 0), [user("Something else.")])
    assert other.tokens == alone.tokens


def test_a_draw_depends_on_its_seed_and_not_on_its_batch(agent: Any) -> None:
    async def together() -> list[Reply]:
        asked = [
            agent.act([user(f"Question {i % 3} " + "x" * (i % 5))], TOOLS, seed=i)
            for i in range(12)
        ]
        return await asyncio.gather(*asked)

    batched = asyncio.run(together())
    for i, reply in enumerate(batched):
        alone = act(agent, [user(f"Question {i % 3} " + "x" * (i % 5))], seed=i)
        assert alone.message == reply.message
    assert len({str(reply.message) for reply in batched}) > 6


def test_logprobs_are_the_models_own(agent: Any) -> None:
    tokens = act(agent, OPENING, seed=5).tokens
    assert tokens is not None
    ids = torch.tensor([tokens.prompt + tokens.sampled])
    with torch.inference_mode():
        logits = agent.loaded.model(ids).logits[0, len(tokens.prompt) - 1 : -1]
    exact = torch.log_softmax(logits.float(), -1).gather(1, torch.tensor(tokens.sampled)[:, None])
    assert exact[:, 0].tolist() == pytest.approx(tokens.logprobs, abs=1e-4)


def test_draws_follow_the_probabilities(agent: Any) -> None:
    from palestra.agents.hf.engine import _Draw

    chances = torch.tensor([0.5, 0.3, 0.15, 0.05])
    draw = _Draw([random.Random(n) for n in range(4000)], 1.0, 1.0)
    picked = draw(None, chances.log().repeat(4000, 1)).argmax(-1)
    shares = torch.bincount(picked, minlength=4) / 4000
    assert torch.allclose(shares, chances, atol=0.03)
    nucleus = _Draw([random.Random(n) for n in range(500)], 1.0, 0.6)
    assert set(nucleus(None, chances.log().repeat(500, 1)).argmax(-1).tolist()) == {0, 1}


def test_no_temperature_takes_the_likeliest_whatever_the_seed(tiny: Path) -> None:
    greedy = resolve(f"hf/{tiny}?max_tokens=8&dtype=float32")
    replies = {str(act(greedy, OPENING, seed=s).message) for s in range(3)}
    assert len(replies) == 1


def test_a_shared_beginning_changes_nothing(agent: Any) -> None:
    from palestra.agents.hf.engine import Engine, Request

    chance = random.Random(0)
    shared = [chance.randrange(10, 300) for _ in range(100)]
    tails = [[chance.randrange(10, 300) for _ in range(n)] for n in (1, 40, 7, 90)]
    requests = [Request(shared + tail, i, 12) for i, tail in enumerate(tails)]
    engine = Engine(agent.loaded, temperature=1.0)
    together, again = engine.generate(requests), engine.generate(requests)
    alone = [Engine(agent.loaded, temperature=1.0).generate([request])[0] for request in requests]
    for one, two, three in zip(together, again, alone, strict=True):
        assert one.ids == two.ids == three.ids
        assert one.logprobs == pytest.approx(three.logprobs, abs=1e-4)


def test_each_row_ends_at_its_own_limit(agent: Any) -> None:
    from palestra.agents.hf.engine import Engine, Request

    engine = Engine(agent.loaded._replace(ends=()), temperature=1.0)
    done = engine.generate([Request([5, 6], 0, most) for most in (1, 5, 9)])
    assert [len(reply.ids) for reply in done] == [1, 5, 9]
    assert {reply.finish for reply in done} == {"length"}


def test_a_batch_that_goes_on_without_rows_that_ended_says_the_same(agent: Any) -> None:
    from palestra.agents.hf.engine import FEWEST, Engine, Request

    loaded = agent.loaded._replace(ends=())
    chance = random.Random(1)
    prompts = [[chance.randrange(10, 300) for _ in range(5 + 3 * n)] for n in range(3 * FEWEST)]
    requests = [Request(prompt, n, 2 + n) for n, prompt in enumerate(prompts)]
    engine, passes = Engine(loaded, temperature=1.0), []
    forward = loaded.model.register_forward_pre_hook(
        lambda model, args, given: passes.append(len(args[0] if args else given["input_ids"])),
        with_kwargs=True,
    )
    together = engine.generate(requests)
    forward.remove()
    assert passes[-1] < FEWEST  # who ended was left out
    alone = [Engine(loaded, temperature=1.0).generate([request])[0] for request in requests]
    for one, other, request in zip(together, alone, requests, strict=True):
        assert one.ids == other.ids
        assert len(one.ids) == len(one.logprobs) == request.most
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)
    turn = [
        Request([*asked.ids, *reply.ids, 7, 8], 50 + n, 9)
        for n, (asked, reply) in enumerate(zip(requests, together, strict=True))
    ]
    fresh = Engine(loaded, temperature=1.0)
    assert [r.ids for r in engine.generate(turn)] == [r.ids for r in fresh.generate(turn)]


def test_a_full_context_ends_the_episode_as_the_agents_own_failure(tmp_path: Path) -> None:
    small = resolve(f"hf/{save_tiny_model(tmp_path / 'small', context=64)}?max_tokens=4")
    reply = act(small, [user("word " * 200)])
    assert reply.stop
    assert reply.finish == "context_full"


def test_a_template_with_tools_of_its_own_is_used(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "native", template=NATIVE)
    native, text = resolve(f"hf/{folder}"), resolve(f"hf/{folder}?protocol=json")
    assert native.template.native  # type: ignore[attr-defined]
    assert not text.template.native  # type: ignore[attr-defined]
    player = native.seated(None, 0)
    first = act(player, OPENING)
    messages = [*OPENING, first.message, tool_result("call_0", "search", "a page")]
    second = act(player, messages)
    assert first.tokens is not None
    assert second.tokens is not None
    past = first.tokens.prompt + first.tokens.sampled
    assert second.tokens.prompt[: len(past)] == past
    tokenizer = native.loaded.tokenizer  # type: ignore[attr-defined]
    assert '"search"' in tokenizer.decode(first.tokens.prompt)
    assert "<|im_start|>tool\na page<|im_end|>" in tokenizer.decode(second.tokens.prompt)


def test_a_call_survives_template_and_parser(agent: Any) -> None:
    template, tokenizer = agent.template, agent.loaded.tokenizer
    action = call("search", query='a "river" in the north, 1843 – été')
    ids = template.begin([*OPENING, action, user("And?")], TOOLS)
    shown = tokenizer.decode(ids)
    start = shown.index("<|im_start|>assistant\n") + len("<|im_start|>assistant\n")
    assert template.action(shown[start : shown.index("<|im_end|>", start)]) == action


def test_the_template_marks_what_the_model_said(agent: Any) -> None:
    from palestra.agents.protocols import CHATML

    made = agent.loaded.tokenizer.apply_chat_template(
        [user("Q"), say("first"), user("R"), say("second")],
        chat_template=CHATML,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    said = [i for i, m in zip(made["input_ids"], made["assistant_masks"], strict=True) if m]
    assert agent.loaded.tokenizer.decode(said) == "first<|im_end|>second<|im_end|>"


def test_a_local_model_lands_on_the_leaderboard(tiny: Path, tmp_path: Path) -> None:
    uri = f"hf/{tiny}?temperature=1&max_tokens=16"
    report = evaluate(["guess"], [uri], tasks=20, db=tmp_path / "x.duckdb")
    (row,) = report.rows
    assert (row.n, row.scored) == (20, 20)
    assert row.mean < 0.2
    assert row.output_tokens > 0


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("hf", "hf needs a model"),
        ("hf//no/such/folder", "there is no such folder"),
        ("hf/TINY?temperature=warm", "temperature"),
        ("hf/TINY?temperature=-1", "expected a number from 0 to 10"),
        ("hf/TINY?protocol=xml", "expected one of hermes, json, pythonic, react"),
        ("hf/TINY?dtype=int4", "expected one of float32"),
        ("hf/TINY?colour=red", "takes no option 'colour'"),
        ("smollm2/large", "there is one smollm2"),
    ],
)
def test_wrong_uris_are_told_in_one_line(uri: str, message: str, tiny: Path) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        resolve(uri.replace("TINY", str(tiny)))
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no config\.json and no GGUF file"):
        resolve(f"hf/{tmp_path}")


def test_models_are_looked_for_where_the_message_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Path
) -> None:
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    if not any(place.found for place in places("smollm2")):
        with pytest.raises(UsageError, match="palestra models fetch smollm2"):
            located("smollm2")
    monkeypatch.setenv("PALESTRA_MODELS", str(tiny))
    assert located("smollm2") == tiny
    with pytest.raises(UsageError, match="expected one of smollm2"):
        located("gpt-9")


def test_the_package_is_imported_without_torch() -> None:
    import subprocess
    import sys

    code = "import palestra, palestra.agents.hf, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    importlib.import_module("palestra.agents.protocols")


@pytest.mark.slow
def test_the_real_small_model_plays(tmp_path: Path) -> None:
    try:
        fetch("smollm2")
    except UsageError as error:
        if "could not be fetched" not in str(error):
            raise
        pytest.skip(f"the 135M model is not on this machine, and no source was reached: {error}")
    report = evaluate(
        ["browse"], ["smollm2?max_tokens=24"], tasks=4, db=tmp_path / "x.duckdb",
        options={"corpus": "procedural:size=1000,seed=0"}, split="train",
    )  # fmt: skip
    (row,) = report.rows
    assert (row.n, row.scored, row.invalid) == (4, 4, 0)
    assert palestra.__version__
