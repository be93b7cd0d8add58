"""Rows of a leaderboard as records of Every Eval Ever (schema 0.3.0): one a row, with its episodes.

    data/<environment>/<developer>/<model>/<uuid>.json           the aggregate
    data/<environment>/<developer>/<model>/<uuid>_samples.jsonl  an episode a line

The schema: https://github.com/evaleval/every_eval_ever. The uuid is made from the row's content id,
so the same result exported twice is the same file. `score` is the mean that ranks, over everything
planned; the other end of the bracket and the counts are among the `details`.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from ...envs.core import Episode, UsageError, describe
from ..answers import final_answer
from .rows import Result, first, iso, plain_name, results, version

SCHEMA = "0.3.0"
_HOSTED = {"openai", "litellm"}
"""Schemes of agents whose model runs elsewhere."""
_LOCAL = {"hf", "vllm", "trained"}


def write_eee(
    db: str | os.PathLike[str], folder: str | os.PathLike[str], **only: Any
) -> list[Path]:
    """Write one record a row into a folder; returns the aggregates' files.

    Args:
        db: the leaderboard file.
        folder: holds `data/` afterwards.
        only: `environment`, `agents`, `split`.

    Raises:
        UsageError: the folder cannot be written.
    """
    try:
        return [_write(result, Path(folder)) for result in results(db, **only)]
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error


def _write(result: Result, folder: Path) -> Path:
    row = result.row
    model = _model(row.agent)
    developer, _, name = model["id"].partition("/")
    place = Path("data", *map(plain_name, (row.environment, developer, name)))
    number = uuid.UUID(bytes=bytes.fromhex(result.content)[:16], version=4)
    (folder / place).mkdir(parents=True, exist_ok=True)
    now = str(int(time.time()))
    identity = f"{row.environment}/{model['id']}/{result.content[:16]}"
    samples = place / f"{number}_samples.jsonl"
    lines, checksum = _samples(result, folder / samples, identity, model["id"])
    record = {
        "schema_version": SCHEMA,
        "evaluation_id": identity,
        "evaluation_timestamp": result.created,
        "retrieved_timestamp": now,
        "source_metadata": {
            "source_name": "Palestra",
            "source_type": "evaluation_run",
            "source_organization_name": "unknown",
            "evaluator_relationship": "other",
            "additional_details": {"content_id": result.content, "run": row.run},
        },
        "eval_library": {"name": "palestra", "version": version()},
        "model_info": model,
        "evaluation_results": [_result(result)],
        "detailed_evaluation_results": {
            "format": "jsonl",
            "file_path": samples.as_posix(),
            "hash_algorithm": "sha256",
            "checksum": checksum,
            "total_rows": lines,
        },
    }
    path = folder / place / f"{number}.json"
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    return path


def _model(agent: str) -> dict[str, Any]:
    """An agent's URI as a model: `developer/name`, and where it ran."""
    scheme, _, rest = agent.partition("?")[0].partition("/")
    if scheme == "litellm" or (scheme in _LOCAL and "/" in rest):
        name = rest
    elif rest:
        name = f"{scheme}/{rest}"
    else:  # a reference agent
        name = f"palestra/{scheme}"
    where = "externally_managed" if scheme in _HOSTED else "self_deployed"
    model: dict[str, Any] = {
        "name": agent,
        "id": name,
        "developer": name.partition("/")[0],
        "additional_details": {
            "deployment_type": where if scheme in _HOSTED | _LOCAL else "unknown",
            "model_availability": "open_weights" if scheme in {"hf", "vllm"} else "unknown",
            "agent": agent,
        },
    }
    if scheme in _LOCAL:
        model["inference_engine"] = {"name": "vllm" if scheme == "vllm" else "transformers"}
    return model


def _result(result: Result) -> dict[str, Any]:
    row = result.row
    uncertainty: dict[str, Any] = {"num_samples": row.tasks}
    if abs(row.low) != float("inf"):
        uncertainty["confidence_interval"] = {
            "lower": row.low,
            "upper": row.high,
            "confidence_level": 0.95,
            "method": "Wilson's where a rate's tasks are right or wrong, else bootstrap over tasks",
        }
    binary = row.n == row.tasks and 0 <= row.mean <= 1
    details = {
        "planned": row.n,
        "scored": row.scored,
        "invalid": row.invalid,
        "errors": row.errors,
        "mean_if_scored": row.mean_scored,
        "tasks": row.tasks,
        "trials": row.trials,
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "cost_usd": row.cost,
    }
    config = {name: json.dumps(value, sort_keys=True) for name, value in row.config.items()}
    limit = (row.config.get("limits") or {}).get("seconds")
    generation: dict[str, Any] = {"additional_details": config}
    if limit:
        generation["generation_args"] = {"eval_limits": {"time_limit": round(limit)}}
    return {
        "evaluation_result_id": f"{result.content[:16]}/{row.metric}",
        "evaluation_name": f"{row.environment} ({row.split})",
        "source_data": {
            "dataset_name": row.environment,
            "source_type": "other",
            "additional_details": {"split": row.split, "tasks": str(row.tasks)},
        },
        "evaluation_timestamp": result.created,
        "metric_config": {
            "metric_id": row.metric,
            "metric_name": row.metric,
            "lower_is_better": False,
            "evaluation_description": "mean over everything planned; not scored counts as 0",
            **({"metric_unit": "proportion"} if binary else {}),
        },
        "score_details": {
            "score": row.mean,
            "details": {name: str(value) for name, value in details.items() if value is not None},
            "uncertainty": uncertainty,
        },
        "generation_config": generation,
    }


