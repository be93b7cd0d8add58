"""Rows of a leaderboard as logs of Inspect (`inspect_ai`, log version 2), one `.eval` file each.

A log holds every message, every metric as a score, and under `metadata` what Inspect has no word
for: run name, configuration, content id, each episode's key and digest. What was planned and never
played is in the counts (`total_samples`), not among the samples.

The format is a zip of JSON: `header.json`, `summaries.json`, and one file a sample.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import msgspec

from ...envs.core import Episode, Message, UsageError
from ..answers import final_answer
from .inspect_parts import to_inspect, words_of
from .reasoning import reasoning_parts
from .rows import Result, first, iso, plain_name, results, version

_LOG = 2
_SCORER = "palestra"
_SHORT = 1000
_FINISHED = ("scored", "invalid", "error")


def write_inspect(
    db: str | os.PathLike[str], folder: str | os.PathLike[str], **only: Any
) -> list[Path]:
    """Write one log a row of the leaderboard into a folder; returns the files.

    Args:
        db: the leaderboard file.
        folder: made where it does not exist; files of the same results are replaced.
        only: `environment`, `agents`, `split`.

    Raises:
        UsageError: the folder cannot be written.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        return [_write(result, Path(folder)) for result in results(db, **only)]
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error


def _write(result: Result, folder: Path) -> Path:
    row = result.row
    stamp = result.created.replace(":", "-").replace("+", "-")
    task = plain_name(row.environment.rpartition("/")[2])
    name = "-".join(filter(None, (task, plain_name(row.split), plain_name(row.run))))
    path = folder / f"{stamp}_{name.replace('_', '-')}_{result.content[:22]}.eval"
    part = path.with_suffix(".part")
    digests = result.digests()
    summaries: list[dict[str, Any]] = []
    metrics: dict[str, list[float]] = {}
    started: list[float] = []
    ended: list[float] = []
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as log:
        _put(log, "_journal/start.json", {"version": _LOG, "eval": _spec(result), "plan": _plan()})
        for episode in result.episodes():
            sample = _sample(episode, row.metric, digests.get(episode.key, ""))
            _put(log, f"samples/{sample['id']}_epoch_{sample['epoch']}.json", sample)
            summaries.append(_summary(sample, episode))
            started.append(episode.started)
            ended.append(episode.started + episode.seconds)
            if episode.status == "scored" and episode.score is not None:
                for metric, value in _metrics(episode, row.metric).items():
                    metrics.setdefault(metric, []).append(value)
        _put(log, "summaries.json", summaries)
        header = {
            "version": _LOG,
            "status": "success" if len(summaries) == row.n else "cancelled",
            "eval": _spec(result),
            "plan": _plan(),
            "results": _results(result, len(summaries), metrics),
            "stats": {
                "started_at": iso(min(started, default=0.0)),
                "completed_at": iso(max(ended, default=0.0)),
                "model_usage": {
                    row.agent: _usage(row.input_tokens, row.output_tokens, 0, row.cost)
                },
            },
        }
        _put(log, "header.json", header)
    part.replace(path)
    return path


def _put(log: zipfile.ZipFile, name: str, value: Any) -> None:
    log.writestr(name, msgspec.json.encode(value, enc_hook=repr))


def _spec(result: Result) -> dict[str, Any]:
    row, tasks = result.row, result.tasks()
    limit = (row.config.get("limits") or {}).get("seconds")
    return {
        "eval_id": result.content[:22],
        "run_id": result.content[22:44],
        "created": result.created,
        "task": row.environment,
        "task_id": result.content[:22],
        "task_version": 0,
        "task_args": row.config.get("options") or {},
        "dataset": {
            "name": row.split,
            "samples": len(tasks),
            "sample_ids": tasks,
            "shuffled": False,
        },
        "model": row.agent,
        "model_args": {},
        "config": {"epochs": row.trials} | ({"time_limit": int(limit)} if limit else {}),
        "packages": {"palestra": version()},
        "scorers": [{"name": row.metric, "options": {}, "metrics": [], "metadata": {}}],
        "metadata": {
            "palestra": {"run": row.run, "config": row.config, "content_id": result.content}
        },
    }


def _plan() -> dict[str, Any]:
    return {"name": "plan", "steps": [{"solver": "palestra", "params": {}}], "config": {}}


def _results(result: Result, held: int, metrics: dict[str, list[float]]) -> dict[str, Any]:
    row = result.row
    scores = []
    for name in sorted(metrics, key=lambda name: (name != row.metric, name)):
        values = metrics[name]
        shown = {"mean_scored": sum(values) / len(values)}
        if name == row.metric:
            shown = {"mean": row.mean, "low": row.low, "high": row.high} | shown
        scores.append(
            {
                "name": name,
                "scorer": _SCORER,
                "scored_samples": len(values),
                "unscored_samples": row.n - len(values),
                "params": {},
                "metrics": {
                    key: {"name": key, "value": value, "params": {}}
                    for key, value in shown.items()
                    if abs(value) != float("inf")
                },
            }
        )
    return {"total_samples": row.n, "completed_samples": held, "scores": scores}


