"""Titles of works and names of ships and artefacts: plain words in many patterns."""

from __future__ import annotations

from .chance import Chance

__all__ = ["ARTEFACTS", "GENERA_ENDINGS", "epithet", "ship_name", "still_life", "title"]


def _words(text: str) -> tuple[str, ...]:
    """Words separated by white space; an underscore stands for a space within one."""
    return tuple(word.replace("_", " ") for word in text.split())


_ADJECTIVES = _words("""
    silent broken last first hidden burning hollow distant borrowed patient crooked quiet golden
    restless forgotten wooden bitter gentle sunken second empty green frozen honest blind narrow
    scarlet faithful slow early invisible stolen painted lonely iron salt wandering paper
    sleeping long bright common secret stubborn unfinished pale drowned winter northern open
    tall amber seventh idle crowded plain troubled glass dark sudden merciful reluctant
""")
_NOUNS = _words("""
    orchard lighthouse garden harbour daughter clock river mirror stranger bridge lantern garden
    cartographer widow ferryman kingdom well letter tower field staircase gardener mill shore
    prophet tailor winter island orphan piano valley threshold hunter apprentice ladder bell
    crown season anchor village sparrow compass traveller cathedral horizon weaver beekeeper
    hourglass nightingale witness alphabet carpenter oracle pilgrim meadow wheel doorway candle
    merchant fox heron physician quarry archive verdict almanac ocean ember key locksmith
    inheritance ballad tide window rooftop soldier embassy chapel wolf thistle marsh sailor
    feather parade
""")
_PLURALS = _words("""
    lanterns rivers strangers orchards letters bells islands mirrors sparrows ladders harbours
    daughters shadows thistles candles fathers brothers sisters stones feathers roads bridges
    winters voices keys horses gates wolves herons ashes tides promises weavers sails questions
""")
_TIMES = _words("""
    dawn dusk midnight noon winter autumn summer spring harvest
""")
_OF = (
    "The Ballad of", "The Death of", "A History of", "The House of", "Songs of", "The Return of",
    "A Theory of", "The Weight of", "The Education of", "The Keeper of", "An Anatomy of",
    "The Invention of", "The Colour of", "A Dream of", "The Trial of", "In Praise of", "Beyond",
    "Against", "The Language of", "Notes on", "Farewell to", "The Winter of", "Under", "Before",
)  # fmt: skip
ARTEFACTS = (
    "Chalice", "Diadem", "Casket", "Sceptre", "Mirror", "Brooch", "Reliquary", "Ewer", "Helmet",
    "Astrolabe", "Tablet", "Figurine", "Ring", "Goblet", "Comb", "Mask", "Bell", "Lamp", "Sword",
    "Buckle", "Necklace", "Triptych", "Clock", "Dish", "Seal", "Harp", "Crown", "Globe", "Salver",
)  # fmt: skip
_SHIP_NAMES = _words("""
    Resolute Endurance Fortune Perseverance Swift Constant Morning_Star Halcyon Defiance
    Prudence  Albatross Petrel Cormorant Northern_Light Good_Hope Concord Industry Amity
    Vigilant Intrepid  Fearless Gannet Kittiwake Providence Valiant Daring Mercury Comet Aurora
    Zephyr Tempest Osprey  Wayfarer Pathfinder Harmony Liberty Unity Sovereign Triumph Victory
    Venture Enterprise Pilgrim  Nightingale Dolphin Sturgeon Porpoise Sea_Lion Silver_Wave
    Blue_Pigeon Evening_Star Discovery
""")
_EPITHETS = _words("""
    alba nigra minor maior montana palustris vulgaris rara lucida obscura velox tarda borealis
    australis orientalis occidentalis maculata striata pallida rubra viridis aurea argentea
    gracilis robusta elegans modesta solitaria communis sylvatica maritima lacustris nocturna
""")
GENERA_ENDINGS = ("us", "a", "ella", "ina", "ops", "oma", "ium", "odon")
_STILL = (
    "Apples", "a Skull", "Lemons", "Oysters", "a Lute", "Dead Game", "Books", "a Candle", "Tulips",
    "Copper Pots", "Bread", "Shells", "a Violin", "Pears", "an Hourglass", "Maps", "Grapes",
)  # fmt: skip


def title(chance: Chance, place: str, person: str) -> str:
    """A title; some name the place or the person."""
    adjective = chance.pick(_ADJECTIVES).capitalize()
    noun, other = chance.pick(_NOUNS).capitalize(), chance.pick(_NOUNS).capitalize()
    plural = chance.pick(_PLURALS).capitalize()
    pattern = chance.below(14)
    if pattern < 3:
        return f"The {adjective} {noun}"
    if pattern == 3:
        return f"{chance.pick(_OF)} {plural}"
    if pattern == 4:
        return f"The {noun} of {place}"
    if pattern == 5:
        return f"The {noun}'s {other}"
    if pattern == 6:
        return f"{adjective} {plural}"
    if pattern == 7:
        return f"The {noun} and the {other}"
    if pattern == 8:
        return f"{chance.pick(_OF)} {place}"
    if pattern == 9:
        return f"{plural} at {chance.pick(_TIMES).capitalize()}"
    if pattern == 10:
        return f"{chance.pick(_OF)} the {adjective} {noun}"
    if pattern == 11:
        return f"{person}'s {noun}"
    if pattern == 12:
        return f"{chance.between(2, 40)} {plural}"
    return f"{chance.pick(_OF)} {person}"


def still_life(chance: Chance) -> str:
    """The title of a painting of no one in particular."""
    if chance.random() < 0.4:
        return f"Still Life with {chance.pick(_STILL)} and {chance.pick(_STILL)}"
    return f"{chance.pick(_ADJECTIVES).capitalize()} {chance.pick(_NOUNS).capitalize()}"


def ship_name(chance: Chance) -> str:
    return chance.pick(_SHIP_NAMES)


def epithet(chance: Chance) -> str:
    """The second word of a species' name."""
    return chance.pick(_EPITHETS)
