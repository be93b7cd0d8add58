"""Every provider form through every agent that reaches it: each cell of the documentation's table.

The servers are as strict as the providers, and that is tested as well: an agent that does not send
back what it was given is refused, in the provider's words.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from palestra.agents import InfrastructureError, resolve
from palestra.envs.core import Message, user
from palestra.evals.doctor import DIALECTS, ChatServer, Finding, relay
from palestra.evals.doctor.dialects import Turns, dress, undress
from palestra.evals.doctor.dialects.table import render_table
from palestra.evals.doctor.finding import LASTING, environment, play_once
from palestra.evals.doctor.forms import CHECKS, _looks_up, _talk, examine_form
from palestra.evals.doctor.reach import reach_of

pytest.importorskip("openai", reason="the adapters need palestra[apis]")
pytest.importorskip("litellm", reason="litellm/... needs palestra[apis]")
REACHED = [(name, agent) for name, form in DIALECTS.items() for agent in form.agents]
WANTED = [(name, form.agents[0]) for name, form in DIALECTS.items() if form.scope]
"""Forms that want something back."""
CLOSED = [
    (n, f.agents[0]) for n, f in DIALECTS.items() if f.foreign and not f.lenient and f.parallel
]
"""Forms that refuse fields which they do not know."""
TURN: dict[str, Any] = {
    "role": "assistant",
    "content": "So.",
    "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": ""}},
    ],
}


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def filled(name: str, agent: str, server: ChatServer) -> str:
    return agent.replace("{model}", DIALECTS[name].model).replace("{url}", server.url)


@cache
def found(name: str, agent: str) -> dict[str, Finding]:
    """What the doctor finds with a form; played once for all cells."""
    form = DIALECTS[name]
    with (
        environment(form.env),
        ChatServer(relay.runner, dialect=form) as server,
        asyncio.Runner() as runner,
    ):
        uri = filled(name, agent, server)
        return {each.check: each for each in examine_form(form, uri, server, runner)}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(("name", "agent"), REACHED)
def test_each_cell(name: str, agent: str, check: str) -> None:
    cell, form = found(name, agent)[check], DIALECTS[name]
    if cell.good is None:
        lacks = {
            "streams": not agent.startswith("openai/"),
            "parallel calls": not form.parallel,
            "images": not form.images,
        }
        assert lacks.get(check), f"nothing says why {check} is left out: {cell.detail}"
    else:
        assert cell.good, cell.detail


@pytest.mark.parametrize(("name", "agent"), WANTED)
def test_an_agent_that_keeps_no_thoughts_is_found_out(name: str, agent: str) -> None:
    form = DIALECTS[name]
    with (
        environment(form.env),
        ChatServer(relay.runner, dialect=form) as server,
        asyncio.Runner() as runner,
    ):
        uri = f"{filled(name, agent, server)}&thoughts=false"
        played = play_once(runner, uri, LASTING, tasks=1)
        assert server.defects, "the server sees what is missing"
        assert {each.kind for each in server.defects} <= {"missing", "changed"}
    if form.silent or form.name in ("deepseek-litellm",):
        assert server.refused == [] or form.name == "deepseek-litellm"
        return
    assert server.refused
    assert played[0].status == "error", "as at the provider"


@pytest.mark.parametrize("name", DIALECTS)
def test_what_a_turn_carries_is_known_again_to_the_byte(name: str) -> None:
    form = DIALECTS[name]
    worn = dress(form, TURN, 0)
    assert undress(worn) == TURN, "the model sees what it said"
    talk = [user("?"), worn]
    assert list(Turns(form, talk).defects()) == []
    carried = [key for key in form.turn if worn[key] not in (None, [])]
    for key in carried:
        assert [
            d.field for d in Turns(form, [user("?"), {**worn, key: _bent(worn[key])}]).defects()
        ]
    if form.call:
        calls = [_bent(call) for call in worn["tool_calls"]]
        assert list(Turns(form, [user("?"), {**worn, "tool_calls": calls}]).defects())
    if form.before:
        bent = {**worn, "before": _bent(worn["before"])}
        assert list(Turns(form, [user("?"), bent]).defects())
    other = dress(form, TURN, 1)
    assert worn == other or list(Turns(form, [user("?"), other]).defects()), "of another turn"


def _bent(value: Any) -> Any:
    """A value with its first text that only a provider writes changed in one place."""
    if isinstance(value, str):
        return f"{value[:-1]}~" if len(value) > 8 else value
    if isinstance(value, list):
        return [_bent(each) for each in value]
    if isinstance(value, dict):
        return {k: v if k in ("type", "function", "id") else _bent(v) for k, v in value.items()}
    return value


def test_a_scope_ends_where_the_provider_says() -> None:
    bare, last = undress(TURN), {"role": "tool", "tool_call_id": "a", "content": "x"}
    talk = [user("?"), bare, last, user("And?"), bare]

    def missing(name: str) -> list[int]:
        return [d.at for d in Turns(DIALECTS[name], talk).defects() if d.kind == "missing"]

    assert sorted(set(missing("deepseek"))) == [4], "since the last user message"
    assert sorted(set(missing("kimi"))) == [1, 4], "turns with calls"
    assert sorted(set(missing("openai"))) == []
    spoke = [user("?"), {"role": "assistant", "content": "Hi."}, user("And?")]
    assert not list(Turns(DIALECTS["kimi"], spoke).defects())


@cache
def talks() -> dict[str, list[Message]]:
    """A conversation with each form, as an agent has it in the end."""
    made: dict[str, list[Message]] = {}
    for name, agent in WANTED:
        form = DIALECTS[name]
        with environment(form.env), ChatServer(_looks_up, dialect=form) as server:
            made[name] = asyncio.run(_talk(filled(name, agent, server)))
    return made


@pytest.mark.parametrize(("name", "agent"), CLOSED)
def test_nothing_of_one_provider_goes_to_another(name: str, agent: str) -> None:
    form = DIALECTS[name]
    with environment(form.env), ChatServer(lambda r: {"content": "Hm."}, dialect=form) as server:
        for source, talk in talks().items():
            if source == name:
                continue
            server.refused.clear()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("palestra.evals.doctor.checks.Turns", ForeignAlone)
                asyncio.run(_answer(filled(name, agent, server), [*talk, user("Sure?")]))
            assert server.refused == [], f"what came from {source} was refused"


class ForeignAlone(Turns):
    """Turns from elsewhere lack what a provider wants; here only what is too much counts."""

    def _lost(self, at: int, turn: int, message: Any) -> Iterator[Any]:
        return iter(())


async def _answer(uri: str, talk: list[Message]) -> None:
    agent = resolve(uri)
    try:
        await agent.act(talk, (), seed=0)
    finally:
        await agent.close()


@pytest.mark.parametrize("name", DIALECTS)
def test_a_server_refuses_fields_that_its_provider_does_not_know(name: str) -> None:
    form = DIALECTS[name]
    strange = {**dress(form, TURN, 0), "never_heard_of": 1}
    defects = [d for d in Turns(form, [user("?"), strange]).defects() if d.kind == "foreign"]
    assert [d.field for d in defects] == ["never_heard_of"]
    if form.foreign:
        body = form.foreign.filled(at=1, field="never_heard_of", found="")
        assert b"<" not in body or b"<at>" not in body


@pytest.mark.parametrize("name", [n for n, form in DIALECTS.items() if not form.seed])
def test_a_form_without_seeds_refuses_one(name: str) -> None:
    form = DIALECTS[name]
    agent = "openai/m?base_url={url}"
    if form.wire != "chat":
        pytest.skip("its agents never send one")
    with environment(form.env), ChatServer(relay.runner, dialect=form) as server:
        with pytest.raises(InfrastructureError, match="seed=false"):
            asyncio.run(_answer(agent.format(url=server.url), [user("?")]))
        asyncio.run(_answer(f"{agent.format(url=server.url)}&seed=false", [user("?")]))


def test_a_users_model_and_options_are_kept() -> None:
    def form(uri: str, name: str) -> str:
        reach = reach_of(uri)
        return reach.form(DIALECTS[name]) if reach else ""

    mine = "plan:litellm/anthropic/claude-opus-4?temperature=1&base_url=http://x"
    assert form(mine, "anthropic") == (
        "plan:litellm/anthropic/claude-opus-4?temperature=1&base_url={url}&reasoning_effort=low"
    )
    assert form(mine, "deepseek") == ""
    assert "api=responses" in form("openai/m?api=responses", "openai-responses")
    assert form("openai/m?api=responses", "openai") == ""
    assert form("vllm/m", "vllm").startswith("vllm/")
    assert form("oracle", "openai") == ""


def test_the_documentations_table_is_current() -> None:
    page = Path(__file__).parent.parent / "docs" / "agents.md"
    if not page.exists():
        pytest.skip("needs the checkout")
    marked = re.search(r"<!-- forms -->\n(.*?)<!-- /forms -->", page.read_text(), re.DOTALL)
    assert marked
    assert marked[1] == render_table(), "run `python docs/make_forms.py`"
