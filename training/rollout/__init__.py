"""Rollouts for a trainer: our episode loop as TRL's `rollout_func`, token in, token out.

`tokens` joins the turns of an episode; `engines` lets the trainer's model speak; `rollouts` plays.
`factory` is for TRL's own loop, where that is what one has.
"""

from ..tokens import Joined, join
from .factory import EnvironmentFactory
from .rollouts import Played, Rollouts

__all__ = ["EnvironmentFactory", "Joined", "Played", "Rollouts", "join"]
