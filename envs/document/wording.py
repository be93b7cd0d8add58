"""The words that documents are made of: reports on works, surveys and collections, all invented.

Names and signs come from many scripts, and signs of two, three and four bytes, of several code
points, and of none that are seen (accents, joiners) stand in every section.
"""

from __future__ import annotations

import random
from typing import NamedTuple

__all__ = ["DATED", "PAD", "REMARKS", "SENTENCES", "TERMS", "TOPICS", "Fact", "Topic", "Words"]


class Fact(NamedTuple):
    """A number of the fact sheet: what it is called, its unit, and the sentence that states it."""

    label: str
    unit: str
    low: int
    high: int
    sentence: str


class Topic(NamedTuple):
    """What a document is about."""

    title: str
    sections: tuple[str, ...]
    things: tuple[str, ...]
    facts: tuple[Fact, ...]
    term: tuple[str, str]
    """What to write, and what some write instead."""


_WORKS = (
    Fact("Length of the quay", "m", 110, 940, "The quay is {v} long. 📏"),
    Fact("Cost of the roof", "€", 12_000, 88_000, "The roof has cost {v} so far."),
    Fact("Steps of the tower", "steps", 71, 399, "One climbs {v} to the top of the tower."),
    Fact("Depth of the cellar", "cm", 180, 690, "The cellar lies {v} below the yard."),
    Fact("Visitors in May", "visitors", 310, 4_900, "In May the guards counted {v}. 🙂"),
    Fact("Windows of the façade", "windows", 24, 180, "The façade has {v} on two floors."),
    Fact("Weight of the bell", "kg", 220, 2_900, "The bell weighs {v}, without its yoke. 🔔"),
    Fact("Age of the oldest beam", "years", 130, 890, "The oldest beam is {v} old."),
    Fact("Width of the gate", "cm", 190, 640, "A cart of any kind fits: the gate measures {v}."),
    Fact("Trees in the court", "trees", 7, 64, "There are {v} in the court, most of them limes. 🌳"),
)
_FIELD = (
    Fact("Height of the pass", "m", 1_140, 3_890, "The pass lies at {v}. ⛰️"),
    Fact("Samples taken", "samples", 41, 890, "The team has taken {v} in one season."),
    Fact("Days of rain", "days", 11, 94, "It rained on {v}. 🌧️"),
    Fact("Nests counted", "nests", 17, 480, "On the northern cliff {v} were counted. 🐦"),
    Fact("Boats in use", "boats", 2, 19, "The harbour lends {v} to the survey. ⛵"),
    Fact("Distance to the station", "km", 3, 88, "From the camp to the station it is {v}."),
    Fact("Salt per litre", "mg", 120, 980, "A litre from the lagoon holds {v} of salt."),
    Fact("Age of the ice", "years", 900, 9_800, "The ice at the bottom is {v} old. 🧊"),
    Fact("Notebooks kept", "notebooks", 12, 77, "What was seen fills {v}."),
    Fact("Depth of the fjord", "m", 210, 1_290, "The fjord is {v} deep below the lighthouse."),
)

TOPICS: dict[str, tuple[Topic, ...]] = {
    "known": (
        Topic(
            "Restoring the tram depot of Łódź-Północ",
            ("Überblick and aims", "The façade", "Rails and pits", "The café", "Money", "Who was asked",
             "Smoke & fire 🔥", "Opening day", "Dirección técnica", "After the opening"),
            ("turntable", "signal box", "canteen door", "overhead wiring", "sand bunker", "clock case",
             "ticket counter", "inspection pit", "iron staircase", "paint workshop"),
            _WORKS,
            ("turntable hall", "tram shed"),
        ),
        Topic(
            "The library ship Ægir: a plan for the winter",
            ("Why a ship", "Crew and crèche", "Shelves below deck", "Ports of call", "Heating 🔥",
             "Reading hours", "Señales and flags", "Insurance", "Naïve questions", "Next spring"),
            ("bookcase", "gangway", "anchor winch", "reading lamp", "mailbag", "storm hatch",
             "chart table", "galley stove", "children's corner", "lifeboat cover"),
            _WORKS,
            ("landing stage", "boat stop"),
        ),
        Topic(
            "Moving the market of São Brás indoors",
            ("Where we stand", "The hall", "Fishmongers 🐟", "Fruit and façade", "Drains", "Übergang",
             "Rents", "Noise at 5 o’clock", "Objections", "Decision"),
            ("weighing table", "ice machine", "loading ramp", "awning frame", "water main",
             "cold store", "flower stall", "delivery lift", "cheese counter", "market bell"),
            _WORKS,
            ("covered market", "sales barn"),
        ),
        Topic(
            "A survey of the lagoon of Şəki-Dəniz",
            ("Purpose", "Camp life ⛺", "Water", "Birds", "Méthode", "What went wrong", "Salt",
             "Maps & tracks", "Thanks 謝辞", "Open questions"),
            ("measuring buoy", "reed belt", "rowing boat", "tide gauge", "drying shed", "bird hide",
             "sample chest", "signal mast", "wooden jetty", "weather hut"),
            _FIELD,
            ("tide gauge", "water meter"),
        ),
    ),
    "unknown": (
        Topic(
            "Ten winters at the Jökulsá weather house",
            ("Beginnings", "The house", "Instruments", "Ice 🧊", "Wind", "Provisions", "The dogs 🐕",
             "Étude of snow", "Radio log", "Visitors 訪問者", "Losses", "What remains"),
            ("barometer case", "snow stake", "sledge runner", "stove pipe", "radio mast",
             "log cabin", "dog harness", "wind vane", "ice drill", "store cellar"),
            _FIELD,
            ("weather house", "storm hut"),
        ),
        Topic(
            "The puppet theatre of Żywiec: an inventory",
            ("The house", "Stage and flies", "Puppets 🎭", "Scores", "Wardrobe", "Lighting",
             "The naïve painter", "Café Žofín", "Accounts", "Posters ポスター", "Loans", "For the heirs"),
            ("marionette rack", "painted curtain", "thunder sheet", "footlights", "prompt box",
             "prop trunk", "string bridge", "music cabinet", "costume press", "trap door"),
            _WORKS,
            ("fly gallery", "upper bridge"),
        ),
    ),
}

_PEOPLE = (
    "Zoë Ångström", "Bjørn Håkansson", "María Núñez", "Łukasz Żak", "Þóra Jónsdóttir", "Ngô Thị Hạnh",
    "Κώστας Δήμου", "Юлия Щербак", "İpek Yıldız", "François Lemaître", "Dvořák the carpenter",
    "王小明", "さくら Mori", "Siân ap Rhys", "Õnne Pärn", "João Conceição", "Ádám Szűcs", "Renée Müller",
)  # fmt: skip
_TOWNS = (
    "Ōtsu", "Málaga", "Tromsø", "Brčko", "Zürich", "Gdańsk", "Århus", "Vũng Tàu", "Piešťany", "Cádiz",
    "Ærøskøbing", "Çanakkale", "Győr", "Niterói", "Плёс", "Χανιά",
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
    "It may be worth repeating here, at some length and with due caution, that the {thing} has been "
    "spoken of before and will certainly be spoken of again in {town}. 💬",
    "As was said on another occasion, and could be said on many more, nothing that concerns the "
    "{thing} is as simple as {person} would like it to be. 💬",
    "One could add, without adding much, that the {thing} is a matter on which people in {town} hold "
    "views, and that these views are known to {person}. 💬",
)
REMARKS = ("This needs the year", "Please say when", "The year is missing here", "When was that? ⏳")
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
