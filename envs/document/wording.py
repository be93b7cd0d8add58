"""The words that documents are made of: reports on works, surveys and collections, all invented.

Names and signs come from many scripts, and signs of two, three and four bytes, of several code
points, and of none that are seen (accents, joiners) stand in every section.
"""

from __future__ import annotations

import random

from .topics import Topic

__all__ = ["DATED", "PAD", "REMARKS", "SENTENCES", "TERMS", "Words"]


_PEOPLE = (
    "Zoë Ångström", "Bjørn Håkansson", "María Núñez", "Łukasz Żak",
    "Þóra Jónsdóttir", "Ngô Thị Hạnh", "Κώστας Δήμου", "Юлия Щербак",
    "İpek Yıldız", "François Lemaître", "Dvořák the carpenter", "王小明",
    "さくら Mori", "Siân ap Rhys", "Õnne Pärn", "João Conceição",
    "Ádám Szűcs", "Renée Müller",
)  # fmt: skip
_TOWNS = (
    "Ōtsu", "Málaga", "Tromsø", "Brčko", "Zürich", "Gdańsk", "Århus",
    "Vũng Tàu", "Piešťany", "Cádiz", "Ærøskøbing", "Çanakkale", "Győr", "Niterói",
    "Плёс", "Χανιά",
)  # fmt: skip
_MONTHS = ("January", "March", "April", "June", "July", "September", "October", "December")
_STATES = (
    "quite dry", "half open", "painted twice", "covered with straw", "older than expected",
    "warm to the hand", "out of true", "locked for the night", "almost finished", "full of letters",
)  # fmt: skip
_NEEDS = (
    "needs a second pair of hands", "should be photographed from the north", "can wait for spring",
    "must not be moved before noon", "deserves a better lamp", "belongs to nobody in particular",
    "has to be measured again", "was drawn too small on the plan", "will outlive all of us",
)  # fmt: skip
_FINDINGS = (
    "no trace of rust", "three layers of varnish", "a receipt from another century", "dry sand",
    "that a hinge was missing", "more daylight than before", "an unsigned drawing", "two old coins",
)  # fmt: skip

SENTENCES = (
    "{person} measured the {thing} in {month} and found {finding}.",
    "The {thing} near {town} was {state} when {person} saw it first.",
    "Nobody from {town} has asked about the {thing} since {year}.",
    "According to {person}, the {thing} {need}.",
    "In {year} the council of {town} paid for the {thing}, though not for its transport. 💶",
    "A letter from {town} says that the {thing} {need}; {person} agrees.",
    "When the {thing} was opened in {month} {year}, {person} noted {finding}.",
    "Two neighbours from {town} offered to keep the {thing} over the winter. ❄️",
    "“The {thing} {need}”, wrote {person} in {month}.",
    "The drawings of the {thing} are in {town}; copies went to {person}.",
    "Since {month} {year} the {thing} has been {state}, which surprised {person}.",
    "For the {thing} there is an offer from {town}, and {person} has read it twice.",
    "What {person} called the {thing} turned out to be {state}. 🤷🏽‍♀️",
    "Every visitor from {town} stops at the {thing}, as {person} predicted in {year}.",
    "The {thing} came by rail from {town} and was {state} on arrival.",
)
TERMS = (
    "In {month} the {term} was closed to visitors from {town}.",
    "{person} keeps the keys of the {term} in a tin.",
    "The way to the {term} is signposted from the station of {town}. 🪧",
    "The council of {town} wants to see the {term} lit at night.",
    "{person} proposes a bench beside the {term} before {year}.",
    "On the plan of {year} the {term} is drawn in red.",
    "Letters for the {term} are left with {person} in {town}.",
    "Until {month} the {term} {need}, says {person}.",
)
PAD = (
    "It may be worth repeating here, at some length and with due caution, that the {thing} has "
    "been spoken of before and will certainly be spoken of again in {town}. 💬",
    "As was said on another occasion, and could be said on many more, nothing that concerns the "
    "{thing} is as simple as {person} would like it to be. 💬",
    "One could add, without adding much, that the {thing} is a matter on which people in {town} "
    "hold views, and that these views are known to {person}. 💬",
)
REMARKS = (
    "This needs the year",
    "Please say when",
    "The year is missing here",
    "When was that? ⏳",
)
DATED = (
    "The {thing} was bought from a dealer in {town}",
    "{person} took the {thing} apart for the first time",
    "The {thing} was shown at the fair of {town}",
    "The {thing} fell over in a storm",
    "{person} sold a share of the {thing} to friends in {town}",
)


class Words:
    """Draws sentences, no two of them alike."""

    def __init__(self, topic: Topic, rng: random.Random) -> None:
        self._topic, self._rng = topic, rng
        self._used: set[str] = set()

    def fill(self, templates: tuple[str, ...], **given: str) -> str:
        """One of the templates with its blanks filled in, never used before."""
        draw = self._rng.choice
        while True:
            sentence = draw(templates).format_map(
                {
                    "person": draw(_PEOPLE),
                    "town": draw(_TOWNS),
                    "thing": draw(self._topic.things),
                    "month": draw(_MONTHS),
                    "year": str(self._rng.randint(1871, 2019)),
                    "state": draw(_STATES),
                    "need": draw(_NEEDS),
                    "finding": draw(_FINDINGS),
                    **given,
                }
            )
            sentence = sentence[0].upper() + sentence[1:]
            if not any(sentence in used or used in sentence for used in self._used):
                self._used.add(sentence)
                return sentence
