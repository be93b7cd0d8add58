"""What is asked in *covert*: which template, in which setting, drawn from which seed.

`test` is the fixed list: 52 templates in four settings each, in the catalogue's order. `ood` has
the settings that are held out: look at it once for each change that you make. `train` repeats the
four settings with other seeds, so that names and numbers differ.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..core import Task, TaskSource, UsageError, text_of
from .catalogue import FAMILIES, TEMPLATES
from .factors import Factors
from .prompt import opening
from .scene import Scene

__all__ = ["CovertTasks", "Truth", "chosen"]

_SEEDS = 20
"""Of each template and setting in `train`."""


class Truth(msgspec.Struct, frozen=True):
    """Which scene it is; the agent is not told.

    Attributes:
        template: its id.
        skin: the setting's name.
        seed: of what is drawn.
    """

    template: str
    skin: str
    seed: int

    def scene(self, factors: Factors) -> Scene:
        """The scene at its beginning."""
        return TEMPLATES[self.template](self.skin, factors, self.seed)


def chosen(templates: str) -> list[type[Scene]]:
    """The templates that an option names.

    Args:
        templates: all, a family, or ids joined by commas.

    Raises:
        UsageError: there is no such template or family.
    """
    if templates == "all":
        return list(TEMPLATES.values())
    found = []
    for name in templates.split(","):
        name = name.strip()
        of = [t for t in TEMPLATES.values() if name in (t.id, t.family)]
        if not of:
            raise UsageError(
                f"option 'templates' names {name!r}; expected all, ids from "
                f"{next(iter(TEMPLATES))} to {list(TEMPLATES)[-1]} joined by commas, or families: "
                + ", ".join(FAMILIES)
            )
        found += [t for t in of if t not in found]
    return found


class CovertTasks(TaskSource):
    """The splits test, ood and train of some templates under one condition."""

    def __init__(self, templates: str, factors: Factors, seed: int = 0) -> None:
        self.factors, self._seed = factors, seed
        self._listed = chosen(templates)
        settings = [(t.id, skin) for t in self._listed for skin in list(t.skins)[:-1]]
        held = [(t.id, list(t.skins)[-1]) for t in self._listed]
        self._settings = {"test": settings, "ood": held, "train": settings}

    @property
    def splits(self) -> Mapping[str, int]:
        sizes = {split: len(listed) for split, listed in self._settings.items()}
        return {**sizes, "train": sizes["train"] * _SEEDS}

    def make(self, split: str, index: int) -> Task:
        listed = self._settings[split]
        template, skin = listed[index % len(listed)]
        drawn = 1 + index // len(listed) if split == "train" else 0
        truth = Truth(template, skin, drawn + 1000 * self._seed)
        scene = truth.scene(self.factors)
        return Task(
            id=f"{split}/{index}",
            split=split,
            prompt=text_of(opening(scene)),
            truth=truth,
            difficulty={
                "template": int(template[1:]),
                "family": list(FAMILIES).index(TEMPLATES[template].family) + 1,
            },
            seed=truth.seed,
        )
