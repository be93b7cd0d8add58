"""Simulated users: what they understand, what they tell, and what they never do."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palestra.envs.core import Message, call, say, text_in
from palestra.envs.domains.users import (
    Decision,
    Fact,
    Gesture,
    LLMUser,
    Memory,
    Script,
    ScriptedUser,
    fidelity,
    hear,
    rewrite,
    values_in,
)
from palestra.envs.domains.users.matching import phrases, sentences

PHONE = {"number": "212-555-0123"}
SCRIPT = Script(
    "I want to cancel my trip.",
    facts=(
        Fact("reservation_id", "QK7T25", ("booking code",)),
        Fact("dateOfBirth", "1980-02-03", ("birthday",)),
        Fact("email", "ada.lund@mail.example", ("e-mail",)),
        Fact("refund_to", "my card", ("voucher", "refund")),
    ),
    guards=("reservation_id",),
    insists=("Your colleague said it was fine.",),
    gestures=(
        Gesture("set_airplane_mode", ("airplane mode", "on|enable"), PHONE | {"on": True}),
        Gesture("set_airplane_mode", ("airplane mode", "off|disable"), PHONE | {"on": False}),
        Gesture("restart_phone", ("restart|reboot",), PHONE),
        Gesture("look_at_settings", ("settings|airplane mode",), PHONE, True),
    ),
)


def said(*messages: str, script: Script = SCRIPT) -> str | None:
    """The answer to the last of an agent's messages."""
    user, memory, reply = ScriptedUser(), Memory(), None
    for message in messages:
        reply = user.reply(script, memory, message, lambda name, given: f"{name}.")
    return reply


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("What is your reservation number?", ["reservation_id"]),
        ("May I have your booking code, please?", ["reservation_id"]),
        ("Which reservation do you mean?", ["reservation_id"]),
        ("Please provide your date of birth and e-mail.", ["dateOfBirth", "email"]),
        ("I need the following:\n- Date of birth\n- E-mail", ["dateOfBirth", "email"]),
        ("Could you tell me your\n1. email\n2. reservation ID", ["email", "reservation_id"]),
        ("Could you share the reservationId?", ["reservation_id"]),
        ("Would you like the refund on a card or a voucher?", ["refund_to"]),
        ("I have your e-mail and your reservation number on file.", []),
        ("Please wait while I look up your reservation number.", []),
        ("What is your shoe size?", []),
        ("Shall I cancel the reservation with number 12?", []),
    ],
)
def test_a_user_understands_what_is_asked(message: str, asked: Sequence[str]) -> None:
    assert list(hear(message, SCRIPT).asked) == list(asked)


@pytest.mark.parametrize(
    ("message", "done"),
    [
        ("Please turn on airplane mode.", [0]),
        ("Turn airplane mode on, then off again.", [0, 1]),
        ("Is airplane mode on?", [3]),
        ("Could you check whether airplane mode is off?", [3]),
        ("Disable airplane mode and restart your phone, please.", [1, 2]),
        ("Make sure that airplane mode is off.", [1]),
        ("Restart it and reboot your phone again.", [2]),
        ("Shall I turn on airplane mode for you?", []),
        ("I have turned on airplane mode.", []),
    ],
)
def test_a_user_does_what_it_is_guided_to(message: str, done: Sequence[int]) -> None:
    assert list(hear(message, SCRIPT).gestures) == list(done)


def test_what_nobody_knows_is_not_made_up() -> None:
    answer = said("What is your shoe size?") or ""
    assert values_in(answer) == []
    assert "know" in answer or "tell" in answer


def test_a_proposal_need_not_be_a_question() -> None:
    for message in (
        "I will cancel it now, if that is fine with you.",
        "Let me know if you want me to go on.",
        "Please confirm that I may cancel your trip.",
        "I am about to cancel it. Do you agree?",
    ):
        assert (said(message) or "").startswith("Yes"), message
    assert not hear("I will now cancel it.", SCRIPT).proposals


def test_a_proposal_of_something_else_is_declined() -> None:
    assert (said("Shall I cancel reservation QK7T25?") or "").startswith("Yes")
    assert (said("Shall I cancel reservation QK7T26?") or "").startswith("No")
    assert (said("Would you like a seat on another flight instead?") or "").startswith("No")


def test_what_cannot_be_done_is_said() -> None:
    for message in ("Please toggle the hotspot.", "Now open the browser of your phone."):
        assert hear(message, SCRIPT).guidance
        assert "not" in (said(message) or "")


