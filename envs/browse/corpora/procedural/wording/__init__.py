"""What pages say: sentences for every relation and attribute, from both ends.

In a sentence `{v}` is the value (a link, a number, a date with its preposition, a word) and `{S}`,
`{s}` the page's subject at the beginning of a sentence and within it ("She", "the novel"); `{o}`
is the subject as an object ("her"), and `{P}` and `{p}` are its possessives ("Her", "the novel's").
"""

from .leads import LEADS, Lead
from .people import PEOPLE
from .places import PLACES
from .sentences import Wording, compiled
from .things import THINGS
from .works import WORKS

__all__ = ["LEADS", "WORDINGS", "Lead", "Wording"]

WORDINGS = compiled({**PLACES, **PEOPLE, **WORKS, **THINGS})
"""The wording of each predicate, by its number; every predicate has one."""
