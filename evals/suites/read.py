"""Finding and reading suites: those that are shipped, and a user's own file.

    suite = read("browse-budget", {"tasks": 20, "option.blur": 1})

`{name}` in a text of the file stands for a setting of its table `[settings]`; `{agent}` in an arm
for each agent that is compared.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ...envs import core
from ...envs.core import UsageError
from .analyses import analyses
from .form import Arm, Entry, Paper, Reference, Suite, Sweep
from .keys import check_keys, choices, taken

__all__ = ["find", "read", "shipped"]

E = TypeVar("E", Entry, Sweep)

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
_TOP = (
    "extends", "title", "about", "tasks", "trials", "split", "seed", "least_agents", "settings",
    "limits", "paper", "environment", "sweep", "arm", "analysis", "reference",
)  # fmt: skip
_FORCED = ("tasks", "trials", "split")
_OWN = (*_FORCED, "seed", "seconds")


def shipped() -> dict[str, Path]:
    """The suites that come with Palestra, by name: here, and beside the environments."""
    found = [*(Path(__file__).parent / "data").glob("*.toml")]
    for folder in core.__path__:
        found += Path(folder).parent.glob("*/suites/*.toml")
    return {path.stem: path for path in sorted(found, key=lambda path: path.stem)}


def find(name: str) -> Path:
    """The file of a suite: a shipped one's name, or a path.

    Raises:
        UsageError: there is none; the message names those that there are.
    """
    known = shipped()
    if name in known:
        return known[name]
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        if not path.is_file():
            raise UsageError(f"there is no suite file {name}")
        return path
    raise UsageError(
        f"there is no suite {name!r}; {choices(name, known)}, or a file ending in .toml"
    )


def read(name: str, given: Mapping[str, Any] | None = None) -> Suite:
    """Read a suite.

    Args:
        name: see `find`.
        given: changes: settings of the suite by their names, `tasks`, `trials`, `split`, `seed`,
            `seconds`, and `option.NAME` for the environments (a list is varied over).

    Raises:
        UsageError: the file does not fit the form; the message names the key and the choices.
    """
    path = find(name)
    where = f"suite {path.stem}"
    data, raw = _loaded(path, where)
    settings, options, own = _sorted(dict(given or {}), _table(data, "settings", where), where)
    data = {key: _filled(value, settings, f"{where}: {key}") for key, value in data.items()}
    limits = _table(data, "limits", where)
    check_keys(limits, ("seconds",), f"{where}: [limits]")
    entries = [taken(Entry, each, label) for each, label in _list(data, "environment", where)]
    sweeps = [taken(Sweep, each, label) for each, label in _list(data, "sweep", where)]
    if not entries and not sweeps:
        raise UsageError(f"{where} names no environment; write [[environment]] with id = ...")
    arms = [taken(Arm, each, label) for each, label in _list(data, "arm", where)]
    suite = Suite(
        name=path.stem,
        title=str(data.get("title", path.stem)),
        about=str(data.get("about", "")).strip(),
        paper=taken(Paper, data.get("paper", {}), f"{where}: [paper]"),
        entries=[_with_options(each, options) for each in entries],
        sweeps=[_with_options(each, options) for each in sweeps],
        arms=arms or [Arm(agent="{agent}")],
        analyses=[_analysis(each, label) for each, label in _list(data, "analysis", where)],
        references=[taken(Reference, each, at) for each, at in _list(data, "reference", where)],
        settings=settings,
        tasks=_number(data, "tasks", where),
        trials=_number(data, "trials", where),
        split=data.get("split"),
        seed=_number(data, "seed", where, least=0) or 0,
        seconds=limits.get("seconds"),
        least_agents=_number(data, "least_agents", where, least=0) or 0
        if "least_agents" in data
        else 1,
        source=str(path),
        digest=hashlib.sha256(raw).hexdigest(),
    )
    forced = {key: own[key] for key in _FORCED if key in own}
    rest = {key: own[key] for key in ("seed", "seconds") if key in own}
    return replace(suite, forced=forced, **rest)


def _loaded(path: Path, where: str) -> tuple[dict[str, Any], bytes]:
    """The tables of a file, on top of those of the suite that it extends, and the bytes of both."""
    try:
        raw = path.read_bytes()
        data = tomllib.loads(raw.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{where}: {path} cannot be read as TOML: {error}") from None
    check_keys(data, _TOP, where)
    if "extends" not in data:
        return data, raw
    base = data.pop("extends")
    if not isinstance(base, str):
        raise UsageError(f"{where}: extends is {base!r}; expected the name of a suite")
    below, more = _loaded(find(base), f"suite {base}")
    settings = {**_table(below, "settings", where), **_table(data, "settings", where)}
    return below | data | {"settings": settings}, more + raw


def _sorted(
    given: dict[str, Any], settings: Mapping[str, Any], where: str
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What is given: settings, options of the environments, and what every suite has."""
    filled, options, own = dict(settings), {}, {}
    for key, value in given.items():
        if key.startswith("option.") and key != "option.":
            options[key.removeprefix("option.")] = value
        elif key in settings:
            filled[key] = value
        elif key in _OWN:
            own[key] = _own(key, value)
        else:
            known = [*settings, *_OWN, "option.NAME"]
            raise UsageError(f"{where} has no setting {key!r}; {choices(key, known)}")
    return filled, options, own


