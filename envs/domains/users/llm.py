"""A language model in the user's place.

    def speak(messages, tools):          # any callable; an agent of your own, a client, a fake
        return say("I would like to cancel my trip.")

    user = LLMUser(speak)

`envs/` knows no agents: whoever has one hands it in as a callable that takes messages and tools
(both in OpenAI's format) and returns an assistant message. `fidelity` says how well it kept to its
script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from ...core import Message, calls, separate_thoughts, system, text_in, tool_result, user
from .matching import hear
from .script import Exchange, Gesture, Hands, Memory, Script

Speak: TypeAlias = Callable[[Sequence[Message], Sequence[Mapping[str, Any]]], Message]

END = "[END]"
"""What the model writes when it has what it came for."""
_CALLS = 8
"""The most rounds of operations within one turn."""
_YES = (
    "yes",
    "sure",
    "go ahead",
    "please do",
    "that is fine",
    "that's fine",
    "i confirm",
    "agreed",
)

_RULES = """\
You play a customer who writes to a service desk. Stay in this part.

What you want: {goal}
{later}What you know:
{facts}
{stances}Rules:
- Write one short message at a time, in your own words.
- Tell a fact only when you are asked for it. Never tell several at once unless you are asked to.
- Never make up a fact, a number or a name. If you are asked for something that is not listed, say
  that you do not know it.
{hands}- Answer proposals as stated above{default}.
- When everything you want is done, or has been refused for good, write {end} and nothing else."""


class LLMUser:
    """Any callable that answers messages, playing a script."""

    def __init__(self, speak: Speak, *, tools: Sequence[Mapping[str, Any]] = ()) -> None:
        """Args:
        speak: messages, tools -> assistant message.
        tools: operations on the user's side, in OpenAI's format.
        """
        self._speak, self._tools = speak, tools

    def open(self, script: Script, memory: Memory) -> str:
        """The scripted opening: tasks stay comparable, whoever plays the user."""
        memory.messages += [
            system(part_of(script)),
            user("Hello, how can I help you?"),
            {"role": "assistant", "content": script.opening},
        ]
        return script.opening

    def reply(
        self, script: Script, memory: Memory, text: str, hands: Hands | None = None, turn: int = 0
    ) -> str | None:
        """What the model says; None when it ends the talk."""
        if memory.done:
            return None
        memory.turns += 1
        memory.messages.append(user(text))
        did: list[str] = []
        offered = self._offered(script, hands)
        known = {tool["function"]["name"] for tool in offered}
        message = separate_thoughts(self._speak(tuple(memory.messages), offered))
        for _ in range(_CALLS):
            wanted = message.get("tool_calls") if hands is not None else None
            if not wanted or hands is None:
                break
            functions = [call["function"] for call in wanted]
            named = [(f["name"], _bound(script, f["name"], f["arguments"])) for f in functions]
            memory.messages.append(calls(*named))
            for number, (name, arguments) in enumerate(named):
                result = f"There is no {name} on your device."
                if name in known:
                    did.append(name)
                    result = hands(name, arguments)
                memory.messages.append(tool_result(f"call_{number}", name, result))
            message = separate_thoughts(self._speak(tuple(memory.messages), offered))
        said = text_in(message).strip()
        heard = hear(text, script)
        consent = _consent(said.casefold(), proposed=bool(heard.proposals))
        told = tuple(f.name for f in script.facts if f.value.casefold() in said.casefold())
        memory.log.append(Exchange(turn, heard.asked, told, consent, tuple(did), heard.refused))
        memory.messages.append({"role": "assistant", "content": said})
        if not said or END in said:
            memory.done = True
            return None
        return said

    def _offered(self, script: Script, hands: Hands | None) -> Sequence[Mapping[str, Any]]:
        """The user's own operations, without what its script already settles."""
        if hands is None:
            return ()
        return self._tools or _tools_of(script.gestures)


def _consent(said: str, *, proposed: bool) -> bool | None:
    """Yes, no, or neither; a proposal that is not met with a yes counts as declined."""
    if said.startswith(_YES):
        return True
    return False if proposed or re.match(r"no\b(?! (problem|worries))", said) else None


def part_of(script: Script) -> str:
    """The system message that gives a model its part."""
    facts = [f"- {' '.join(fact.name.split('_'))}: {fact.value}" for fact in script.facts]
    stances = [
        f"- If {' or '.join(d.about)} is proposed: {'agree' if d.agree else 'decline'}. {d.says}"
        for d in script.decisions
    ]
    stances += [f"- If you are refused, say in your words: {text}" for text in script.insists]
    later = "".join(f"After that: {request}\n" for request in script.requests)
    return _RULES.format(
        goal=script.opening,
        later=later,
        facts="\n".join(facts) or "- nothing more",
        stances="\n".join(["What you hold:", *stances, ""]) if stances else "",
        hands="- Use your own tools only when you are guided to.\n" if script.gestures else "",
        default=f"; else {'agree' if script.agrees else 'decline'} if it is what you want",
        end=END,
    )


def _bound(script: Script, name: str, arguments: object) -> dict[str, Any]:
    """Arguments that the script settles (whose phone it is) win over what a model says."""
    given = arguments
    if isinstance(arguments, str):
        try:
            given = json.loads(arguments)
        except ValueError:
            given = None
    own = dict(given) if isinstance(given, Mapping) else {}
    same = [g.arguments for g in script.gestures if g.operation == name]
    first = dict(same[0]) if same else {}
    return own | {k: v for k, v in first.items() if all(a.get(k) == v for a in same)}


def _tools_of(gestures: Sequence[Gesture]) -> list[dict[str, Any]]:
    """Tools made from gestures: one for each operation; arguments that differ become enums."""
    tools = []
    for name in dict.fromkeys(gesture.operation for gesture in gestures):
        given = [g.arguments for g in gestures if g.operation == name]
        choices = {k: list(dict.fromkeys(a[k] for a in given if k in a)) for a in given for k in a}
        properties = {k: {"enum": values} for k, values in choices.items() if len(values) > 1}
        tools.append(
            {
                "type": "function",
                "function": {
                    "name": name,
                    "description": f"{name.replace('_', ' ').capitalize()} on your own device.",
                    "parameters": {
                        "type": "object",
                        "properties": properties,
                        "required": list(properties),
                    },
                },
            }
        )
    return tools
