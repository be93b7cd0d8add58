"""What results are worth: comparisons with intervals.

`paired` compares two agents on the same tasks.
"""

from .paired import Paired, paired

__all__ = ["Paired", "paired"]
