"""The scripted user's own phrases, chosen by seed; none of them holds a fact."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

FACT = ("It is {value}.", "That is {value}.", "Sure: {value}.", "My {name} is {value}.")
YES = ("Yes, please go ahead.", "Yes, that is fine.", "Yes, please do that.")
NO = ("No, I do not want that.", "No, please do not do that.", "No, thank you.")
WRONG = ("No, that is not what I mean.", "No, that is not the right one.")
UNKNOWN = ("I do not know that.", "I am afraid I do not know.", "Sorry, I cannot tell you that.")
VAGUE = ("What exactly do you need to know?", "I am not sure what you need from me.")
WAIT = ("All right.", "Okay, I will wait.", "Okay.")
CHECK = ("Thank you. Is that all?", "I see. Is that everything?", "All right. Was that all?")
CANNOT = ("I do not know how to do that.", "Sorry, I cannot find that.")
DID = ("Done. {result}", "Okay, I did that. {result}", "I have done that: {result}")
SEEN = ("{result}", "I had a look. {result}", "Let me see. {result}")
COURTESIES = (*FACT, *YES, *NO, *WRONG, *UNKNOWN, *VAGUE, *WAIT, *CHECK, *CANNOT, *DID, *SEEN)


def phrase(rng: random.Random, templates: Sequence[str], values: Mapping[str, object] = {}) -> str:
    """One of the templates, filled: `phrase(rng, ("Cancel {id}.", "Please cancel {id}."), ...)`.

    Only `{names}` that are given are replaced, so that a value may hold braces.
    """
    text = templates[rng.randrange(len(templates))]
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text
