"""Limits of providers: in simulated time against simulated servers, and once for real."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulating import Server, play, simulate
from typer.testing import CliRunner

from palestra.agents import InfrastructureError, Reply
from palestra.agents.limits import EpisodeClock, Limits, limited, limiting, parse_rates
from palestra.agents.limits.headers import rejection_of, wait_in
from palestra.agents.limits.rates import provider_at, rate_of
from palestra.agents.limits.window import Allowance
from palestra.agents.patience import Retry
from palestra.cli import app
from palestra.envs.core import Usage, UsageError, say
from palestra.evals import EpisodeLimits, evaluate
from palestra.leaderboard import episodes


def run(episodes: int, server: dict[str, Any], **given: Any) -> Any:
    async def go() -> Any:
        return await play(Server(**server), episodes, **given)

    return simulate(go())


# What providers reject without saying so before


@pytest.mark.parametrize(
    ("server", "rejected", "seconds"),
    [
        ({"at_once": 3}, 5, 10),
        ({"at_once": 3, "seconds": 2}, 6, 90),
        ({"requests": 60, "says": True}, 12, 70),
        ({"requests": 60}, 20, 150),
        ({"requests": 20, "window": 5}, 16, 60),
        ({"requests": 20, "window": 5, "seconds": 0.5}, 16, 75),
        ({"requests": 1, "window": 1, "seconds": 0.01}, 20, 150),
    ],
    ids=str,
)
def test_a_hundred_episodes_end_without_errors(
    server: dict[str, Any], rejected: int, seconds: float
) -> None:
    done = run(100, server)
    assert done.errors == []
    assert len(done.server.when) == 100
    assert done.server.rejected <= rejected
    assert done.seconds <= seconds
    (remark,) = done.limits.remarks()
    assert f"rejected {done.server.rejected:,} of {100 + done.server.rejected:,} calls" in remark
    assert "the run settled at" in remark


def test_a_provider_that_rejects_for_ever_ends_every_episode() -> None:
    done = run(100, {"closed": True})
    assert len(done.errors) == 100
    assert done.server.rejected < 20, "one probe for all, not each for itself"
    assert 60 < done.seconds < 240, "longer than a limit of a minute lasts"
    quick = run(100, {"closed": True}, retry=Retry(attempts=2, first=0.01))
    assert len(quick.errors) == 100
    assert quick.seconds < 5, "pauses are the rule's"
    at_once = run(100, {"closed": True}, retry=Retry(attempts=1))
    assert len(at_once.errors) == 100


def test_what_was_learned_is_used_throughout() -> None:
    done = run(200, {"requests": 300, "says": True, "seconds": 0.05}, turns=10)
    assert done.errors == []
    assert done.server.rejected < 0.08 * 2000
    assert 2000 / done.seconds * 60 > 0.85 * 300
    done = run(1000, {"at_once": 50, "seconds": 10})
    assert done.errors == []
    assert done.server.rejected < 30
    assert done.seconds < 2 * 1000 / 50 * 10


def test_a_server_without_limits_is_used_in_full() -> None:
    done = run(1000, {"seconds": 1})
    assert done.server.most == 64
    assert done.server.rejected == 0
    assert done.seconds < 1.4 * 1000 / 64
    assert done.limits.remarks() == []


def test_a_small_server_is_not_drowned() -> None:
    done = run(100, {"one_by_one": True, "seconds": 5}, tokens=100)
    assert done.errors == []
    assert done.server.most <= 32
    assert done.seconds <= 505, "it is never idle"


def test_public_providers_get_calls_before_the_first_replies() -> None:
    async def go() -> tuple[int, float]:
        server, limits = Server(30), Limits(64)
        calls = (limited("openai", {}, server.call) for _ in range(64))
        with limiting(limits):
            await asyncio.gather(*calls)
        return server.most, asyncio.get_running_loop().time()

    assert simulate(go())[0] == 64
    assert simulate(go())[1] < 35


# --rpm and --tpm


@settings(max_examples=15, deadline=None)
@given(
    rpm=st.integers(10, 400),
    seconds=st.sampled_from([0.01, 0.5, 3.0]),
    concurrency=st.integers(1, 64),
)
def test_requests_in_a_minute_never_exceed_rpm(rpm: int, seconds: float, concurrency: int) -> None:
    done = run(rpm * 4, {"seconds": seconds}, concurrency=concurrency, rpm=rpm)
    assert done.errors == []
    assert done.server.busiest(60) <= rpm
    assert done.server.most <= concurrency
    possible = min(rpm, 60 * concurrency / seconds)
    reached = (rpm * 4 - 0.1 * rpm) / done.seconds * 60
    ramp = 8 * seconds * possible / 60  # slow start
    assert reached >= 0.9 * possible * (1 - min(0.5, ramp / (rpm * 4)))


@settings(max_examples=15, deadline=None)
@given(tpm=st.integers(1_000, 100_000), share=st.floats(0.002, 0.4))
def test_tokens_in_a_minute_never_exceed_tpm(tpm: int, share: float) -> None:
    tokens = max(2, int(tpm * share))
    done = run(100, {"seconds": 0.5, "tokens": 10**9}, tokens=tokens, tpm=tpm)
    assert done.errors == []
    for first, (start, _) in enumerate(done.server.when):
        within = [size for when, size in done.server.when[first:] if when < start + 60]
        assert sum(within) <= max(tpm * 1.1, tokens), "estimates are on the high side"


def test_nobody_waits_while_others_pass() -> None:
    done = run(600, {"seconds": 0.1}, rpm=600, concurrency=600)
    assert max(abs(place - number) for place, number in enumerate(done.order)) < 8


def test_estimates_learn_from_usage() -> None:
    # 100 tokens are sent as 100 characters: a first guess of 30 and 512, then 50 and 50
    done = run(500, {"seconds": 0.1}, tokens=100, tpm=10_000)
    assert len(done.server.when) / done.seconds * 60 >= 0.9 * 100


def test_a_request_beyond_tpm_is_an_error_that_says_so() -> None:
    done = run(2, {}, tokens=50_000, tpm=10_000)
    assert len(done.errors) == 2
    assert "more than the 10,000 a minute that --tpm allows" in done.errors[0]
    assert done.seconds < 1


def test_an_allowance_counts_the_last_minute() -> None:
    allowance = Allowance(100)
    assert allowance.wait(1, 0.0) == 0
    entry = allowance.take(60, 0.0)
    assert allowance.wait(50, 10.0) > 40
    allowance.settle(entry, 10, 1.0)
    assert allowance.wait(50, 10.0) < 1
    assert allowance.wait(100, 10.0) == pytest.approx(52, abs=0.1)


def test_rates_are_read_and_belong_to_providers() -> None:
    assert parse_rates("--rpm", ["500"]) == {"": 500}
    given = parse_rates("--rpm", ["openai=500", "localhost:8000=1_000", "20"])
    assert rate_of("openai", given) == 500
    assert rate_of("http://localhost:8000", given) == 1000
    assert rate_of("anthropic", given) == 20
    assert rate_of("anthropic", {"openai": 5}) is None
    for wrong in (["x"], ["0"], ["openai="], ["-3"], ["5", "6"], ["a=1", "a=2"]):
        with pytest.raises(UsageError, match="--rpm"):
            parse_rates("--rpm", wrong)
    with pytest.raises(UsageError, match="tpm is 0"):
        Limits(4, tpm=0)
    assert provider_at("https://api.openai.com/v1/") == "openai"
    assert provider_at("http://u:p@host:1/v1") == "http://host:1"


# What providers say


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"Retry-After": "Thu, 01 Jan 1970 00:18:00 GMT"}, 80),
        ({"Retry-After": "soon"}, None),
        ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "0"}, 360),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 1),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-remaining-requests": "9",
                "x-ratelimit-reset-tokens": "120ms",
                "x-ratelimit-remaining-tokens": "0",
            },
            0.12,
        ),
        ({"x-ratelimit-reset": "1010"}, 1010),
        (
            {
                "anthropic-ratelimit-requests-reset": "1970-01-01T00:17:30Z",
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "1970-01-01T00:17:00Z",
            },
            50,
        ),
        ({}, None),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "nan"}, None),
    ],
    ids=str,
)
def test_headers_say_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_in(headers, now=1000.0) == (
        None if seconds is None else pytest.approx(seconds, abs=1e-6)
    )


def test_only_limits_count_as_rejections() -> None:
    class Failed(Exception):
        def __init__(self, status: int, said: str) -> None:
            super().__init__(said)
            self.status_code, self.response = status, None

    assert rejection_of(Failed(429, "slow down"))
    assert rejection_of(Failed(529, "Overloaded"))
    assert rejection_of(Failed(503, "the engine is overloaded"))
    assert not rejection_of(Failed(503, "no such backend"))
    assert not rejection_of(Failed(500, "overloaded"))
    assert rejection_of(Failed(429, "Allocated quota exceeded [insufficient_quota]"))
    assert not rejection_of(Failed(429, "Request too large for gpt-x on tokens per min"))
    assert not rejection_of(None)


# Clocks


def test_an_episodes_clock_stands_still_while_calls_queue() -> None:
    async def call() -> Reply:
        await asyncio.sleep(1)
        return Reply(say("ok"), Usage(calls=1))

    async def episode(turns: int) -> int:
        clock, done = EpisodeClock(2.5), 0
        for _ in range(turns):
            try:
                async with clock.limit():
                    await limited("http://here", {}, call)
            except TimeoutError:
                break
            done += 1
        return done

    async def go() -> list[int]:
        with limiting(Limits(1, rpm=6)):
            return await asyncio.gather(*(episode(5) for _ in range(3)))

    assert simulate(go()) == [2, 2, 2], "two seconds of calls, minutes in the queue"


def test_one_seats_queue_stops_the_clock_of_all() -> None:
    async def go() -> float:
        clock = EpisodeClock(5)

        async def seat(queue: float, work: float) -> None:
            async with clock.limit():
                with clock.stop():
                    await asyncio.sleep(queue)
                await asyncio.sleep(work)

        await asyncio.gather(seat(10, 1), seat(0, 12))
        return clock.waited

    assert simulate(go()) == pytest.approx(10)


# A run


def test_a_run_keeps_to_its_servers_limits(db: Path) -> None:
    pytest.importorskip("openai")
    from palestra.evals.doctor import ChatServer, relay
    from palestra.evals.doctor.faults import FAULTS

    recent: list[float] = []
    busy = FAULTS["429 with Retry-After"]

    def limited_model(request: dict[str, Any]) -> Any:
        now = time.monotonic()
        recent[:] = [when for when in recent if when > now - 1]
        if len(recent) >= 40:
            return {"content": "", "fault": busy}
        recent.append(now)
        return relay.runner(request)

    with ChatServer(limited_model) as server:
        uri = f"openai/any?base_url={server.url}"
        report = evaluate([relay.ID], [uri], tasks=30, db=db)
    assert (report.rows[0].scored, report.rows[0].errors) == (30, 0)
    rejected = server.served - 30 * 5
    assert 0 < rejected < 60
    assert any("rejected" in remark for remark in report.remarks)
    assert report.tally.retries == rejected


def test_rates_reach_a_run_and_do_not_count_as_its_episodes_time(db: Path) -> None:
    pytest.importorskip("openai")
    from palestra.evals.doctor import ChatServer, relay

    seen: list[Any] = []
    with ChatServer(relay.runner) as server:
        report = evaluate(
            [relay.ID], [f"openai/any?base_url={server.url}"], tasks=4, db=db, rpm=240,
            limits=EpisodeLimits(seconds=2), watch=seen.append,
        )  # fmt: skip
    assert report.rows[0].scored == 4
    assert {each.score.outcome for each in episodes(db) if each.score} == {"success"}
    assert seen[0].held_up() == ""
    done = CliRunner().invoke(app, ["run", "browse", "-a", "oracle", "-n", "1", "--rpm", "many"])
    assert "--rpm 'many'" in str(done.exception)


def test_what_is_waited_for_is_said() -> None:
    async def call() -> Reply:
        return Reply(say("ok"), Usage(calls=1))

    async def go() -> list[str]:
        limits, said = Limits(64, rpm={"openai": 60}), []
        with limiting(limits):
            work = [asyncio.create_task(limited("openai", {}, call)) for _ in range(30)]
            await asyncio.sleep(3)
            said.append(limits.waiting())
            await asyncio.gather(*work)
            said.append(limits.waiting())
        return said

    first, last = simulate(go())
    assert first.startswith("waiting ")
    assert first.endswith(" s: openai allows 60 requests a minute")
    assert last == ""


def test_a_call_costs_little_more() -> None:
    async def call() -> Reply:
        return reply

    async def go() -> float:
        request = {"model": "m", "messages": [{"role": "user", "content": "x" * 1000}] * 20}
        with limiting(Limits(64, rpm=10**9)):
            began = time.process_time()
            for _ in range(5_000):
                await limited("openai", request, call)
            return (time.process_time() - began) / 5_000

    reply = Reply(say("ok"), Usage(calls=1))
    assert min(asyncio.run(go()) for _ in range(5)) < 30e-6


def test_cancelled_calls_leave_their_place() -> None:
    async def go() -> None:
        server = Server(1.0)
        with limiting(Limits(1)):
            tasks = [asyncio.create_task(limited("http://a", {}, server.call)) for _ in range(10)]
            await asyncio.sleep(0.5)
            for task in tasks[:9]:
                task.cancel()
            await tasks[9]
        assert asyncio.get_running_loop().time() == pytest.approx(1.5, abs=0.01)

    simulate(go())


def test_errors_pass_through() -> None:
    async def fail() -> Reply:
        raise InfrastructureError("HTTP 500: broken")

    async def go() -> None:
        with limiting(Limits(4)) as limits:
            with pytest.raises(InfrastructureError, match="broken"):
                await limited("http://a", {}, fail)
            assert limits.remarks() == []

    simulate(go())
