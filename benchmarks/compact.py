"""What does `compact` save, and what does it cost? Browse at contexts that are too small.

    python benchmarks/compact.py --tasks 20

A local server speaks Chat Completions and refuses what is longer than its context with the error
that OpenAI's sends (`context_length_exceeded`). Behind it is a reader that knows which pages lead
to the answer, looks around after each of them as models do, and works from the conversation alone:
it answers once each of those pages stands in front of it, as a result or in notes, and opens again
what is gone. So what is measured is the scaffold: does the episode end, are facts lost, what is
read. Tokens are words and signs, which no part of Palestra counts.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from palestra.envs import make
from palestra.envs.core import text_in
from palestra.evals import evaluate
from palestra.evals.doctor import ChatServer
from palestra.evals.doctor.faults import Fault
from palestra.evals.doctor.server import tool_call
from palestra.evals.doctor.wire import Wire
from palestra.leaderboard import episodes

OPTIONS = {"tool_calls": 128, "min_hops": 2, "max_hops": 6}
AROUND = 14
"""Calls after each page that lead nowhere."""
Request = Mapping[str, Any]
Path = tuple[list[tuple[str, str]], str]
"""The pages that lead to an answer (title and address), and the answer."""
_LINK = re.compile(r"\]\(([^()\s]+)\)|^    (\S+/\S+)$", re.MULTILINE)


@lru_cache(maxsize=4)
def count(text: str) -> int:
    """The tokens of a text, as this server has them."""
    return len(re.findall(r"\w{1,6}|[^\w\s]", text))


class Reader:
    """The model: a server's answers to requests, within a context.

    Args:
        context: tokens of prompt and reply together; 0 is no limit.
        paths: by question, the pages that lead to the answer (title and address), and the answer.
    """

    def __init__(
        self, context: int, paths: Mapping[str, tuple[list[tuple[str, str]], str]]
    ) -> None:
        self.context, self.paths = context, paths
        self.refused = 0

    def __call__(self, request: Request) -> dict[str, Any]:
        """Answer a request, or refuse it."""
        prompt = count(json.dumps([request["messages"], request.get("tools")]))
        if self.context and prompt > self.context:
            self.refused += 1
            return {"fault": _refusal(self.context, prompt)}
        answer = self._notes(request) if not request.get("tools") else self._next(request)
        written = count(json.dumps(answer))
        usage = {"prompt_tokens": prompt, "completion_tokens": written}
        return {**answer, "fault": _with_usage(usage | {"total_tokens": prompt + written})}

    def _next(self, request: Request) -> dict[str, Any]:
        messages = request["messages"]
        texts = [text_in(message) for message in messages]
        path, answer = self._path("\n".join(texts[:2]))
        step = 1 + max(
            (int(n) for text in texts[1:] for n in re.findall(r"Step (\d+):", text)), default=0
        )
        at, place = divmod(step - 1, 2 + AROUND)
        if at < len(path):
            title, url = path[at]
            if place == 0:
                return _call(step, "search", {"query": title[:1000]}, f"looking for {title}")
            if place == 1:
                return _call(step, "open", {"url": url}, f"reading {title}")
            words = re.findall(r"\w{5,}", texts[-1])
            links = [a or b for a, b in _LINK.findall(texts[-1])]
            if place % 3 and links:
                return _call(step, "open", {"url": links[step % len(links)]}, "looking around")
            query = " ".join(words[step % 7 : step % 7 + 3]) or title
            return _call(step, "search", {"query": query}, "looking around")
        for title, url in path:
            if not any(_shows(text, title) for text in texts[2:]):
                return _call(step, "open", {"url": url}, f"reading {title} again")
        return _call(step, "answer", {"text": answer}, "it all fits")

    def _notes(self, request: Request) -> dict[str, Any]:
        """Notes of the pages that matter and of how far the work has come."""
        text = text_in(request["messages"][-1])
        path, _ = self._path(text)
        read = text.rpartition("# Messages")[2] or text
        step = max((int(n) for n in re.findall(r"Step (\d+):", read)), default=0)
        lines = [f"- Page: {title} ({url})" for title, url in path if _shows(read, title)]
        return {"content": "\n".join([*lines, f"- Done up to Step {step}: looked around."])}

    def _path(self, text: str) -> Path:
        return next(path for question, path in self.paths.items() if question in text)


def _shows(text: str, title: str) -> bool:
    """Whether a page stands in a message as a result, or in notes."""
    return (
        re.search(rf"^(?:- Page: |# )?{re.escape(title)}(?:$| \()", text, re.MULTILINE) is not None
    )


def _call(step: int, name: str, arguments: Mapping[str, Any], why: str) -> dict[str, Any]:
    call = tool_call(name, json.dumps(arguments), id=f"call_{step}")
    return {"content": f"Step {step}: {why}.", "tool_calls": [call]}


def _refusal(context: int, prompt: int) -> Fault:
    said = (
        f"This model's maximum context length is {context} tokens. However, your messages resulted "
        f"in {prompt} tokens. Please reduce the length of the messages."
    )
    error = {"message": said, "type": "invalid_request_error", "code": "context_length_exceeded"}

    async def send(wire: Wire, message: Any) -> bool:
        return await wire.send(400, json.dumps({"error": error}).encode())

    return Fault("full", "refuses", send)


def _with_usage(usage: Mapping[str, int]) -> Fault:
    async def send(wire: Wire, message: Any) -> bool:
        return await wire.reply(message, usage=dict(usage))

    return Fault("usage", "answers", send)


def paths_of(tasks: int) -> dict[str, Path]:
    """What the reader knows about each question."""
    env: Any = make("browse", **OPTIONS).unwrapped
    found = {}
    for index in range(tasks):
        task = env.tasks.task(f"test/{index}")
        question = task.prompt.rpartition("\nQuestion\n")[2].strip()
        pages = [(env.corpus.title(d), env.corpus.url(d)) for d in task.truth.documents]
        found[question] = (pages, task.truth.answer.canonical)
    return found


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    options.add_argument("--tasks", type=int, default=20)
    given = options.parse_args()
    paths = paths_of(given.tasks)
    columns = ("context", "scaffold", "success", "full", "turns", "calls", "read", "written", "s")
    print("".join(f"{name:>13}" for name in columns))
    for context in (0, 8_000, 16_000, 32_000):
        for head in ("", "drop", "summary") if context else ("",):
            began = time.perf_counter()
            with (
                tempfile.TemporaryDirectory() as folder,
                ChatServer(Reader(context, paths), keep=False) as server,
            ):
                uri = f"openai/reader?base_url={server.url}"
                agent = f"compact(context={context},by={head}):{uri}" if head else uri
                db = f"{folder}/x.duckdb"
                evaluate(["browse"], [agent], tasks=given.tasks, db=db, options=OPTIONS)
                played = list(episodes(db))
            n = len(played)
            full = sum(e.notes[-1].get("finish") == "context_full" for e in played if e.notes) / n
            figures = (
                f"{context or 'no limit':>13}{head or 'none':>13}",
                f"{sum(e.headline or 0 for e in played) / n:>13.2f}{full:>13.2f}",
                f"{sum(e.turns for e in played) / n:>13.1f}",
                f"{sum(e.usage.calls for e in played) / n:>13.1f}",
                f"{sum(e.usage.input_tokens for e in played) / n:>13,.0f}",
                f"{sum(e.usage.output_tokens for e in played) / n:>13,.0f}",
                f"{(time.perf_counter() - began) / n:>13.1f}",
            )
            print("".join(figures), flush=True)


if __name__ == "__main__":
    main()
