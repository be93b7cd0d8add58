"""Images from an environment to servers, the record and back."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import picturing
from palestra.agents import Agent, resolve
from palestra.agents.chat.parts import show_tool_images
from palestra.agents.chat.wire import to_wire
from palestra.agents.limits.tokens import characters_in
from palestra.agents.openai import OpenAIAgent
from palestra.agents.openai.responses import ResponsesAgent
from palestra.envs.core import (
    Message,
    ObservationSpace,
    Part,
    UsageError,
    calls,
    describe,
    image,
    image_facts,
    images_in,
    make,
    parts_of,
    system,
    text_in,
    tool_result,
    user,
)
from palestra.envs.core.contents import content_of
from palestra.envs.core.images import MOST_BYTES
from palestra.evals import Retry, evaluate
from palestra.evals.conformance import conformance
from palestra.evals.doctor import ChatServer
from palestra.evals.plan import plan
from palestra.leaderboard import episodes

PNG = picturing.draw(picturing.grid_of(1))
QUICK = Retry(attempts=1)
WAYS = ("openai/m?", "openai/m?stream=true&", "openai/m?api=responses&", "litellm/openai/m?")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_the_pictures_of_the_test_are_right() -> None:
    grid = picturing.grid_of(3)
    assert picturing.read(picturing.draw(grid)) == grid
    PIL = pytest.importorskip("PIL.Image")
    from io import BytesIO

    pixels = np.asarray(PIL.open(BytesIO(picturing.draw(grid))))
    assert pixels.shape == (32, 32, 3)
    assert tuple(pixels[0, 0]) == picturing.COLOURS[grid[0][0]]


def test_an_image_is_made_from_bytes_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    part = image(tmp_path / "a.png")
    assert part == image(PNG) == image(str(tmp_path / "a.png"), "image/png")
    facts = image_facts(part)
    assert (facts.media_type, facts.width, facts.height, facts.data) == ("image/png", 32, 32, PNG)
    assert describe(user(["See:", part])) == f"See:\n[image: {facts.name}]"
    assert facts.name.startswith(f"PNG, 32x32 pixels, {len(PNG)} bytes, sha256 ")
    assert text_in(user(["See:", part, "Well?"])) == "See:\nWell?"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_every_kind_is_known_by_its_bytes(kind: str) -> None:
    PIL = pytest.importorskip("PIL.Image")
    from io import BytesIO

    file = BytesIO()
    PIL.new("RGB", (17, 5)).save(file, kind)
    facts = image_facts(image(file.getvalue()))
    assert (facts.media_type, facts.width, facts.height) == (f"image/{kind.lower()}", 17, 5)


def test_what_is_no_image_is_refused_with_the_mend(tmp_path: Path) -> None:
    def url(text: str) -> Any:
        return {"type": "image_url", "image_url": {"url": text}}

    svg = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()
    odd: list[tuple[Any, str]] = [
        (url("https://example.org/a.png"), "never fetched"),
        (url(f"data:image/svg+xml;base64,{svg}"), "data: URL of image/png"),
        (url(f"data:image/png;base64,{svg}"), "its bytes are no image"),
        (url("data:image/png;base64,AAA"), "base64"),
        (url("data:image/png;base64," + "A" * (MOST_BYTES * 4 // 3 + 100)), "at most 5,000,000"),
        ({"type": "image_url", "image_url": "data:"}, "expected"),
        ({**image(PNG), "cache_control": 1}, "expected"),
    ]
    for part, why in odd:
        with pytest.raises(UsageError, match=why):
            image_facts(part)
        assert not ObservationSpace(images=True).contains((user(part),))
    with pytest.raises(UsageError, match="cannot be read"):
        image(tmp_path / "none.png")
    with pytest.raises(UsageError, match="says it is image/jpeg"):
        image(PNG, "image/jpeg")
    with pytest.raises(UsageError, match="detail"):
        image(PNG, detail="much")


def test_spaces_know_where_images_may_be() -> None:
    seen, unseen = ObservationSpace(images=True), ObservationSpace()
    shown = user(["Look.", image(PNG)])
    assert seen.contains((shown,))
    assert not unseen.contains((shown,))
    assert unseen.contains((user(["Two", "texts"]),))
    assert seen.contains((tool_result("a", "look", [image(PNG)]),))
    assert not seen.contains(({"role": "system", "content": [image(PNG)]},))
    assert not seen.contains(({"role": "user", "content": []},))
    assert seen != unseen
    seen.seed(1)
    drawn = [seen.sample() for _ in range(30)]
    assert all(map(seen.contains, drawn))
    assert any(images_in(message) for each in drawn for message in each)
    env = make("grid").unwrapped
    action: Any = {**calls(("answer", {"count": 1})), "content": [image(PNG)]}
    assert not env.action_space.contains(action), "an agent speaks text alone"


def test_tools_return_texts_images_and_everything_else() -> None:
    part = image(PNG)
    assert content_of(part) == [part]
    assert content_of(["a", part]) == [{"type": "text", "text": "a"}, part]
    assert content_of(["a", "b"]) == '["a","b"]', "a list of texts is data"
    assert content_of(["a", part, 1]) == json.dumps(["a", part, 1], separators=(",", ":"))
    assert content_of(None) == ""


def test_the_environment_passes_the_checks_that_all_pass() -> None:
    plugins = [str(Path(picturing.__file__))]
    found = conformance("grid", tasks=4, plugins=plugins)
    assert [each for each in found if each.passed is False] == []


def test_an_image_that_nobody_was_told_of_is_a_usage_error(db: Path) -> None:
    class Secret(picturing.Grid):
        """The same without a word."""

        images = False

    env = Secret()
    with pytest.raises(UsageError, match="set images = True"):
        env.reset(seed=1)
    env = Secret(opening="text")
    env.reset(seed=1, options={"task": "test/0"})
    with pytest.raises(UsageError, match="set images = True"):
        env.step(calls(("look", {"row": 1})))


def test_agents_that_read_text_only_are_refused_before_anything_is_played(db: Path) -> None:
    for uri in (
        "openai/m?base_url=http://127.0.0.1:9/v1&protocol=hermes",
        "openai/m?base_url=http://127.0.0.1:9/v1&images=false",
        "plan:openai/m?base_url=http://127.0.0.1:9/v1&images=false",
        "vllm/m?base_url=http://127.0.0.1:9/v1&protocol=hermes",
    ):
        with pytest.raises(UsageError, match="is not known to see any: choose"):
            evaluate(["grid"], [uri], tasks=1, db=db)
    assert not db.exists()
    assert len(plan(["grid"], ["oracle", "random", "vllm/m?base_url=http://127.0.0.1:9/v1"])) == 3
    assert len(plan(["guess"], ["openai/m?base_url=http://127.0.0.1:9/v1&images=false"])) == 1


def test_the_table_of_models_says_who_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("litellm")
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    assert resolve("openai/gpt-4o").sees_images()
    assert not resolve("openai/gpt-3.5-turbo").sees_images()
    assert resolve("openai/gpt-3.5-turbo?images=true").sees_images()
    assert not resolve("openai/gpt-4o?images=false").sees_images()
    assert resolve("openai/nobody-knows-it").sees_images(), "an unknown one is asked"
    assert resolve("openai/gpt-4o?images=false").uri == "openai/gpt-4o", "no part of the name"
    assert not resolve("best(n=2,by=first):openai/gpt-3.5-turbo").sees_images()
    assert not resolve("team(a=openai/gpt-4o,b=openai/gpt-3.5-turbo)").sees_images()


def test_an_image_that_reaches_an_agent_that_reads_text_only_is_no_silent_drop() -> None:
    for option in ("protocol=hermes", "images=false"):
        agent = resolve(f"openai/m?base_url=http://127.0.0.1:9/v1&{option}")
        with pytest.raises(UsageError, match="reads text only"):
            asyncio.run(agent.act([user(["See.", image(PNG)])], (), seed=1))


@pytest.mark.parametrize("way", WAYS)
def test_a_model_that_sees_plays_through_every_api(db: Path, way: str) -> None:
    if way.startswith("litellm"):
        pytest.importorskip("litellm")
    with ChatServer(picturing.seeing) as server:
        report = evaluate(["grid"], [f"{way}base_url={server.url}"], tasks=6, db=db, retry=QUICK)
    assert report.rows[0].mean == 1.0
    for each in episodes(db):
        grid = make("grid").unwrapped.tasks.task(each.task).truth["grid"]
        (opening,) = images_in(each.messages[0])
        assert picturing.read(image_facts(opening).data) == grid
        (row,) = images_in(each.messages[2])
        assert each.ledger[0].result == f"Row {each.ledger[0].arguments['row']}:\n" + (
            f"[image: {image_facts(row).name}]"
        )
    request = server.requests[-1]
    if "input" in request:
        output = next(i for i in request["input"] if i.get("type") == "function_call_output")
        assert [part["type"] for part in output["output"]] == ["input_text", "input_image"]
        return
    *_, result, shown = request["messages"]
    assert (result["role"], shown["role"]) == ("tool", "user")
    assert result["content"].endswith(":\n[image 2]")
    assert shown["content"][0] == {"type": "text", "text": "Image 2, from `look`:"}


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=20)
IMAGES = st.sampled_from([image(picturing.draw([[name]])) for name in picturing.COLOURS])
CONTENTS = st.lists(st.one_of(TEXTS, IMAGES), min_size=1, max_size=6)


class Echo:
    """A server that keeps what reaches it, and agents that ask it through each client."""

    def __init__(self, server: ChatServer) -> None:
        self.server = server
        self.loop = asyncio.Runner()
        self.chat: list[Agent] = [OpenAIAgent("m", base_url=server.url)]
        self.responses = ResponsesAgent("m", base_url=server.url)
        if find_spec("litellm"):
            self.chat.append(resolve(f"litellm/openai/m?base_url={server.url}"))

    def asked(self, agent: Agent, messages: list[Message]) -> dict[str, Any]:
        self.loop.run(agent.act(messages, (), seed=1))
        return self.server.requests[-1]


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    with ChatServer(lambda request: {"content": "Thank you."}) as server:
        echo = Echo(server)
        yield echo
        for agent in (*echo.chat, echo.responses):
            echo.loop.run(agent.close())
        echo.loop.close()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["user", "tool", "tools"]), CONTENTS), max_size=6))
def test_texts_and_images_arrive_in_order_and_complete(
    echo: Echo, turns: list[tuple[str, list[str | Part]]]
) -> None:
    messages: list[Message] = [system("Rules.")]
    meant: list[str] = ["Rules."]
    shown: list[str] = []
    for number, (role, content) in enumerate(turns):
        content = content if any(isinstance(c, dict) for c in content) else [*content, image(PNG)]
        parts = user(content)["content"]
        assert isinstance(parts, list)
        texts = [p["text"] for p in parts if "text" in p]
        urls = [p["image_url"]["url"] for p in parts if "image_url" in p]
        count = 2 if role == "tools" else 1
        meant += texts * count
        shown += urls * count
        if role == "user":
            messages.append(user(content))
            continue
        messages.append(calls(*[("look", {"row": i}) for i in range(count)]))
        messages += [tool_result(f"call_{i}", "look", parts) for i in range(count)]
        messages.append(user(f"And {number}?"))
        meant.append(f"And {number}?")
    for agent in echo.chat:
        _check_chat(echo.asked(agent, messages)["messages"], meant, shown)
    urls, texts = [], []
    for item in echo.asked(echo.responses, messages)["input"]:
        content = item.get("content", item.get("output", ""))
        parts = content if isinstance(content, list) else [{"type": "input_text", "text": content}]
        texts += [p["text"] for p in parts if p["type"] == "input_text"]
        urls += [p["image_url"] for p in parts if p["type"] == "input_image"]
    assert (urls, [text for text in texts if text]) == (shown, meant)


def _check_chat(chat: list[Any], meant: list[str], shown: list[str]) -> None:
    for before, after in pairwise(chat):
        if after["role"] == "tool":
            assert before["role"] in ("assistant", "tool"), "results follow their calls at once"
    urls, texts = [], []
    for message in chat:
        content = message.get("content")
        if not isinstance(content, list):
            texts.append(content or "")
            continue
        assert message["role"] == "user", "OpenAI takes images in user messages alone"
        texts += [p["text"] for p in content if p["type"] == "text"]
        urls += [p["image_url"]["url"] for p in content if p["type"] == "image_url"]
    assert urls == shown
    _in_order(meant, "\n".join(texts))


def _in_order(texts: list[str], whole: str) -> None:
    at = 0
    for text in texts:
        at = whole.index(text, at) + len(text)


def test_what_was_sent_stays_as_it_was_when_the_conversation_grows() -> None:
    messages: list[Message] = [user(["See.", image(PNG)])]
    before: list[Message] = []
    for turn in range(3):
        messages.append(calls(("look", {"row": turn})))
        messages.append(tool_result("call_0", "look", parts_of([image(PNG), f"Row {turn}."])))
        sent = list(show_tool_images(messages))
        assert sent[: len(before)] == before
        before = sent
    assert text_in(before[-1]) == "Image 4, from `look`:"
    plain: list[Message] = [system("a"), user("b")]
    assert show_tool_images(plain) is plain


@pytest.mark.parametrize("model", ["anthropic/claude-sonnet-4-5", "gemini/gemini-2.5-flash"])
def test_other_providers_get_every_image_through_litellm(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("litellm")
    from litellm.types.utils import CallTypes
    from litellm.utils import return_raw_request

    for name in ("ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "test")
    part = image(PNG)
    messages: list[Message] = [
        user(["Q", part]),
        calls(("look", {"row": 1}), ("look", {"row": 2})),
        tool_result("call_0", "look", parts_of(["Row 1:", part])),
        tool_result("call_1", "look", parts_of([part, "Row 2."])),
    ]
    request = return_raw_request(
        CallTypes.completion, {"model": model, "messages": to_wire(messages)}
    )
    body = json.dumps(request.get("raw_request_body"))
    assert body.count(base64.b64encode(PNG).decode()) == 3
    places = [body.index(text) for text in ("[image 2]", "[image 3]", "Image 2, ", "Image 3, ")]
    assert places == sorted(places)


def test_an_image_is_no_million_tokens_to_the_limiter() -> None:
    large = {"content": [{"image_url": {"url": "data:image/png;base64," + "A" * 10**6}}]}
    assert characters_in(large) < 6_000
