"""Options of environments as flags: `--language parity` says what `-o language=parity` says.

A flag that the command does not know is taken for an option of the environments; it always has a
value. Whether they take it is said before anything is made.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from typer.core import TyperCommand

from palestra.envs.core import UsageError

__all__ = ["EnvironmentFlags", "check_flags"]

_given: ContextVar[dict[str, str] | None] = ContextVar("flags", default=None)
"""The running command's unknown flags, and what each may have meant."""


class EnvironmentFlags(TyperCommand):
    """A command with an option `--option NAME=VALUE`, to which unknown flags are added."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As click does it, with unknown flags rewritten."""
        known = {
            name: bool(getattr(parameter, "is_flag", False) or getattr(parameter, "count", False))
            for parameter in self.get_params(ctx)
            for name in (*parameter.opts, *parameter.secondary_opts)
            if name.startswith("-")
        }
        given: dict[str, str] = {}
        _given.set(given)
        return super().parse_args(ctx, _rewritten(args, known, given))


def _rewritten(args: list[str], known: dict[str, bool], given: dict[str, str]) -> list[str]:
    """The arguments with each unknown flag as `--option`; `given` notes the flags.

    Args:
        known: the command's own options, and which of them take no value.
        given: filled with each unknown flag's option, and what it may have meant.

    Raises:
        UsageError: an unknown flag has no value.
    """
    waiting = list(reversed(args))
    done: list[str] = []
    while waiting:
        arg = waiting.pop()
        flag, equals, value = arg.partition("=")
        if arg == "--":
            return [*done, arg, *reversed(waiting)]
        if not arg.startswith("--"):
            done.append(arg)
            if known.get(arg) is False and waiting:  # a short option, and its value
                done.append(waiting.pop())
        elif flag in known:
            done.append(arg)
            if not known[flag] and not equals and waiting:
                done.append(waiting.pop())
        else:
            if not equals:
                if not waiting or waiting[-1].startswith("--"):
                    raise UsageError(
                        f"{flag} is no option of this command{_meant(flag, known)}; for an option "
                        f"of the environments give a value, as in {flag} VALUE"
                    )
                value = waiting.pop()
            name = flag[2:].replace("-", "_")
            given[name] = _meant(flag, known)
            done += ["--option", f"{name}={value}"]
    return done


def _meant(flag: str, known: Iterable[str]) -> str:
    """The option of the command that a flag may be a misspelling of."""
    close = difflib.get_close_matches(flag, [k for k in known if k.startswith("--")], n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def check_flags(environments: Iterable[str]) -> None:
    """Look whether each environment takes the flags that the running command did not know.

    Raises:
        UsageError: one does not; the message lists what it takes.
    """
    from palestra.envs import find

    given = _given.get() or {}
    for environment in environments if given else ():
        found = find(environment)
        for name, meant in given.items() if found is not None else ():
            if found is not None and name not in found.options:
                options = [f"--{option.replace('_', '-')}" for option in found.options]
                meant = _meant(f"--{name.replace('_', '-')}", options) or meant
                raise UsageError(
                    f"--{name.replace('_', '-')} is no option of this command{meant}, nor of "
                    f"{found.id}, whose options are {', '.join(sorted(found.options))}"
                )