def _metrics(episode: Episode, headline: str) -> dict[str, float]:
    """All metrics, the headline first."""
    metrics = dict(episode.score.metrics) if episode.score is not None else {}
    return {headline: first(episode.headline, 0.0)} | metrics


def _sample(episode: Episode, headline: str, digest: str) -> dict[str, Any]:
    messages = [_message(m, episode, i) for i, m in enumerate(episode.messages)]
    opening = next((i for i, m in enumerate(messages) if m["role"] == "assistant"), len(messages))
    last = next((m for m in reversed(messages) if m["role"] == "assistant"), None)
    usage = episode.usage
    sample: dict[str, Any] = {
        "id": episode.task,
        "epoch": episode.trial + 1,
        "input": messages[:opening],
        "target": "",
        "messages": messages,
        "output": {
            "model": episode.agent,
            "choices": [{"message": last, "stop_reason": "stop"}] if last else [],
        },
        "scores": {},
        "metadata": {
            "difficulty": episode.difficulty,
            "palestra": {
                "key": episode.key,
                "digest": digest,
                "attempt": episode.attempt,
                "seed": episode.seed,
                "status": episode.status,
                "outcome": episode.score.outcome if episode.score else None,
                "turns": episode.turns,
                "ledger": episode.ledger,
                "notes": episode.notes,
            },
        },
        "store": {},
        "events": [],
        "model_usage": {
            episode.agent: _usage(
                usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.cost
            )
        },
        "started_at": iso(episode.started),
        "completed_at": iso(episode.started + episode.seconds),
        "total_time": episode.seconds,
        "working_time": episode.seconds,
        "uuid": episode.key,
        "attachments": {},
    }
    if episode.status == "scored" and episode.score is not None:
        answer = final_answer(episode.messages)
        for name, value in _metrics(episode, headline).items():
            sample["scores"][name] = {"value": value}
        sample["scores"][headline] |= {"answer": answer, "explanation": episode.score.outcome}
    else:
        cause = f"{episode.status}: {episode.error or 'no cause is recorded'}"
        sample["error"] = {"message": cause, "traceback": cause, "traceback_ansi": cause}
    return sample


def _message(message: Message, episode: Episode, index: int) -> dict[str, Any]:
    """One message in Inspect's form; what it has no field for goes to `metadata`."""
    role = message["role"]
    made: dict[str, Any] = {
        "id": f"{episode.key[:12]}-{index}",
        "content": to_inspect(message),
        "role": role,
    }
    if role == "assistant":
        made |= {"source": "generate", "model": episode.agent}
        if thoughts := reasoning_parts(message):
            content = made["content"]
            spoken = [{"type": "text", "text": content}] if isinstance(content, str) else content
            made["content"] = [*thoughts, *spoken]
        if calls := message.get("tool_calls"):
            made["tool_calls"] = [
                {
                    "id": str(call.get("id") or f"call_{number}"),
                    "function": str(call["function"]["name"]),
                    "arguments": dict(call["function"]["arguments"]),
                    "type": "function",
                }
                for number, call in enumerate(calls)
                if _well_formed(call)
            ]
            odd = [call for call in calls if not _well_formed(call)]
            if odd:
                made["metadata"] = {"malformed_tool_calls": odd}
    elif role == "tool":
        made |= {"tool_call_id": message.get("tool_call_id"), "function": message.get("name")}
    kept = ("seat", "parse_error", "origin")
    more: dict[str, Any] = {name: value for name, value in message.items() if name in kept}
    if role == "user" and "name" in message:
        more["name"] = message["name"]
    if more:
        made["metadata"] = made.get("metadata", {}) | more
    return made


def _well_formed(call: Any) -> bool:
    """An agent may send anything, and the record keeps it."""
    function = call.get("function") if isinstance(call, dict) else None
    return (
        isinstance(function, dict)
        and isinstance(function.get("name"), str)
        and isinstance(function.get("arguments"), dict)
    )


def _summary(sample: dict[str, Any], episode: Episode) -> dict[str, Any]:
    """What Inspect's viewer lists without opening the sample."""
    text = "\n".join(words_of(message["content"]) for message in sample["input"])
    kept = ("id", "epoch", "target", "scores", "model_usage", "started_at", "completed_at")
    more = ("total_time", "working_time", "uuid")
    return {
        **{name: sample[name] for name in kept + more},
        "input": text[:_SHORT],
        "metadata": {"outcome": sample["metadata"]["palestra"]["outcome"]},
        "error": sample["error"]["message"][:_SHORT] if "error" in sample else None,
        "retries": episode.retries,
        "completed": episode.status in _FINISHED,
        "message_count": len(sample["messages"]),
    }


def _usage(read: int, written: int, cached: int, cost: float | None) -> dict[str, Any]:
    usage = {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}
    more: dict[str, Any] = {"input_tokens_cache_read": cached} if cached else {}
    return usage | more | ({} if cost is None else {"total_cost": cost})
