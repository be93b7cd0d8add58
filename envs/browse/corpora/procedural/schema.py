"""What exists in the procedural world: types of entities, relations and attributes.

The constants are positions in `TYPES` and `PREDICATES`. Phrases follow `corpus.Predicate`.
"""

from __future__ import annotations

from ...corpus import EntityType, Kind, Predicate

TYPES = tuple(
    EntityType(name, noun, plural)
    for name, noun, plural in (
        ("continent", "continent", "continents"),
        ("country", "country", "countries"),
        ("region", "region", "regions"),
        ("settlement", "settlement", "settlements"),
        ("river", "river", "rivers"),
        ("mountain", "mountain", "mountains"),
        ("person", "person", "people"),
        ("company", "company", "companies"),
        ("school", "school", "schools"),
        ("society", "learned society", "learned societies"),
        ("building", "building", "buildings"),
        ("novel", "novel", "novels"),
        ("film", "film", "films"),
        ("painting", "painting", "paintings"),
        ("composition", "composition", "compositions"),
        ("battle", "battle", "battles"),
        ("expedition", "expedition", "expeditions"),
        ("exhibition", "exhibition", "exhibitions"),
        ("artefact", "artefact", "artefacts"),
        ("species", "species", "species"),
        ("ship", "ship", "ships"),
        ("award", "award", "awards"),
    )
)
(
    CONTINENT, COUNTRY, REGION, SETTLEMENT, RIVER, MOUNTAIN, PERSON, COMPANY, SCHOOL, SOCIETY,
    BUILDING, NOVEL, FILM, PAINTING, COMPOSITION, BATTLE, EXPEDITION, EXHIBITION, ARTEFACT, SPECIES,
    SHIP, AWARD,
) = range(len(TYPES))  # fmt: skip

_predicates: list[Predicate] = []


def _relation(
    name: str, phrase: str, inverse: str = "", *, many: bool = False, role: str = ""
) -> int:
    """A relation; without `inverse` it reads the same from both ends."""
    relation = Predicate(name, Kind.ENTITY, phrase, inverse or phrase, "", role, not many)
    _predicates.append(relation)
    return len(_predicates) - 1


def _date(name: str, phrase: str) -> int:
    _predicates.append(Predicate(name, Kind.DATE, phrase, functional=True))
    return len(_predicates) - 1


def _quantity(name: str, phrase: str, unit: str) -> int:
    _predicates.append(Predicate(name, Kind.QUANTITY, phrase, unit=unit, functional=True))
    return len(_predicates) - 1


def _category(name: str, phrase: str) -> int:
    _predicates.append(Predicate(name, Kind.TEXT, phrase, role="category", functional=True))
    return len(_predicates) - 1


# -- relations: places -----------------------------------------------------------------------------

LOCATED_IN = _relation("located_in", "lies in {}", "contains {}", role="part_of")
STANDS_IN = _relation("stands_in", "stands in {}", "is home to {}", role="part_of")
CAPITAL = _relation("capital", "has its capital at {}", "is the capital of {}")
SEAT = _relation("seat", "is governed from {}", "is the seat of government of {}")
TWINNED_WITH = _relation("twinned_with", "is twinned with {}", many=True)
ON_RIVER = _relation("on_river", "lies on {}", "flows through {}", many=True)
FLOWS_INTO = _relation("flows_into", "flows into {}", "is fed by {}")
RISES_ON = _relation("rises_on", "rises on {}", "is the source of {}")
MAPPED_BY = _relation("mapped_by", "was first mapped by {}", "first mapped {}")
FIRST_CLIMBED_BY = _relation(
    "first_climbed_by", "was first climbed by {}", "made the first ascent of {}"
)
NAMED_AFTER = _relation("named_after", "was named after {}", "is the namesake of {}")

# -- relations: people -----------------------------------------------------------------------------

BORN_IN = _relation("born_in", "was born in {}", "is the birthplace of {}")
DIED_IN = _relation("died_in", "died in {}", "is the place of death of {}")
EDUCATED_AT = _relation("educated_at", "was educated at {}", "educated {}")
WORKED_FOR = _relation("worked_for", "worked for {}", "employed {}")
MEMBER_OF = _relation("member_of", "was a member of {}", "counted among its members {}")
CHILD_OF = _relation("child_of", "was a child of {}", "was a parent of {}")
MARRIED_TO = _relation("married_to", "was married to {}")
STUDENT_OF = _relation("student_of", "was a student of {}", "taught {}")
CORRESPONDED_WITH = _relation("corresponded_with", "corresponded with {}", many=True)
INFLUENCED_BY = _relation("influenced_by", "was influenced by {}", "influenced {}", many=True)
AWARDED = _relation("awarded", "was awarded {}", "was awarded to {}")
PRESIDED_OVER = _relation("presided_over", "presided over {}", "was presided over by {}")
SUCCEEDED = _relation("succeeded", "took over the office of {}", "handed over office to {}")
GOVERNED = _relation("governed", "governed {}", "was governed by {}")

