"""Word salad: sentences that say nothing, and worked answers whose words say nothing.

sentences(random.Random(0), 2)  # ["Every brimol is a sharp tonvek.", ...]
"""

from __future__ import annotations

import random
import re

__all__ = ["salad", "salted", "sentences"]

_STARTS = ("br", "cl", "d", "fl", "gr", "j", "k", "l", "m", "pl", "s", "sh", "t", "v", "w", "z")
_MIDDLES = ("a", "e", "i", "o", "u", "ai", "oo")
_ENDS = ("b", "k", "l", "m", "n", "r", "s", "t", "vek", "dor", "pin", "mol", "rix", "nam")
_QUALITIES = (
    "sharp", "dull", "wooden", "bright", "sour", "floral", "slow", "liquid", "small", "opaque",
    "shy", "windy", "metallic", "nervous", "spicy", "temperate",
)  # fmt: skip
_FORMS = (
    "Every {a} is a {q} {b}.",
    "Each {a} is {q}.",
    "No {a} is a {b}.",
    "{A}s are {q}, and {b}s are not.",
    "{A} is a {b}.",
    "Whatever is {q} is a {a}.",
)
_DATA = re.compile(
    r"(?:right|left|down|up|biscuit|coffee|soda|pop|push|gfx|chtte|ltintprk|abcabb)\b|\S*[^A-Za-z\s]\S*"
)


def sentences(rng: random.Random, count: int) -> list[str]:
    """So many sentences about things that there are not."""
    return [_sentence(rng) for _ in range(count)]


def salad(name: str) -> str:
    """15 to 40 such sentences (arXiv 2509.10414, word salad); the same for the same name."""
    rng = random.Random(f"salad {name}")
    return " ".join(sentences(rng, rng.randint(15, 40)))


def salted(steps: list[str], name: str) -> list[str]:
    """Worked steps with their words replaced by such sentences; what they say of data is kept."""
    rng = random.Random(f"salted {name}")
    return [f"{_sentence(rng)} {' '.join(_data(step))}".strip() for step in steps]


def _data(step: str) -> list[str]:
    kept = (word.rstrip(".,:") for word in step.split() if _DATA.match(word.rstrip(".,:")))
    return [word for word in kept if word]


def _sentence(rng: random.Random) -> str:
    a, b = _word(rng), _word(rng)
    form = rng.choice(_FORMS)
    return form.format(a=a, A=a.capitalize(), b=b, q=rng.choice(_QUALITIES))


def _word(rng: random.Random) -> str:
    middle = rng.choice(_STARTS) + rng.choice(_MIDDLES)
    return rng.choice(_STARTS) + rng.choice(_MIDDLES) + middle + rng.choice(_ENDS)