def _samples(result: Result, path: Path, identity: str, model: str) -> tuple[int, str]:
    """Write the episodes; how many, and the file's SHA-256."""
    digest, count = hashlib.sha256(), 0
    digests = result.digests()
    with open(path, "wb") as file:
        for episode in result.episodes():
            record = _sample(episode, result, identity, model, digests.get(episode.key, ""))
            line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
            file.write(line)
            digest.update(line)
            count += 1
    return count, digest.hexdigest()


def _sample(
    episode: Episode, result: Result, identity: str, model: str, digest: str
) -> dict[str, Any]:
    row = result.row
    messages = [_message(message, turn) for turn, message in enumerate(episode.messages)]
    roles = [message["role"] for message in messages]
    opening = roles.index("assistant") if "assistant" in roles else len(messages)
    raw = "\n\n".join(describe(message) for message in episode.messages[:opening])
    answer = final_answer(episode.messages)
    calls = sum(len(message.get("tool_calls") or ()) for message in messages)
    usage, headline = episode.usage, first(episode.headline, 0.0)
    attribution = []
    if answer is not None and "assistant" in roles:
        last = len(roles) - 1 - roles[::-1].index("assistant")
        attribution.append(
            {
                "turn_idx": last,
                "source": f"messages[{last}]",
                "extracted_value": answer,
                "extraction_method": "the last tool call, or the text where there is none",
                "is_terminal": True,
            }
        )
    return {
        "schema_version": SCHEMA,
        "evaluation_id": identity,
        "model_id": model,
        "evaluation_name": f"{row.environment} ({row.split})",
        "evaluation_result_id": f"{result.content[:16]}/{row.metric}",
        "sample_id": episode.task,
        "sample_hash": hashlib.sha256(raw.encode("utf-8", "replace")).hexdigest(),
        "interaction_type": "agentic",
        "input": {"raw": raw, "reference": []},
        "output": None,
        "messages": messages,
        "answer_attribution": attribution,
        "evaluation": {
            "score": headline,
            "is_correct": headline >= 1,
            "num_turns": episode.turns or None,
            "tool_calls_count": calls,
        },
        "token_usage": {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
            "input_tokens_cache_read": usage.cached_tokens,
        },
        "performance": {"latency_ms": max(0.0, episode.seconds * 1000)},
        "error": None if episode.status == "scored" else f"{episode.status}: {episode.error}",
        "metadata": {
            "key": episode.key,
            "digest": digest,
            "trial": str(episode.trial),
            "seed": str(episode.seed),
            "status": episode.status,
            "outcome": episode.score.outcome if episode.score else "",
            "started": iso(episode.started),
        },
    }


def _message(message: Any, turn: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "turn_idx": turn,
        "role": message["role"],
        "content": describe(message) if message.get("content") else message.get("content"),
    }
    if message.get("thoughts"):
        made["reasoning_trace"] = str(message["thoughts"])
    calls = message.get("tool_calls")
    if isinstance(calls, list) and calls:
        made["tool_calls"] = [_call(call, number) for number, call in enumerate(calls)]
    if message.get("tool_call_id"):
        made["tool_call_id"] = [str(message["tool_call_id"])]
    return made


def _call(call: Any, number: int) -> dict[str, Any]:
    """A tool call; the schema wants every argument as text. An agent may have sent anything."""
    function = call.get("function") if isinstance(call, dict) else None
    function = function if isinstance(function, dict) else {}
    arguments = function.get("arguments")
    given = arguments if isinstance(arguments, dict) else {"arguments": arguments}
    return {
        "id": str(call.get("id") if isinstance(call, dict) else f"call_{number}"),
        "name": str(function.get("name")),
        "arguments": {
            str(name): value if isinstance(value, str) else json.dumps(value)
            for name, value in given.items()
        },
    }
