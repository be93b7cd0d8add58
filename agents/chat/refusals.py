"""What a server's refusal means: whose fault it is, and whether asking again may help.

A full context is the end of the agent's own making, and a tool call that the server could not read
is its format error. An empty account, a key that is not taken and a model that does not exist end
the run: no other episode would fare better. A template without a system role wants the same
conversation in another form. Everything else is the infrastructure's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...envs.core import UsageError
from ..base import InfrastructureError
from ..limits.headers import wait_in
from ..secrets import hide
from . import refusal_words as words

__all__ = [
    "ContextFull",
    "Malformed",
    "NoSystemRole",
    "NoThoughts",
    "as_body",
    "refusal_in",
    "refusal_of",
    "said_by",
]


class ContextFull(InfrastructureError):
    """The conversation does not fit into the model's context any more."""


class NoThoughts(InfrastructureError):
    """The server does not take a model's thoughts back."""


class NoSystemRole(InfrastructureError):
    """The model's chat template takes no system messages, or wants roles in turn."""


class Malformed(InfrastructureError):
    """The server could not read the model's tool call.

    Attributes:
        written: what the model wrote, where the server says it.
    """

    def __init__(self, message: str, written: str) -> None:
        super().__init__(message, retry=False)
        self.written = written


_MINIMAX = {1002: 429, 1004: 401, 1008: 402, 1039: 400, 1041: 429, 2049: 401, 2056: 402}
"""MiniMax's own codes, in replies with status 200, as statuses."""


def refusal_of(
    uri: str, status: int, said: str, body: str = "", headers: Mapping[str, Any] | None = None
) -> Exception:
    """The error that a refusal is raised as.

    Args:
        uri: the agent's name, for messages.
        status: of the HTTP answer.
        said: what the server says, its code included.
        body: all of its body, for what stands elsewhere in it.
        headers: of the answer.
    """
    text = f"{said} {body}"
    about = f"HTTP {status}: {hide(' '.join(said.split()))[:600]}"
    after = wait_in(headers) if headers else None
    waits = bool(words.RATE.search(text)) or after is not None
    if status in (400, 500) and words.MALFORMED.search(text):
        return Malformed(about, _written_in(body))
    if status == 402 or _is_empty(status, text, waits):
        return _ends_run(uri, "the account's quota is used up", about, "Top it up")
    if status == 401 or (status in (400, 403) and words.KEY.search(text)):
        return _ends_run(uri, "the key is not taken", about, "Set another one")
    too_long = status in (400, 413, 422, 500) and words.CONTEXT.search(text)
    if too_long and not (waits and status == 413):
        if not _reply_is_too_long(text):
            return ContextFull(about, retry=False)
        hint = " (max_tokens asks for a longer reply than fits: set a smaller ?max_tokens=...)"
        return InfrastructureError(about + hint, retry=False)
    if (status in (400, 422) and words.SYSTEM.search(text)) or (
        status == 500 and words.ROLES.search(text)
    ):
        return NoSystemRole(about, retry=False)
    if status in (400, 422) and words.THOUGHTS.search(text):
        return NoThoughts(about, retry=False)
    if status == 404 or (status == 400 and words.MODEL.search(text)):
        return _ends_run(uri, "there is no such model or address", about, "Correct the name")
    # 422: what LiteLLM makes of an error in the body of a reply with status 200
    retry = status in (408, 409, 422, 425, 429) or status >= 500
    seed = status in (400, 422) and words.SEED.search(text)
    hint = " (where a server takes no seed, add ?seed=false)" if seed else ""
    return InfrastructureError(about + hint, retry=retry, after=after)


def _is_empty(status: int, text: str, waits: bool) -> bool:
    """Whether an account is empty; a limit of a minute is told in much the same words."""
    if "allocated quota exceeded" in text.lower():  # Alibaba's limit of tokens a minute
        return False
    if words.QUOTA.search(text):
        return status in (400, 403, 412, 429) or status >= 500
    return status in (400, 403, 429) and bool(words.EXCEEDED.search(text)) and not waits


def _reply_is_too_long(text: str) -> bool:
    """Whether it is the reply that does not fit, and the conversation takes less than half."""
    found = [pattern.search(text.replace(",", "")) for pattern in words.SIZES]
    if found[0] and found[1]:
        conversation, context = (
            int(next(filter(None, match.groups()))) for match in found if match
        )
        return conversation < context / 2
    return words.OUTPUT.search(text) is not None


def _ends_run(uri: str, what: str, about: str, mend: str) -> UsageError:
    return UsageError(
        f"{uri}: {what} ({about}). Nothing more was asked, and finished episodes are stored. "
        f"{mend}, then give the same command again: it goes on where it stopped"
    )


def as_body(body: Any) -> Any:
    """The body of an answer; JSON that came as text is read."""
    if isinstance(body, str) and body.lstrip("\ufeff \r\n\t").startswith("{"):
        try:
            return json.loads(body.lstrip("\ufeff"))
        except ValueError:
            return body
    return body


def refusal_in(uri: str, body: Any) -> Exception | None:
    """The error in a body that came with status 200; None where there is none that has a code."""
    if not isinstance(body, Mapping):
        return None
    base = body.get("base_resp")
    if isinstance(base, Mapping) and base.get("status_code"):
        status = _MINIMAX.get(base["status_code"], 400 if base["status_code"] == 2013 else 500)
        said = f"{base.get('status_msg')} [{base['status_code']}]"
        more = "context_length_exceeded" if base["status_code"] == 1039 else ""
        return refusal_of(uri, status, said, more)
    error = body.get("error")
    code = error.get("code") if isinstance(error, Mapping) else None
    if isinstance(error, Mapping) and str(code).isdigit() and 400 <= int(str(code)) < 600:
        return refusal_of(uri, int(str(code)), *_said_in(error), {})
    return None


def said_by(error: Any) -> tuple[str, str]:
    """What a client's error says: the server's message with its code, and all of its body."""
    found = getattr(error, "body", None)
    if isinstance(found, list) and found:  # Google's form
        found = found[0]
    within = found.get("error") if isinstance(found, Mapping) else None
    inner = within if isinstance(within, Mapping) else found
    try:
        whole = str(error.response.text).strip()[:4000]
    except Exception:  # LiteLLM's errors have made-up responses, and streams unread ones
        whole = ""
    if isinstance(inner, Mapping) and isinstance(inner.get("message"), str) and inner["message"]:
        said, body = _said_in(inner)
        return said, f"{body} {whole}"
    message = str(error.message)
    return (message if whole in message else f"{message} {whole[:600]}"), whole


def _said_in(error: Mapping[str, Any]) -> tuple[str, str]:
    message = str(error.get("message") or "")
    body = json.dumps(error, ensure_ascii=False, default=str)[:4000]
    metadata = error.get("metadata")
    if isinstance(metadata, Mapping) and metadata.get("raw"):  # OpenRouter's own provider
        message = f"{message}: {metadata['raw']}"
    code = error.get("code") or error.get("type") or ""
    return (f"{message} [{code}]" if code and str(code) not in message else message), body


def _written_in(body: str) -> str:
    """What the model wrote, out of a refusal that quotes it."""
    try:
        error, _ = json.JSONDecoder().raw_decode(body.strip())
    except ValueError:
        return ""
    written = error.get("failed_generation") if isinstance(error, Mapping) else None
    return written if isinstance(written, str) else ""
