"""Keys, proxies and certificates: said in one line before anything is asked, and never shown."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from palestra.agents import InfrastructureError, resolve
from palestra.agents.chat.values import shown
from palestra.agents.network import is_loopback, proxy_used
from palestra.agents.secrets import hide, remember
from palestra.envs.core import UsageError
from palestra.evals import evaluate
from palestra.evals.doctor import ChatServer, Fault
from palestra.evals.doctor.faults import refusing
from palestra.leaderboard import episodes

KEY = "sk-proj-Zt4/9+abc=="


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ALL_PROXY", "socks5://localhost:1", "ALL_PROXY names a SOCKS proxy"),
        ("HTTPS_PROXY", "ftp://proxy", "HTTPS_PROXY is 'ftp://proxy'"),
        ("SSL_CERT_FILE", "/nope", "SSL_CERT_FILE names /nope, which does not exist"),
        ("OPENAI_API_KEY", "\u201csk-abc\u201d", "OPENAI_API_KEY holds the character"),
        ("OPENAI_API_KEY", "sk-abc def", "OPENAI_API_KEY holds the character ' '"),
        ("OPENAI_API_KEY", "  \n", "OPENAI_API_KEY is empty"),
        ("OPENAI_BASE_URL", "localhost:8000/v1", "is no address"),
    ],
)
def test_what_is_wrong_around_us_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=said) as caught:
        resolve("openai/gpt-5")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("uri", ["openai/m?", "openai/m?stream=true&", "litellm/openai/m?"])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"])
def test_a_local_server_is_asked_without_a_proxy(
    db: Path, monkeypatch: pytest.MonkeyPatch, uri: str, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    with ChatServer(lambda request: {"content": "0"}) as server:
        report = evaluate(["formal"], [f"{uri}base_url={server.url}"], tasks=2, db=db)
    assert report.rows[0].scored == 2


def test_another_server_is_asked_through_the_proxy_and_the_message_says_so(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://me:secret-word@127.0.0.1:9")
    with pytest.raises(UsageError, match="through the proxy http://") as caught:
        evaluate(["formal"], ["openai/m?base_url=http://far.invalid/v1"], tasks=1, db=db)
    assert "secret-word" not in str(caught.value)
    assert is_loopback("http://[::1]:80/v1")
    assert is_loopback("http://127.8.8.8/v1")
    assert not is_loopback("http://10.0.0.1/v1")
    monkeypatch.setenv("NO_PROXY", "*")
    assert proxy_used("http://far.invalid/v1") == ""


@pytest.mark.parametrize("key", [KEY, f"{KEY}\n", f" {KEY} "])
def test_a_key_that_a_server_repeats_is_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    told = {"message": f"bad key {KEY} or {base64.b64encode(KEY.encode()).decode()}"}
    refusal = Fault(
        "tells", "tells the key", refusing(400, body=json.dumps({"error": told}).encode())
    )
    replies: list[Any] = [{"fault": refusal}, {"content": f"0 {KEY}"}]
    db = tmp_path / "x.duckdb"
    with ChatServer(lambda request: replies.pop() if replies else {"content": "0"}) as server:
        assert server.requests == []
        agent = f"openai/m?base_url={server.url}"
        evaluate(["formal"], [agent], tasks=3, db=db, cache=tmp_path / "cache")
    assert any("[key]" in str(each.error) for each in episodes(db))
    assert any("[key]" in str(each.messages) for each in episodes(db))
    for path in (p for p in tmp_path.rglob("*") if p.is_file()):
        assert KEY.encode() not in path.read_bytes(), path
        assert base64.b64encode(KEY.encode()) not in path.read_bytes(), path


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "Bearer {}",
        "b'{}'",
        "https://x:{}@host/v1",
        "{}\n",
    ],
)
def test_every_form_of_a_key_is_hidden(form: str) -> None:
    for text in (form.format(KEY), base64.b64encode(form.format(KEY).encode()).decode()):
        if form in ("{}", "Bearer {}", "{}\n") or text == form.format(KEY):
            assert KEY not in hide(text)
            assert base64.b64encode(KEY.encode()).decode().rstrip("=")[:16] not in hide(text)
    assert KEY not in str(InfrastructureError(f"refused {KEY!r}"))
    assert hide("a word and http://localhost:8000/v1") == "a word and http://localhost:8000/v1"


@pytest.mark.parametrize("before", ["", "a", "ab", "api:", "Bearer "])
@pytest.mark.parametrize("after", ["", "!", "\n", ":x"])
def test_a_key_within_other_text_in_base64_is_hidden(before: str, after: str) -> None:
    remember(KEY)
    encoded = base64.b64encode(f"{before}{KEY}{after}".encode()).decode()
    assert len(hide(encoded)) <= len(encoded) - len(KEY)
    assert hide(KEY.replace("/", "\\/")) == "[key]"
    long = {"x": "y" * 150, "echo": KEY}
    assert KEY[:10] not in shown(long)
