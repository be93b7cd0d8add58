"""What became of the episodes: stage by stage, how many were dropped and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stage:
    """One step of the selection."""

    name: str
    dropped: Counter[str] = field(default_factory=Counter)
    """Episodes by the reason why they were dropped."""
    not_applicable: Counter[str] = field(default_factory=Counter)
    """Episodes that stayed though the stage could not judge them, by the reason why not."""


@dataclass(slots=True)
class Report:
    """The way from the episodes of a file to the conversations."""

    read: int = 0
    """Episodes of the environment and the agents asked for."""
    stages: list[Stage] = field(default_factory=list)
    kept: int = 0
    recovered: int = 0
    """Of those kept: conversations in which a tool call fails on the way."""

    def stage(self, name: str) -> Stage:
        """The stage of this name, begun if there is none."""
        found = next((stage for stage in self.stages if stage.name == name), None)
        if found is None:
            found = Stage(name)
            self.stages.append(found)
        return found

    def lines(self) -> list[str]:
        """For people: a line for what was read, one for each reason, one for what is left."""
        lines = [f"{self.read:>9,} episodes"]
        for stage in self.stages:
            for reason, count in stage.dropped.most_common():
                lines.append(f"{-count:>9,} {stage.name}: {reason}")
            for reason, count in stage.not_applicable.most_common():
                lines.append(f"{'':9} {stage.name}: not applicable to {count:,} ({reason})")
        errors = f", {self.recovered:,} with an error they recover from" if self.recovered else ""
        return [*lines, f"{self.kept:>9,} conversations{errors}"]
