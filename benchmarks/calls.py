"""What a call of a model costs on our side: calls a second of one process, beside a bare client.

    python benchmarks/calls.py [--calls 2000] [--at-once 16]

An instant server in a process of its own answers a conversation of 41 messages with six tools: no
model, no network. The peer is the HTTP library alone, with a body that is encoded once: what no
client can go below.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from typing import Any

from palestra.agents import resolve
from palestra.envs.core import Message, calls, system, tool_result, user

TURNS = 20
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": f"tool_{number}",
            "description": "Look something up.",
            "parameters": {
                "type": "object",
                "properties": {f"argument_{n}": {"type": "string"} for n in range(4)},
                "required": ["argument_0"],
            },
        },
    }
    for number in range(6)
]
REPLY: dict[str, Any] = {
    "id": "x",
    "object": "chat.completion",
    "created": 0,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "content": None,
                "reasoning_content": "I look that up first. " * 10,
                "tool_calls": [
                    {
                        "id": "call_a",
                        "type": "function",
                        "function": {"name": "tool_1", "arguments": '{"argument_0": "x"}'},
                    }
                ],
            },
        }
    ],
    "usage": {"prompt_tokens": 2000, "completion_tokens": 30, "total_tokens": 2030},
}


async def _serve(port: Any) -> None:
    body = json.dumps(REPLY).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    answer = head.encode() + b"\r\n" + body

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError, IndexError):
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=2**22)
    port.value = server.sockets[0].getsockname()[1]
    await server.serve_forever()


def _run(port: Any) -> None:
    asyncio.run(_serve(port))


def conversation(source: str) -> list[Message]:
    """41 messages: rules and twenty rounds of a call and its result."""
    messages: list[Message] = [system("You answer questions. " * 20)]
    for number in range(TURNS):
        asked = calls(("tool_1", {"argument_0": f"question {number}"}))
        turn = {
            **REPLY["choices"][0]["message"],
            "tool_calls": [
                {
                    "id": "call_0",
                    "type": "function",
                    "function": {
                        "name": "tool_1",
                        "arguments": json.dumps({"argument_0": f"question {number}"}),
                    },
                }
            ],
        }
        asked["origin"] = {"source": source, "turn": turn}
        messages += [asked, tool_result("call_0", "tool_1", "A long answer. " * 40)]
    messages[1:1] = [user("Find out who it was.")]
    return messages[: 2 * TURNS + 1]


async def _rate(call: Callable[[], Awaitable[Any]], count: int, at_once: int) -> float:
    """Calls a second."""
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            await call()

    for _ in range(20):
        await call()
    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return count / (time.perf_counter() - began)


async def _measure(port: int, count: int, at_once: int) -> None:
    import httpx

    url = f"http://127.0.0.1:{port}/v1"
    agent = resolve(f"openai/m?base_url={url}", ())
    messages = conversation(agent.source)  # type: ignore[attr-defined]
    body = json.dumps(agent.request(messages, TOOLS, 1)).encode()  # type: ignore[attr-defined]
    headers = {"content-type": "application/json"}
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1000)) as client:

        async def bare() -> None:
            (await client.post(f"{url}/chat/completions", content=body, headers=headers)).json()

        async def ours() -> None:
            await agent.act(messages, TOOLS, seed=1)

        print(f"{len(messages)} messages, {len(TOOLS)} tools, {len(body):,} bytes a request")
        for _ in range(2):
            alone = await _rate(bare, count, at_once)
            through = await _rate(ours, count, at_once)
            print(
                f"httpx alone {alone:7,.0f} calls/s   openai/... {through:7,.0f} calls/s   "
                f"ratio {through / alone:.2f}"
            )
    await agent.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=16)
    given = parser.parse_args()
    port = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=_run, args=(port,), daemon=True)
    server.start()
    while not port.value:
        time.sleep(0.01)
    asyncio.run(_measure(port.value, given.calls, given.at_once))
    server.terminate()


if __name__ == "__main__":
    main()
