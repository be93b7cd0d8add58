"""What documents are about: titles, sections, things, facts and terms."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["TOPICS", "Fact", "Topic"]


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
    Fact(
        "Trees in the court", "trees", 7, 64, "There are {v} in the court, most of them limes. 🌳"
    ),
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
            (
                "Überblick and aims",
                "The façade",
                "Rails and pits",
                "The café",
                "Money",
                "Who was asked",
                "Smoke & fire 🔥",
                "Opening day",
                "Dirección técnica",
                "After the opening",
            ),
            (
                "turntable",
                "signal box",
                "canteen door",
                "overhead wiring",
                "sand bunker",
                "clock case",
                "ticket counter",
                "inspection pit",
                "iron staircase",
                "paint workshop",
            ),
            _WORKS,
            ("turntable hall", "tram shed"),
        ),
        Topic(
            "The library ship Ægir: a plan for the winter",
            (
                "Why a ship",
                "Crew and crèche",
                "Shelves below deck",
                "Ports of call",
                "Heating 🔥",
                "Reading hours",
                "Señales and flags",
                "Insurance",
                "Naïve questions",
                "Next spring",
            ),
            (
                "bookcase",
                "gangway",
                "anchor winch",
                "reading lamp",
                "mailbag",
                "storm hatch",
                "chart table",
                "galley stove",
                "children's corner",
                "lifeboat cover",
            ),
            _WORKS,
            ("landing stage", "boat stop"),
        ),
        Topic(
            "Moving the market of São Brás indoors",
            (
                "Where we stand",
                "The hall",
                "Fishmongers 🐟",
                "Fruit and façade",
                "Drains",
                "Übergang",
                "Rents",
                "Noise at 5 o’clock",
                "Objections",
                "Decision",
            ),
            (
                "weighing table",
                "ice machine",
                "loading ramp",
                "awning frame",
                "water main",
                "cold store",
                "flower stall",
                "delivery lift",
                "cheese counter",
                "market bell",
            ),
            _WORKS,
            ("covered market", "sales barn"),
        ),
        Topic(
            "A survey of the lagoon of Şəki-Dəniz",
            (
                "Purpose",
                "Camp life ⛺",
                "Water",
                "Birds",
                "Méthode",
                "What went wrong",
                "Salt",
                "Maps & tracks",
                "Thanks 謝辞",
                "Open questions",
            ),
            (
                "measuring buoy",
                "reed belt",
                "rowing boat",
                "tide gauge",
                "drying shed",
                "bird hide",
                "sample chest",
                "signal mast",
                "wooden jetty",
                "weather hut",
            ),
            _FIELD,
            ("tide gauge", "water meter"),
        ),
    ),
    "unknown": (
        Topic(
            "Ten winters at the Jökulsá weather house",
            (
                "Beginnings",
                "The house",
                "Instruments",
                "Ice 🧊",
                "Wind",
                "Provisions",
                "The dogs 🐕",
                "Étude of snow",
                "Radio log",
                "Visitors 訪問者",
                "Losses",
                "What remains",
            ),
            (
                "barometer case",
                "snow stake",
                "sledge runner",
                "stove pipe",
                "radio mast",
                "log cabin",
                "dog harness",
                "wind vane",
                "ice drill",
                "store cellar",
            ),
            _FIELD,
            ("weather house", "storm hut"),
        ),
        Topic(
            "The puppet theatre of Żywiec: an inventory",
            (
                "The house",
                "Stage and flies",
                "Puppets 🎭",
                "Scores",
                "Wardrobe",
                "Lighting",
                "The naïve painter",
                "Café Žofín",
                "Accounts",
                "Posters ポスター",
                "Loans",
                "For the heirs",
            ),
            (
                "marionette rack",
                "painted curtain",
                "thunder sheet",
                "footlights",
                "prompt box",
                "prop trunk",
                "string bridge",
                "music cabinet",
                "costume press",
                "trap door",
            ),
            _WORKS,
            ("fly gallery", "upper bridge"),
        ),
    ),
}