def _own(key: str, value: Any) -> Any:
    number = isinstance(value, int) and not isinstance(value, bool)
    if key in ("tasks", "trials") and not (number and value >= 1):
        raise UsageError(f"{key} is {value!r}; expected a whole number of at least 1")
    if key == "seed" and not number:
        raise UsageError(f"seed is {value!r}; expected a whole number")
    if key == "seconds" and not (isinstance(value, (int, float)) and value > 0):
        raise UsageError(f"seconds is {value!r}; expected a number above 0")
    return value


def _filled(value: Any, settings: Mapping[str, Any], where: str) -> Any:
    """A value of the file with its placeholders replaced; `{agent}` stays for the plan."""
    if isinstance(value, dict):
        return {key: _filled(each, settings, where) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, settings, where) for each in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    if whole and whole[1] in settings:
        return settings[whole[1]]

    def put(match: re.Match[str]) -> str:
        name = match[1]
        if name == "agent":
            return match[0]
        if name not in settings:
            raise UsageError(f"{where}: {match[0]} is no setting; {choices(name, settings)}")
        return str(settings[name])

    return _PLACEHOLDER.sub(put, value)


def _table(data: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, Mapping):
        raise UsageError(f"{where}: [{key}] is {found!r}; expected a table")
    return found


def _list(data: Mapping[str, Any], key: str, where: str) -> list[tuple[Any, str]]:
    found = data.get(key, [])
    if not isinstance(found, list):
        raise UsageError(f"{where}: {key} is to be a list of tables; write [[{key}]]")
    return [(each, f"{where}: [[{key}]] {number}") for number, each in enumerate(found, start=1)]


def _number(data: Mapping[str, Any], key: str, where: str, least: int = 1) -> int | None:
    value = data.get(key)
    if value is not None and (
        not isinstance(value, int) or isinstance(value, bool) or value < least
    ):
        raise UsageError(
            f"{where}: {key} is {value!r}; expected a whole number of at least {least}"
        )
    return value


def _with_options(entry: E, options: Mapping[str, Any]) -> E:
    """The entry with options from outside; they take the place of its own."""
    own, grid = dict(entry.options), dict(entry.grid)
    for name, value in options.items():
        own.pop(name, None)
        if isinstance(value, list):
            grid[name] = value
        else:
            grid.pop(name, None)
            own[name] = value
    entry.options, entry.grid = own, grid
    return entry


def _analysis(given: Any, where: str) -> Any:
    known = analyses()
    if not isinstance(given, Mapping):
        raise UsageError(f"{where} is {given!r}; expected a table")
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in known:
        raise UsageError(f"{where}: kind is {kind!r}; {choices(str(kind), known)}")
    rest = {key: value for key, value in given.items() if key != "kind"}
    return taken(known[kind], rest, f"{where} ({kind})")
