"""Inspect's logs into a leaderboard: `palestra import`.

    merged = read_inspect("logs/2026-01-01T00-00-00_gaia_x.eval", "palestra.duckdb")

A log becomes a row of the environment `inspect/<task>`: its samples are tasks, its epochs trials,
its model the agent. What was planned counts; a sample that has no number for a score is invalid.
The log is written to a file of its own and merged, so importing twice is importing once, other
settings are refused by name, and the same work with other content is reported.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, cast

import msgspec

from ...envs.core import Entry, Episode, Message, Score, Usage, UsageError, describe
from ...envs.core.messages import Origin
from ..database import opened
from ..keys import key_of
from ..merging import Merged, merge_all
from ..store import Cell, Store
from ..writer import Writer
from .inspect_log import opened_log
from .inspect_parts import from_inspect
from .reasoning import read_content

_STATUS = {"success": "finished", "cancelled": "interrupted", "started": "running"}
_GRADES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0, "yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
_LIMITS = ("message_limit", "token_limit", "time_limit", "working_limit", "cost_limit")


def read_inspect(
    log: str | os.PathLike[str], db: str | os.PathLike[str], *, run: str = ""
) -> Merged:
    """`read_logs` of one log."""
    return read_logs([log], db, run=run)[0]


def read_logs(
    logs: Sequence[str | os.PathLike[str]], db: str | os.PathLike[str], *, run: str = ""
) -> list[Merged]:
    """Add what logs hold to a leaderboard file: all of them or none.

    Args:
        logs: files that end in .eval or .json.
        db: the leaderboard file; made where it does not exist.
        run: a run name for them.

    Raises:
        UsageError: one is no log that can be read.
        ConfigChanged: the file holds that task and model with other settings.
    """
    with tempfile.TemporaryDirectory(prefix="palestra-") as folder:
        files = []
        for number, log in enumerate(logs):
            # Named as the log is: messages about settings name it.
            file = Path(folder) / str(number) / f"{Path(log).name}.duckdb"
            file.parent.mkdir()
            with opened_log(log) as (header, samples):
                _store(file, Path(log), header, samples, run)
            files.append(file)
        return merge_all(db, files)


def _store(
    file: Path, log: Path, header: Mapping[str, Any], samples: Iterator[dict[str, Any]], run: str
) -> None:
    spec = header["eval"]
    cell = _cell(header, run)
    key = key_of(cell.run, cell.environment, cell.split, cell.agent, cell.config)
    session = f"inspect-{spec.get('eval_id') or spec.get('task_id') or log.stem}"
    planned: dict[str, tuple[str, int]] = {}
    epochs = int((spec.get("config") or {}).get("epochs") or 1)
    for task in (spec.get("dataset") or {}).get("sample_ids") or ():
        for trial in range(epochs):
            planned[key(str(task), trial)] = (str(task), trial)
    store = Store(file)
    number = store.settle_cells([cell])[0].id
    rate = True
    with Writer(store, session) as writer:
        for sample in samples:
            try:
                episode = _episode(sample, cell, key, session, header)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise UsageError(
                    f"{log}: sample {sample.get('id')!r} cannot be read: "
                    f"{type(error).__name__}: {error}"
                ) from error
            planned[episode.key] = (episode.task, episode.trial)
            rate = rate and episode.headline in (None, 0.0, 1.0)
            writer.add(episode)
    if not planned:
        raise UsageError(f"{log} holds no samples; was it written with log_samples=False?")
    store.plan(number, [(name, task, trial) for name, (task, trial) in planned.items()])
    stats = header.get("stats") or {}
    with opened(file, write=True) as db:
        db.execute("update cells set rate = ?, created = ?", [rate, _when(spec.get("created"))])
        db.execute(
            "insert into sessions values (?, ?, ?, ?, ?, ?)",
            [
                session,
                f"inspect eval {spec.get('task_file') or spec['task']} --model {spec['model']}",
                msgspec.json.encode(spec.get("packages") or {}).decode(),
                _when(stats.get("started_at") or spec.get("created")),
                _when(stats.get("completed_at")),
                _STATUS.get(header.get("status", ""), "failed"),
            ],
        )


def _cell(header: Mapping[str, Any], run: str) -> Cell:
    spec = header["eval"]
    given = spec.get("config") or {}
    steps = (header.get("plan") or {}).get("steps") or ()
    generate = spec.get("model_generate_config") or (header.get("plan") or {}).get("config") or {}
    limits = {name: given[name] for name in _LIMITS if given.get(name) is not None}
    config = {
        "options": spec.get("task_args") or {},
        "limits": limits,
        "inspect": {
            "task_version": spec.get("task_version", 0),
            "solvers": [step.get("solver") for step in steps],
            "generate": {k: v for k, v in generate.items() if v is not None and k not in _SERVING},
        },
    }
    return Cell(
        run=run,
        environment=f"inspect/{spec['task']}",
        split=str((spec.get("dataset") or {}).get("name") or "all"),
        agent=str(spec["model"]),
        config=config,
        headline=_headline(header),
        rate=False,
    )


_SERVING = frozenset({"max_connections", "max_retries", "timeout", "attempt_timeout"})
"""Settings of Inspect's that do not change what a result means."""


def _headline(header: Mapping[str, Any]) -> str:
    """The scorer whose score counts: the log's first."""
    scores = (header.get("results") or {}).get("scores") or ()
    for score in scores:
        return str(score.get("scorer") if score.get("scorer") != "palestra" else score["name"])
    for scorer in header["eval"].get("scorers") or ():
        return str(scorer["name"])
    return "score"


