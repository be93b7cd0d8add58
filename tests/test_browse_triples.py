"""Triples and Turtle become entities, names and facts, or are refused with their line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from corpora import check_links, check_statements, named, page, said

from palestra.envs.browse.corpora import SOURCES, SpecError, source
from palestra.envs.browse.corpora.knowledge.words import phrases, words_of
from palestra.envs.browse.corpus import Corpus, Kind
from palestra.envs.browse.world import open_corpus


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder of each test's own."""
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path / "cache"))


def test_every_source_says_which_options_it_has() -> None:
    for name in SOURCES:
        assert isinstance(source(name).options, dict)


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
