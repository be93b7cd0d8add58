"""Words around the facts of a page: labels, headings, tables, and sentences that say nothing."""

from __future__ import annotations

from . import schema as s
from .wording.sentences import positional

__all__ = ["ALSO", "APPOSITIONS", "HEADINGS", "LABELS", "NOUNS", "TABLES", "fillers"]

_SPECIAL = {
    s.LOCATED_IN: "Location",
    s.STANDS_IN: "Place",
    s.BORN_IN: "Place of birth",
    s.DIED_IN: "Place of death",
    s.EDUCATED_AT: "Education",
    s.WORKED_FOR: "Employer",
    s.CHILD_OF: "Parent",
    s.MARRIED_TO: "Spouse",
    s.STUDENT_OF: "Teacher",
    s.WRITTEN_BY: "Author",
    s.PUBLISHED_BY: "Publisher",
    s.DIRECTED_BY: "Director",
    s.PAINTED_BY: "Painter",
    s.COMPOSED_BY: "Composer",
    s.DESIGNED_BY: "Architect",
    s.FOUNDED_BY: "Founder",
    s.MUSIC_BY: "Music",
    s.STARRED: "Cast",
    s.BASED_IN: "Headquarters",
    s.MEMBER_OF: "Member of",
    s.AWARDED: "Awards",
    s.PRESIDED_OVER: "President of",
    s.GOVERNED: "Governor of",
    s.SUCCEEDED: "Predecessor",
    s.HIGH: "Height",
    s.WIDE: "Width",
    s.LONG: "Length",
    s.GROWS_TO: "Size",
    s.WORTH: "Prize money",
    s.LIVES: "Deaths",
    s.PLAYERS: "Performers",
    s.PARTY: "Members",
    s.KEPT_IN: "Collection",
    s.OCCURS_AT: "Distribution",
}
LABELS = tuple(
    _SPECIAL.get(number, predicate.name.replace("_", " ").capitalize())
    for number, predicate in enumerate(s.PREDICATES)
)
"""What infoboxes call each predicate."""

NOUNS = tuple(
    {"settlement": "place", "learned society": "society", "composition": "piece"}.get(
        type.noun, type.noun
    )
    for type in s.TYPES
)
"""What pages call their subject: "the piece"."""

HEADINGS: dict[int, tuple[str, ...]] = {
    s.PERSON: ("Life", "Work", "Circle", "Legacy", "Later years", "Notes", "Sources"),
    s.SETTLEMENT: ("Geography", "History", "People", "Sights", "Culture", "Notes"),
    -1: ("Background", "Description", "History", "Reception", "Notes", "Details"),
}
"""By type; -1 for all others."""

TABLES: dict[tuple[int, int], tuple[str, str, int]] = {
    # (type of page, relation that leads to it): heading, first column, attribute in the second
    (s.COUNTRY, s.LOCATED_IN): ("Regions", "Region", s.AREA),
    (s.REGION, s.LOCATED_IN): ("Places", "Place", s.POPULATION),
    (s.PERSON, s.WRITTEN_BY): ("Novels", "Title", s.PUBLISHED),
    (s.PERSON, s.DIRECTED_BY): ("Filmography", "Film", s.RELEASED),
    (s.PERSON, s.STARRED): ("Roles", "Film", s.RELEASED),
    (s.PERSON, s.PAINTED_BY): ("Paintings", "Painting", s.COMPLETED),
    (s.PERSON, s.COMPOSED_BY): ("Compositions", "Work", s.PREMIERED),
    (s.PERSON, s.DESIGNED_BY): ("Buildings", "Building", s.COMPLETED),
    (s.PERSON, s.DESCRIBED_BY): ("Species described", "Species", s.DESCRIBED),
    (s.PERSON, s.CHILD_OF): ("Children", "Name", s.BORN),
    (s.COMPANY, s.BUILT_BY): ("Ships built", "Ship", s.LAUNCHED),
    (s.COMPANY, s.PUBLISHED_BY): ("Publications", "Title", s.PUBLISHED),
    (s.COMPANY, s.PRODUCED_BY): ("Films", "Film", s.RELEASED),
    (s.SOCIETY, s.PRESIDED_OVER): ("Presidents", "Name", s.TOOK_OFFICE),
    (s.SCHOOL, s.EDUCATED_AT): ("Notable students", "Name", s.BORN),
    (s.REGION, s.GOVERNED): ("Governors", "Name", s.TOOK_OFFICE),
    (s.BUILDING, s.KEPT_IN): ("Collection", "Object", s.COMPLETED),
    (s.SETTLEMENT, s.BORN_IN): ("Notable people", "Name", s.OCCUPATION),
    (s.SETTLEMENT, s.STANDS_IN): ("Landmarks", "Name", s.COMPLETED),
    (s.AWARD, s.AWARDED): ("Recipients", "Recipient", s.OCCUPATION),
}

