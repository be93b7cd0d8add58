"""What a model has read and said already, so that no conversation is ever read twice.

Each turn's prompt begins with the ids of the turn before. Their keys and values are kept, and only
what is new is read; prompts that begin alike (rules, tools, the members of a group) share one
reading. `Engine` asks for prompts to be read, generates, and hands back what was said.
"""

from __future__ import annotations

import os
from array import array
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

import torch
import transformers
from packaging.version import Version
from transformers.cache_utils import DynamicCache, DynamicLayer

__all__ = ["CACHE", "Memory", "Reading", "passes"]

Item = TypeVar("Item")

CACHE = "cache" if Version(transformers.__version__) >= Version("5.24") else "past_key_values"
"""What models call their keys and values."""
SHORTEST = 32
"""Ids below which a beginning is not worth sharing."""
PASS = 8_192
"""Ids in one reading pass, padding included."""
SHARE = 0.25
"""Of the memory that is free at the start: what conversations may take."""


@dataclass(slots=True)
class _Known:
    """The keys and values of some ids: one tensor of [heads, ids, size] a layer for each."""

    length: int
    keys: list[torch.Tensor]
    values: list[torch.Tensor]
    own: bool = False
    """Whether it is the end of one conversation, which the next turn takes the place of."""

    @property
    def bytes(self) -> int:
        return sum(t.numel() * t.element_size() for t in (*self.keys, *self.values))


