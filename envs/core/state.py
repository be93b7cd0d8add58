"""All that an episode can change, in one object that copies in microseconds.

`State` is the base of an environment's state. Snapshots, forks and crash recovery rest on its
`copy`: plain containers are copied, immutable values are shared, anything else is deep-copied. What
never changes (a corpus, a model, a table of prices) does not belong into a State.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Self

_SHARED = frozenset({str, int, float, bool, bytes, complex, range, type(None), frozenset, type})


@dataclass
class State:
    """Base class: subclass it as a dataclass and add fields."""

    def copy(self) -> Self:
        """An independent copy. Override it where a field has a cheaper way (a database)."""
        cls = type(self)
        new = cls.__new__(cls)
        new.__dict__.update({name: plain_copy(value) for name, value in self.__dict__.items()})
        return new


def plain_copy(value: Any) -> Any:
    """A copy that shares nothing mutable with `value`; fast for plain containers."""
    kind = type(value)
    if kind in _SHARED:
        return value
    if kind is dict:
        return {
            key: item if type(item) in _SHARED else plain_copy(item) for key, item in value.items()
        }
    if kind is list:
        return [item if type(item) in _SHARED else plain_copy(item) for item in value]
    if kind is tuple:
        return tuple([plain_copy(item) for item in value])
    if kind is set:
        return {plain_copy(item) for item in value}
    if isinstance(value, State):
        return value.copy()
    return copy.deepcopy(value)
