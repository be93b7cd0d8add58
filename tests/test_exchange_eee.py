"""Every Eval Ever's records: valid by its schema, both ends of the bracket, the same again."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema

from palestra.leaderboard import (
    ranking,
)
from palestra.leaderboard.exchange import write_eee

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
AGGREGATE = {
    "type": "object",
    "required": [
        "schema_version", "evaluation_id", "retrieved_timestamp", "source_metadata", "model_info",
        "eval_library", "evaluation_results",
    ],
    "properties": {
        "schema_version": {"const": "0.3.0"},
        "evaluation_id": {"type": "string"},
        "evaluation_timestamp": {"type": "string"},
        "retrieved_timestamp": {"type": "string"},
        "source_metadata": {
            "required": ["source_type", "source_organization_name", "evaluator_relationship"],
            "properties": {
                "source_type": {"enum": ["documentation", "evaluation_run"]},
                "evaluator_relationship": {
                    "enum": ["first_party", "third_party", "collaborative", "other"]
                },
                "additional_details": TEXTS,
            },
        },
        "eval_library": {"required": ["name", "version"]},
        "model_info": {
            "required": ["name", "id", "additional_details"],
            "properties": {
                "additional_details": {
                    **TEXTS,
                    "required": ["deployment_type", "model_availability"],
                    "properties": {
                        "deployment_type": {
                            "enum": ["self_deployed", "externally_managed", "unknown"]
                        },
                        "model_availability": {
                            "enum": ["open_weights", "closed_weights", "unknown"]
                        },
                    },
                }
            },
        },
        "evaluation_results": {
            "type": "array",
            "items": {
                "required": ["evaluation_name", "source_data", "metric_config", "score_details"],
                "properties": {
                    "source_data": {
                        "required": ["dataset_name", "source_type"],
                        "properties": {
                            "source_type": {"const": "other"}, "additional_details": TEXTS,
                        },
                    },
                    "metric_config": {"required": ["lower_is_better"]},
                    "score_details": {
                        "required": ["score"],
                        "properties": {"score": {"type": "number"}, "details": TEXTS},
                    },
                    "generation_config": {
                        "properties": {
                            "generation_args": {
                                "additionalProperties": False,
                                "properties": {
                                    "eval_limits": {
                                        "properties": {"time_limit": {"type": "integer"}}
                                    }
                                },
                            },
                            "additional_details": TEXTS,
                        }
                    },
                },
            },
        },
        "detailed_evaluation_results": {
            "required": ["format", "file_path"],
            "properties": {
                "format": {"enum": ["jsonl"]},
                "file_path": {
                    "pattern": r"^data/[^/]+/[^/]+/[^/]+/[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-"
                    r"4[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}_samples\.jsonl$"
                },
                "hash_algorithm": {"enum": ["sha256", "md5"]},
            },
        },
    },
    "additionalProperties": False,
}  # fmt: skip
INSTANCE = {
    "type": "object",
    "required": [
        "schema_version", "evaluation_id", "model_id", "evaluation_name", "sample_id",
        "interaction_type", "input", "answer_attribution", "evaluation",
    ],
    "properties": {
        **{name: {"type": "string"} for name in (
            "schema_version", "evaluation_id", "model_id", "evaluation_name",
            "evaluation_result_id", "sample_id", "sample_hash",
        )},
        "interaction_type": {"const": "agentic"},
        "input": {
            "required": ["raw", "reference"],
            "properties": {"raw": {"type": "string"}, "reference": {"type": "array"}},
        },
        "output": {"type": "null"},
        "messages": {
            "type": "array",
            "items": {
                "required": ["turn_idx", "role"],
                "properties": {
                    "turn_idx": {"type": "integer"},
                    "content": {"type": ["string", "null"]},
                    "tool_calls": {
                        "type": "array",
                        "items": {"required": ["id", "name"], "properties": {"arguments": TEXTS}},
                    },
                    "tool_call_id": {"type": "array"},
                },
            },
        },
        "answer_attribution": {
            "type": "array",
            "items": {"required": [
                "turn_idx", "source", "extracted_value", "extraction_method", "is_terminal",
            ]},
        },
        "evaluation": {
            "required": ["score", "is_correct"],
            "properties": {
                "score": {"type": "number"},
                "is_correct": {"type": "boolean"},
                "num_turns": {"type": ["integer", "null"], "minimum": 1},
            },
        },
        "token_usage": {"required": ["input_tokens", "output_tokens", "total_tokens"]},
        "performance": {"properties": {"latency_ms": {"minimum": 0}}},
        "error": {"type": ["string", "null"]},
        "metadata": {"type": "object"},
    },
    "additionalProperties": False,
}  # fmt: skip


def schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """The project's own schemas where it is installed, else the facts above."""
    if find_spec("every_eval_ever") is None:
        return AGGREGATE, INSTANCE
    from every_eval_ever.schema import schema_json  # pyright: ignore[reportMissingImports]

    return schema_json("eval.schema.json"), schema_json("instance_level_eval.schema.json")


def test_records_are_valid_by_the_schema_of_every_eval_ever(board: Path, tmp_path: Path) -> None:
    aggregate, instance = schemas()
    files = write_eee(board, tmp_path)
    assert len(files) == 3
    for file in files:
        record = json.loads(file.read_text())
        jsonschema.Draft7Validator(aggregate).validate(record)
        details = record["detailed_evaluation_results"]
        lines = (tmp_path / details["file_path"]).read_text().splitlines()
        assert len(lines) == details["total_rows"]
        for line in lines:
            one = json.loads(line)
            jsonschema.Draft7Validator(instance).validate(one)
            assert one["evaluation_id"] == record["evaluation_id"]


def test_a_record_gives_both_ends_of_the_bracket_and_is_the_same_file_again(
    board: Path, tmp_path: Path
) -> None:
    files = write_eee(board, tmp_path, agents=["random"])
    assert files == write_eee(board, tmp_path, agents=["random"])
    (result,) = json.loads(files[0].read_text())["evaluation_results"]
    details = result["score_details"]["details"]
    assert (details["planned"], details["scored"], details["invalid"]) == ("8", "7", "1")
    assert result["score_details"]["score"] == next(
        row.mean for row in ranking(board) if row.agent == "random"
    )
