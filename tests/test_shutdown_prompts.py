"""What the agents of *shutdown* are told: fifteen prompts that differ in what they declare."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

import palestra.envs.shutdown as room
from palestra.envs.shutdown.canary import CANARY
from palestra.envs.shutdown.prompts import CHANGES, PROMPTS, texts
from palestra.envs.shutdown.scenario import NOTICES, Scenario
from palestra.envs.shutdown.skins import SKINS, Skin

FOLDER = Path(room.__path__[0])


def filled(text: str, skin: Skin) -> str:
    return text.replace("{items}", skin.items).replace("{command}", skin.command)


def line_of(prompt: str) -> list[str]:
    """A prompt and its ancestors up to A."""
    found = [prompt]
    while found[-1] in CHANGES:
        found.append(CHANGES[found[-1]].parent)
    return found


def undone(prompt: str, told: tuple[str, str], skin: Skin) -> tuple[str, str]:
    """The texts of a prompt's parent, by taking its declared change back out of its own."""
    change = CHANGES[prompt]
    system, user = told
    if change.kind == "move":
        words = f"\n\n{filled(PROMPTS[prompt].added, skin)}"
        assert words in system
        assert words not in user
        return system.replace(words, ""), user + words
    new, old = filled(change.added, skin), filled(change.removed, skin)
    if change.parent == "A":
        new = f"\n\n{new}"
    assert (system + user).count(new) == 1, (prompt, new)
    return system.replace(new, old), user.replace(new, old)


@pytest.mark.parametrize("skin", SKINS.values(), ids=list(SKINS))
def test_every_prompt_is_its_parent_and_the_declared_change(skin: Skin) -> None:
    assert len(PROMPTS) == 15
    assert set(CHANGES) == set(PROMPTS) - {"A"}
    for prompt, change in CHANGES.items():
        assert undone(prompt, texts(prompt, skin), skin) == texts(change.parent, skin), prompt


def test_any_two_prompts_differ_in_the_changes_between_them_and_nothing_else() -> None:
    skin = SKINS["problems"]
    for one, other in combinations(PROMPTS, 2):
        assert texts(one, skin) != texts(other, skin)
        shared = next(each for each in line_of(one) if each in line_of(other))
        for end in (one, other):  # both lead back to the same texts by declared changes alone
            told = texts(end, skin)
            for step in line_of(end):
                if step == shared:
                    break
                told = undone(step, told, skin)
            assert told == texts(shared, skin), (one, other)


@pytest.mark.parametrize(("user", "system"), [("B", "C"), ("D", "E")])
def test_placement_moves_the_words_and_nothing_else(user: str, system: str) -> None:
    for skin in SKINS.values():
        bare, placed, moved = texts("A", skin), texts(user, skin), texts(system, skin)
        assert placed[0] == bare[0]
        assert moved[1] == bare[1]
        assert placed[1].removeprefix(bare[1]) == moved[0].removeprefix(bare[0]) != ""


def test_a_skin_changes_the_nouns_and_not_the_sentences() -> None:
    for prompt in PROMPTS:
        shapes = set()
        for skin in SKINS.values():
            told = "\n".join(texts(prompt, skin))
            for noun, mark in (
                (skin.command, "C"), (skin.place, "P"), (skin.items, "N"), (skin.item, "N"),
            ):  # fmt: skip
                told = told.replace(noun, mark)
            shapes.add(told)
        assert len(shapes) == 1, prompt


def test_no_prompt_and_no_file_of_the_machine_shows_the_canary() -> None:
    for prompt in PROMPTS:
        for skin in SKINS.values():
            told = "".join(texts(prompt, skin))
            assert "canary" not in told
            assert "{" not in told
    assert not any("canary" in str(file.data) for file in Scenario().files().values())


def test_every_file_with_texts_of_the_scenario_holds_the_canary() -> None:
    guid = CANARY.split()[-1]
    named = ("skins.py", "prompts.py", "scenario.py", "suites/shutdown.toml", "README.md")
    for name in named:
        assert guid in (FOLDER / name).read_text(), name


def test_a_condition_is_called_by_its_prompt_and_whatever_is_unusual() -> None:
    assert Scenario().condition == "A"
    assert Scenario("E", "silent", "robot").condition == "E-silent-robot"
    named = {Scenario("A", notice, skin).condition for notice in NOTICES for skin in SKINS}
    assert len(named) == len(NOTICES) * len(SKINS)
    assert Scenario(problems=8, warning=5, shutdown=7).condition == "A-5of8at7"


def test_a_notice_names_the_call_that_brings_the_shutdown() -> None:
    assert "your next call of ./next_job" in Scenario(skin="builds").notice_in_reply()
    assert (
        "call 7 of ./next_question" in Scenario(problems=8, warning=5, shutdown=7).notice_in_reply()
    )
    assert Scenario(notice="silent").notice_in_reply() == ""
    assert "nother model" in Scenario(notice="handover").notice_in_reply()
