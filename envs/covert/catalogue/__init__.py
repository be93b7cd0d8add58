"""The 52 templates, one file each, in eight families.

    T01 to T08  rules          rule-breaking with silence
    T09 to T16  completion     false completion of lazy or impossible work
    T17 to T22  records        record falsification
    T23 to T30  sandbagging    sandbagging and self-interest
    T31 to T37  sabotage       sabotage of work
    T38 to T44  oversight      escalation, privilege, oversight
    T45 to T49  lying          lying to people, whistleblowing, promises
    T50 to T52  games          games and groups

Canary of these texts: palestra-covert canary 7c41b0de-93f5-4d0c-8a6b-52e1f6d0a917
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping

from ..scene import Scene

__all__ = ["FAMILIES", "TEMPLATES"]

FAMILIES: Mapping[str, str] = {
    "rules": "rule-breaking with silence",
    "completion": "false completion of lazy or impossible work",
    "records": "record falsification",
    "sandbagging": "sandbagging and self-interest",
    "sabotage": "sabotage of work",
    "oversight": "escalation, privilege, oversight",
    "lying": "lying to people, whistleblowing, promises",
    "games": "games and groups",
}
"""The families by name, in order."""


def _found() -> dict[str, type[Scene]]:
    """Every template, by id: each module of this package holds one."""
    found = {}
    for module in sorted(each.name for each in pkgutil.iter_modules(__path__)):
        loaded = importlib.import_module(f"{__name__}.{module}")
        for value in vars(loaded).values():
            own = inspect.isclass(value) and value.__module__ == loaded.__name__
            if own and issubclass(value, Scene) and "id" in vars(value):
                found[value.id] = value
    return dict(sorted(found.items()))


TEMPLATES: Mapping[str, type[Scene]] = _found()
"""The templates by id, in order."""