# -- relations: works ------------------------------------------------------------------------------

WRITTEN_BY = _relation("written_by", "was written by {}", "wrote {}")
PUBLISHED_BY = _relation("published_by", "was published by {}", "published {}")
SET_IN = _relation("set_in", "is set in {}", "is the setting of {}")
DEDICATED_TO = _relation("dedicated_to", "is dedicated to {}", "is the dedicatee of {}")
INSPIRED_BY = _relation("inspired_by", "was inspired by {}", "inspired {}")
SEQUEL_TO = _relation("sequel_to", "is a sequel to {}", "was followed by {} as its sequel")
DIRECTED_BY = _relation("directed_by", "was directed by {}", "directed {}")
BASED_ON = _relation("based_on", "is based on {}", "was adapted into {}")
PRODUCED_BY = _relation("produced_by", "was produced by {}", "produced {}")
STARRED = _relation("starred", "starred {}", "played a leading part in {}", many=True)
MUSIC_BY = _relation("music_by", "has music by {}", "wrote the music for {}")
FILMED_IN = _relation("filmed_in", "was filmed in {}", "was a filming location of {}")
PAINTED_BY = _relation("painted_by", "was painted by {}", "painted {}")
DEPICTS = _relation("depicts", "depicts {}", "is depicted in {}")
COMMISSIONED_BY = _relation("commissioned_by", "was commissioned by {}", "commissioned {}")
KEPT_IN = _relation("kept_in", "is kept in {}", "houses {}")
COMPANION_TO = _relation("companion_to", "is a companion piece to {}", many=True)
COMPOSED_BY = _relation("composed_by", "was composed by {}", "composed {}")
PREMIERED_IN = _relation(
    "premiered_in", "was first performed in {}", "saw the first performance of {}"
)
FIRST_CONDUCTED_BY = _relation(
    "first_conducted_by", "was first conducted by {}", "conducted the first performance of {}"
)
DESIGNED_BY = _relation("designed_by", "was designed by {}", "designed {}")

# -- relations: organisations, history, nature, things ---------------------------------------------

FOUNDED_BY = _relation("founded_by", "was founded by {}", "founded {}")
BASED_IN = _relation("based_in", "is based in {}", "is the base of {}")
TOOK_OVER = _relation("took_over", "took over {}", "was taken over by {}", many=True)
FOUGHT_NEAR = _relation("fought_near", "was fought near {}", "lies near the site of {}")
COMMANDED_BY = _relation(
    "commanded_by", "was commanded on one side by {}", "held command in {}", many=True
)
FOUGHT_IN = _relation("fought_in", "saw action in {}", "involved {}", many=True)
LED_BY = _relation("led_by", "was led by {}", "led {}")
JOINED_BY = _relation("joined_by", "was accompanied by {}", "went along on {}", many=True)
FUNDED_BY = _relation("funded_by", "was funded by {}", "funded {}")
REACHED = _relation("reached", "reached {}", "was reached by {}")
SAILED_ON = _relation("sailed_on", "travelled on {}", "carried {}")
HELD_IN = _relation("held_in", "was held in {}", "hosted {}")
CURATED_BY = _relation("curated_by", "was curated by {}", "curated {}")
SHOWED = _relation("showed", "showed {}", "was shown at {}", many=True)
MADE_BY = _relation("made_by", "was made by {}", "made {}")
FOUND_IN = _relation("found_in", "was found in {}", "is the place of discovery of {}")
UNEARTHED_BY = _relation("unearthed_by", "was unearthed by {}", "unearthed {}")
OWNED_BY = _relation("owned_by", "was once owned by {}", "once owned {}")
DESCRIBED_BY = _relation("described_by", "was first described by {}", "first described {}")
OCCURS_AT = _relation("occurs_at", "occurs at {}", "is a habitat of {}", many=True)
COLLECTED_DURING = _relation(
    "collected_during", "was first collected during {}", "yielded the first specimen of {}"
)
FOUND_WITH = _relation("found_with", "is often found together with {}", many=True)
BUILT_BY = _relation("built_by", "was built by {}", "built {}")
HOME_PORT = _relation("home_port", "has its home port at {}", "is the home port of {}")
CAPTAINED_BY = _relation("captained_by", "was captained by {}", "captained {}", many=True)
SISTER_SHIP_OF = _relation("sister_ship_of", "is a sister ship of {}", many=True)
GIVEN_BY = _relation("given_by", "is given by {}", "gives {}")

