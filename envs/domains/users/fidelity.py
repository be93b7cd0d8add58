"""What a user said that its script does not support, counted.

    report = fidelity(script, [("user", "..."), ("agent", "..."), ("user", "...")])
    report.rate          # 1.0: nothing was invented, nothing was told unasked

Two counts, for any user, scripted or a language model:

- `unsupported`: values (codes, numbers, dates, addresses, names) that stand neither in the script,
  nor in what the agent or the user's own devices said before;
- `unasked`: facts that were told although the agent had not asked for them.

It looks at values, not at meaning: a sentence with no value in it is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from . import wording
from .matching import hear
from .script import Script
from .values import Words, values_in


class Fidelity(msgspec.Struct, frozen=True):
    """The counts over one conversation."""

    turns: int
    """Messages of the user."""
    values: int
    """Values that the user said."""
    unsupported: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    """Names of facts."""

    @property
    def faults(self) -> int:
        """Values without support and facts told unasked."""
        return len(self.unsupported) + len(self.unasked)

    @property
    def rate(self) -> float:
        """The share of values that were supported and asked for; 1.0 where none was said."""
        return 1.0 - min(self.faults, self.values) / self.values if self.values else 1.0


def fidelity(
    script: Script, conversation: Sequence[tuple[str, str]], results: Iterable[str] = ()
) -> Fidelity:
    """Judge one conversation.

    Args:
        conversation: (speaker, text) in order; speakers are `user` and `agent`.
        results: what operations on the user's side returned (it may report them).
    """
    always = [*wording.COURTESIES, script.opening, *script.requests, *script.insists, *results]
    always += [d.says for d in script.decisions]
    known = Words([*always, *(f.value for f in script.facts), *(f.says for f in script.facts)])
    open_ = Words([*always, *(f.says for f in script.facts)])
    heard = set[str]()
    turns = values = 0
    unsupported, unasked = list[str](), dict[str, None]()
    for speaker, text in conversation:
        if speaker != "user":
            asked = hear(text, script).asked
            heard.update(asked)
            known.add(text)
            open_.add(text)
            for name in asked:
                fact = script.fact(name)
                open_.add(fact.value if fact else "")
            continue
        turns += 1
        said = values_in(text)
        values += len(said)
        unsupported += [value for value in said if not known.hold(value)]
        words = Words([text])
        for fact in script.facts:
            if fact.name not in heard and words.hold(fact.value) and not open_.hold(fact.value):
                unasked[fact.name] = None
    return Fidelity(turns, values, tuple(unsupported), tuple(unasked))
