"""Tasks over many domains: which domain, which kind, how long; splits by domain.

`train` and `test` are new tasks in the same domains; `ood` is of domains that no task of `train`
plays in. A task is made when it is asked for, from the split and its index alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..core import Task, TaskSource, UsageError, check_among
from .domain import Domain, TaskTruth
from .generated.library import LIBRARY, read_library
from .generated.synthesis import synthesise
from .handmade import HANDMADE

__all__ = ["KINDS", "SIZES", "DomainTasks", "find_domain"]

SIZES = {"train": 20_000, "test": 2_000, "ood": 2_000}
KINDS = ("write", "read", "refuse")
_EVERY = 8
"""Among all domains, one task in so many is of a hand-made one."""
_TURNS = 4
"""How often a domain is asked for a task of the wanted kinds where there are few others."""


def find_domain(id: str, library: str = "") -> Domain:
    """The domain of this id: hand-made, or of the library.

    Raises:
        UsageError: there is none.
    """
    if id in HANDMADE:
        return HANDMADE[id]
    return read_library(_path(library)).domain(id)


def _path(library: str) -> Path:
    return Path(library).expanduser().absolute() if library else LIBRARY


@dataclass(frozen=True)
class _Mix:
    """The domains of a split: hand-made ones and generated ones."""

    handmade: tuple[str, ...]
    generated: tuple[str, ...]

    def at(self, index: int) -> tuple[str, int]:
        """Which domain the task at an index plays in, and the how manieth of it that is."""
        both = bool(self.handmade and self.generated)
        if self.handmade and (not both or index % _EVERY == _EVERY - 1):
            turn = index // _EVERY if both else index
            return self.handmade[turn % len(self.handmade)], turn // len(self.handmade)
        turn = index - index // _EVERY if both else index
        return self.generated[turn % len(self.generated)], turn // len(self.generated)


class DomainTasks(TaskSource):
    """Tasks of chosen domains.

    Args:
        domains: `all`, `generated`, `handmade`, or ids with commas between them.
        kinds: kinds of tasks of generated domains, with commas between them; `all` for every one.
        calls: how many gold calls tasks of generated domains aim at; 0: from 1 to 12.
        seed: another seed gives other tasks.
        library: a file of domains of one's own; empty: those that ship.
        most_tools: leave out generated domains with more tools, unless they are named; 0: none.

    Raises:
        UsageError: a domain or a kind is unknown, no domain is as small, or the only domain named
            allows no task of the kinds.
    """

    def __init__(
        self,
        domains: str = "all",
        kinds: str = "all",
        calls: int = 0,
        seed: int = 0,
        library: str = "",
        most_tools: int = 0,
    ) -> None:
        self.domains, self.kinds, self.calls, self.seed = domains, kinds, calls, seed
        self.library, self.most_tools = library, most_tools
        listed = KINDS if kinds == "all" else tuple(kind.strip() for kind in kinds.split(","))
        for kind in listed:
            check_among("kinds", kind, KINDS)
        # Writing is what domains are about: three in five.
        self._kinds = ("write", "write", "read", "write", "refuse") if kinds == "all" else listed
        held, kept = self._generated()
        handmade = self._handmade()
        if not (held or kept or handmade):
            raise UsageError(
                f"option 'most_tools' is {most_tools}, and no domain has so few tools"
                if most_tools
                else f"option 'domains' is {domains!r}, which names no domain"
            )
        mixes = {
            "train": _Mix(handmade, kept),
            "test": _Mix(handmade, kept),
            "ood": _Mix((), held),
        }
        self._mixes = {name: mix for name, mix in mixes.items() if mix.handmade or mix.generated}
        for name, mix in self._mixes.items():
            if len(mix.generated) == 1 and "write" not in self._kinds:
                self._synthesised(name, mix.generated[0], 0)  # says now that there is no such task

    def _named(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.domains.split(",") if name.strip())

    def _handmade(self) -> tuple[str, ...]:
        if self.domains in ("all", "handmade"):
            return tuple(HANDMADE)
        return tuple(name for name in self._named() if name in HANDMADE)

    def _generated(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Ids of generated domains: held out, and not."""
        if self.domains == "handmade":
            return (), ()
        if self.domains in ("all", "generated"):
            library, most = read_library(_path(self.library)), self.most_tools
            return library.ids(ood=True, most_tools=most), library.ids(ood=False, most_tools=most)
        named = tuple(name for name in self._named() if name not in HANDMADE)
        if not named:
            return (), ()
        library = read_library(_path(self.library))
        for name in named:
            library.plan(name)  # says what is unknown
        out = set(library.ids(ood=True))
        return tuple(n for n in named if n in out), tuple(n for n in named if n not in out)

    @property
    def splits(self) -> Mapping[str, int]:
        """Each split's name and size."""
        return {name: SIZES[name] for name in self._mixes}

    def make(self, split: str, index: int) -> Task:
        """The task at an index; the same everywhere."""
        id, number = self._mixes[split].at(index)
        policy = ""
        if id in HANDMADE:
            domain = HANDMADE[id]
            policy = f"\n\n{domain.policy.strip()}"
            assert domain.tasks is not None
            _, truth = domain.tasks(split, number + self.seed * 1_000_003)
        else:
            truth = self._synthesised(split, id, number)
        return Task(
            id=f"{split}/{index}",
            split=split,
            prompt=truth.script.opening + policy,
            truth=truth,
            difficulty=_difficulty(truth),
            seed=truth.seed,
        )

    def _synthesised(self, split: str, first: str, number: int) -> TaskTruth:
        """A task of a generated domain; of the next one that allows the wanted kinds."""
        library, listed = read_library(_path(self.library)), self._mixes[split].generated
        place = listed.index(first)
        for turn in range(max(_TURNS, len(listed))):
            id = listed[(place + turn) % len(listed)]
            # A substitute is a task of its own, not the one that the domain gives in its turn.
            seed = f"{split}/{number}/{self.seed}" + (f"/{first}/{turn}" if turn else "")
            with suppress(ValueError):
                return synthesise(
                    library.plan(id), library.domain(id), seed, kinds=self._kinds, calls=self.calls
                )[1]
        length = f" of {self.calls} calls" if self.calls else ""
        raise UsageError(
            f"option 'kinds' is {self.kinds!r}, and the domains of {self.domains!r} allow no such "
            f"task{length}; add 'write' to the kinds, or choose other domains"
        )


def _difficulty(truth: TaskTruth) -> dict[str, float]:
    calls = sum(not isinstance(step, str) for step in truth.plan) or len(truth.calls)
    return {"gold_calls": float(calls), "facts": float(len(truth.script.facts))}


@lru_cache(maxsize=16)
def domain_tasks(
    domains: str, kinds: str, calls: int, seed: int, library: str, most_tools: int
) -> DomainTasks:
    """The tasks of these options; environments with the same options share them."""
    return DomainTasks(domains, kinds, calls, seed, library, most_tools)