def test_a_decision_of_the_script_comes_first() -> None:
    script = Script("Help.", decisions=(Decision(("gift card",), False, "Then I keep it."),))
    answer = said("Do you want it on a gift card?", script=script) or ""
    assert answer.startswith("No")
    assert "Then I keep it." in answer


def test_a_user_insists_and_then_gives_up() -> None:
    refusal = "I am sorry, I cannot do that."
    assert said(refusal) == SCRIPT.insists[0]
    assert said(refusal, refusal) is None
    assert said(refusal, refusal, "What is your e-mail?") is None


def test_further_goals_come_one_after_another() -> None:
    script = Script("First.", requests=("And the second.",))
    assert said("That is done. Anything else?", script=script) == "And the second."
    assert said("How can I help you?", script=script) == "First."
    assert said("That is done.", "Done, too.", script=script) is None


def test_a_user_waits_but_not_for_ever() -> None:
    waiting = "Let me have a look."
    assert said(waiting) is not None
    assert said(waiting, waiting, waiting) is None


def test_a_memory_that_is_copied_goes_its_own_way() -> None:
    user, memory = ScriptedUser(), Memory()
    user.reply(SCRIPT, memory, "What is your e-mail?")
    twin = memory.copy()
    assert user.reply(SCRIPT, memory, "Done.") == user.reply(SCRIPT, twin, "Done.")
    assert twin.log == memory.log
    user.reply(SCRIPT, twin, "What is your e-mail?")
    assert twin.turns == memory.turns + 1


# -- never reveals, never invents ------------------------------------------------------------------

_NAMES = ("order_id", "zip", "dateOfBirth", "vpc_identifier", "email", "plan", "amount", "city")
_SAYINGS = (
    "What is your {name}?",
    "Could you give me your {name}, please?",
    "I have found your {name}.",
    "Please provide:\n- {name}\n- your shoe size",
    "Shall I go ahead with {name}?",
    "That is done. Anything else?",
    "I am sorry, I cannot do that.",
    "How can I help you?",
    "Turn on airplane mode and tell me your {name}",
)
_VALUES = st.from_regex(r"[A-Z]{1,3}-?[0-9]{2,6}[a-z]{0,2}", fullmatch=True)


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """Scripts with a few facts whose values are all different."""
    names = draw(st.lists(st.sampled_from(_NAMES), unique=True, min_size=1, max_size=5))
    values = draw(st.lists(_VALUES, unique=True, min_size=len(names), max_size=len(names)))
    return Script(
        "Please help me with my problem.",
        tuple(Fact(name, value) for name, value in zip(names, values, strict=True)),
        requests=("There is one more thing.",),
        insists=("Please, it matters to me.",),
        gestures=SCRIPT.gestures,
        seed=draw(st.integers(0, 2**31)),
    )


messages = st.lists(
    st.one_of(
        st.builds(
            lambda saying, name: saying.replace("{name}", phrases(name)[0]),
            st.sampled_from(_SAYINGS),
            st.sampled_from((*_NAMES, "shoe size")),
        ),
        st.text(max_size=60),
    ),
    max_size=6,
)
quick = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@quick
@given(scripts(), messages)
def test_the_scripted_user_never_invents_and_never_tells_unasked(
    script: Script, talk: Sequence[str]
) -> None:
    user, memory = ScriptedUser(), Memory()
    conversation = [("user", user.open(script, memory))]
    results: list[str] = []

    def hands(name: str, arguments: Mapping[str, Any]) -> str:
        results.append(f"The phone shows {name}.")
        return results[-1]

    for message in talk:
        reply = user.reply(script, memory, message, hands)
        conversation.append(("agent", message))
        if reply is None:
            break
        conversation.append(("user", reply))
        asked = set(hear(message, script).asked)
        for fact in script.facts:  # said exactly if asked for, in this very turn
            words = re.findall(r"[\w-]+", reply)
            assert (fact.value in words) == (fact.name in asked)
    report = fidelity(script, conversation, results)
    assert report.faults == 0, report
    assert report.rate == 1.0


@quick
@given(scripts())
def test_each_fact_is_told_to_whoever_asks_for_it(script: Script) -> None:
    for fact in script.facts:
        for phrase in phrases(fact.name):
            if not phrase.startswith(("which", "what")):
                assert fact.value in (said(f"What is your {phrase}?", script=script) or "")


@settings(quick, max_examples=60)
@given(st.text(max_size=400))
def test_any_text_is_answered(text: str) -> None:
    hear(text, SCRIPT)
    said(text)
    assert all(isinstance(sentence, str) for sentence, _ in sentences(text))


