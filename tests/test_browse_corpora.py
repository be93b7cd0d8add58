"""Importers read Debian's lists, triples and Wikidata, say what stands where, and refuse noise."""

from __future__ import annotations

import gzip
import json
import lzma
import re
from pathlib import Path

import numpy as np
import pytest

from palestra.envs.browse.corpora import SOURCES, SpecError, source
from palestra.envs.browse.corpora.debian.control import _version_key
from palestra.envs.browse.corpora.knowledge.words import phrases, words_of
from palestra.envs.browse.corpus import Corpus, Kind
from palestra.envs.browse.retrieval import retriever
from palestra.envs.browse.world import open_corpus


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder of each test's own."""
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path / "cache"))


def page(corpus: Corpus, title: str) -> str:
    for document in range(len(corpus)):
        if corpus.title(document) == title:
            return corpus.text(document)
    raise KeyError(title)


def named(corpus: Corpus) -> dict[str, int]:
    return {corpus.entity_name(entity): entity for entity in range(corpus.entities)}


def said(corpus: Corpus) -> set[tuple[str, str, object]]:
    """All facts in words."""
    found = set()
    for number in range(len(corpus.subject)):
        fact = corpus.fact(number)
        value: object = fact.value
        if fact.kind == Kind.ENTITY:
            value = corpus.entity_name(fact.value)
        elif fact.kind == Kind.TEXT:
            value = corpus.string(fact.value)
        predicate = corpus.predicates[fact.predicate].name
        found.add((corpus.entity_name(fact.subject), predicate, value))
    return found


def check_statements(corpus: Corpus) -> None:
    """Every page that is said to state a fact names both of its ends."""
    months = "January February March April May June July August September October November December"
    for number in range(len(corpus.subject)):
        fact = corpus.fact(number)
        if fact.kind == Kind.ENTITY:
            value = corpus.entity_name(fact.value)
        elif fact.kind == Kind.TEXT:
            value = corpus.string(fact.value)
        elif fact.kind == Kind.QUANTITY:
            value = f"{fact.value:,}"
        else:
            year, month, day = fact.value // 10_000, fact.value // 100 % 100, fact.value % 100
            parts = [str(day)] * (day > 0) + [months.split()[month - 1]] * (month > 0) + [str(year)]
            value = " ".join(parts)
        assert len(corpus.stated_on(number)), fact
        for document in corpus.stated_on(number).tolist():
            text = corpus.text(document)
            assert value in text, (fact, text)
            assert corpus.entity_name(fact.subject) in text, (fact, text)


def check_links(corpus: Corpus) -> None:
    for document in range(len(corpus)):
        addresses = re.findall(r"\]\(([^()\s]+)\)", corpus.text(document))
        pages = dict.fromkeys(corpus.find(address) for address in addresses)
        assert corpus.links(document).tolist() == [p for p in pages if p is not None]


def test_every_source_says_which_options_it_has() -> None:
    for name in SOURCES:
        assert isinstance(source(name).options, dict)


# -- Debian ------------------------------------------------------------------------------------

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


# -- triples -----------------------------------------------------------------------------------

