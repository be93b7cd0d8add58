"""Simulated users: what a person wants, knows and says when an agent asks.

    from palestra.envs.domains.users import Fact, Memory, Script, ScriptedUser

    script = Script("I want to cancel my trip.", (Fact("reservation_id", "QK7T2M"),))
    user, memory = ScriptedUser(), Memory()
    user.open(script, memory)                                     # "I want to cancel my trip."
    user.reply(script, memory, "What is your reservation code?")  # "It is QK7T2M."

A user is a component of an environment. `ScriptedUser` is deterministic and answers only what it is
asked; `LLMUser` is any callable that answers messages. `fidelity` counts, for either, what was said
that the script does not support.
"""

from .fidelity import Fidelity, fidelity
from .llm import LLMUser, Speak
from .matching import Heard, hear
from .rewriting import Rewritten, rewrite
from .script import Decision, Exchange, Fact, Gesture, Memory, Script, User
from .scripted import ScriptedUser
from .values import values_in
from .wording import phrase

__all__ = [
    "Decision",
    "Exchange",
    "Fact",
    "Fidelity",
    "Gesture",
    "Heard",
    "LLMUser",
    "Memory",
    "Rewritten",
    "Script",
    "ScriptedUser",
    "Speak",
    "User",
    "fidelity",
    "hear",
    "phrase",
    "rewrite",
    "values_in",
]
