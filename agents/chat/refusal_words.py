"""The words in which providers refuse, by what they mean; `refusals.py` decides with them.

Each group is tested against the wording of every provider that is known (`tests/test_refusals.py`).
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | re.DOTALL)


CONTEXT = _any(
    r"context[ _](?:length|window|size|limit)[ _]?(?:is[ _]|has been )?(?:exceed|of the model|too)",
    r"context_length_exceeded|context_window_exceeded|exceed_context_size|request_too_large",
    r"(?:maximum|max|available|model'?s?|allowed|total|supported)[ _](?:allowed |supported )?"
    r"(?:context|input|prompt|sequence|model)[ _]?(?:length|window|size|limit|tokens?)",
    r"prompt (?:is )?too (?:long|large)|input (?:is )?too (?:long|large)",
    r"prompt contains .{0,40}tokens|too many (?:input |prompt |total )?tokens",
    r"(?:tokens?|input|prompt|length)\b.{0,80}\bexceed\w*\b.{0,60}\b(?:context|maximum|limit|max)",
    r"exceed\w*\b.{0,60}\b(?:context|max_model_len|max_position|session_len|token limit)",
    r"context.{0,12}overflow|range of input length|inputs. tokens \+ .max_new_tokens. must be",
    r"(?:input|prompt) must have less than \d+ tokens",
    r"reduce the length of (?:the|your) (?:messages|prompt|input)",
    r"longer than the (?:model'?s? )?(?:context|maximum)",
    r"code\W{1,5}1261\b|\[1261\]|prompt.{0,6}超长|超过.{0,12}(?:长度|上限)|输入.{0,6}过长",
)
"""The conversation is too long."""
OUTPUT = _any(
    r"max_?(?:completion_|new_|output_)?tokens\W{0,3} (?:is |must be |cannot |should )",
    r"max tokens must be|maximum (?:allowed )?(?:number of )?(?:output|completion|new)",
    r"max_tokens: \d+ >|at most \d+ (?:completion|output) tokens|maximum output length",
)
"""The reply that is asked for is too long."""
SIZES = (
    re.compile(
        r"(?:your (?:request|prompt|messages) (?:has|contains?|resulted in)(?: at least)? |"
        r"passed |\()(\d+)(?: (?:input|prompt))?(?: tokens)?"
        r"(?: input tokens| in the messages| of text input| tokens)|Given: (\d+)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:maximum|context)[^.\d]{0,60}?(?:length|window|limit|size|is|be)[^\d.]{0,24}?(\d+)"
        r"|must be <= (\d+)",
        re.IGNORECASE,
    ),
)
"""How many tokens the conversation has, and how many the context holds."""
RATE = _any(
    r"\b(?:per[ -](?:minute|min|hour|day|second)|rate[ _-]?limit|TPM|RPM|TPD|requests? limit)\b",
    r"retry in\b|RetryInfo|retryDelay|Per(?:Minute|Day|Hour)|allocated quota exceeded",
)
"""A limit that time mends."""
EXCEEDED = _any(r"exceeded your (?:current )?quota")
"""An account that is empty, or (Google) a minute's or a day's limit, which says when to retry."""
QUOTA = _any(
    r"insufficient[ _](?:quota|balance|credit|fund)|exceeded_current_quota|credits are depleted",
    r"credit[ _]balance[ _](?:is too low|exhausted)|billing[ _](?:hard[ _]limit|not[ _]active)",
    r"account.{0,40}(?:not active|suspended)|suspended.{0,60}(?:billing|spending|balance)",
    r"(?:out of|no|not enough|requires? more) credits?\b|payment required|quota.{0,20}exhausted",
    r"spend(?:ing)?[ _]limit|monthly (?:budget|limit|quota)|key limit exceeded|usage limits",
    r"budget has been exceeded|arrearage|FreeTierOnly|余额不足|欠费|\[1113\]",
)
"""An account that is empty."""
KEY = _any(
    r"api[ _]key not valid|(?:incorrect|invalid|wrong)[ _]api[ _]?key|invalid_api_key",
    r"authentication_error|API_KEY_INVALID",
)
"""A key that is not taken."""
MODEL = _any(
    r"model_not_found|unknown_model|decommissioned",
    r"model\b.{0,80}\b(?:does not exist|not exist|not found|is not available)",
    r"(?:unknown|invalid|no such|not a valid) model",
)
"""A model that is not there."""
SYSTEM = _any(
    r"(?:system|developer)[ '\"]*(?:role|instruction|message|prompt)s?\b.{0,60}"
    r"\b(?:not|n't|unsupported|disabled|only)",
    r"(?:not|n't|unsupported).{0,80}['\"]?(?:system|developer)['\"]?"
    r"[ _](?:role|instruction|message)",
    r"messages\[\d+\]\.role.{0,20}does not support",
    r"roles must alternate",
)
"""A template that takes no system messages, or wants roles in turn."""
ROLES = _any(r"system role|roles? must alternate|only user and assistant roles")
"""The same, in the words of templates alone: servers that break down speak of systems, too."""
SEED = _any(r"\bseed\b")
_REASONING = r"(?:reasoning|thinking|thought|extra_content)\w*"
THOUGHTS = _any(
    rf"remove.{{0,40}}{_REASONING}",
    rf"{_REASONING}.{{0,60}}(?:unsupported|not (?:allowed|permitted|supported)|unexpected|unknown)",
    rf"(?:unsupported|unexpected|unknown|extra|additional|forbidden).{{0,60}}{_REASONING}",
)
"""Thoughts that are not taken back."""
MALFORMED = _any(
    r"tool_use_failed|output_parse_failed|error parsing tool call|failed to parse (?:input|tool)",
)
"""A tool call of the model's that the server itself could not read."""