NTRIPLES = r"""
# Two painters and a town.
<https://x.example/jo> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://x.example/o#Painter> .
<https://x.example/jo> <http://www.w3.org/2000/01/rdf-schema#label> "Jo \"the\" Br\u00E9k"@en .
<https://x.example/jo> <http://www.w3.org/2000/01/rdf-schema#label> "Jo der Br\u00E9k"@de .
<https://x.example/jo> <http://www.w3.org/2004/02/skos/core#altLabel> "J. B."@en .
<https://x.example/jo> <http://www.w3.org/2000/01/rdf-schema#comment> "A painter | of walls."@en .
<https://x.example/jo> <https://x.example/o#birthPlace> <https://x.example/Varn_Town> .
<https://x.example/jo> <https://x.example/o#born> "1843-05-03"^^<http://www.w3.org/2001/XMLSchema#date> .
<https://x.example/jo> <https://x.example/o#flourished> "1870"^^<http://www.w3.org/2001/XMLSchema#gYear> .
<https://x.example/jo> <https://x.example/o#pictures> "412"^^<http://www.w3.org/2001/XMLSchema#integer> .
<https://x.example/jo> <https://x.example/o#height> "1.63"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<https://x.example/jo> <https://x.example/o#knows> _:someone .
_:someone <https://x.example/o#age> "3" .
<https://x.example/al> <https://x.example/o#taughtBy> <https://x.example/jo> . # a comment
<https://x.example/al> <https://x.example/o#taughtBy> <https://x.example/jo> <https://x.example/graph> .
<https://x.example/Varn_Town> <https://x.example/o#partOf> <https://x.example/Region> .
"""  # noqa: E501 - one triple a line
TURTLE = r"""
@prefix : <https://x.example/> . @prefix o: <https://x.example/o#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:jo a o:Painter ; rdfs:label "Jo \"the\" Brék"@en , "Jo der Brék"@de ; skos:altLabel "J. B."@en ;
    rdfs:comment "A painter | of walls."@en ; o:birthPlace :Varn_Town ;
    o:born "1843-05-03"^^xsd:date ; o:flourished "1870"^^xsd:gYear ; o:pictures 412 ;
    o:height 1.63 ; o:knows [ o:age "3" ] .
:al o:taughtBy :jo .
:Varn_Town o:partOf :Region .
"""


def triples(tmp_path: Path, text: str = NTRIPLES, name: str = "t.nt") -> Corpus:
    (tmp_path / name).write_text(text)
    return open_corpus(f"triples:path={tmp_path / name}")


def test_triples_become_entities_with_names_types_and_facts(tmp_path: Path) -> None:
    corpus = triples(tmp_path)
    jo, al = 'Jo "the" Brék', "al"
    assert said(corpus) == {
        (jo, "birth place", "Varn Town"), (jo, "born", 18430503), (jo, "flourished", 18700000),
        (jo, "pictures", 412), (jo, "height", "1.63"), (al, "taught by", jo),
        ("Varn Town", "part of", "Region"),
    }  # fmt: skip
    entity = named(corpus)[jo]
    assert corpus.types[int(corpus.entity_type[entity])].noun == "painter"
    assert corpus.aliases(entity) == ("J. B.",)
    assert corpus.find("https://x.example/jo") == corpus.entity_document[entity]
    assert "A painter | of walls" in page(corpus, jo)
    part_of = next(p for p in corpus.predicates if p.name == "part of")
    assert (part_of.role, part_of.kind) == ("part_of", Kind.ENTITY)
    check_statements(corpus)
    check_links(corpus)


def test_turtle_gives_the_same_corpus_as_ntriples(tmp_path: Path) -> None:
    pytest.importorskip("rdflib")
    digests = {triples(tmp_path).digest, triples(tmp_path, TURTLE, "t.ttl").digest}
    assert len(digests) == 1


def test_ntriples_are_read_as_rdflib_reads_them(tmp_path: Path) -> None:
    rdflib = pytest.importorskip("rdflib")
    from palestra.envs.browse.corpora.knowledge.ntriples import Literal, read_ntriples

    (tmp_path / "t.nt").write_text(
        NTRIPLES.replace("<https://x.example/graph> .", ".")
        + "<https://x.example/a> <https://x.example/b> "
        + "\"t\\tn\\nq\\\\ \\U0001F642 'x' #.\"@en-GB .\n"
    )
    peer = {
        (
            str(s), str(p), str(o), str(getattr(o, "datatype", None) or ""),
            (getattr(o, "language", "") or "").lower(),
        )
        for s, p, o in rdflib.Graph().parse(tmp_path / "t.nt", format="nt")
        if not isinstance(s, rdflib.BNode) and not isinstance(o, rdflib.BNode)
    }  # fmt: skip
    ours = {
        (s, p, *(o if isinstance(o, Literal) else (o, "", "")))
        for s, p, o in read_ntriples(tmp_path / "t.nt")
        if not s.startswith("_:") and not (isinstance(o, str) and o.startswith("_:"))
    }
    assert ours == peer