def _episode(
    sample: Mapping[str, Any], cell: Cell, key: Any, session: str, header: Mapping[str, Any]
) -> Episode:
    task, trial = str(sample["id"]), int(sample["epoch"]) - 1
    messages = _messages(sample.get("messages") or ())
    ledger = _ledger(messages)
    metrics = _metrics(sample.get("scores") or {})
    headline, problem = _worth(sample, metrics, cell.headline)
    score = None
    if headline is not None:
        limit = (sample.get("limit") or {}).get("type")
        outcome = f"{limit}_limit" if limit else "success" if headline >= 1 else "failure"
        score = Score(headline, outcome, {cell.headline: headline} | metrics)
    usage = _usage(sample.get("model_usage") or {})
    usage.calls = sum(message["role"] == "assistant" for message in messages)
    started = _when(sample.get("started_at") or header["eval"].get("created"))
    return Episode(
        key=key(task, trial),
        environment=cell.environment,
        options=cell.config["options"],
        task=task,
        split=cell.split,
        trial=trial,
        agent=cell.agent,
        run=session,
        status="invalid" if headline is None else "scored",
        score=score,
        headline=headline,
        messages=messages,
        ledger=ledger,
        turns=usage.calls,
        usage=usage,
        retries=len(sample.get("error_retries") or ()),
        started=started.replace(tzinfo=UTC).timestamp() if started else 0.0,
        seconds=float(sample.get("total_time") or 0.0),
        error=problem,
    )


def _worth(
    sample: Mapping[str, Any], metrics: Mapping[str, float], headline: str
) -> tuple[float | None, str | None]:
    """The headline, or None and why there is none."""
    if sample.get("invalidation"):
        reason = sample["invalidation"].get("reason")
        return None, f"invalidated in the log: {reason or 'no reason given'}"
    if headline in metrics:
        return metrics[headline], None
    parts = [value for name, value in metrics.items() if name.startswith(f"{headline}.")]
    if parts:  # a scorer that gives several numbers: their mean, as none is named first
        return sum(parts) / len(parts), None
    if sample.get("error"):
        return None, str(sample["error"].get("message"))[:2000]
    scores = sample.get("scores") or {}
    if headline in scores:
        return None, f"the score {scores[headline].get('value')!r} of {headline} is no number"
    return None, "the sample has no score"


def _metrics(scores: Mapping[str, Any]) -> dict[str, float]:
    """Every number among the scores, by the scorer's name (and the part's, after a dot)."""
    found: dict[str, float] = {}
    for name, score in scores.items():
        value = score.get("value")
        parts = value.items() if isinstance(value, Mapping) else [("", value)]
        for part, item in parts:
            number = _number(item)
            if number is not None:
                found[f"{name}.{part}" if part else name] = number
    return found


def _number(value: Any) -> float | None:
    """A value as Inspect turns it into a number; None where it is none."""
    if isinstance(value, (bool, int, float)):
        return float(value) if value == value and abs(value) != float("inf") else None
    if not isinstance(value, str):
        return None
    grade = _GRADES.get(value, _GRADES.get(value.lower()) if len(value) > 1 else None)
    if grade is not None:
        return grade
    try:
        return _number(float(value))
    except ValueError:
        return None


def _messages(given: Any) -> list[Message]:
    """Messages in our form."""
    messages: list[Message] = []
    for message in given:
        role = message["role"]
        read = read_content if role == "assistant" else from_inspect
        content, thoughts = read(message.get("content"))
        made: Message = {"role": role, "content": content}
        if role == "assistant":
            if thoughts:
                made["thoughts"] = thoughts
            origin = (message.get("metadata") or {}).get("origin")
            if isinstance(origin, dict) and origin.keys() >= {"source", "turn"}:
                made["origin"] = cast("Origin", origin)
            calls = message.get("tool_calls") or ()
            if calls:
                made["content"] = content or None
                made["tool_calls"] = [
                    {
                        "id": str(call["id"]),
                        "type": "function",
                        "function": {
                            "name": str(call["function"]),
                            "arguments": call.get("arguments") or {},
                        },
                    }
                    for call in calls
                ]
            broken = [call["parse_error"] for call in calls if call.get("parse_error")]
            if broken:
                made["parse_error"] = str(broken[0])
        elif role == "tool":
            made["tool_call_id"] = str(message.get("tool_call_id") or "")
            made["name"] = str(message.get("function") or "")
            if message.get("error"):
                made["content"] = str(message["error"].get("message") or content)
        messages.append(made)
    return messages


def _ledger(messages: list[Message]) -> list[Entry]:
    """Each tool call with the message that answers it, which stands before the next turn."""
    entries, turn = [], 0
    for number, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        turn += 1
        after = takewhile(lambda m: m["role"] != "assistant", messages[number + 1 :])
        answers = {m.get("tool_call_id"): describe(m) for m in after if m["role"] == "tool"}
        for call in message.get("tool_calls") or ():
            function, result = call["function"], answers.get(call["id"])
            arguments = function["arguments"]
            if not isinstance(arguments, Mapping):
                arguments = {"arguments": arguments}
            entries.append(
                Entry(turn=turn, tool=function["name"], arguments=arguments, result=result)
            )
    return entries


def _usage(models: Mapping[str, Any]) -> Usage:
    """Summed over the models that took part."""
    usage = Usage()
    for each in models.values():
        usage.add(
            Usage(
                input_tokens=int(each.get("input_tokens") or 0),
                output_tokens=int(each.get("output_tokens") or 0),
                cached_tokens=int(each.get("input_tokens_cache_read") or 0),
                cost=each.get("total_cost"),
            )
        )
    return usage


def _when(text: str | None) -> datetime | None:
    """ISO 8601 as a naive time in UTC."""
    if not text:
        return None
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)
