"""What a refusal means, in the words of each provider: whose fault, and whether to ask again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_agents_openai import halving

from palestra.agents import InfrastructureError
from palestra.agents.chat.refusals import ContextFull, NoSystemRole, refusal_of
from palestra.agents.dialogue.form import Form, fit
from palestra.envs.core import Message, Part, UsageError, say, system, user
from palestra.evals import Retry, evaluate
from palestra.evals.doctor import ChatServer, Fault
from palestra.evals.doctor.faults import refusing
from palestra.leaderboard import episodes

CONTEXT = [
    (400, "This model's maximum context length is 4096 tokens. However, your messages resulted in "
     "5000 tokens. Please reduce the length of the messages. [context_length_exceeded]"),
    (400, "Your input exceeds the context window of this model."),
    (400, "You passed 5000 input tokens and requested 256 output tokens. However, the model's "
     "context length is only 4096 tokens, resulting in a maximum input length of 3840 tokens."),
    (400, "prompt is too long: 210000 tokens > 200000 maximum [invalid_request_error]"),
    (400, "input length and `max_tokens` exceed context limit: 199000 + 20000 > 200000"),
    (400, "The input token count (1200000) exceeds the maximum number of tokens allowed."),
    (400, "Input is too long for requested model."),
    (400, "the request exceeds the available context size, try increasing it "
     "[exceed_context_size_error]"),
    (400, "Input length (5000 tokens) exceeds the maximum allowed length (4096 tokens)."),
    (400, "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum "
     "context length"),
    (400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens."),
    (400, "Invalid request: Your request exceeded model token limit: 131072"),
    (413, "Please reduce the length of the messages or completion."),
    (422, "`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens"),
    (400, "too many tokens: total number of tokens in the prompt cannot exceed 4081"),
    (400, "Range of input length should be [1, 30720]"),
    (400, "This model's maximum context length is 4096 tokens. However, you requested 256 output "
     "tokens and your prompt contains at least 3841 input tokens"),
    (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096"),
    (500, "Context size has been exceeded."),
    (400, "input tokens 5000 exceed session_len 4096"),
    (400, "length of prompt exceeds the maximum supported sequence length"),
    (413, "input must have less than 32768 tokens"),
    (413, "Request exceeds the maximum size [request_too_large]"),
]  # fmt: skip
QUOTA = [
    (429, "You exceeded your current quota, please check your plan and billing details. "
     "[insufficient_quota]"),
    (402, "Insufficient Balance"),
    (402, "This request requires more credits, or fewer max_tokens."),
    (400, "Your credit balance is too low to access the Anthropic API."),
    (403, "Your account is not active, please check your billing details."),
    (429, "Your account org-x is suspended due to insufficient balance"),
    (429, "Your account is suspended, please check your plan [exceeded_current_quota_error]"),
    (429, "Your prepayment credits are depleted. Please go to AI Studio. [RESOURCE_EXHAUSTED]"),
    (429, "credit_balance_exhausted"),
    (429, "enforced_spend_limit_reached"),
    (429, "insufficient_quota"),
    (403, "Key limit exceeded. Manage it using the settings"),
    (412, "Account suspended, possibly due to reaching the monthly spending limit"),
    (400, "You have reached your specified API usage limits."),
    (400, "Access denied, please make sure your account is in good standing. [Arrearage]"),
    (400, "Budget has been exceeded! Current cost: 10"),
    (500, "insufficient balance [insufficient_balance_error]"),
]  # fmt: skip
RATE = [
    (429, "Rate limit reached for gpt-5 on tokens per min (TPM): Limit 30000, Used 29000."),
    (429, "You exceeded your current quota. * Quota exceeded for metric: generate_content_free_tier"
     "_requests, limit: 15. Please retry in 23.1s. [RESOURCE_EXHAUSTED]"),
    (413, "Request too large for model on tokens per minute (TPM): Limit 6000, Requested 9000"),
    (429, "Too many requests"),
    (429, "This request would exceed your organization's rate limit of 30,000 input tokens per "
     "minute. [rate_limit_error]"),
    (529, "Overloaded [overloaded_error]"),
    (429, "Allocated quota exceeded, please increase your quota limit. [insufficient_quota]"),
    (503, "The model is overloaded. Please try again later."),
    (500, "The system message queue is not ready"),
]  # fmt: skip
OTHER = [
    (400, "max_tokens is too large: 100000. This model supports at most 16384 completion tokens"),
    (400, "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens"),
    (400, "Invalid schema for function 'search'"),
    (400, "'max_tokens' is too large: 200000. This model's maximum context length is 131072 tokens "
     "and your request has 512 input tokens"),
    (400, "This model's maximum context length is 4096 tokens. However, you requested 200012 "
     "tokens (12 in the messages, 200000 in the completion)."),
    (422, "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 12 `inputs` tokens and "
     "200000 `max_new_tokens`"),
    (400, "max_tokens exceeds the model's maximum output length"),
    (400, "too many tokens: max tokens must be less than or equal to 8192"),
    (400, "Unsupported value: 'temperature' does not support 0 with this model."),
    (400, "The response was filtered due to the prompt triggering content management policy."),
]  # fmt: skip
SYSTEM = [
    (400, "System role not supported"),
    (400, "Developer instruction is not enabled for models/gemma-3-27b-it"),
    (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
    (400, "Conversation roles must alternate user/assistant/user/assistant/..."),
    (500, "Only user and assistant roles are supported! System role is not supported."),
]
END = [
    (401, "Incorrect API key provided: sk-abc. [invalid_api_key]"),
    (404, "The model `gpt-9` does not exist or you do not have access to it. [model_not_found]"),
    (400, "gpt-9 is not a valid model ID"),
    (400, "API key not valid. Please pass a valid API key. [INVALID_ARGUMENT]"),
    (400, "Incorrect API key provided: xa***. You can obtain an API key."),
    (400, "The model `x` has been decommissioned and is no longer supported."),
]


def refused(status: int, text: str, headers: Any = None) -> Exception:
    return refusal_of("openai/m", status, text, "", headers)


@pytest.mark.parametrize(("status", "text"), CONTEXT)
def test_a_full_context_is_the_agents_own_end(status: int, text: str) -> None:
    assert isinstance(refused(status, text), ContextFull)


@pytest.mark.parametrize(("status", "text"), [*QUOTA, *END])
def test_what_no_other_call_would_survive_ends_the_run(status: int, text: str) -> None:
    error = refused(status, text)
    assert isinstance(error, UsageError)
    assert "goes on where it stopped" in str(error)


@pytest.mark.parametrize(("status", "text"), RATE)
def test_a_limit_of_a_minute_is_waited_for(status: int, text: str) -> None:
    error = refused(status, text)
    assert isinstance(error, InfrastructureError)
    assert error.retry or status == 413
    assert "quota is used up" not in str(error)


@pytest.mark.parametrize(("status", "text"), OTHER)
def test_a_wrong_request_is_the_infrastructures_and_not_repeated(status: int, text: str) -> None:
    error = refused(status, text)
    assert isinstance(error, InfrastructureError)
    assert not error.retry


@pytest.mark.parametrize(("status", "text"), SYSTEM)
def test_a_template_without_a_system_role_is_known(status: int, text: str) -> None:
    assert isinstance(refused(status, text), NoSystemRole)


@pytest.mark.parametrize(
    "text",
    [
        "'messages.2' : for 'role:assistant' property 'reasoning_content' is unsupported",
        "The reasoning_content is an intermediate result. Please remove the reasoning_content.",
        "Extra inputs are not permitted: body.messages.2.assistant.reasoning",
    ],
)
def test_a_server_that_takes_no_thoughts_back_gets_none(db: Path, text: str) -> None:
    body = json.dumps({"error": {"message": text}}).encode()
    no_thoughts = Fault("no thoughts", "takes no thoughts", refusing(400, body=body))

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if "hm" in json.dumps(request["messages"]):
            return {"fault": no_thoughts}
        return halving(request) | {"content": "<think>hm</think>Let me see."}

    with ChatServer(answer) as server:
        agent = f"openai/m?base_url={server.url}"
        report = evaluate(["guess"], [agent], tasks=4, db=db, concurrency=1)
    assert report.rows[0].mean == 1.0
    assert server.served == sum(each.turns for each in episodes(db)) + 1


@pytest.mark.parametrize(
    "text",
    [
        "Missing `reasoning_content` field in the assistant message at message index 2",
        "Expected `thinking` or `redacted_thinking`, but found `tool_use`.",
        "Function call is missing a thought_signature in functionCall parts.",
    ],
)
def test_thoughts_that_are_missed_are_not_left_out(text: str) -> None:
    assert isinstance(refused(400, text), InfrastructureError)


def test_instructions_go_into_the_first_user_message() -> None:
    def plain(*messages: Message) -> list[Message]:
        return fit(messages, Form(system=False, neighbours=False))

    rules, more = system("Be brief."), system("Be kind.")
    talk = plain(rules, user("Hi."), user("Who?"), say("Me."), more, user("?"))
    assert talk == [user("Be brief.\n\nHi.\n\nWho?"), say("Me."), user("Be kind.\n\n?")]
    assert plain(user("Hi."), say("Me.")) == [user("Hi."), say("Me.")]
    assert plain(rules) == [user("Be brief.")]
    image: Part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
    shown = plain(rules, {"role": "user", "content": [image]})
    assert shown == [{"role": "user", "content": [{"type": "text", "text": "Be brief."}, image]}]


def test_an_empty_account_stops_the_run_and_the_same_command_goes_on(db: Path) -> None:
    left = [6]

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        left[0] -= 1
        if left[0] < 0:
            body = b'{"error": {"message": "Insufficient Balance", "code": "insufficient_quota"}}'
            return {"fault": Fault("quota", "is empty", refusing(402, body=body))}
        return {"content": "0"}

    with ChatServer(answer) as server:
        agent = f"openai/m?base_url={server.url}"
        with pytest.raises(UsageError, match="quota is used up"):
            evaluate(["formal"], [agent], tasks=40, db=db, concurrency=4, retry=Retry(attempts=5))
        assert server.served <= 6 + 4, "nothing is asked again, and nothing more"
        before = [each.status for each in episodes(db)]
        assert before == ["scored"] * 6
        left[0] = 10**6
        report = evaluate(["formal"], [agent], tasks=40, db=db)
    assert (report.tally.before, report.tally.finished, report.rows[0].errors) == (6, 34, 0)


def test_a_full_context_is_scored_and_not_asked_again(db: Path) -> None:
    body = b'{"error": {"message": "too long", "code": "context_length_exceeded"}}'
    full = Fault("full", "is full", refusing(400, body=body))
    with ChatServer(lambda request: {"fault": full}) as server:
        evaluate(["formal"], [f"openai/m?base_url={server.url}"], tasks=3, db=db)
        assert server.served == 3
    for each in episodes(db):
        assert (each.status, each.headline) == ("scored", 0.0)
        assert each.notes[-1]["finish"] == "context_full"


def test_a_system_role_is_given_up_once(db: Path) -> None:
    body = b'{"object": "error", "message": "System role not supported", "code": 400}'
    no_system = Fault("no system", "has no system role", refusing(400, body=body))

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if any(message["role"] == "system" for message in request["messages"]):
            return {"fault": no_system}
        return {"content": "0"}

    with ChatServer(answer) as server:
        agent = f"openai/m?base_url={server.url}"
        report = evaluate(["formal"], [agent], tasks=20, db=db, concurrency=1)
        assert report.rows[0].scored == 20
        assert server.served == 21


BODIES = [
    '{{"error": {{"message": "{}", "code": 400}}}}',
    '[{{"error": {{"message": "{}", "status": "INVALID_ARGUMENT"}}}}]',
    '{{"code": "Client specified an invalid argument", "error": "{}"}}',
    '{{"error": "{}"}}',
    '{{"detail": "{}"}}',
    '{{"errors": ["{}"]}}',
    '{{"message": {{"detail": [{{"msg": "{}"}}]}}}}',
    '{{"object": "error", "message": "{}", "code": 400}}',
    '{{"error": {{"message": "Provider returned error", "metadata": {{"raw": "{}"}}}}}}',
]
"""The shapes in which servers send what they have to say."""


@pytest.mark.parametrize("uri", ["openai/m?", "openai/m?stream=true&", "litellm/openai/m?"])
@pytest.mark.parametrize("body", BODIES)
def test_a_refusal_is_read_in_whatever_shape_it_comes(db: Path, uri: str, body: str) -> None:
    said = body.format("This model's maximum context length is 4096 tokens.")
    full = Fault("full", "is full", refusing(400, body=said.encode()))
    with ChatServer(lambda request: {"fault": full}) as server:
        evaluate(["formal"], [f"{uri}base_url={server.url}"], tasks=1, db=db)
    (each,) = episodes(db)
    assert (each.status, each.notes[-1]["finish"]) == ("scored", "context_full"), each.error


def test_a_call_that_the_server_could_not_read_is_the_agents_format_error(db: Path) -> None:
    body = {
        "error": {
            "message": "Failed to call a function.",
            "code": "tool_use_failed",
            "failed_generation": "<function=higher>{",
        }
    }
    failed = Fault("failed", "fails", refusing(400, body=json.dumps(body).encode()))
    with ChatServer(lambda request: {"fault": failed}) as server:
        evaluate(["guess"], [f"openai/m?base_url={server.url}"], tasks=1, db=db)
    (each,) = episodes(db)
    assert each.status == "scored"
    assert each.score is not None
    assert each.score.outcome == "format_error"
    assert each.messages[1]["content"] == "<function=higher>{"