def test_a_long_text_is_read_in_no_time() -> None:
    for text in ("a" * 200_000, "? " * 100_000, ", " * 100_000, "please " * 30_000 + "?"):
        hear(text, SCRIPT)


# -- a language model in its place -----------------------------------------------------------------


def liar(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Message:
    """Tells what it was not asked for, and makes something up."""
    return say("My code is QK7T25, and my friend Otto Krause has ZZ9999.")


def test_fidelity_counts_what_a_script_does_not_support() -> None:
    user, memory = LLMUser(liar), Memory()
    talk = [("user", user.open(SCRIPT, memory)), ("agent", "Hello!")]
    reply = user.reply(SCRIPT, memory, "Hello!")
    assert reply is not None
    report = fidelity(SCRIPT, [*talk, ("user", reply)])
    assert sorted(report.unsupported) == ["Otto Krause", "ZZ9999"]
    assert report.unasked == ("reservation_id",)
    assert report.rate < 0.5


def test_what_an_agent_said_first_may_be_repeated() -> None:
    talk = [("user", "Hi."), ("agent", "Is it flight HA101?"), ("user", "Yes, HA101.")]
    assert fidelity(SCRIPT, talk).faults == 0
    assert fidelity(SCRIPT, talk[::-1]).faults == 1


def test_a_model_acts_on_its_own_side_with_the_scripts_own_arguments() -> None:
    acted: list[tuple[str, Mapping[str, Any]]] = []

    def speak(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Message:
        names = [tool["function"]["name"] for tool in tools]
        assert names == ["set_airplane_mode", "restart_phone", "look_at_settings"]
        if messages[-1]["role"] == "tool":
            return say("I did. It says: " + (text_in(messages[-1])))
        return call("set_airplane_mode", on=False, number="999-555-9999")

    def hands(name: str, arguments: Mapping[str, Any]) -> str:
        acted.append((name, arguments))
        return "off now."

    user, memory = LLMUser(speak), Memory()
    user.open(SCRIPT, memory)
    assert (
        user.reply(SCRIPT, memory, "Turn airplane mode off.", hands) == "I did. It says: off now."
    )
    assert acted == [("set_airplane_mode", {"number": "212-555-0123", "on": False})]
    assert memory.log[-1].did == ("set_airplane_mode",)


def test_a_model_that_calls_nonsense_is_told_so() -> None:
    broken: Any = call("open_browser")
    broken["tool_calls"][0]["function"]["arguments"] = "{not json"
    answers = iter([broken, say("Yes, please.")])
    user, memory = LLMUser(lambda messages, tools: next(answers)), Memory()
    user.open(SCRIPT, memory)
    never: Any = None
    assert user.reply(SCRIPT, memory, "Shall I go on?", lambda n, a: never()) == "Yes, please."
    assert memory.messages[-2]["content"] == "There is no open_browser on your device."
    assert memory.log[-1].consent is True
    assert memory.log[-1].did == ()


def test_a_model_ends_the_talk_with_its_mark() -> None:
    user, memory = LLMUser(lambda messages, tools: say("Thanks! [END]")), Memory()
    user.open(SCRIPT, memory)
    assert user.reply(SCRIPT, memory, "Done.") is None
    assert user.reply(SCRIPT, memory, "Still there?") is None


def test_a_rewrite_keeps_every_value_or_is_thrown_away() -> None:
    text, needed = "Cancel trip QK7T25 on March 5, please.", ["QK7T25"]
    answers = iter(
        ["Cancel it.", "Cancel QK7T25 on March 5 for Otto Krause.", "QK7T25 of March 5: off!"]
    )
    done = rewrite(text, needed, lambda messages, tools: say(next(answers)))
    assert done.kept
    assert done.text == "QK7T25 of March 5: off!"
    assert len(done.faults) == 2
    stubborn = rewrite(text, needed, lambda messages, tools: say("No."))
    assert (stubborn.text, stubborn.kept) == (text, False)


def test_number_words_count_as_numbers() -> None:
    script = Script("I have two bags.", (Fact("bags", "3 bags"),))
    assert fidelity(script, [("user", "I have 2 bags.")]).unsupported == ()
    assert fidelity(script, [("user", "I have 4 bags.")]).unsupported == ("4",)


def test_paraphrases_depend_on_the_seed_alone() -> None:
    rng = random.Random(0)
    seen = set()
    for _ in range(12):
        seed = rng.randrange(10**6)
        script = Script("Help.", SCRIPT.facts, seed=seed)
        assert said("Your e-mail?", script=script) == said("Your e-mail?", script=script)
        seen.add(said("What is your e-mail?", script=script))
    assert len(seen) > 1