class _Roomy(DynamicLayer):
    """A layer with room to grow in: a plain one is copied whole for each token."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor, length: int) -> None:
        super().__init__()
        self._all = (keys, values)
        self._show(length)
        self.device, self.dtype, self.is_initialized = keys.device, keys.dtype, True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        begin, end = self._length, self._length + key_states.shape[-2]
        if end > self._all[0].shape[-2]:
            self._all, self._length = super().update(key_states, value_states), end
            return self._all
        for whole, new in zip(self._all, (key_states, value_states), strict=True):
            whole[:, :, begin:end] = new
        return self._show(end)

    def of(self, rows: list[int]) -> _Roomy:
        """Some of its rows."""
        return _Roomy(self._all[0][rows], self._all[1][rows], self._length)

    def _show(self, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        self._length = length
        self.keys, self.values = (whole[:, :, :length] for whole in self._all)
        return self.keys, self.values


_NOTHING = _Known(0, [], [])


class Reading(NamedTuple):
    """Prompts that were read, all but the last id of each."""

    cache: Any
    """As the model takes it: rows padded on the left."""
    lengths: list[int]
    """Ids of each row in it."""
    width: int
    """Ids of its longest row, and so the padding of the others."""

    def of(self, rows: list[int]) -> Reading:
        """These rows alone, with what was added to them since."""
        cache = DynamicCache()
        cache.layers[:] = [layer.of(rows) for layer in self.cache.layers]
        return Reading(cache, [self.lengths[row] for row in rows], self.width)


class Memory:
    """Of one model, while its weights stay as they are.

    Args:
        model: one whose layers keep plain keys and values; others are read anew each time.
        most: bytes to keep. Default: a quarter of what is free.
    """

    def __init__(self, model: Any, most: int | None = None) -> None:
        # what `generate` of a model with adapters calls, too
        self._model = model.get_base_model() if hasattr(model, "get_base_model") else model
        self._most = _free(model.device) * SHARE if most is None else most
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._lengths: Counter[int] = Counter()
        self._bytes = 0
        self.plain = all(
            type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers
        )

    def read(self, prompts: Sequence[list[int]], room: int) -> Reading | None:
        """Read these prompts, less the last id of each; None if nothing can be kept.

        Args:
            prompts: at least two ids each.
            room: ids that will follow in each row.
        """
        if not self.plain or min(map(len, prompts)) < 2:
            return None
        names = [_name(prompt[:-1]) for prompt in prompts]
        asked = Counter(names)
        wanted = dict(zip(names, (prompt[:-1] for prompt in prompts), strict=True))
        found = {name: self._longest(name) for name in wanted}
        self._share([wanted[name] for name, known in found.items() if not known.length], found)
        behind = [name for name in wanted if found[name].length < len(wanted[name])]
        for names_ in passes(behind, lambda name: len(wanted[name]) - found[name].length):
            rows = [(wanted[name], found[name]) for name in names_]
            for name, known in zip(names_, self._pass(rows), strict=True):
                found[name] = known
                if asked[name] > 1:
                    self._keep(name, known)
        rows = [found[name] for name in names]
        lengths = [row.length for row in rows]
        return Reading(self._cache(rows, room + 1), lengths, max(lengths))

    def said(self, prompt: list[int], reply: list[int], read: Reading, row: int) -> None:
        """Keep what was said to a prompt, in a row of the cache that grew by it."""
        before = self._longest(_name(prompt[:-1]))
        if before.own:
            self._drop(_name(prompt[: before.length]))
        begin, end = read.width - read.lengths[row], read.width + len(reply)
        keys, values = (
            [each[row, :, begin:end].clone() for each in layers] for layers in _tensors(read.cache)
        )
        known = _Known(end - begin, keys, values, own=True)
        self._keep(_name([*prompt, *reply[:-1]]), known)

    def _longest(self, name: bytes) -> _Known:
        """The longest kept beginning of these ids."""
        for length in sorted(self._lengths, reverse=True):
            part = name[: length * _ID]
            if len(part) == length * _ID and part in self._known:
                self._known.move_to_end(part)
                return self._known[part]
        return _NOTHING

    def _share(self, fresh: list[list[int]], found: dict[bytes, _Known]) -> None:
        """Read the beginning that prompts share of which nothing is known yet."""
        if len(fresh) < 2:
            return
        low, high = min(fresh), max(fresh)  # whatever these two share, all share
        pairs = enumerate(zip(low, high, strict=False))
        shared = next((n for n, (a, b) in pairs if a != b), min(len(low), len(high)))
        if shared < SHORTEST:
            return
        (known,) = self._pass([(low[:shared], _NOTHING)])
        self._keep(_name(low[:shared]), known)
        for ids in fresh:
            found[_name(ids)] = known

    def _pass(self, rows: Sequence[tuple[list[int], _Known]]) -> Iterator[_Known]:
        """Read rows of ids, each from where it is known to its end."""
        device = self._model.device
        new = max(len(ids) - known.length for ids, known in rows)
        past = max(known.length for _, known in rows)
        ids = torch.zeros((len(rows), new), dtype=torch.long)
        mask = torch.zeros((len(rows), past + new), dtype=torch.long)
        for row, (all_ids, known) in enumerate(rows):
            left = len(all_ids) - known.length
            ids[row, new - left :] = torch.tensor(all_ids[known.length :])
            mask[row, past - known.length : past] = 1
            mask[row, past + new - left :] = 1
        places = (mask.cumsum(1) - 1).clamp_(min=0)[:, past:]
        cache = self._cache([known for _, known in rows], new) if past else DynamicCache()
        self._model(
            ids.to(device),
            attention_mask=mask.to(device),
            position_ids=places.to(device),
            use_cache=True,
            logits_to_keep=1,
            **{CACHE: cache},
        )
        for row, (all_ids, known) in enumerate(rows):
            left, begin = len(all_ids) - known.length, past - known.length
            parts = (slice(begin, past), slice(past + new - left, past + new))

            keys, values = (
                [torch.cat([each[row, :, part] for part in parts], dim=1) for each in layers]
                for layers in _tensors(cache)
            )
            yield _Known(len(all_ids), keys, values)

    def _cache(self, rows: Sequence[_Known], room: int) -> Any:
        """Rows side by side, padded on the left, with room on the right."""
        longest = max(row.length for row in rows)
        one = next(row for row in rows if row.length)

        def together(name: str, layer: int) -> torch.Tensor:
            like: torch.Tensor = getattr(one, name)[layer]
            heads, _, size = like.shape
            whole = like.new_empty((len(rows), heads, longest + room, size))
            for number, row in enumerate(rows):
                whole[number, :, : longest - row.length] = 0
                if row.length:
                    whole[number, :, longest - row.length : longest] = getattr(row, name)[layer]
            return whole

        cache = DynamicCache()
        cache.layers[:] = [
            _Roomy(together("keys", layer), together("values", layer), longest)
            for layer in range(len(one.keys))
        ]
        return cache

    def _keep(self, name: bytes, known: _Known) -> None:
        self._drop(name)
        self._known[name] = known
        self._lengths[known.length] += 1
        self._bytes += known.bytes
        while self._bytes > self._most and self._known:
            self._drop(next(iter(self._known)))  # what was not asked for the longest

    def _drop(self, name: bytes) -> None:
        known = self._known.pop(name, None)
        if known is None:
            return
        self._bytes -= known.bytes
        self._lengths[known.length] -= 1
        if not self._lengths[known.length]:
            del self._lengths[known.length]


_ID = 8


def _tensors(cache: Any) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    return [layer.keys for layer in cache.layers], [layer.values for layer in cache.layers]


def _name(ids: Sequence[int]) -> bytes:
    """Ids as a key; the key of a beginning is the beginning of the key."""
    return array("q", ids).tobytes()


def passes(
    items: Iterable[Item], size: Callable[[Item], int], most: int = PASS
) -> Iterator[list[Item]]:
    """Groups to read together: of similar length, for little padding, and not too large.

    Args:
        items: what is read.
        size: its ids.
        most: ids of a group, padding included.
    """
    ordered = sorted(items, key=size)
    for _, similar in groupby(ordered, key=lambda item: (size(item) // 64).bit_length()):
        group: list[Item] = []
        for item in similar:
            if group and (len(group) + 1) * size(item) > most:
                yield group
                group = []
            group.append(item)
        yield group


def _free(device: torch.device) -> int:
    """Bytes that are free on a device."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not every system says
        return 8 << 30
