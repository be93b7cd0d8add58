"""The nine languages, one file each (the two vending and the two maze tasks share some)."""

from .base import DELTAS, MODES, Draft, Language
from .hamiltonian import Hamiltonian
from .maze_complete import MazeComplete
from .maze_solve import MazeSolve
from .parity import Parity
from .pattern import Pattern
from .reversal import Reversal
from .stack import Stack
from .vending import Vending, VendingSum

__all__ = ["DELTAS", "LANGUAGES", "MODES", "Draft", "Language"]

LANGUAGES: dict[str, Language] = {
    language.name: language
    for language in (
        Parity(),
        Pattern(),
        Vending(),
        VendingSum(),
        MazeComplete(),
        MazeSolve(),
        Stack(),
        Reversal(),
        Hamiltonian(),
    )
}
"""By name, in the paper's order."""