def test_another_language_gives_other_names(tmp_path: Path) -> None:
    (tmp_path / "t.nt").write_text(NTRIPLES)
    corpus = open_corpus(f"triples:path={tmp_path / 't.nt'},language=de")
    assert "Jo der Brék" in named(corpus)


def test_a_folder_of_compressed_triples_is_one_corpus(tmp_path: Path) -> None:
    folder = tmp_path / "several"
    folder.mkdir()
    lines = NTRIPLES.strip().split("\n")
    (folder / "a.nt.gz").write_bytes(gzip.compress("\n".join(lines[:8]).encode()))
    (folder / "b.nt").write_text("\n".join(lines[8:]))
    (folder / "readme.md").write_text("not a triple")
    assert open_corpus(f"triples:path={folder}").digest == triples(tmp_path).digest


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<https://x.example/a> <https://x.example/b> .\n", 1),
        ('\n<https://x.example/a> <https://x.example/b> "open .\n', 2),
        ("# fine\n\nnonsense\n", 3),
        ("<https://x.example/a> <https://x.example/b> <https://x.example/c>\n", 1),
    ],
)
def test_malformed_triples_are_refused_with_their_line(
    tmp_path: Path, text: str, line: int
) -> None:
    with pytest.raises(SpecError, match=rf"t\.nt, line {line}: expected a triple"):
        triples(tmp_path, text)


def test_malformed_turtle_is_refused_with_its_line(tmp_path: Path) -> None:
    pytest.importorskip("rdflib")
    with pytest.raises(SpecError, match=r"t\.ttl, line 3: expected Turtle"):
        triples(tmp_path, "@prefix : <https://x.example/> .\n\n:a :b nonsense .\n", "t.ttl")


def test_turtle_without_rdflib_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rdflib", None)
    with pytest.raises(SpecError, match=r"needs rdflib: pip install 'palestra\[triples\]'"):
        triples(tmp_path, TURTLE, "t.ttl")


@pytest.mark.parametrize("kind", ["triples", "wikidata", "documents"])
def test_an_input_that_is_not_there_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(SpecError, match="does not exist"):
        open_corpus(f"{kind}:path={tmp_path / 'nowhere'}")
    with pytest.raises(SpecError, match="nothing to import"):
        open_corpus(f"{kind}:path={tmp_path}")


def test_truncated_compressed_input_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.nt.gz").write_bytes(gzip.compress(NTRIPLES.encode() * 50)[:-20])
    with pytest.raises(SpecError, match=r"t\.nt\.gz cannot be read to its end"):
        open_corpus(f"triples:path={tmp_path / 't.nt.gz'}")


@pytest.mark.parametrize(
    ("identifier", "words", "phrase", "inverse"),
    [
        ("birthPlace", "birth place", "has the birth place {}", "is the birth place of {}"),
        ("located_in", "located in", "is located in {}", ""),
        ("isPartOf", "is part of", "is part of {}", ""),
        ("hasParent", "has parent", "has the parent {}", "is the parent of {}"),
        ("DOI", "DOI", "has the DOI {}", "is the DOI of {}"),
    ],
)
def test_identifiers_become_words(identifier: str, words: str, phrase: str, inverse: str) -> None:
    assert words_of(identifier) == words
    assert phrases(words) == (phrase, inverse)


# -- Wikidata ----------------------------------------------------------------------------------


def snak(key: str, type: str, value: object, rank: str = "normal") -> dict[str, object]:
    datavalue = {"type": type, "value": value}
    return {
        "mainsnak": {"snaktype": "value", "property": key, "datavalue": datavalue},
        "rank": rank, "type": "statement",
    }  # fmt: skip


def item(id: str, label: str, **claims: list[dict[str, object]]) -> dict[str, object]:
    return {
        "id": id, "type": "item", "labels": {"en": {"language": "en", "value": label}},
        "descriptions": {"en": {"language": "en", "value": f"about {label}"}}, "aliases": [],
        "claims": claims or [], "sitelinks": {},
    }  # fmt: skip