# -- attributes ------------------------------------------------------------------------------------

BORN = _date("born", "was born on {}")
DIED = _date("died", "died on {}")
TOOK_OFFICE = _date("took_office", "took office on {}")
FOUNDED = _date("founded", "was founded on {}")
INDEPENDENT = _date("independent", "became independent on {}")
PUBLISHED = _date("published", "was published on {}")
RELEASED = _date("released", "was released on {}")
COMPLETED = _date("completed", "was completed on {}")
PREMIERED = _date("premiered", "was first performed on {}")
FOUGHT = _date("fought", "was fought on {}")
SET_OUT = _date("set_out", "set out on {}")
OPENED = _date("opened", "opened on {}")
MADE = _date("made", "was made in {}")
FOUND = _date("found", "was found on {}")
DESCRIBED = _date("described", "was first described in {}")
LAUNCHED = _date("launched", "was launched on {}")
FIRST_CLIMBED = _date("first_climbed", "was first climbed on {}")

CHILDREN = _quantity("children", "had {} children", "children")
LANGUAGES = _quantity("languages", "spoke {} languages", "languages")
LETTERS = _quantity("letters", "left {} letters", "letters")
POPULATION = _quantity("population", "has {} inhabitants", "inhabitants")
ELEVATION = _quantity("elevation", "lies {} metres above sea level", "metres")
AREA = _quantity("area", "covers {} square kilometres", "square kilometres")
EMPLOYEES = _quantity("employees", "has {} employees", "employees")
STUDENTS = _quantity("students", "has {} students", "students")
MEMBERS = _quantity("members", "has {} members", "members")
PAGES = _quantity("pages", "has {} pages", "pages")
RUNNING_TIME = _quantity("running_time", "runs for {} minutes", "minutes")
BUDGET = _quantity("budget", "cost {} crowns to make", "crowns")
HIGH = _quantity("high", "is {} centimetres high", "centimetres")
WIDE = _quantity("wide", "is {} centimetres wide", "centimetres")
DURATION = _quantity("duration", "lasts {} minutes", "minutes")
PLAYERS = _quantity("players", "calls for {} performers", "performers")
HEIGHT = _quantity("height", "is {} metres high", "metres")
ROOMS = _quantity("rooms", "has {} rooms", "rooms")
SOLDIERS = _quantity("soldiers", "involved {} soldiers", "soldiers")
LIVES = _quantity("lives", "cost {} lives", "lives")
DAYS = _quantity("days", "lasted {} days", "days")
PARTY = _quantity("party", "was made up of {} people", "people")
VISITORS = _quantity("visitors", "drew {} visitors", "visitors")
WEIGHT = _quantity("weight", "weighs {} grams", "grams")
GROWS_TO = _quantity("grows_to", "grows to {} millimetres", "millimetres")
LONG = _quantity("long", "is {} metres long", "metres")
CREW = _quantity("crew", "carried a crew of {} sailors", "sailors")
WORTH = _quantity("worth", "is worth {} crowns", "crowns")
LENGTH = _quantity("length", "is {} kilometres long", "kilometres")
DISCHARGE = _quantity("discharge", "discharges {} cubic metres a second", "cubic metres")

OCCUPATION = _category("occupation", "worked as {}")
MOVEMENT = _category("movement", "belonged to the movement of {}")
STATUS = _category("status", "has the status of {}")
KNOWN_FOR = _category("known_for", "is known for its {}")
INDUSTRY = _category("industry", "is active in {}")
TEACHES = _category("teaches", "is best known for teaching {}")
PURPOSE = _category("purpose", "is devoted to {}")
GENRE = _category("genre", "belongs to the genre of {}")
TECHNIQUE = _category("technique", "was executed in {}")
FORM = _category("form", "has the form of {}")
KEY = _category("key", "is written in {}")
STYLE = _category("style", "was built in the {} style")
USE = _category("use", "serves as {}")
CAUSE = _category("cause", "arose from a dispute over {}")
AIM = _category("aim", "was meant to study {}")
THEME = _category("theme", "was devoted to the theme of {}")
MATERIAL = _category("material", "is made of {}")
GROUP = _category("group", "belongs to the {}")
HABITAT = _category("habitat", "lives in {}")
RIG = _category("rig", "was built as {}")
FIELD = _category("field", "honours achievements in {}")
ROCK = _category("rock", "consists mainly of {}")
CURRENCY = _category("currency", "uses {} as its currency")

PREDICATES = tuple(_predicates)
KIND = tuple(int(predicate.kind) for predicate in PREDICATES)
