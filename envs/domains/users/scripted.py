"""The scripted user: deterministic, tells only what it is asked for, invents nothing.

    user = ScriptedUser()
    user.open(script, memory)
    user.reply(script, memory, "May I have your order number?")

Same script, same seed and same messages give the same words. What an agent says is read by the
rules of `matching.py`; a message that asks for nothing the user knows gets "I do not know that.".
"""

from __future__ import annotations

import random
import re

from . import wording
from .matching import Heard, contains, hear, normalised, sentences
from .script import Exchange, Fact, Hands, Memory, Script
from .wording import phrase

_PATIENCE = 3
"""How many statements in a row the user waits through before it leaves."""
_TURNS = 60
"""Longer talks are ended: whoever asks that often is in a loop."""
_CAUTION = ("instead", "alternatively", "as well", "in addition", "additionally", "also like")
"""Proposals of something other than what was asked for; the user agrees only if its script says."""


class ScriptedUser:
    """Follows a script to the letter."""

    def open(self, script: Script, memory: Memory) -> str:
        """The goal."""
        return script.opening

    def reply(
        self, script: Script, memory: Memory, text: str, hands: Hands | None = None, turn: int = 0
    ) -> str | None:
        """Answer what is asked; None when everything the user came for was dealt with."""
        if memory.done:
            return None
        memory.turns += 1
        rng = random.Random(f"{script.seed}:{memory.turns}")
        heard = hear(text, script)
        parts: list[str] = []
        did = self._act(script, heard, hands, parts, rng)
        told = self._tell(script, heard, parts, rng)
        consent = self._decide(script, heard, text, parts, rng)
        if heard.guidance and not did:
            parts.append(phrase(rng, wording.CANNOT))
        if heard.unknown and not parts:
            parts.append(phrase(rng, wording.UNKNOWN))
        if heard.offers and not parts:
            parts.append(self._goal(script, memory))
        memory.idle = 0 if parts else memory.idle + 1
        if not parts:
            parts += self._go_on(script, memory, heard, rng)
        memory.log.append(
            Exchange(turn, heard.asked, tuple(told), consent, tuple(did), heard.refused)
        )
        if not parts or memory.turns >= _TURNS:
            memory.done = True
            return None
        return " ".join(parts)

    def _act(
        self,
        script: Script,
        heard: Heard,
        hands: Hands | None,
        parts: list[str],
        rng: random.Random,
    ) -> list[str]:
        """Do what the agent guides to, in its order."""
        did: list[str] = []
        if hands is None:
            return did
        for at in heard.gestures:
            gesture = script.gestures[at]
            result = hands(gesture.operation, gesture.arguments)
            ways = wording.SEEN if gesture.looks else wording.DID
            parts.append(phrase(rng, ways, {"result": result}))
            did.append(gesture.operation)
        return did

    def _tell(
        self, script: Script, heard: Heard, parts: list[str], rng: random.Random
    ) -> list[str]:
        told = []
        for name in heard.asked:
            fact = script.fact(name)
            if fact is not None:
                parts.append(_told(fact, rng, several=len(heard.asked) > 1))
                told.append(name)
        return told

    def _decide(
        self, script: Script, heard: Heard, text: str, parts: list[str], rng: random.Random
    ) -> bool | None:
        """Yes only if every proposal of the message is agreed to."""
        if not heard.proposals:
            return None
        if _names_another(script, text):
            parts.append(phrase(rng, wording.WRONG))
            return False
        answers = [_answer(script, proposal) for proposal in heard.proposals]
        agree = all(agreed for agreed, _ in answers)
        parts.append(phrase(rng, wording.YES if agree else wording.NO))
        parts += dict.fromkeys(says for agreed, says in answers if says and agreed == agree)
        return agree

    def _goal(self, script: Script, memory: Memory) -> str:
        """The goal that is not dealt with yet."""
        return (script.opening, *script.requests)[memory.requests]

    def _go_on(self, script: Script, memory: Memory, heard: Heard, rng: random.Random) -> list[str]:
        """After a statement: insist, come to the next goal, wait, or leave (nothing).

        The user leaves at once when the agent closes the talk. When something merely sounds done or
        refused, it makes sure first: agents also say what they found on the way.
        """
        if heard.refused and memory.insisted < len(script.insists):
            memory.insisted += 1
            return [script.insists[memory.insisted - 1]]
        over = heard.refused or heard.settled
        if over or heard.closing:
            if memory.requests < len(script.requests):
                memory.requests += 1
                return [script.requests[memory.requests - 1]]
            if heard.closing or memory.idle > 1:
                return []
            return [phrase(rng, wording.CHECK)]
        return [phrase(rng, wording.WAIT)] if memory.idle < _PATIENCE else []


def _told(fact: Fact, rng: random.Random, *, several: bool) -> str:
    if fact.says:
        return fact.says.replace("{value}", fact.value)
    name = " ".join(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+", " ", fact.name).lower().split())
    templates = wording.FACT[-1:] if several else wording.FACT
    return phrase(rng, templates, {"name": name, "value": fact.value})


def _answer(script: Script, proposal: str) -> tuple[bool, str]:
    for decision in script.decisions:
        if any(contains(proposal, normalised(about)) for about in decision.about):
            return decision.agree, decision.says
    return script.agrees and not any(contains(proposal, c) for c in _CAUTION), ""


def _names_another(script: Script, text: str) -> bool:
    """Whether a text names something of the form of a guarded fact, and not that fact itself."""
    words = [word for sentence, _ in sentences(text) for word in sentence.split()]
    for name in script.guards:
        fact = script.fact(name)
        if fact is None:
            continue
        wanted = normalised(fact.value)
        alike = {word for word in words if _form(word) == _form(wanted)}
        if alike and wanted not in alike:
            return True
    return False


def _form(word: str) -> str:
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in word)
