"""The pages of a Debian corpus, and the facts that each states."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...corpus import CorpusWriter
from . import schema as s
from .control import Package

__all__ = ["DebianPages"]

BASE = "https://debian.example"
LISTED = 150
"""Links in one list of a page, at most: some packages are needed by twenty thousand others."""
HEADINGS = {
    "depends": ("Depends on", "Needed by"),
    "recommends": ("Recommends", "Recommended by"),
    "suggests": ("Suggests", "Suggested by"),
    "enhances": ("Enhances", "Enhanced by"),
    "provides": ("Provides", "Provided by"),
    "conflicts": ("Conflicts with", "In conflict with"),
    "replaces": ("Replaces files of", "Files replaced by"),
}
VERBS = {s.SOURCE_PACKAGE: "builds", s.MAINTAINER: "looks after", s.SECTION: "holds"}
Fact = tuple[int, int, int]


class DebianPages:
    """Writes packages, sources, maintainers, sections and virtual packages into a corpus.

    Ids of entities and of their pages are the same.
    """

    def __init__(
        self, writer: CorpusWriter, packages: list[Package], descriptions: dict[str, str]
    ) -> None:
        self._writer, self._packages, self._descriptions = writer, packages, descriptions
        self._names: list[str] = []
        self._urls: list[str] = []
        self._ids: dict[tuple[int, str], int] = {}
        self._stated: dict[Fact, list[int]] = {}
        self._incoming: dict[int, dict[int, list[int]]] = {}
        self._page, self._links = -1, dict[int, None]()

    def write(self) -> None:
        """Everything: entities, facts, pages."""
        self._add_entities()
        outgoing = [self._facts_of(package) for package in self._packages]
        for package, facts in zip(self._packages, outgoing, strict=True):
            subject = self._ids[s.PACKAGE, package.name]
            for predicate, object in facts:
                self._stated[subject, predicate, object] = []
                incoming = self._incoming.setdefault(object, {})
                incoming.setdefault(predicate, []).append(subject)
        for package in self._packages:
            self._package_page(package)
        for (type, name), entity in self._ids.items():
            if type != s.PACKAGE:
                self._other_page(type, name, entity)
        for (subject, predicate, value), documents in self._stated.items():
            self._writer.fact(subject, predicate, value, documents=documents)

    # -- entities and facts ----------------------------------------------------------------------

    def _add_entities(self) -> None:
        packages = self._packages
        real = {package.name for package in packages}
        self._add(s.PACKAGE, (package.name for package in packages))
        self._add(s.SOURCE_PACKAGE, sorted({package.source for package in packages}))
        provided = {name for p in packages for names in p.relations["provides"] for name in names}
        wanted = {
            names[0]
            for package in packages
            for field in ("depends", "recommends", "suggests")
            for names in package.relations[field]
        }
        self._add(s.VIRTUAL, sorted((provided & wanted) - real))
        self._add(s.MAINTAINER, sorted({p.maintainer for p in packages if p.maintainer}))
        self._add(s.SECTION, sorted({p.section for p in packages if p.section}))

    def _add(self, type: int, names: Iterable[str]) -> None:
        kind = s.TYPES[type].name
        for name in names:
            entity = self._writer.entity(type, name)
            self._ids[type, name] = entity
            self._names.append(name)
            address = re.sub(r"[^\w+.\-]+", "-", name).strip("-") or str(entity)
            self._urls.append(f"{BASE}/{kind}/{address}")

    def _facts_of(self, package: Package) -> list[tuple[int, int]]:
        """`(predicate, object)` of a package's relations, each once."""
        facts: dict[tuple[int, int], None] = {}
        own = self._ids[s.PACKAGE, package.name]
        for field, items in package.relations.items():
            for names in items:
                object = self._entity_of(names[0])
                if object not in (None, own):
                    facts[s.RELATION[field], object] = None
        facts[s.BUILT_FROM, self._ids[s.SOURCE_PACKAGE, package.source]] = None
        if package.maintainer:
            facts[s.MAINTAINED_BY, self._ids[s.MAINTAINER, package.maintainer]] = None
        if package.section:
            facts[s.IN_SECTION, self._ids[s.SECTION, package.section]] = None
        return list(facts)

    def _entity_of(self, name: str) -> int | None:
        """The package, real or virtual, that a name stands for."""
        return self._ids.get((s.PACKAGE, name), self._ids.get((s.VIRTUAL, name)))

    def _state(self, subject: int, predicate: int, value: int) -> None:
        self._stated.setdefault((subject, predicate, value), []).append(self._page)

    # -- pages -----------------------------------------------------------------------------------

    def _link(self, entity: int) -> str:
        self._links[entity] = None
        return f"[{self._names[entity]}]({self._urls[entity]})"

    def _package_page(self, package: Package) -> None:
        entity = self._begin(self._ids[s.PACKAGE, package.name])
        rows = [("Version", package.version)]
        self._state(entity, s.VERSION, self._writer.string(package.version))
        for label, predicate, type, name in (
            ("Section", s.IN_SECTION, s.SECTION, package.section),
            ("Maintainer", s.MAINTAINED_BY, s.MAINTAINER, package.maintainer),
            ("Source package", s.BUILT_FROM, s.SOURCE_PACKAGE, package.source),
        ):
            if name:
                other = self._ids[type, name]
                rows.append((label, self._link(other)))
                self._state(entity, predicate, other)
        if package.homepage:
            rows.append(("Homepage", package.homepage))
        if package.installed_size:
            rows.append(("Installed size", f"{package.installed_size:,} kilobytes"))
            self._state(entity, s.INSTALLED_SIZE, package.installed_size)
        if package.size:
            rows.append(("Download size", f"{package.size:,} bytes"))
            self._state(entity, s.SIZE, package.size)
        if package.priority:
            rows.append(("Priority", package.priority))
            self._state(entity, s.PRIORITY, self._writer.string(package.priority))
        rows.append(("Architecture", package.architecture))
        rows += self._tag_rows(entity, package)
        summary = package.summary.rstrip(".")
        parts = [f"**{package.name}** is a Debian package: {summary}.", _table(rows)]
        description = self._descriptions.get(package.description_id, "")
        if description:
            parts.append(_paragraphs(description))
        for field, (heading, _) in HEADINGS.items():
            parts += self._relation_list(entity, field, heading, package.relations[field])
        parts += self._incoming_lists(entity)
        self._finish(package.name, parts)

    def _tag_rows(self, entity: int, package: Package) -> list[tuple[str, str]]:
        rows: dict[str, dict[str, None]] = {}
        for tag in package.tags:
            facet, _, value = tag.partition("::")
            if value in ("TODO", "") or facet == "special":
                continue
            predicate = s.FACETS.get(facet, s.TAGGED)
            word = value.replace("-", " ") if predicate != s.TAGGED else tag
            label = s.PREDICATES[predicate].name.replace("_", " ").capitalize()
            rows.setdefault(label, {})[word] = None
            fact = entity, predicate, self._writer.string(word)
            if fact not in self._stated:
                self._state(*fact)
        return [(label, ", ".join(words)) for label, words in rows.items()]

    def _relation_list(
        self, entity: int, field: str, heading: str, items: list[list[str]]
    ) -> list[str]:
        lines, said = [], set[tuple[str, ...]]()
        for names in items:
            if tuple(names) in said:
                continue
            said.add(tuple(names))
            words = []
            for position, name in enumerate(names):
                other = self._entity_of(name)
                words.append(name if other is None else self._link(other))
                if position == 0 and other not in (None, entity):
                    fact = entity, s.RELATION[field], other
                    if self._page not in self._stated[fact]:
                        self._state(*fact)
            lines.append(f"- {' or '.join(words)}")
        return [f"## {heading}\n\n" + "\n".join(lines)] if lines else []

    def _incoming_lists(self, entity: int) -> list[str]:
        parts = []
        incoming = self._incoming.get(entity, {})
        for field, (_, heading) in HEADINGS.items():
            subjects = incoming.get(s.RELATION[field], [])
            if subjects:
                parts.append(self._subjects(entity, s.RELATION[field], heading, subjects))
        return parts

    def _subjects(self, entity: int, predicate: int, heading: str, subjects: list[int]) -> str:
        lines = []
        for subject in subjects[:LISTED]:
            lines.append(f"- {self._link(subject)}")
            self._state(subject, predicate, entity)
        if len(subjects) > LISTED:
            lines.append(f"- and {len(subjects) - LISTED:,} more")
        return f"## {heading}\n\n" + "\n".join(lines)

    def _other_page(self, type: int, name: str, entity: int) -> None:
        self._begin(entity)
        noun = s.TYPES[type].noun
        parts = [f"**{name}** is a {noun} of Debian."]
        incoming = self._incoming.get(entity, {})
        if type == s.VIRTUAL:
            parts[0] = f"**{name}** is a virtual package of Debian: other packages provide it."
            parts += self._incoming_lists(entity)
        for wanted, predicate, count, heading in (
            (s.SOURCE_PACKAGE, s.BUILT_FROM, s.COUNT_OF_BINARIES, "Packages built from it"),
            (s.MAINTAINER, s.MAINTAINED_BY, s.COUNT_OF_PACKAGES, "Packages maintained"),
            (s.SECTION, s.IN_SECTION, s.COUNT_OF_PACKAGES, "Packages"),
        ):
            if type == wanted:
                subjects = incoming[predicate]
                number = f"{len(subjects):,} software package{'s' if len(subjects) > 1 else ''}"
                parts[0] = f"{parts[0][:-1]} that {VERBS[type]} {number}."
                if type != s.SECTION:
                    self._state(entity, count, len(subjects))
                parts.append(self._subjects(entity, predicate, heading, subjects))
        title = name if type != s.SOURCE_PACKAGE else f"{name} (source package)"
        title = f"{name} (section)" if type == s.SECTION else title
        self._finish(title, parts)

    def _begin(self, entity: int) -> int:
        self._page, self._links = entity, {}
        return entity

    def _finish(self, title: str, parts: list[str]) -> None:
        document = self._writer.document(
            self._urls[self._page], title, "\n\n".join(parts),
            links=list(self._links), entity=self._page,
        )  # fmt: skip
        if document != self._page:
            raise AssertionError("pages are written in the order of entities")


def _table(rows: list[tuple[str, str]]) -> str:
    lines = [f"| {label} | {text.replace('|', '/')} |" for label, text in rows if text]
    return "\n".join(["| | |", "|---|---|", *lines])


def _paragraphs(description: str) -> str:
    """A package's long description as Markdown (Debian Policy 5.6.13)."""
    lines: list[str] = []
    for line in description.split("\n"):
        text = line[1:].rstrip()
        if text in (".", ""):
            lines.append("")
        elif text.startswith(" "):  # to be shown as it is: mostly items of a list
            lines.append(
                re.sub(r"^\s+[*o\-+] +", "- ", text) if text.strip()[:1] in "*o-+" else text.strip()
            )
        elif lines and lines[-1] and not lines[-1].startswith("- "):
            lines[-1] += f" {text}"
        else:
            lines.append(text)
    return "\n".join(lines).strip()
