"""Templates that refuse a system role, demand turns, or have a place for thoughts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from palestra.agents.dialogue import Dialogue, Generated, Speaker, Template
from palestra.agents.dialogue.form import Form, find_form, fit
from palestra.agents.patience import patiently
from palestra.envs.core import Message, UsageError, call, say, system, tool_result, user

tokenizers = pytest.importorskip("tokenizers", reason="local models need palestra[local]")
transformers = pytest.importorskip("transformers", reason="local models need palestra[local]")

NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
)
BY_TURNS = (
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}{% endfor %}"
)
PLAIN = (
    "{% for m in messages %}{{ '<' + m.role + '>' + m.content | trim + '<end>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)
DROPS = PLAIN.replace("messages %}", "messages if m.role != 'system' %}", 1)
THINKS = PLAIN.replace(
    "m.content | trim",
    "('[T]' + m.reasoning_content + '[/T]' if loop.last and m.reasoning_content else '')"
    " + m.content | trim",
)
REFUSES = "{{ raise_exception('the moon is in the wrong place') }}"
SYSTEM_BY_TURNS = (
    "{% if messages[0].role == 'system' %}{% set rest = messages[1:] %}{{ '<system>' + "
    "messages[0].content + '<end>' }}{% else %}{% set rest = messages %}{% endif %}"
    + (BY_TURNS + PLAIN).replace("in messages", "in rest")
)
TOOLS = [{"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}]


def tokenizer(template: str) -> Any:
    """One id a byte, and one that ends a reply."""
    raw: Any = tokenizers.Tokenizer(tokenizers.models.BPE())
    raw.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        [""], tokenizers.trainers.BpeTrainer(special_tokens=["<end>"], initial_alphabet=alphabet)
    )
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<end>")
    made.chat_template = template
    return made


def told(template: str, protocol: str = "hermes") -> tuple[Template, Any, dict[int, str]]:
    speaks = tokenizer(template)
    return Template(speaks, protocol), speaks, {speaks.eos_token_id: "<end>"}


@pytest.mark.parametrize("jinja", [NO_SYSTEM + BY_TURNS + PLAIN, NO_SYSTEM + PLAIN, DROPS])
def test_without_a_system_role_the_instructions_open_the_first_user_message(jinja: str) -> None:
    template, speaks, _ = told(jinja)
    text = speaks.decode(template.begin([system("Be brief."), user("Which river?")], TOOLS))
    assert text.startswith("<user>Be brief.")
    assert "<tools>" in text
    assert text.endswith("\n\nWhich river?<end><assistant>")
    assert text.count("<user>") == 1
    bare = speaks.decode(template.begin([system("Be brief.")], ()))
    assert bare == "<user>Be brief.<end><assistant>"


def test_a_whole_conversation_by_turns_grows_by_what_is_new() -> None:
    template, speaks, ends = told(NO_SYSTEM + BY_TURNS + PLAIN)
    dialogue = Dialogue(template, TOOLS, ends)
    opening = [system("Be brief."), user("Which river?"), user("Hurry.")]
    prompt = dialogue.prompt(opening)
    assert speaks.decode(prompt).endswith("Which river?\n\nHurry.<end><assistant>")
    action: Message = call("search", query="river")
    said = template.reply(action, ends)
    assert template.action(template.decode(said[:-1])) == action
    dialogue.spoken(opening, prompt, said, action)
    later = [*opening, action, tool_result("call_0", "search", "The Po."), user("Well?")]
    grown = dialogue.prompt(later)
    assert grown[: len(prompt) + len(said)] == prompt + said
    added = speaks.decode(grown[len(prompt) + len(said) :])
    assert added == "<user><tool_response>\nThe Po.\n</tool_response>\n\nWell?<end><assistant>"
    again = template.begin(later, TOOLS)  # the same, rendered as a whole
    assert speaks.decode(again) == speaks.decode(grown)


def test_a_template_that_takes_a_system_message_and_then_turns() -> None:
    template, speaks, _ = told(SYSTEM_BY_TURNS)
    text = speaks.decode(template.begin([system("S"), user("A"), user("B")], ()))
    assert text == "<system>S<end><user>A\n\nB<end><assistant>"
    assert (
        speaks.decode(template.begin([system("S"), user("A"), system("T")], ())).count("<sys") > 0
    )


def test_what_a_template_takes_is_found_by_rendering() -> None:
    def form(jinja: str) -> Form:
        speaks = tokenizer(jinja)
        return find_form(lambda m: speaks.apply_chat_template(list(m), tokenize=False))

    assert form(PLAIN) == Form(True, True, False)
    assert form(DROPS) == Form(False, True, False)
    assert form(NO_SYSTEM + BY_TURNS + PLAIN) == Form(False, False, False)
    assert form(SYSTEM_BY_TURNS) == Form(True, False, False)
    assert form(THINKS) == Form(True, True, True)
    assert form(REFUSES) == Form()


def test_a_system_message_in_the_middle_becomes_a_user_message() -> None:
    messages: list[Any] = [user("A"), say("B"), system("C"), user("D")]
    assert fit(messages, Form(system=False)) == [user("A"), say("B"), user("C"), user("D")]
    assert fit(messages, Form(system=False, neighbours=False)) == [
        user("A"), say("B"), user("C\n\nD"),
    ]  # fmt: skip
    parts: list[Any] = [{"type": "image_url", "image_url": {"url": "data:,"}}]
    pictured: list[Any] = [system("S"), {"role": "user", "content": parts}]
    (joined,) = fit(pictured, Form(system=False))
    assert joined["content"] == [{"type": "text", "text": "S"}, *parts]


def test_a_template_that_refuses_for_another_reason_says_so() -> None:
    class Voice:
        uri, context, max_tokens = "hf/moon", 100, 10

        def __init__(self) -> None:
            self.template, self.tokenizer, self.ends = told(REFUSES)

    with pytest.raises(UsageError, match="chat template refuses: the moon is in the wrong place"):
        asyncio.run(Speaker(Voice()).act([user("Q")], (), seed=0))  # type: ignore[arg-type]


@pytest.mark.parametrize("thoughts", ["thoughts", "reasoning_content"])
def test_thoughts_are_written_as_the_template_writes_them_or_in_tags(thoughts: str) -> None:
    message: Any = {"role": "assistant", "content": "The Po.", thoughts: "North?"}
    template, speaks, ends = told(THINKS)
    assert speaks.decode(template.reply(message, ends)) == "[T]North?[/T]The Po.<end>"
    template, speaks, ends = told(NO_SYSTEM + BY_TURNS + PLAIN)
    shown = speaks.decode(template.reply(message, ends))
    assert shown == "<think>\nNorth?\n</think>\n\nThe Po.<end>"


def test_a_model_that_thinks_aloud_goes_on_from_its_own_ids() -> None:
    class Voice:
        uri, context, max_tokens = "hf/thinker", 4000, 100

        def __init__(self) -> None:
            self.template, self.tokenizer, ends = told(PLAIN)
            self.ends: Mapping[int, str] = ends

        async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
            ids = [*self.tokenizer("<think>\nNorth?\n</think>\n\nThe Po.")["input_ids"], 0]
            ids[-1] = next(iter(self.ends))
            return Generated(ids, [0.0] * len(ids), "stop")

    player = Speaker(Voice())
    messages: list[Message] = [user("Which river?")]
    past: list[int] = []
    for _ in range(3):
        reply = asyncio.run(_patient(player, messages))
        assert reply.tokens is not None
        assert reply.tokens.prompt[: len(past)] == past
        past = reply.tokens.prompt + reply.tokens.sampled
        assert (reply.message["content"], reply.message.get("thoughts")) == ("The Po.", "North?")
        messages += [reply.message, user("Sure?")]


async def _patient(player: Speaker, messages: list[Message]) -> Any:
    return await patiently(lambda: player.act(messages, (), seed=0))
