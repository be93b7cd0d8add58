"""Which environments there are: ids, short names and how to make them.

Registration goes to Gymnasium's registry (PettingZoo's for arenas), so that `gymnasium.make` works;
this module adds what those registries do not hold: the short name, the kind, and where to look for
the class without making an instance.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal

import gymnasium
import pettingzoo
from gymnasium.envs.registration import parse_env_id

from .arena import ToolArena
from .errors import UsageError

_registered: dict[str, Registered] = {}


class Registered:
    """One registered environment."""

    def __init__(
        self,
        id: str,
        entry_point: str | Callable[..., Any],
        name: str,
        kind: Literal["env", "arena"],
        kwargs: Mapping[str, Any],
        listed: bool = True,
    ) -> None:
        self.listed = listed
        self.id, self.entry_point, self.name, self.kind = id, entry_point, name, kind
        self.kwargs = dict(kwargs)

    @cached_property
    def cls(self) -> Any:
        """The class (imports its module)."""
        if not isinstance(self.entry_point, str):
            return self.entry_point
        module, _, attribute = self.entry_point.partition(":")
        return getattr(importlib.import_module(module), attribute)

    @property
    def about(self) -> str:
        """The first line of the class's docstring."""
        return (inspect.getdoc(self.cls) or "").partition("\n")[0]

    @property
    def options(self) -> dict[str, Any]:
        """The options that the environment takes, with their defaults."""
        parameters = inspect.signature(self.cls.__init__).parameters.values()
        own = {
            p.name: p.default
            for p in parameters
            if p.kind is p.KEYWORD_ONLY or p.default is not p.empty
        }
        own.pop("render_mode", None)
        return own | self.kwargs

    def __repr__(self) -> str:
        return f"Registered({self.id!r}, name={self.name!r})"


def register(
    id: str,
    entry_point: str | Callable[..., Any],
    *,
    name: str | None = None,
    kind: Literal["env", "arena"] = "env",
    kwargs: Mapping[str, Any] | None = None,
    listed: bool = True,
) -> None:
    """Register an environment under `id` (`namespace/Name-v0`) and a short name.

    Args:
        id: the id in Gymnasium's form, with a version.
        entry_point: a `ToolEnv` or `ToolArena` class, or `"module:Class"` (then nothing is
            imported before it is needed).
        name: what to call it on the command line. Default: the id's name, in lower case.
        kind: what a `"module:Class"` will turn out to be (of a class it is known).
        kwargs: options that this id fixes.
        listed: whether lists and tours show it; a variant of another id need not be.

    Raises:
        UsageError: the id has no version, or the name is taken.
    """
    _, plain, version = parse_env_id(id)
    if version is None:
        raise UsageError(f"environment id {id!r} has no version; write {id + '-v0'!r}")
    name = name or plain.lower()
    taken = next((r for r in _registered.values() if r.name == name and r.id != id), None)
    if taken is not None:
        raise UsageError(f"the name {name!r} already belongs to {taken.id}; give another `name`")
    if inspect.isclass(entry_point):
        kind = "arena" if issubclass(entry_point, ToolArena) else "env"
    known = _registered.get(id)
    if known is None or known.entry_point is not entry_point:
        if kind == "arena":
            pettingzoo.register("parallel", id, entry_point, kwargs=dict(kwargs or {}))
        else:
            gymnasium.register(id, entry_point, kwargs=dict(kwargs or {}))
    _registered[id] = Registered(id, entry_point, name, kind, kwargs or {}, listed)


def registered() -> dict[str, Registered]:
    """All that were registered with `register`, by id, but for unlisted variants."""
    return {id: found for id, found in _registered.items() if found.listed}


def find(name: str) -> Registered | None:
    """The registered environment with this id, short name, or id without namespace or version.

    The newest version wins where none is given. None where the name is Gymnasium's own business
    (`CartPole-v1`, `module:ns/Name-v0`).

    Raises:
        UsageError: nothing of that name is known to Palestra or Gymnasium.
    """
    if ":" in name:  # "module:id": importing the module registers the id
        module, _, name = name.partition(":")
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise UsageError(
                f"cannot import {module!r}, named before ':' in the id: {error}"
            ) from None
    if name in _registered:
        return _registered[name]
    matches = [r for r in _registered.values() if name in _names(r)]
    if matches:
        return max(matches, key=lambda r: parse_env_id(r.id)[2] or 0)
    if name in gymnasium.registry:
        return None
    known = sorted({r.name for r in _registered.values()})
    close = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise UsageError(
        f"there is no environment {name!r}.{hint} Known: {', '.join(known) or 'none'} "
        "(see `palestra list`), or any id of Gymnasium's."
    )


def make(name: str, **options: Any) -> Any:
    """Make an environment by id or short name: `make("browse", tool_calls=16)`.

    Returns what `gymnasium.make` (or, for arenas, `pettingzoo.make`) returns.

    Raises:
        UsageError: the name is unknown, or the environment takes no such option.
    """
    found = find(name)
    if found is None:
        return gymnasium.make(name.partition(":")[2] or name, **options)
    check_options(found, options)
    if found.kind == "arena":
        return pettingzoo.make("parallel", found.id, **options)
    return gymnasium.make(found.id, **options)


def check_options(found: Registered, options: Mapping[str, Any]) -> None:
    """Raises UsageError where the environment takes no option of one of these names."""
    known = found.options
    unknown = sorted(options.keys() - known.keys() - {"render_mode"})
    if unknown:
        close = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise UsageError(
            f"{found.id} takes no option {unknown[0]!r}; {hint}its options are {sorted(known)}"
        )


def _names(entry: Registered) -> set[str]:
    namespace, plain, version = parse_env_id(entry.id)
    return {
        entry.name,
        plain,
        f"{plain}-v{version}",
        f"{namespace}/{plain}",
        f"{entry.name}-v{version}",
    }
