"""Debian's lists become pages with their relations, or are refused with what is wrong."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import numpy as np
import pytest
from corpora import check_links, check_statements, page, said

from palestra.envs.browse.corpora import SpecError, source
from palestra.envs.browse.corpora.debian.control import _version_key
from palestra.envs.browse.retrieval import retriever
from palestra.envs.browse.world import open_corpus


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder of each test's own."""
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path / "cache"))


PACKAGES = """\
Package: alpha
Source: alpha-src (1.0-1)
Version: 1.0-2
Installed-Size: 1234
Maintainer: Jo Example <jo@mail.example>
Architecture: amd64
Depends: beta (>= 2), gamma | delta:any, mail-agent, missing, alpha
Pre-Depends: libc6
Description: does things
Homepage: https://alpha.example
Description-md5: aaa
Tag: implemented-in::{c,c++}, role::program,
 works-with::text, odd::thing, special::meta
Section: contrib/net
Priority: optional
Size: 9876

Package: beta
Version: 2.0
Maintainer: Team <team@lists.example>
Architecture: all
Provides: mail-agent (= 1), unused-virtual
Description: a second thing
Section: net
Size: 5

Package: gamma
Version: 1
Description: third
Architecture: all
"""
NEWER = """\
Package: alpha
Version: 1.0-10
Description: does newer things
Architecture: amd64
"""
TRANSLATION = """\
Package: alpha
Description-md5: aaa
Description-en: does things
 Alpha does many things, and this line
 goes on here.
 .
 It can:
  * sing
  * dance
"""


def lists(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"example_dists_main_{name}").write_text(text)
    return folder


def test_debian_packages_become_pages_with_their_relations(tmp_path: Path) -> None:
    folder = lists(tmp_path / "l", **{"Packages": PACKAGES, "i18n_Translation-en": TRANSLATION})
    corpus = open_corpus(f"debian:lists={folder}")
    facts = said(corpus)
    assert {
        ("alpha", "depends_on", "beta"), ("alpha", "depends_on", "gamma"),
        ("alpha", "depends_on", "mail-agent"), ("beta", "provides", "mail-agent"),
        ("alpha", "built_from", "alpha-src"), ("alpha", "maintained_by", "Jo Example"),
        ("alpha", "in_section", "net"), ("alpha", "installed_size", 1234), ("alpha", "size", 9876),
        ("alpha", "implemented_in", "c"), ("alpha", "implemented_in", "c++"),
        ("alpha", "tagged", "odd::thing"), ("alpha-src", "binaries", 1), ("Team", "packages", 1),
    } <= facts  # fmt: skip
    assert not {value for _, _, value in facts} & {"missing", "unused-virtual", "delta", "meta"}
    assert ("alpha", "depends_on", "alpha") not in facts
    text = page(corpus, "alpha")
    assert "Alpha does many things, and this line goes on here.\n\nIt can:\n- sing\n- dance" in text
    assert "gamma](https://debian.example/package/gamma) or delta" in text
    assert "jo@mail.example" not in text
    assert "[alpha](https://debian.example/package/alpha)" in page(corpus, "beta")
    check_statements(corpus)
    check_links(corpus)


def test_debian_works_without_long_descriptions_and_with_compressed_lists(tmp_path: Path) -> None:
    (tmp_path / "l").mkdir()
    (tmp_path / "l" / "x_Packages.gz").write_bytes(gzip.compress(PACKAGES.encode()))
    (tmp_path / "l" / "y_Packages.xz").write_bytes(lzma.compress(NEWER.encode()))
    corpus = open_corpus(f"debian:lists={tmp_path / 'l'}")
    assert ("alpha", "version", "1.0-10") in said(corpus)
    assert page(corpus, "alpha").startswith("**alpha** is a Debian package: does newer things.")


def test_changed_debian_lists_are_another_corpus(tmp_path: Path) -> None:
    folder = lists(tmp_path / "l", Packages=PACKAGES)
    debian = source("debian")
    before = debian.key(lists=str(folder))
    lists(folder, Packages=PACKAGES + "\n" + NEWER)
    assert debian.key(lists=str(folder)) != before


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.0", "1.1"), ("1.9", "1.10"), ("1.0~rc1", "1.0"), ("1.0", "1.0+b1"),
        ("1.0-1", "1.0-1.1"), ("9", "1:1"), ("1.0a", "1.0+"), ("1.0~~", "1.0~"),
        ("1.0-9", "1.0-10"), ("a", "a1"),
        ("2:9.0.1378-2", "2:9.0.1378-2+deb12u2"), ("1-1", "1.1-1"), ("1.2-1", "1.10"),
    ],
)  # fmt: skip
def test_debian_versions_compare_as_the_policy_says(older: str, newer: str) -> None:
    assert _version_key(older) < _version_key(newer)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Package: alpha\nnonsense\n", "entry 1: expected .*nonsense"),
        ("Package: ok\nVersion: 1\n\nVersion: 2\n", "entry 2: expected the fields Package"),
        ("Package: ok\nVersion: 1\nSize: big\n", "whole number.*'big'"),
    ],
)
def test_malformed_debian_lists_are_refused(tmp_path: Path, text: str, message: str) -> None:
    folder = lists(tmp_path / "l", Packages=text)
    with pytest.raises(SpecError, match=message):
        open_corpus(f"debian:lists={folder}")


def test_a_machine_without_lists_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"no Debian package lists.*update"):
        open_corpus(f"debian:lists={tmp_path}")


@pytest.mark.slow
def test_the_lists_of_this_machine_are_a_large_corpus(tmp_path: Path) -> None:
    try:
        source("debian").key(lists="")
    except SpecError as error:
        pytest.skip(str(error))
    corpus = open_corpus("debian")
    assert len(corpus) > 50_000
    packages = int(np.sum(np.asarray(corpus.entity_type) == 0))
    assert corpus.about["packages"] == packages
    titles = {corpus.title(hit.document) for hit in retriever(corpus).search("vim editor", 10)}
    assert "vim" in titles
