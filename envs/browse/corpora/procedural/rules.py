"""How things come to be related: who makes what, and what else each thing has to do with.

Everything is drawn in this order, so that dates agree: a maker before the work and the year of the
work within the maker's life; every other relation to something that exists in its year.
"""

from __future__ import annotations

from typing import NamedTuple

from . import schema as s

__all__ = ["MAKERS", "MORE", "RELATIONS", "SPARSE", "Maker", "Relation"]


class Maker(NamedTuple):
    """How a type of thing comes into being.

    Attributes:
        type: what is made.
        predicate: the relation to its maker.
        pools: who makes it: occupations, or a type's name.
        age: the maker's age then, least and most.
        since: the earliest year.
        share: the share that has a known maker.
        places: probabilities that the fact is stated on the subject's page only, and on both.
    """

    type: int
    predicate: int
    pools: tuple[str, ...]
    age: tuple[int, int]
    since: int
    share: float = 1.0
    places: tuple[float, float] = (0.35, 0.55)


class Relation(NamedTuple):
    """One relation that things of a type have.

    Attributes:
        type: of the subject.
        predicate: the relation.
        pools: what the object is drawn from: occupations, or types' names.
        share: the probability that a subject has it (for each of `times`).
        at: when it happens: years after the subject began, least and most; None: in the present.
        age: the object's age then, least and most.
        near: the probability that the object is of the subject's country.
        times: how many at most.
        places: probabilities that the fact is stated on the subject's page only, and on both.
        insist: whether it must be, even with an object that has many relations already.
        outlived: whether the object may have ended before.
        name: whether the subject's name is made from the object.
        dated: the attribute that holds the date on which it happened, if one does.
    """

    type: int
    predicate: int
    pools: tuple[str, ...]
    share: float
    at: tuple[int, int] | None = (0, 0)
    age: tuple[int, int] = (1, 5000)
    near: float = 0.75
    times: int = 1
    places: tuple[float, float] = (0.5, 0.35)
    insist: bool = False
    outlived: bool = False
    name: bool = False
    dated: int = -1


ADULT = (24, 80)
FOUNDERS = ("a merchant", "an industrialist", "an engineer", "a philanthropist")
SCHOLARS = ("a physician", "an astronomer", "a philosopher", "a mathematician", "a historian")
PATRONS = ("a merchant", "a politician", "a philanthropist", "a general", "an industrialist")
PUBLISHER = "company/publishing/printing"
MUSEUM = "building/a museum/a gallery/a palace/a library/a monastery/a temple"
HALL = "building/a theatre/a concert hall/a palace/a town hall/a temple"

MAKERS = (
    Maker(s.COMPANY, s.FOUNDED_BY, FOUNDERS, (22, 65), 1500),
    Maker(s.SCHOOL, s.FOUNDED_BY, (*SCHOLARS, *PATRONS), (28, 75), 1490),
    Maker(s.SOCIETY, s.FOUNDED_BY, (*SCHOLARS, "a naturalist", "a poet"), (25, 70), 1550),
    Maker(s.BUILDING, s.DESIGNED_BY, ("an architect",), (24, 72), 1480, share=0.9),
    Maker(s.NOVEL, s.WRITTEN_BY, ("a novelist",), (21, 76), 1500, places=(0.3, 0.62)),
    Maker(s.FILM, s.DIRECTED_BY, ("a film director",), (24, 74), 1897, places=(0.35, 0.55)),
    Maker(s.PAINTING, s.PAINTED_BY, ("a painter",), (18, 78), 1470),
    Maker(s.COMPOSITION, s.COMPOSED_BY, ("a composer",), (17, 78), 1480),
    Maker(s.BATTLE, s.COMMANDED_BY, ("a general",), (28, 68), 1480, places=(0.4, 0.3)),
    Maker(s.EXPEDITION, s.LED_BY, ("an explorer", "a sea captain"), (26, 62), 1510),
    Maker(s.EXHIBITION, s.CURATED_BY, ("a curator",), (28, 75), 1800),
    Maker(s.ARTEFACT, s.MADE_BY, ("a goldsmith", "a sculptor"), (20, 74), 1470),
    Maker(s.SPECIES, s.DESCRIBED_BY, ("a naturalist", "a physician"), (23, 76), 1640),
    Maker(s.SHIP, s.BUILT_BY, ("company/shipbuilding",), (1, 150), 1520),
    Maker(s.AWARD, s.GIVEN_BY, ("society", "company"), (3, 180), 1620),
)