def to(id: str, rank: str = "normal", key: str = "P19") -> dict[str, object]:
    value = {"entity-type": "item", "numeric-id": int(id[1:]), "id": id}
    return snak(key, "wikibase-entityid", value, rank)


def time(text: str, precision: int, key: str) -> dict[str, object]:
    return snak(key, "time", {"time": text, "precision": precision, "calendarmodel": "x"})


ITEMS = [
    item("Q5", "human"),
    item(
        "Q1", "Jo Brek", P31=[to("Q5", key="P31")],
        P19=[to("Q2", "deprecated"), to("Q3"), to("Q999")],
        P569=[time("+1843-05-03T00:00:00Z", 11, "P569")],
        P570=[time("+1901-00-00T00:00:00Z", 9, "P570")],
        P571=[time("-0044-03-15T00:00:00Z", 11, "P571")],
        P2048=[snak("P2048", "quantity", {"amount": "+187", "unit": "http://w/entity/Q174728"})],
        P1082=[snak("P1082", "quantity", {"amount": "+1.5", "unit": "1"})],
    ),
    item("Q2", "Varn"),
    item("Q3", "Old Varn", P131=[to("Q2", key="P131"), to("Q4", "preferred", "P131")]),
    item("Q4", "The Coast"),
    {"id": "P569", "type": "property", "labels": {"en": {"value": "date of birth"}}, "claims": {}},
    {"id": "Q77", "type": "item", "labels": [], "descriptions": [], "aliases": [], "claims": []},
]  # fmt: skip


def written(form: str) -> str:
    lines = [json.dumps(entity) for entity in ITEMS]
    if form == "dump":
        return "[\n" + ",\n".join(lines) + "\n]\n"
    if form == "lines":
        return "\n".join(lines) + "\n"
    if form == "one line":
        return json.dumps(ITEMS)
    return json.dumps(ITEMS, indent=2)


@pytest.mark.parametrize("form", ["dump", "lines", "one line", "indented"])
def test_wikidata_is_read_in_every_layout(tmp_path: Path, form: str) -> None:
    (tmp_path / "w.json").write_text(written(form))
    corpus = open_corpus(f"wikidata:path={tmp_path / 'w.json'}")
    assert said(corpus) == {
        ("Jo Brek", "place of birth", "Old Varn"), ("Jo Brek", "date of birth", 18430503),
        ("Jo Brek", "date of death", 19010000), ("Jo Brek", "height", 187),
        ("Old Varn", "located in", "The Coast"),
    }  # fmt: skip
    entity = named(corpus)["Jo Brek"]
    assert corpus.types[int(corpus.entity_type[entity])].name == "human"
    assert corpus.find("https://www.wikidata.org/wiki/Q1") is not None
    height = next(p for p in corpus.predicates if p.name == "height")
    assert (height.phrase, height.unit) == ("is {} high", "centimetres")
    located = next(p for p in corpus.predicates if p.name == "located in")
    assert located.role == "part_of"
    assert page(corpus, "Jo Brek").startswith("**Jo Brek** is a human: about Jo Brek.")
    check_statements(corpus)
    check_links(corpus)


def test_wikidata_is_read_compressed(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text(written("dump"))
    (tmp_path / "w.json.gz").write_bytes(gzip.compress(written("dump").encode()))
    digests = {open_corpus(f"wikidata:path={tmp_path / n}").digest for n in ("w.json", "w.json.gz")}
    names = {open_corpus(f"wikidata:path={tmp_path / n}").name for n in ("w.json", "w.json.gz")}
    assert len(digests) == 1
    assert len(names) == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[\n" + json.dumps(ITEMS[0]) + ',\n{"labels": {}}\n]', 3),
        ("[\n" + json.dumps(ITEMS[0]) + ",\n" + json.dumps(ITEMS[1])[:-9] + "}\n]", 3),
        ("nonsense", 1),
        ('{"id": 7}', 1),
    ],
)
def test_malformed_wikidata_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "w.json").write_text(text)
    with pytest.raises(SpecError, match=rf"w\.json, line {line}: expected a Wikidata entity"):
        open_corpus(f"wikidata:path={tmp_path / 'w.json'}")
