"""The same work in other systems, for `loop.py`; each function returns seconds for n episodes."""

# pyright: reportMissingImports=false
# The peers are installed only where they are measured.

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from lookup import KEYS, TOTAL, VALUES

Measure = Callable[[int], float]


def available(episodes: int) -> Iterator[tuple[str, Measure, int]]:
    """Name, measure and a bearable number of episodes for each system that is installed."""
    yield "a bare asyncio loop, in memory", bare, episodes
    yield "a bare asyncio loop, stored in DuckDB", bare_stored, episodes
    yield "gymnasium: stepping only, JSON text", gymnasium_steps, episodes
    if _has("textarena"):
        yield "textarena: stepping only", textarena_steps, min(episodes, 2_000)
    if _has("inspect_ai"):
        yield "inspect-ai: eval with log", inspect_eval, min(episodes, 100)
    if _has("verifiers"):
        yield "verifiers: evaluate, in process", verifiers_eval, min(episodes, 500)


def missing() -> list[str]:
    """Peers that are not installed."""
    return [name for name in ("textarena", "inspect_ai", "verifiers") if not _has(name)]


def _has(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _message(turn: int) -> dict[str, Any]:
    name, arguments = (
        ("lookup", {"key": KEYS[turn]}) if turn < len(KEYS) else ("answer", {"total": TOTAL})
    )
    function = {"name": name, "arguments": arguments}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": f"call_{turn}", "type": "function", "function": function}],
    }


async def _episode(delay: float) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": f"Add up {', '.join(KEYS)}."}]
    ledger = []
    reward = 0.0
    for turn in range(len(KEYS) + 1):
        await asyncio.sleep(delay)
        action = _message(turn)
        function = action["tool_calls"][0]["function"]
        arguments = function["arguments"]
        if function["name"] == "lookup" and isinstance(arguments.get("key"), str):
            result = str(VALUES[arguments["key"]])
        else:
            reward = float(arguments["total"] == TOTAL)
            result = "Thank you."
        ledger.append((function["name"], arguments, result))
        messages += [action, {"role": "tool", "tool_call_id": f"call_{turn}", "content": result}]
    return {"messages": messages, "ledger": ledger, "reward": reward}


def bare(episodes: int, delay: float = 0.0, concurrency: int = 64) -> float:
    """Nothing but coroutines, messages and a check: the limit of any asyncio loop."""
    began = time.perf_counter()
    asyncio.run(_many(episodes, delay, concurrency))
    return time.perf_counter() - began


async def _many(episodes: int, delay: float, concurrency: int) -> list[dict[str, Any]]:
    left = iter(range(episodes))
    done: list[dict[str, Any]] = []

    async def worker() -> None:
        for _ in left:
            done.append(await _episode(delay))

    await asyncio.gather(*(worker() for _ in range(concurrency)))
    assert all(record["reward"] == 1.0 for record in done)
    return done


def bare_stored(episodes: int) -> float:
    """The bare loop, then one insert of everything into DuckDB."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        done = asyncio.run(_many(episodes, 0.0, 64))
        with open(f"{folder}/x.jsonl", "w") as file:
            file.writelines(json.dumps(record) + "\n" for record in done)
        with duckdb.connect(f"{folder}/x.duckdb") as db:
            db.execute(
                f"create table e as select * from read_json('{folder}/x.jsonl', "
                "columns = {messages: 'json', ledger: 'json', reward: 'double'})"
            )
        return time.perf_counter() - began


def gymnasium_steps(episodes: int) -> float:
    """A plain Gymnasium environment with JSON text for actions, stepped in a loop."""
    import gymnasium

    class Env(gymnasium.Env[str, str]):
        observation_space = gymnasium.spaces.Text(200)
        action_space = gymnasium.spaces.Text(200)

        def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
            super().reset(seed=seed)
            return "Add up the values.", {}

        def step(self, action: str) -> Any:
            call = json.loads(action)
            if call["name"] == "lookup":
                return str(VALUES[call["arguments"]["key"]]), 0.0, False, False, {}
            return "", float(call["arguments"]["total"] == TOTAL), True, False, {}

    texts = [json.dumps(_message(t)["tool_calls"][0]["function"]) for t in range(len(KEYS) + 1)]
    env = Env()
    began = time.perf_counter()
    for _ in range(episodes):
        env.reset()
        rewards = [env.step(text)[1] for text in texts]
        assert rewards[-1] == 1.0
    return time.perf_counter() - began


def textarena_steps(episodes: int) -> float:
    """TextArena's guessing game, five turns of text."""
    import textarena

    env = textarena.make("GuessTheNumber-v0-raw")
    began = time.perf_counter()
    for seed in range(episodes):
        env.reset(num_players=1, seed=seed)
        for guess in (1, 20, 2, 19, 3):
            env.get_observation()
            done, _ = env.step(f"[{guess}]")
            if done:
                break
    return time.perf_counter() - began


