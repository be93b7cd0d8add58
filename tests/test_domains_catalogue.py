"""The catalogue of real operations, the importers, and the tool graph."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from palestra.envs.core import UsageError
from palestra.envs.domains.catalogue import (
    CATALOGUE,
    Api,
    from_mcp,
    from_openapi,
    read_catalogue,
    write_catalogue,
)
from palestra.envs.domains.generated.infer import infer
from palestra.envs.domains.generated.parse import parsed
from palestra.envs.domains.generated.regex import matching
from palestra.envs.domains.generated.rules import kind_of, singular, words

OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "Pet Store", "version": "2"},
    "components": {
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "petId": {"type": "string", "readOnly": True},
                    "name": {"type": "string", "maxLength": 40},
                    "status": {"type": "string", "enum": ["available", "sold"]},
                    "weight": {"type": ["number", "null"], "minimum": 0},
                },
            }
        }
    },
    "paths": {
        "/pets": {
            "get": {
                "operationId": "listPets",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "pets": {
                                            "type": "array",
                                            "items": {"$ref": "#/components/schemas/Pet"},
                                        }
                                    },
                                }
                            }
                        }
                    }
                },
            },
            "post": {
                "operationId": "createPet",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                    }
                },
                "responses": {
                    "201": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                        }
                    }
                },
            },
        },
        "/pets/{petId}": {
            "parameters": [
                {"name": "petId", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "get": {
                "operationId": "getPet",
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                        }
                    }
                },
            },
            "delete": {"operationId": "deletePet", "responses": {"204": {}}},
            "patch": {
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                    }
                },
                "responses": {"204": {}},
            },
        },
    },
}


def test_the_shipped_catalogue_holds_the_operations_of_both_packages_and_is_small() -> None:
    assert CATALOGUE.stat().st_size < 10_000_000
    apis = read_catalogue()
    assert len(apis) >= 47_900
    assert {api.source for api in apis} == {"botocore", "google"}
    assert len({api.id for api in apis}) == len(apis)
    sent = next(a for a in apis if a.service == "sqs" and a.name == "SendMessage")
    assert sent.required == ("QueueUrl", "MessageBody")
    # Facts alone: nothing in it reads like a sentence.
    some = random.Random(0).sample(apis, 500)
    assert not [n for a in some for n in a.parameters if " " in n]


def test_a_catalogue_comes_back_as_it_was_written(tmp_path: Path) -> None:
    apis = from_openapi(OPENAPI)
    write_catalogue(tmp_path / "c.xz", apis, {"pets": "2"})
    assert read_catalogue(tmp_path / "c.xz") == apis
    with pytest.raises(UsageError, match="no catalogue"):
        read_catalogue(tmp_path / "none.xz")


def test_an_openapi_document_becomes_operations_with_its_own_limits() -> None:
    apis = {api.name: api for api in from_openapi(OPENAPI)}
    assert set(apis) == {"listPets", "createPet", "getPet", "deletePet", "updatePets"}
    made = apis["createPet"]
    assert made.required == ("name",)
    assert "petId" not in made.parameters  # the server gives it
    assert made.parameters["status"]["enum"] == ["available", "sold"]
    assert made.parameters["weight"] == {"type": "number", "minimum": 0}
    assert apis["listPets"].parameters["limit"]["maximum"] == 9
    with pytest.raises(UsageError, match="no OpenAPI document"):
        from_openapi({"paths": {}})


def test_an_openapi_document_becomes_a_domain() -> None:
    plan = infer("pets", [op for api in from_openapi(OPENAPI) if (op := parsed(api))])
    assert plan is not None
    assert [table.name for table in plan.tables] == ["pet"]
    assert plan.tables[0].key == "pet_id"
    assert plan.tables[0].generated
    assert {tool.kind for tool in plan.tools} == {"list", "create", "get", "delete", "update"}


def test_a_list_of_mcp_tools_becomes_operations() -> None:
    listed = {
        "tools": [
            {
                "name": "create_note",
                "inputSchema": {
                    "properties": {"text": {"$ref": "#/$defs/T"}},
                    "required": ["text"],
                    "$defs": {"T": {"type": "string", "minLength": 1}},
                },
            },
            {"name": "list_notes", "annotations": {"readOnlyHint": True}},
        ]
    }
    first, second = from_mcp(listed, "notes")
    assert first.parameters == {"text": {"type": "string", "minLength": 1}}
    assert first.required == ("text",)
    assert second.http == "GET"
    with pytest.raises(UsageError, match="no MCP tool list"):
        from_mcp({"tools": "none"}, "x")


@pytest.mark.parametrize(
    ("name", "verb", "noun", "kind"),
    [
        ("CreateVpcEndpoint", "create", ("vpc", "endpoint"), "create"),
        ("DescribeDBInstances", "describe", ("db", "instance"), "get"),
        ("StopInstances", "stop", ("instance",), "state"),
        ("AttachVolume", "attach", ("volume",), "link"),
        ("ListPolicies", "list", ("policy",), "list"),
    ],
)
def test_a_name_says_what_an_operation_does_to_what(
    name: str, verb: str, noun: tuple[str, ...], kind: str
) -> None:
    api = Api(source="botocore", service="s", version="1", title="S", name=name, parameters={})
    read = parsed(api)
    assert read is not None
    assert (read.verb, read.noun, read.kind) == (verb, noun, kind)


def test_a_verb_without_a_rule_decides_nothing() -> None:
    assert kind_of("frobnicate") is None
    api = Api(source="botocore", service="s", version="1", title="S", name="FrobX", parameters={})
    assert parsed(api) is None


@pytest.mark.parametrize(
    ("word", "one"),
    [("policies", "policy"), ("addresses", "address"), ("boxes", "box"), ("status", "status"),
     ("ids", "id"), ("aliases", "alias"), ("class", "class"), ("branches", "branch")],
)  # fmt: skip
def test_plurals_become_singulars(word: str, one: str) -> None:
    assert singular(word) == one


def test_names_are_read_word_by_word() -> None:
    assert words("DBInstanceIds") == ("db", "instance", "ids")
    assert words("maxResults_2") == ("max", "results", "2")


@pytest.mark.parametrize(
    "pattern",
    [r"^[a-z]{3,8}-[0-9a-f]{10}$", r"^(?:arn:aws[-a-z]*:s3:::[a-z0-9.-]{3,63})$", r"^\d{12}$",
     r"^(?:ab|cd)+[^/:]*$", r"^projects/[^/]+/topics/[^/]+$"],
)  # fmt: skip
def test_texts_drawn_for_a_pattern_match_it(pattern: str) -> None:
    import re

    for seed in range(20):
        text = matching(pattern, random.Random(seed))
        assert text is not None
        assert re.search(pattern, text)


def test_similar_operations_are_joined_and_the_cosine_is_the_textbooks() -> None:
    from palestra.envs.domains.graph import similar

    def api(name: str, *names: str) -> Api:
        fields = {n: {"type": "string"} for n in names}
        return Api(source="x", service="s", version="1", title="S", name=name, parameters=fields)

    apis = [api("A", "p", "q", "r"), api("B", "p", "q"), api("C", "z"), api("D", "z", "r")]
    edges = similar(apis, threshold=0.3)
    # By hand: smoothed idf, then the cosine of each pair.
    terms = ["p", "q", "r", "z"]  # and one of the API's own, which all four have
    rows = np.array([[*(t in a.parameters for t in terms), True] for a in apis], dtype=float)
    weights = rows * (np.log((1 + 4) / (1 + rows.sum(axis=0))) + 1)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    cosine = weights @ weights.T
    wanted = [(i, j) for i in range(4) for j in range(i + 1, 4) if cosine[i, j] >= 0.3]
    assert list(zip(edges.first.tolist(), edges.second.tolist(), strict=True)) == wanted
    assert np.allclose(edges.weight, [cosine[i, j] for i, j in wanted], atol=1e-5)


def test_communities_are_the_same_each_time_and_giants_are_split() -> None:
    pytest.importorskip("igraph")
    from palestra.envs.domains.graph import Edges, communities, modularity

    pairs = [
        (a + 10 * g, b + 10 * g) for g in range(4) for a in range(10) for b in range(a + 1, 10)
    ]
    pairs += [(9, 10), (19, 20), (29, 30)]
    first, second = (np.array(side) for side in zip(*pairs, strict=True))
    edges = Edges(first, second, np.ones(len(pairs)))
    cut = communities(40, edges)
    assert cut == [list(range(10 * g, 10 * g + 10)) for g in range(4)]
    assert cut == communities(40, edges)
    assert all(len(group) <= 5 for group in communities(40, edges, largest=5))
    import networkx

    graph = networkx.Graph(pairs)
    assert modularity(40, edges, cut) == pytest.approx(
        networkx.community.modularity(graph, [set(group) for group in cut])
    )


def test_a_tool_graph_is_drawn_as_svg_that_parses() -> None:
    import xml.etree.ElementTree as ElementTree

    from palestra.envs.domains.graph import draw

    text = draw(["a<b", "c"], {"a<b": "read", "c": "write"}, [(0, 1)], "Title & more")
    root = ElementTree.fromstring(text)
    assert len([e for e in root.iter() if e.tag.endswith("circle")]) == 2
    assert text == draw(["a<b", "c"], {"a<b": "read", "c": "write"}, [(0, 1)], "Title & more")
