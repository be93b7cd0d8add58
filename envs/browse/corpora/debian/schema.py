"""What a Debian corpus holds: packages, where they come from, and what is said of them."""

from __future__ import annotations

from ...corpus import EntityType, Kind, Predicate

__all__ = [
    "BUILT_FROM", "COUNT_OF_BINARIES", "COUNT_OF_PACKAGES", "FACETS", "INSTALLED_SIZE",
    "IN_SECTION", "MAINTAINED_BY", "MAINTAINER", "PACKAGE", "PREDICATES", "PRIORITY", "RELATION",
    "SECTION", "SIZE", "SOURCE_PACKAGE", "TAGGED", "TYPES", "VERSION", "VIRTUAL",
]  # fmt: skip

TYPES = (
    EntityType("package", "software package", "software packages"),
    EntityType("source", "source package", "source packages"),
    EntityType("virtual", "virtual package", "virtual packages"),
    EntityType("maintainer", "maintainer", "maintainers"),
    EntityType("section", "section", "sections"),
)
PACKAGE, SOURCE_PACKAGE, VIRTUAL, MAINTAINER, SECTION = range(len(TYPES))

_predicates: list[Predicate] = []


def _add(predicate: Predicate) -> int:
    _predicates.append(predicate)
    return len(_predicates) - 1


def _relation(name: str, phrase: str, inverse: str, *, one: bool = False) -> int:
    return _add(Predicate(name, Kind.ENTITY, phrase, inverse, functional=one))


def _category(name: str, phrase: str) -> int:
    return _add(Predicate(name, Kind.TEXT, phrase, role="category"))


RELATION = {
    "depends": _relation("depends_on", "depends on {}", "is needed by {}"),
    "recommends": _relation("recommends", "recommends {}", "is recommended by {}"),
    "suggests": _relation("suggests", "suggests {}", "is suggested by {}"),
    "enhances": _relation("enhances", "enhances {}", "is enhanced by {}"),
    "provides": _relation("provides", "provides {}", "is provided by {}"),
    "conflicts": _relation("conflicts_with", "conflicts with {}", "is in conflict with {}"),
    "replaces": _relation("replaces", "replaces files of {}", "has files replaced by {}"),
}
"""Predicates by the field of the package that they come from."""
BUILT_FROM = _relation("built_from", "is built from {}", "is the source of {}", one=True)
MAINTAINED_BY = _relation("maintained_by", "is maintained by {}", "maintains {}", one=True)
IN_SECTION = _relation("in_section", "belongs to the section {}", "contains {}", one=True)

INSTALLED_SIZE = _add(
    Predicate("installed_size", Kind.QUANTITY, "takes up {} kilobytes when installed",
              unit="kilobytes", functional=True)
)  # fmt: skip
SIZE = _add(
    Predicate("size", Kind.QUANTITY, "is a download of {} bytes", unit="bytes", functional=True)
)
COUNT_OF_BINARIES = _add(
    Predicate("binaries", Kind.QUANTITY, "builds {} software packages", unit="software packages",
              functional=True)
)  # fmt: skip
COUNT_OF_PACKAGES = _add(
    Predicate("packages", Kind.QUANTITY, "looks after {} software packages",
              unit="software packages", functional=True)
)  # fmt: skip
VERSION = _add(Predicate("version", Kind.TEXT, "has the version {}", functional=True))
PRIORITY = _category("priority", "has the priority {}")

FACETS = {
    "role": _category("role", "plays the role of {}"),
    "implemented-in": _category("implemented_in", "is implemented in {}"),
    "interface": _category("interface", "has an interface of the kind {}"),
    "uitoolkit": _category("toolkit", "uses the toolkit {}"),
    "use": _category("use", "is used for {}"),
    "scope": _category("scope", "has the scope of {}"),
    "works-with": _category("works_with", "works with {}"),
    "works-with-format": _category("format", "understands the format {}"),
    "protocol": _category("protocol", "speaks the protocol {}"),
    "network": _category("network", "does networking as {}"),
    "devel": _category("development", "supports development by {}"),
    "game": _category("game", "is a game of the kind {}"),
    "field": _category("field", "serves the field of {}"),
    "science": _category("science", "helps science with {}"),
    "sound": _category("sound", "deals with sound as {}"),
    "web": _category("web", "serves the web as {}"),
    "suite": _category("suite", "is part of the suite {}"),
    "admin": _category("administration", "helps administration with {}"),
    "security": _category("security", "helps security with {}"),
    "hardware": _category("hardware", "supports hardware of the kind {}"),
    "culture": _category("culture", "serves the language or culture {}"),
    "biology": _category("biology", "helps biology with {}"),
}
"""Predicates by debtags facet."""
TAGGED = _category("tagged", "carries the tag {}")
"""For all other facets."""

PREDICATES = tuple(_predicates)