RELATIONS = (
    # places and organisations
    Relation(s.MOUNTAIN, s.FIRST_CLIMBED_BY, ("a mountaineer", "an explorer"), 0.85, (1560, 1990),
             (20, 58), near=0.6, places=(0.4, 0.35), dated=s.FIRST_CLIMBED),
    Relation(s.MOUNTAIN, s.NAMED_AFTER, ("an explorer", "a general", "a politician"), 0.35,
             (1600, 1960), (25, 300), places=(0.45, 0.25), name=True, outlived=True),
    Relation(s.RIVER, s.MAPPED_BY, ("an explorer", "an engineer"), 0.6, (1540, 1920), (22, 65),
             places=(0.35, 0.3)),
    Relation(s.COMPANY, s.BASED_IN, ("town",), 1, (0, 0), near=0.95, places=(0.75, 0.2),
             insist=True),
    Relation(s.COMPANY, s.TOOK_OVER, ("company",), 0.4, (15, 60), (15, 120), near=0.7,
             places=(0.4, 0.3)),
    Relation(s.SCHOOL, s.STANDS_IN, ("town",), 1, (0, 0), near=0.97, places=(0.6, 0.35),
             insist=True),
    Relation(s.SCHOOL, s.NAMED_AFTER, PATRONS, 0.35, (0, 0), (40, 200), name=True,
             places=(0.5, 0.2), outlived=True),
    Relation(s.SOCIETY, s.BASED_IN, ("town",), 1, (0, 0), near=0.97, places=(0.75, 0.2),
             insist=True),
    Relation(s.BUILDING, s.STANDS_IN, ("town",), 1, (0, 0), near=0.97, places=(0.6, 0.35),
             insist=True),
    Relation(s.BUILDING, s.COMMISSIONED_BY, (*PATRONS, "company"), 0.55, (-3, 0), (5, 75),
             places=(0.15, 0.15)),
    Relation(s.BUILDING, s.NAMED_AFTER, ("person",), 0.3, (0, 0), ADULT, name=True,
             places=(0.4, 0.2), outlived=True),
    # works
    Relation(s.NOVEL, s.PUBLISHED_BY, (PUBLISHER,), 0.7, (0, 0), (1, 160), places=(0.6, 0.2)),
    Relation(s.NOVEL, s.SET_IN, ("town",), 0.6, (0, 0), (10, 5000), near=0.7, places=(0.7, 0.2)),
    Relation(s.NOVEL, s.DEDICATED_TO, ("person",), 0.5, (0, 0), (18, 75), places=(0.15, 0.1)),
    Relation(s.NOVEL, s.INSPIRED_BY, ("battle", "expedition", "painting", "person", "ship"), 0.55,
             (0, 0), (4, 200), places=(0.5, 0.25), outlived=True),
    Relation(s.FILM, s.BASED_ON, ("novel",), 0.6, (0, 0), (2, 250), places=(0.45, 0.35), name=True),
    Relation(s.FILM, s.PRODUCED_BY, ("company/film production",), 0.6, (0, 0), (1, 120),
             places=(0.6, 0.2)),
    Relation(s.FILM, s.STARRED, ("an actor",), 0.75, (0, 0), (17, 75), times=2, places=(0.5, 0.3)),
    Relation(s.FILM, s.MUSIC_BY, ("a composer",), 0.5, (0, 0), (21, 70), places=(0.45, 0.2)),
    Relation(s.FILM, s.FILMED_IN, ("town",), 0.55, (-1, 0), (10, 5000), near=0.6,
             places=(0.55, 0.2)),
    Relation(s.PAINTING, s.DEPICTS,
             ("person", "building", "battle", "mountain", "ship", "town", "river"), 0.85, (0, 0),
             (1, 300), places=(0.6, 0.2), name=True, outlived=True),
    Relation(s.PAINTING, s.COMMISSIONED_BY, PATRONS, 0.55, (-3, 0), (24, 76), near=0.85,
             places=(0.08, 0.12)),
    Relation(s.PAINTING, s.KEPT_IN, (MUSEUM,), 0.75, None, places=(0.6, 0.2)),
    Relation(s.PAINTING, s.COMPANION_TO, ("painting",), 0.25, (0, 0), (0, 30), near=0.95),
    Relation(s.COMPOSITION, s.PREMIERED_IN, (HALL,), 0.65, (0, 0), (1, 400)),
    Relation(s.COMPOSITION, s.DEDICATED_TO, ("person",), 0.55, (0, 0), (18, 80), places=(0.15,
    0.1)),
    Relation(s.COMPOSITION, s.FIRST_CONDUCTED_BY, ("a composer",), 0.5, (0, 0), (24, 74),
             places=(0.45, 0.2)),
    Relation(s.COMPOSITION, s.BASED_ON, ("novel",), 0.35, (0, 0), (2, 200), name=True),
    Relation(s.COMPOSITION, s.INSPIRED_BY, ("painting", "mountain", "battle", "river"), 0.4, (0, 0),
             (3, 200), outlived=True),
    # history
    Relation(s.BATTLE, s.FOUGHT_NEAR, ("town",), 0.95, (0, 0), (10, 5000), places=(0.6, 0.3),
             name=True),
    Relation(s.BATTLE, s.COMMANDED_BY, ("a general",), 0.9, (0, 0), (28, 70), near=0.25,
             places=(0.4, 0.3)),
    Relation(s.EXPEDITION, s.JOINED_BY, ("a naturalist", "a physician", "an astronomer"), 0.65,
             (0, 0), (20, 60), times=2, places=(0.4, 0.2)),
    Relation(s.EXPEDITION, s.FUNDED_BY, ("society", "a merchant"), 0.75, (0, 0), (1, 80),
             places=(0.35, 0.2)),
    Relation(s.EXPEDITION, s.REACHED, ("mountain", "river"), 0.75, None, near=0.15,
             places=(0.5, 0.3)),
    Relation(s.EXHIBITION, s.HELD_IN, (MUSEUM,), 0.95, (0, 0), (1, 5000), near=0.9),
    Relation(s.EXHIBITION, s.SHOWED, ("painting", "artefact"), 0.85, (0, 0), (2, 500), near=0.6,
             times=3, places=(0.4, 0.3)),
    # things and nature
    Relation(s.ARTEFACT, s.UNEARTHED_BY, ("an archaeologist",), 0.7, (90, 400), (24, 72), near=0.6,
             dated=s.FOUND),
    Relation(s.ARTEFACT, s.FOUND_IN, ("town",), 0.7, None, places=(0.6, 0.2)),
    Relation(s.ARTEFACT, s.KEPT_IN, (MUSEUM,), 0.85, None, near=0.6, places=(0.6, 0.2)),
    Relation(s.ARTEFACT, s.OWNED_BY, PATRONS, 0.6, (0, 30), (20, 75), places=(0.1, 0.15)),
    Relation(s.ARTEFACT, s.COMMISSIONED_BY, PATRONS, 0.4, (-1, 0), (25, 75), places=(0.12, 0.1)),
    Relation(s.SPECIES, s.NAMED_AFTER, ("a naturalist", "an explorer", "a physician"), 0.5, (0, 0),
             (30, 150), near=0.3, places=(0.3, 0.15), name=True, outlived=True),
    Relation(s.SPECIES, s.OCCURS_AT, ("mountain", "river"), 0.8, None, near=0.5, places=(0.6, 0.2)),
    Relation(s.SPECIES, s.COLLECTED_DURING, ("expedition",), 0.5, (0, 0), (1, 25), near=0.2),
    Relation(s.SPECIES, s.FOUND_WITH, ("species",), 0.6, None, near=0.5, places=(0.5, 0.2)),
    Relation(s.SHIP, s.HOME_PORT, ("town",), 0.9, (0, 0), near=0.9, places=(0.75, 0.15)),
    Relation(s.SHIP, s.CAPTAINED_BY, ("a sea captain",), 0.75, (0, 14), (26, 64), near=0.8, times=2,
             places=(0.35, 0.3)),
    Relation(s.SHIP, s.OWNED_BY, ("a merchant", "an industrialist"), 0.4, (0, 10), (24, 70),
             places=(0.15, 0.15)),
    Relation(s.SHIP, s.FOUGHT_IN, ("battle",), 0.4, (1, 25), (0, 0), near=0.5, places=(0.4, 0.3)),
    Relation(s.SHIP, s.NAMED_AFTER, ("person",), 0.3, (0, 0), (30, 300), near=0.8, name=True,
             places=(0.4, 0.2), outlived=True),
    Relation(s.SHIP, s.SISTER_SHIP_OF, ("ship",), 0.25, (0, 0), (0, 5), near=0.95),
    Relation(s.EXPEDITION, s.SAILED_ON, ("ship",), 0.55, (0, 0), (1, 30), places=(0.45, 0.25)),
    Relation(s.AWARD, s.NAMED_AFTER, ("person",), 0.6, (0, 0), (30, 200), near=0.85, name=True,
             places=(0.45, 0.25), outlived=True),
    Relation(s.AWARD, s.FOUNDED_BY, (*PATRONS, *SCHOLARS), 0.5, (0, 0), ADULT, near=0.85,
             places=(0.35, 0.3)),
    # what people have to do with all that
    Relation(s.PERSON, s.EDUCATED_AT, ("school",), 0.6, (17, 22), (1, 600), near=0.85,
             places=(0.6, 0.2)),
    Relation(s.PERSON, s.WORKED_FOR, ("company",), 0.25, (24, 36), (1, 200), near=0.85,
             places=(0.5, 0.2)),
    Relation(s.PERSON, s.MEMBER_OF, ("society",), 0.22, (30, 38), (1, 400), near=0.85,
             places=(0.5, 0.25)),
    Relation(s.PERSON, s.AWARDED, ("award",), 0.14, (32, 38), (1, 400), near=0.8,
             places=(0.25, 0.6)),
    Relation(s.NOVEL, s.AWARDED, ("award",), 0.1, (0, 1), (1, 400), places=(0.3, 0.5)),
    Relation(s.FILM, s.AWARDED, ("award",), 0.15, (0, 1), (1, 400), places=(0.3, 0.5)),
)  # fmt: skip
"""In the order in which they are drawn."""

