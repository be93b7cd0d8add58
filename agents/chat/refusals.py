"""What a server's refusal means: whose fault it is, and whether asking again may help.

A full context is the end of the agent's own making. An empty account, a key that is not taken and a
model that does not exist end the run: no other episode would fare better. A template without a
system role wants the same conversation in another form. Everything else is the infrastructure's.
"""

from __future__ import annotations

import re
from typing import Any

from ...envs.core import UsageError
from ..base import InfrastructureError
from ..secrets import hide

__all__ = ["ContextFull", "NoSystemRole", "NoThoughts", "refusal_of"]


class ContextFull(InfrastructureError):
    """The conversation does not fit into the model's context any more."""


class NoThoughts(InfrastructureError):
    """The server does not take a model's thoughts back."""


class NoSystemRole(InfrastructureError):
    """The model's chat template takes no system messages, or wants roles in turn."""


_CONTEXT = re.compile(
    r"context[ _](?:length|window|size|limit)[ _]?(?:is[ _])?(?:exceed|of the model|too)"
    r"|context_length_exceeded|context_window_exceeded|exceed_context_size"
    r"|(?:maximum|max|available|model'?s?|allowed|total)[ _](?:allowed )?"
    r"(?:context|input|prompt|sequence)[ _]?(?:length|window|size|limit|tokens?)"
    r"|prompt (?:is )?too (?:long|large)|input (?:is )?too (?:long|large)"
    r"|prompt contains .{0,40}tokens|too many (?:input |prompt |total )?tokens"
    r"|(?:tokens?|input|prompt|length)\b.{0,80}\bexceed\w*\b.{0,60}\b(?:context|maximum|limit|max)"
    r"|exceed\w*\b.{0,60}\b(?:context|max_model_len|max_position|token limit)"
    r"|context.{0,12}overflow|range of input length|inputs. tokens \+ .max_new_tokens. must be"
    r"|reduce the length of (?:the|your) (?:messages|prompt|input)"
    r"|longer than the model'?s? (?:context|maximum)",
    re.IGNORECASE | re.DOTALL,
)
_RATE = re.compile(
    r"\b(?:per[ -](?:minute|min|hour|day|second)|rate[ _-]?limit|TPM|RPM|TPD|requests? limit)\b"
    r"|retry in\b|RetryInfo|retryDelay|Per(?:Minute|Day|Hour)",
    re.IGNORECASE,
)
_EXCEEDED = re.compile(r"exceeded your (?:current )?quota", re.IGNORECASE)
"""Of an account that is empty, or (Google) of a minute or a day, which then says when to retry."""
_QUOTA = re.compile(
    r"insufficient[ _](?:quota|balance|credit|fund)"
    r"|credit balance is too low|billing[ _](?:hard[ _]limit|not[ _]active)"
    r"|account.{0,30}not active"
    r"|(?:out of|no|not enough|requires? more) credits?\b|payment required|quota.{0,20}exhausted"
    r"|spend(?:ing)? limit|monthly (?:budget|limit|quota)",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"model_not_found"
    r"|model\b.{0,80}\b(?:does not exist|not exist|not found|is not available|unknown)"
    r"|(?:unknown|invalid|no such|not a valid) model|unknown_model|not_found_error",
    re.IGNORECASE | re.DOTALL,
)
_SYSTEM = re.compile(
    r"(?:system|developer)[ '\"]*(?:role|instruction|message|prompt)s?\b.{0,60}"
    r"\b(?:not|n't|unsupported|disabled|only)"
    r"|(?:not|n't|unsupported).{0,80}['\"]?(?:system|developer)['\"]?"
    r"[ _](?:role|instruction|message)"
    r"|messages\[\d+\]\.role.{0,20}does not support"
    r"|roles must alternate",
    re.IGNORECASE | re.DOTALL,
)
_SEED = re.compile(r"\bseed\b", re.IGNORECASE)
_REASONING = r"(?:reasoning|thinking|thought|extra_content)\w*"
_THOUGHTS = re.compile(
    rf"remove.{{0,40}}{_REASONING}"
    rf"|{_REASONING}.{{0,60}}(?:unsupported|not (?:allowed|permitted|supported)|unexpected|unknown)"
    rf"|(?:unsupported|unexpected|unknown|extra|additional|forbidden).{{0,60}}{_REASONING}",
    re.IGNORECASE | re.DOTALL,
)


def refusal_of(uri: str, status: int, text: str, headers: Any) -> Exception:
    """The error that a refusal is raised as.

    Args:
        uri: the agent's name, for messages.
        status: of the HTTP answer.
        text: what the server says, its code included.
        headers: of the answer.
    """
    said = hide(" ".join(text.split()))[:600]
    about = f"HTTP {status}: {said}"
    waits = _RATE.search(text) is not None or _seconds(headers) is not None
    rate = status in (413, 429) and waits
    empty = _QUOTA.search(text) or (_EXCEEDED.search(text) and not waits)
    if status == 402 or (status in (400, 403, 429) and empty):
        return _ends_run(uri, "the account's quota is used up", about, "Top it up")
    if status == 401:
        return _ends_run(uri, "the key is not taken", about, "Set another one")
    if status in (400, 413, 422, 500) and not rate and _CONTEXT.search(text):
        return ContextFull(about, retry=False)
    if status in (400, 422, 500) and _SYSTEM.search(text):
        return NoSystemRole(about, retry=False)
    if status in (400, 422) and _THOUGHTS.search(text):
        return NoThoughts(about, retry=False)
    if status == 404 or (status == 400 and _MODEL.search(text)):
        return _ends_run(uri, "there is no such model or address", about, "Correct the name")
    # 422: what LiteLLM makes of an error in the body of a reply with status 200
    retry = status in (408, 409, 422, 429) or status >= 500
    hint = ""
    if status in (400, 422) and _SEED.search(text):
        hint = " (where a server takes no seed, add ?seed=false)"
    return InfrastructureError(about + hint, retry=retry, after=_seconds(headers))


def _ends_run(uri: str, what: str, about: str, mend: str) -> UsageError:
    return UsageError(
        f"{uri}: {what} ({about}). Nothing more was asked, and finished episodes are stored. "
        f"{mend}, then give the same command again: it goes on where it stopped"
    )


def _seconds(headers: Any) -> float | None:
    """How long the server asked to wait, where it says so in seconds."""
    try:
        return float(headers.get("retry-after") or "")
    except (AttributeError, ValueError):  # a date, or words; our own back-off will do
        return None
