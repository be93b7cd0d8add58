"""vLLM: its server is started, waited for and stopped, and says why when it cannot."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import guessing  # noqa: F401 - registers test/Guess-v0
from palestra.agents import Reply
from palestra.agents.dialogue import Speaker
from palestra.agents.models import located
from palestra.agents.openai import OpenAIAgent
from palestra.agents.protocols import constraint
from palestra.agents.uri import resolve
from palestra.agents.vllm.server import Server
from palestra.agents.vllm.tokens import TokenVoice
from palestra.envs.core import UsageError, user
from palestra.evals import evaluate
from palestra.evals.doctor import ChatServer, Fault
from palestra.evals.doctor.wire import Wire
from tiny import save_tiny_model

pytest.importorskip("openai", reason="vllm/... talks through the openai package")
REAL = os.environ.get("PALESTRA_VLLM_PYTHON")
SERVER = """
import argparse, os, sys, time
from palestra.evals.doctor import ChatServer
arguments = argparse.ArgumentParser()
for name in ("host", "port", "model", "served-model-name", "dtype", "max-model-len",
             "chat-template", "tool-call-parser"):
    arguments.add_argument(f"--{{name}}")
arguments.add_argument("--enable-auto-tool-choice", action="store_true")
given = arguments.parse_args()
print("loading", given.model, flush=True)
if os.environ.get("FAKE") == "broken":
    sys.exit("the engine could not be built: no such quantisation")
time.sleep(1 if os.environ.get("FAKE") != "slow" else 60)
assert given.chat_template is None or open(given.chat_template).read().startswith("{{% for")

def answer(request):
    assert "tools" not in request
    text = '<tool_call>{{"name": "guess", "arguments": {{"number": 3}}}}</tool_call>'
    if request.get("response_format"):
        text = '{{"tool": "guess", "arguments": {{"number": 4}}}}'
    return {{"content": text}}

with ChatServer(answer, host=given.host, port=int(given.port)):
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", reason="the tiny model is made with palestra[local]")
    return save_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that takes vLLM's command line and serves real HTTP, for this interpreter."""
    package = tmp_path / "site" / "vllm" / "entrypoints" / "openai"
    package.mkdir(parents=True)
    for folder in (package, package.parent, package.parent.parent):
        (folder / "__init__.py").touch()
    (package / "api_server.py").write_text(SERVER.format())
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PALESTRA_VLLM_PYTHON", raising=False)


@pytest.mark.usefixtures("installed")
def test_a_server_is_started_played_with_and_stopped(tiny: Path, tmp_path: Path) -> None:
    uris = [f"vllm/{tiny}", f"vllm/{tiny}?constrained=true"]
    report = evaluate(["guess"], uris, tasks=5, db=tmp_path / "x.duckdb")
    assert {row.agent for row in report.rows} == set(uris)
    assert all((row.n, row.scored, row.invalid) == (5, 5, 0) for row in report.rows)
    assert all(row.output_tokens for row in report.rows)
    patience = time.monotonic() + 5
    while _running(tiny) and time.monotonic() < patience:
        time.sleep(0.1)
    assert not _running(tiny)


def _running(model: Path) -> bool:
    """Whether a process of this machine serves the model."""
    done = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True)
    return any(
        "vllm.entrypoints" in line and str(model) in line for line in done.stdout.split("\n")
    )


