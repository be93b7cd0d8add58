"""Wikidata is read in every layout and refused with its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from corpora import check_links, check_statements, named, page, said

from palestra.envs.browse.corpora import SpecError
from palestra.envs.browse.world import open_corpus


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder of each test's own."""
    monkeypatch.setenv("PALESTRA_CACHE", str(tmp_path / "cache"))


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
