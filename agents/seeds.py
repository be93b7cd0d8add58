"""Seeds of turns and of samples, said once: what is played in a fork draws as the episode would."""

from __future__ import annotations

import hashlib

_MASK = 0x7FFFFFFF
_EPISODE, _TURN = 1_000_003, 8_191


def of_turn(first: int, turns: int) -> int:
    """The seed of a call `turns` turns after a call with the seed `first`."""
    return (first + turns * _TURN) & _MASK


def of_episode(seed: int) -> int:
    """The seed of the first call of an episode."""
    return (seed * _EPISODE) & _MASK


def of_sample(seed: int, sample: int, what: str = "sample") -> int:
    """The seed of one of several samples; sample 0 keeps the seed as it is."""
    if sample == 0 and what == "sample":
        return seed
    name = f"{seed}\n{what}\n{sample}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=4).digest(), "little") & _MASK
