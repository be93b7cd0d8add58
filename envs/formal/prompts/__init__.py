"""What an agent reads: seven prompt styles, built once for a cell of the grid and shared."""

from .book import STYLES, TRACED, Book
from .reading import Shown, read_answer, read_answers, shown_in

__all__ = ["STYLES", "TRACED", "Book", "Shown", "read_answer", "read_answers", "shown_in"]