APPOSITIONS = tuple(
    {
        s.PERSON: s.OCCUPATION, s.SETTLEMENT: s.STATUS, s.BUILDING: s.USE, s.SHIP: s.RIG,
        s.COMPOSITION: s.FORM,
    }.get(type, -1)
    for type in range(len(s.TYPES))
)  # fmt: skip
"""By type: the category that can follow a link in a sentence ("a painter"), or -1."""

ALSO = ("Another name in use is", "Older sources have", "Some handbooks write", "Indexes also list")

_GENERAL = (
    "Few sources survive.", "Accounts differ on the details.", "{S} has been written about often.",
    "Much about {o} is still unclear.", "A short notice about {o} can be found in most handbooks.",
    "The standard account was revised several times.", "Later writers repeat the same few facts.",
    "Much of what is told about {o} cannot be confirmed.", "Interest in {o} has grown of late.",
    "The oldest mention is short.", "Some of this rests on a single source.",
    "A fuller account has been announced more than once.", "Opinions about {o} are divided.",
    "Popular guides devote a page to {o}.", "The files on {o} were opened to readers only lately.",
)  # fmt: skip
_BY_TYPE: dict[int, tuple[str, ...]] = {
    s.PERSON: (
        "Little is known of {p} early years.", "No portrait of {o} is known for certain.",
        "Several of {p} papers were lost in a fire.", "{P} name is spelled in several ways.",
        "A street was later named in {p} memory.", "Contemporaries describe {o} as reserved.",
        "{P} diaries have not been found.", "{S} is said to have had a dry sense of humour.",
        "Friends remembered {o} as generous.", "{S} seldom spoke of {p} youth.",
        "{P} debts were settled after long dispute.", "{S} travelled more than {p} neighbours.",
    ),
    s.SETTLEMENT: (
        "The roads are poor in winter.", "{P} archives were lost in a flood.",
        "Travellers seldom stay for long.", "The weather is mild for most of the year.",
        "A market is held once a week.", "The old walls are mostly gone.",
        "Many of {p} young people move away.", "The inn on the square is the oldest house.",
        "Fog is common in the mornings.", "A local newspaper appears on Fridays.",
    ),
    s.NOVEL: (
        "Reviewers praised the dialogue.", "The manuscript went through several drafts.",
        "It was out of print for many years.", "School editions leave out the last chapter.",
        "Readers have argued about the ending.", "A cheap reprint made it widely known.",
    ),
    s.FILM: (
        "No complete print was known for decades.", "Reviews were mixed.",
        "Bad weather delayed the shooting.", "It found its audience only on television.",
        "The censors asked for cuts.", "It has been restored.",
    ),
    s.PAINTING: (
        "It has been cleaned twice.", "Several copies exist.", "The frame is not the original one.",
        "X-rays show changes to the background.", "The signature is hard to make out.",
    ),
    s.COMPOSITION: (
        "The autograph has many corrections.", "It is seldom played today.",
        "The slow movement is often played alone.", "The first audience asked to hear it again.",
    ),
    s.BUILDING: (
        "It was damaged by fire and rebuilt.", "Guided tours are given in summer.",
        "The roof was renewed not long ago.", "It is a protected monument.",
    ),
    s.COMPANY: (
        "Its early account books survive.", "It has changed hands more than once.",
        "A strike once closed it for months.", "Its trade mark is a registered one.",
    ),
    s.SPECIES: (
        "Its numbers are falling.", "Little is known of its life cycle.",
        "It is protected in some places.", "It is easily confused with its relatives.",
    ),
    s.SHIP: (
        "Its log books are incomplete.", "It was refitted twice.", "A model of it survives.",
        "Its figurehead is kept ashore.",
    ),
}  # fmt: skip


def fillers(type: int) -> tuple[str, ...]:
    """Sentences that add colour and no fact."""
    return _FILLERS[type]


_FILLERS = tuple(
    tuple(positional(sentence) for sentence in _GENERAL + 2 * _BY_TYPE.get(type, ()))
    for type in range(len(s.TYPES))
)