SPARSE = 4
"""Things with fewer neighbours than this are given more, as far as the table below goes."""

MORE = (
    Relation(s.PERSON, s.CORRESPONDED_WITH, ("person",), 1, (25, 36), (22, 70), near=0.7,
             places=(0.4, 0.35)),
    Relation(s.PERSON, s.INFLUENCED_BY, ("person",), 1, (20, 34), (25, 130), near=0.6,
             places=(0.5, 0.2)),
    Relation(s.SETTLEMENT, s.TWINNED_WITH, ("settlement",), 1, None, near=0.3, places=(0.4, 0.4)),
    Relation(s.NOVEL, s.INSPIRED_BY, ("mountain", "building", "composition", "person"), 1, (0, 0),
             (3, 200), outlived=True),
    Relation(s.NOVEL, s.DEDICATED_TO, ("person",), 1, (0, 0), (18, 75), places=(0.2, 0.1)),
    Relation(s.FILM, s.STARRED, ("an actor",), 1, (0, 0), (17, 75), places=(0.5, 0.3)),
    Relation(s.PAINTING, s.COMPANION_TO, ("painting",), 1, (0, 0), (0, 40), near=0.95),
    Relation(s.PAINTING, s.OWNED_BY, PATRONS, 1, (0, 40), (25, 75), places=(0.2, 0.2)),
    Relation(s.COMPOSITION, s.COMMISSIONED_BY, (*PATRONS, "society"), 1, (-1, 0), (5, 75),
             places=(0.2, 0.15)),
    Relation(s.COMPOSITION, s.DEDICATED_TO, ("person",), 1, (0, 0), (18, 80), places=(0.2, 0.1)),
    Relation(s.BUILDING, s.NAMED_AFTER, ("person",), 1, (0, 0), ADULT, places=(0.4, 0.2),
             outlived=True),
    Relation(s.BUILDING, s.COMMISSIONED_BY, PATRONS, 1, (-3, 0), (24, 75), places=(0.2, 0.2)),
    Relation(s.COMPANY, s.TOOK_OVER, ("company",), 1, (10, 60), (5, 120), near=0.7),
    Relation(s.COMPANY, s.NAMED_AFTER, ("person",), 1, (0, 0), (40, 200), name=True, outlived=True),
    Relation(s.BATTLE, s.COMMANDED_BY, ("a general", "a sea captain"), 1, (0, 0), (28, 70),
             near=0.5, places=(0.4, 0.3)),
    Relation(s.EXHIBITION, s.SHOWED, ("painting", "artefact"), 1, (0, 0), (2, 500)),
    Relation(s.ARTEFACT, s.OWNED_BY, PATRONS, 1, (0, 40), (20, 75), places=(0.2, 0.15)),
    Relation(s.SPECIES, s.FOUND_WITH, ("species",), 1, None, near=0.5, places=(0.5, 0.2)),
    Relation(s.SPECIES, s.OCCURS_AT, ("mountain", "river"), 1, None, near=0.2, places=(0.6, 0.2)),
    Relation(s.MOUNTAIN, s.NAMED_AFTER, ("an explorer", "a politician", "an astronomer"), 1,
             (1600, 1960), (25, 300), name=True, outlived=True),
    Relation(s.SHIP, s.CAPTAINED_BY, ("a sea captain",), 1, (1, 14), (26, 64),
             places=(0.35, 0.3)),
    Relation(s.AWARD, s.NAMED_AFTER, ("person",), 1, (0, 0), (30, 200), near=0.85, name=True,
             outlived=True),
)  # fmt: skip
"""Further relations of things that have few."""
