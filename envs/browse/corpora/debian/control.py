"""Reading apt's package lists: stanzas of `Packages` and `Translation-en` files.

The format is that of Debian Policy, chapter 5 (control files); versions compare as in section
5.6.12.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..source import SpecError

__all__ = ["Lists", "Package", "find_lists", "read_descriptions", "read_packages"]

DEFAULT_FOLDER = Path("/var/lib/apt/lists")
_APT_HELPER = "/usr/lib/apt/apt-helper"
_SUFFIXES = ("", ".lz4", ".gz", ".xz", ".bz2")
_NAME = re.compile(r"[a-z0-9][a-z0-9+.\-]*")


class Lists(NamedTuple):
    """The files of a folder of package lists."""

    packages: list[Path]
    translations: list[Path]


class Package(NamedTuple):
    """One binary package.

    Attributes:
        relations: by field ("depends"): for each item of the field its alternatives' names.
        tags: debtags, such as "role::program".
        size, installed_size: of the package file in bytes, and unpacked in kilobytes; 0: unknown.
    """

    name: str
    version: str
    source: str
    maintainer: str
    section: str
    priority: str
    architecture: str
    homepage: str
    size: int
    installed_size: int
    summary: str
    description_id: str
    relations: dict[str, list[list[str]]]
    tags: list[str]


RELATIONS = ("depends", "recommends", "suggests", "enhances", "provides", "conflicts", "replaces")
_FIELDS = frozenset(
    {
        "package", "version", "source", "maintainer", "section", "priority", "architecture",
        "homepage", "size", "installed-size", "description", "description-md5", "tag",
        "pre-depends", *RELATIONS,
    }
)  # fmt: skip


def find_lists(folder: str) -> Lists:
    """The package lists in a folder (apt's own if it is not named).

    Raises:
        SpecError: there are none; the message says what to run.
    """
    path = Path(folder).expanduser() if folder else DEFAULT_FOLDER
    packages = _files(path, "Packages")
    if not packages:
        raise SpecError(
            f"no Debian package lists in {path}: expected files such as ..._Packages.lz4. Run "
            "`apt-get -o Acquire::Languages=en update` as root on a Debian machine (the option "
            "brings the long descriptions), or name a folder of lists with debian:lists=..."
        )
    return Lists(packages, _files(path, "Translation-en"))


def _files(folder: Path, kind: str) -> list[Path]:
    found = {}
    if folder.is_dir():
        for suffix in _SUFFIXES:
            for file in folder.glob(f"*{kind}{suffix}"):
                if file.name in (f"{kind}{suffix}",) or file.name.endswith(f"_{kind}{suffix}"):
                    found.setdefault(file.name.removesuffix(suffix), file)
    return [found[name] for name in sorted(found)]


def read_packages(files: list[Path]) -> list[Package]:
    """Every package once, in its highest version, by name."""
    packages: dict[str, Package] = {}
    for file in files:
        for number, fields in _stanzas(file):
            package = _package(fields, f"{file}, entry {number}")
            known = packages.get(package.name)
            if known is None or _version_key(known.version) < _version_key(package.version):
                packages[package.name] = package
    return [packages[name] for name in sorted(packages)]


def read_descriptions(files: list[Path]) -> dict[str, str]:
    """Long descriptions by their id, without the short one in front of each."""
    descriptions: dict[str, str] = {}
    for file in files:
        for _, fields in _stanzas(file, frozenset({"description-md5", "description-en"})):
            _, _, text = fields.get("description-en", "").partition("\n")
            if text and "description-md5" in fields:
                descriptions[fields["description-md5"]] = text
    return descriptions


def _stanzas(file: Path, wanted: frozenset[str] = _FIELDS) -> Iterator[tuple[int, dict[str, str]]]:
    """Each stanza's number and wanted fields, names in lower case."""
    for number, stanza in enumerate(_text(file).split("\n\n"), start=1):
        fields: dict[str, str] = {}
        key = ""
        for line in stanza.split("\n"):
            if line[:1] in (" ", "\t"):
                if key:
                    fields[key] += "\n" + line
                continue
            name, colon, value = line.partition(":")
            if not colon:
                if line.strip():
                    raise SpecError(
                        f'{file}, entry {number}: expected "Field: value", found {line[:60]!r}'
                    )
                continue
            name = name.lower()
            key = name if name in wanted else ""
            if key:
                fields[key] = value.strip()
        if fields:
            yield number, fields


def _package(fields: dict[str, str], where: str) -> Package:
    name, version = fields.get("package", ""), fields.get("version", "")
    if not _NAME.fullmatch(name) or not version:
        raise SpecError(f"{where}: expected the fields Package and Version of a Debian package")
    relations = {field: _alternatives(fields.get(field, "")) for field in RELATIONS}
    relations["depends"] = _alternatives(fields.get("pre-depends", "")) + relations["depends"]
    return Package(
        name=name,
        version=version,
        source=fields.get("source", name).split(" ", 1)[0],
        maintainer=_person(fields.get("maintainer", "")),
        section=fields.get("section", "").rpartition("/")[2],
        priority=fields.get("priority", ""),
        architecture=fields.get("architecture", ""),
        homepage=fields.get("homepage", ""),
        size=_number(fields.get("size", ""), where),
        installed_size=_number(fields.get("installed-size", ""), where),
        summary=fields.get("description", "").partition("\n")[0],
        description_id=fields.get("description-md5", ""),
        relations=relations,
        tags=_tags(fields.get("tag", "")),
    )


def _alternatives(field: str) -> list[list[str]]:
    """ "a (>= 1), b | c:any" -> [["a"], ["b", "c"]]."""
    items = []
    for item in field.split(","):
        names = [match[0] for part in item.split("|") if (match := _NAME.match(part.strip()))]
        if names:
            items.append(names)
    return items


def _tags(field: str) -> list[str]:
    """ "a::{b,c}, d::e" -> ["a::b", "a::c", "d::e"]."""
    tags = []
    for facet, several, single in re.findall(r"([\w+.\-]+)::(?:\{([^}]*)\}|([^,\s{]+))", field):
        tags += [f"{facet}::{tag.strip()}" for tag in (several or single).split(",")]
    return tags


def _person(maintainer: str) -> str:
    """The name alone: pages need nobody's mail address."""
    name = maintainer.partition("<")[0].strip().strip('"')
    return name or maintainer.strip("<> ").partition("@")[0]


def _number(text: str, where: str) -> int:
    if not text:
        return 0
    try:
        return int(text)
    except ValueError as error:
        raise SpecError(f"{where}: expected a whole number for a size, found {text!r}") from error


def _text(file: Path) -> str:
    readers: dict[str, Callable[[Path], bytes]] = {
        ".gz": lambda path: gzip.decompress(path.read_bytes()),
        ".xz": lambda path: lzma.decompress(path.read_bytes()),
        ".bz2": lambda path: bz2.decompress(path.read_bytes()),
        ".lz4": _lz4,
    }
    try:
        data = readers.get(file.suffix, Path.read_bytes)(file)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise SpecError(f"{file} cannot be read as a package list: {error}") from error
    return data.decode("utf-8", "replace")


def _lz4(file: Path) -> bytes:
    """By apt's own reader, or the lz4 command."""
    if Path(_APT_HELPER).exists():
        command = [_APT_HELPER, "cat-file", str(file)]
    elif shutil.which("lz4"):
        command = ["lz4", "-dc", str(file)]
    else:
        raise SpecError(
            f"{file} is compressed with lz4: install apt or the lz4 command, or decompress the file"
        )
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise SpecError(f"{file} cannot be read: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


_PIECE = re.compile(r"(\D*)(\d*)")


def _version_key(
    version: str,
) -> tuple[int, list[tuple[list[int], int]], list[tuple[list[int], int]]]:
    """Versions compare as their keys do (Debian Policy 5.6.12)."""
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return int(epoch) if epoch.isdigit() else 0, _part_key(upstream), _part_key(revision)


def _part_key(part: str) -> list[tuple[list[int], int]]:
    key = [
        ([*map(_rank, letters), 0], int(digits or 0)) for letters, digits in _PIECE.findall(part)
    ]
    return key


def _rank(letter: str) -> int:
    """A tilde sorts before the end, letters after it, all else after letters."""
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256