@pytest.mark.usefixtures("installed")
def test_a_server_that_ends_says_its_last_words(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE", "broken")
    with pytest.raises(UsageError, match="ended before it answered") as caught:
        asyncio.run(resolve(f"vllm/{tiny}").check())
    assert "no such quantisation" in str(caught.value)


@pytest.mark.usefixtures("installed")
def test_a_server_that_does_not_come_up_is_not_waited_for_for_ever(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE", "slow")
    with pytest.raises(UsageError, match=r"did not answer within 2 s .*startup"):
        asyncio.run(resolve(f"vllm/{tiny}?startup=2").check())


def test_without_vllm_one_line_says_what_to_install(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PALESTRA_VLLM_PYTHON", raising=False)
    with pytest.raises(UsageError, match=r"palestra\[vllm\].*install_vllm_cpu.*base_url"):
        resolve(f"vllm/{tiny}?python={sys.executable}")
    with pytest.raises(UsageError, match="cannot be run"):
        resolve(f"vllm/{tiny}?python=/no/such/python")


def test_a_running_server_is_used_and_left_running() -> None:
    with ChatServer(lambda request: {"content": "Hello."}) as server:
        agent = resolve(f"vllm/some/model?base_url={server.url}&protocol=react&temperature=0.5")
        reply = asyncio.run(agent.act([user("Hi.")], (), seed=7))
        assert reply.message["content"] == "Hello."
        assert server.requests[0]["stop"] == ["\nObservation:"]
        assert server.requests[0]["temperature"] == 0.5
    assert agent.uri == "vllm/some/model?protocol=react&temperature=0.5"


def test_ids_go_to_the_server_and_come_back(tiny: Path) -> None:
    def completed(request: dict[str, Any]) -> dict[str, Any]:
        assert request["return_token_ids"] is True
        assert request["seed"] == 7
        ids = [*range(40, 44), next(iter(voice.ends))]
        logprobs = {"token_logprobs": [-0.5] * len(ids)}
        choice = {"text": "", "token_ids": ids, "logprobs": logprobs, "finish_reason": "stop"}

        async def send(wire: Wire, message: Any) -> bool:
            return await wire.send(200, json.dumps({"choices": [{**choice, "index": 0}]}).encode())

        return {"fault": Fault("completions", "answers as vLLM does", send)}

    with ChatServer(completed) as server:
        client = OpenAIAgent("m", base_url=server.url)
        sampling = {"temperature": 1.0, "top_p": 1.0, "max_tokens": 9}
        voice = TokenVoice("vllm/m", str(tiny), client, "", sampling, True)
        messages, player = [user("Hi.")], Speaker(voice)

        async def twice() -> list[Reply]:
            with pytest.raises(UsageError, match="does not say how long a conversation may be"):
                await voice.check()
            voice.context = 4096
            first = await player.act(messages, (), seed=7)
            return [first, await player.act([*messages, first.message, user("?")], (), seed=7)]

        one, other = asyncio.run(twice())
    assert one.tokens is not None
    assert other.tokens is not None
    assert server.requests[0]["prompt"] == one.tokens.prompt
    read = one.tokens.prompt + one.tokens.sampled
    assert other.tokens.prompt[: len(read)] == read
    assert one.message["content"] == voice.tokenizer.decode(range(40, 44))
    assert one.tokens.logprobs == [-0.5] * 5


def test_constraint_admits_calls_of_the_tools_alone() -> None:
    parameters = {
        "type": "object",
        "properties": {"at": {"$ref": "#/$defs/Place"}},
        "$defs": {"Place": {"type": "string"}},
    }
    tools = [{"type": "function", "function": {"name": "go", "parameters": parameters}}]
    schema = constraint(tools)["json_schema"]["schema"]
    assert schema["$defs"] == {"Place": {"type": "string"}}
    (only,) = schema["anyOf"]
    assert only["properties"]["tool"] == {"const": "go"}
    assert "$defs" not in only["properties"]["arguments"]
    assert "$defs" in parameters


def test_stopping_what_never_started_does_nothing() -> None:
    Server([], python=sys.executable).stop()


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="PALESTRA_VLLM_PYTHON names no interpreter with vLLM")
def test_the_real_vllm_plays(tmp_path: Path) -> None:
    model = located("smollm2")
    report = evaluate(
        ["browse"], [f"vllm/{model}?context=4096&max_tokens=32"], tasks=4, split="train",
        db=tmp_path / "x.duckdb", options={"corpus": "procedural:size=1000,seed=0"},
    )  # fmt: skip
    (row,) = report.rows
    assert (row.n, row.scored, row.invalid) == (4, 4, 0)


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="PALESTRA_VLLM_PYTHON names no interpreter with vLLM")
def test_the_real_vllm_lets_ids_grow() -> None:
    async def talk() -> list[Reply]:
        agent = resolve(f"vllm/{located('smollm2')}?tokens=true&context=1024&max_tokens=64")
        await agent.check()
        player, messages, replies = (
            agent.seated(None, 0),
            [user("What is the capital of France?")],
            [],
        )
        for _ in range(3):
            replies.append(await player.act(messages, (), seed=0))
            messages += [replies[-1].message, user("Again, please.")]
        await agent.close()
        return replies

    replies = asyncio.run(talk())
    for one, other in pairwise(reply.tokens for reply in replies):
        assert one is not None
        assert other is not None
        read = one.prompt + one.sampled
        assert other.prompt[: len(read)] == read
        assert all(logprob <= 0 for logprob in one.logprobs)
    assert any(reply.finish == "stop" for reply in replies)
