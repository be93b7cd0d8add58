"""Keys stay out of everything that is shown or stored.

    hide("refused: sk-proj-1234...")    # "refused: [key]"

What is hidden: the value of every environment variable that is named like a key, every key that an
agent was given, and user names and passwords in addresses; in plain, in base64 and as JSON writes
them. Errors of agents pass through here before anybody reads them.
"""

from __future__ import annotations

import base64
import json
import os
import re
from urllib.parse import quote

from ..envs.core import UsageError

__all__ = ["clean_key", "hide", "holds_key", "remember"]

HIDDEN = "[key]"
SHORTEST = 6
"""Characters of a value that is taken for a key; a shorter one would hide words."""
_NAMES = re.compile(
    r"(?:^|_)(?:KEY|APIKEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_|$|\d)", re.IGNORECASE
)
_LOGIN = re.compile(r"(?<=://)[^/@\s'\"]+(?=@)")
_known: dict[str, tuple[bytes, ...]] = {}
"""Keys that agents were given, each with all its forms."""


def remember(key: str) -> None:
    """Hide a key that an agent was given."""
    key = key.strip()
    if len(key) >= SHORTEST and key not in _known:
        _known[key] = tuple(form.encode() for form in _forms(key))


def holds_key(text: bytes) -> bool:
    """Whether a text holds a key that an agent was given; quick, for every reply."""
    return any(form in text for forms in _known.values() for form in forms)


def clean_key(key: str, name: str) -> str:
    """A key as it can be sent: without blanks or line ends around it.

    Args:
        key: as it was given.
        name: where it comes from, for the message.

    Raises:
        UsageError: it holds characters that no key has.
    """
    clean = key.strip().strip("\ufeff\u200b")
    remember(clean)
    strange = next((sign for sign in clean if not "!" <= sign <= "~"), None)
    if strange is not None:
        quoted = strange in "\u201c\u201d\u2018\u2019"
        hint = " (typographic quotes, perhaps copied along)" if quoted else ""
        raise UsageError(
            f"{name} holds the character {strange!r}{hint}, which no key has; set it to the key "
            "alone"
        )
    if clean:
        return clean
    raise UsageError(f"{name} is empty; set it to your key, or remove it")


def hide(text: str) -> str:
    """A text without the keys in it."""
    text = _LOGIN.sub(HIDDEN, text) if "@" in text else text
    for secret in sorted(_secrets(), key=len, reverse=True):
        for form in _forms(secret):
            if form in text:
                text = text.replace(form, HIDDEN)
    return text


def _secrets() -> set[str]:
    named = {
        value.strip()
        for name, value in os.environ.items()
        if len(value.strip()) >= SHORTEST and _NAMES.search(name) and not os.path.exists(value)
    }
    return named | _known.keys()


def _forms(secret: str) -> set[str]:
    """A secret as it may be written: plain, quoted, and in base64, alone or within other text."""
    forms = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")}
    forms.add(secret.replace("/", "\\/"))
    data = secret.encode()
    for before in range(3):  # where a secret may begin within a group of three bytes
        encoded = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        inner = encoded[(0, 2, 3)[before] :]
        if (before + len(data)) % 3:  # the last sign holds bits of what follows
            inner = inner[:-1]
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return forms