def inspect_eval(episodes: int) -> float:
    """Inspect's own loop with a scripted model, tools, scorer and log."""
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ModelOutput, ModelUsage, get_model
    from inspect_ai.scorer import match
    from inspect_ai.solver import generate, use_tools
    from inspect_ai.tool import Tool, tool

    @tool
    def lookup() -> Tool:
        async def execute(key: str) -> str:
            """Look up the value of a key.

            Args:
                key: The key.
            """
            return str(VALUES[key])

        return execute

    def replies() -> Iterator[ModelOutput]:
        while True:
            outputs = [
                ModelOutput.for_tool_call("mockllm/model", "lookup", {"key": key}) for key in KEYS
            ]
            for output in [*outputs, ModelOutput.from_content("mockllm/model", str(TOTAL))]:
                output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
                yield output

    samples = [Sample(input="Add up the values.", target=str(TOTAL)) for _ in range(episodes)]
    task = Task(dataset=samples, solver=[use_tools(lookup()), generate()], scorer=match())
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        # One sample at a time: the scripted model hands out its replies in order.
        logs = eval(
            task,
            model=get_model("mockllm/model", custom_outputs=replies()),
            log_dir=folder,
            display="none",
            max_samples=1,
        )
        seconds = time.perf_counter() - began
    assert logs[0].status == "success", logs[0].error
    return seconds


def verifiers_eval(episodes: int) -> float:
    """Verifiers' ToolEnv with a scripted client in place of an API."""
    os.environ["TQDM_DISABLE"] = "1"
    import verifiers
    from datasets import Dataset
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion
    from verifiers.clients import OpenAIChatCompletionsClient

    async def lookup(key: str) -> str:
        """Look up the value of a key.

        Args:
            key: The key.
        """
        return str(VALUES[key])

    def right(completion: Any, answer: str) -> float:
        return float(str(completion[-1].get("content")) == answer)

    class Completions:
        async def create(self, **request: Any) -> ChatCompletion:
            turn = (len(request["messages"]) - 1) // 2
            message: dict[str, Any] = {"role": "assistant", "content": str(TOTAL)}
            if turn < len(KEYS):
                function = {"name": "lookup", "arguments": json.dumps({"key": KEYS[turn]})}
                call = {"id": f"call_{turn}", "type": "function", "function": function}
                message = {"role": "assistant", "content": None, "tool_calls": [call]}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            return ChatCompletion.model_validate(
                {
                    "id": "x",
                    "object": "chat.completion",
                    "created": 0,
                    "model": "scripted",
                    "choices": [choice],
                }
            )

    api: Any = AsyncOpenAI(api_key="none")
    api.chat.completions.create = Completions().create
    client = OpenAIChatCompletionsClient(api)
    data = Dataset.from_list(
        [{"question": "Add up the values.", "answer": str(TOTAL)} for _ in range(episodes)]
    )
    env = verifiers.ToolEnv(
        eval_dataset=data, tools=[lookup], rubric=verifiers.Rubric(funcs=[right]), max_turns=8
    )
    began = time.perf_counter()
    results = env.evaluate_sync(
        client=client, model="scripted", num_examples=episodes, max_concurrent=64
    )
    seconds = time.perf_counter() - began
    assert sum(output["reward"] for output in results["outputs"]) == episodes
    return seconds
