"""How tasks of hand-made domains are made: recipes over the data, gold calls that are replayed.

    def cancel_full(db, rng):
        ...
        return Draft(opening=..., facts=..., calls=[("cancel_reservation", {...})])

    tasks = Desk("airline-desk", {"cancel_full": cancel_full, ...})
    tasks("train", 17)        # -> ("cancel_full", TaskTruth(...))

A recipe looks for a case in the database and may find none (None); then it is tried again with
other chance. What a task asks is a pure function of split and index.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from ..domain import Domain, DomainError, TaskTruth
from ..users import Decision, Fact, Gesture, Script, phrase
from ..users.matching import phrases
from ..world import open_world
from .toolkit import Connection

Call: TypeAlias = tuple[str, dict[str, Any]]
COUNTS: Mapping[str, int] = {"train": 600, "test": 200}
WORLDS = 3
"""How many databases each split has; no two splits share one."""
_FIRST = {"train": 0, "test": WORLDS}
HANDOVER = "transfer_to_person"
"""The tool that every desk has; it needs no yes."""
_TRIES = 200


@dataclass
class Draft:
    """A task before its gold state is known."""

    openings: Sequence[str]
    """Paraphrases of the goal with `{names}` of `told`."""
    facts: Sequence[Fact]
    calls: Sequence[Call]
    kind: Literal["write", "read", "refuse"] = "write"
    told: Mapping[str, object] = field(default_factory=dict)
    outputs: Sequence[str] = ()
    requests: Sequence[str] = ()
    decisions: Sequence[Decision] = ()
    agrees: bool = True
    insists: Sequence[str] = ()
    gestures: Sequence[Gesture] = ()
    guards: Sequence[str] = ()
    forbidden: Sequence[str] = ()
    closing: Sequence[str] = ()
    """How the gold episode ends, where the usual words do not fit."""
    asks: Sequence[str] | None = None
    """Facts that the gold episode asks for; None: all."""


Recipe: TypeAlias = Callable[[Connection, random.Random], Draft | None]


class Desk:
    """The tasks of one domain; `attach` gives it the domain whose tools replay the gold calls."""

    def __init__(self, recipes: Mapping[str, Recipe]) -> None:
        self.recipes = dict(recipes)
        self._domain: Domain | None = None

    def attach(self, domain: Domain) -> Domain:
        """The domain with these tasks."""
        self._domain = replace(domain, tasks=self, counts=dict(COUNTS))
        return self._domain

    def __call__(self, split: str, index: int) -> tuple[str, TaskTruth]:
        """The recipe's name and the truth of one task.

        Raises:
            ValueError: a recipe finds no case, or its gold calls fail (a defect of the domain).
        """
        domain = self._domain
        assert domain is not None, "attach() gives tasks their domain"
        names = list(self.recipes)
        name = names[index % len(names)]
        seed = _FIRST[split] + index // len(names) % WORLDS
        db = open_world(domain, seed).db
        for attempt in range(_TRIES):
            rng = random.Random(f"{domain.id}:{split}:{index}:{attempt}")
            draft = self.recipes[name](db, rng)
            if draft is not None:
                return name, _finished(domain, seed, draft, rng)
        raise ValueError(f"{domain.id}: recipe {name!r} finds no case in the data of seed {seed}")


def _finished(domain: Domain, seed: int, draft: Draft, rng: random.Random) -> TaskTruth:
    world = open_world(domain, seed)
    calls: list[Call] = []
    for name, arguments in draft.calls:
        try:
            world.call(name, arguments)
        except DomainError as error:
            if draft.kind != "refuse":  # a refusal may rest on what a tool refuses
                raise ValueError(f"{domain.id}: gold call {name}{arguments}: {error}") from None
        else:
            if domain.operations[name].side == "agent":
                calls.append((name, arguments))
    script = Script(
        opening=phrase(rng, draft.openings, draft.told),
        facts=tuple(draft.facts),
        requests=tuple(draft.requests),
        decisions=tuple(draft.decisions),
        agrees=draft.agrees,
        guards=tuple(draft.guards),
        insists=tuple(draft.insists),
        gestures=tuple(draft.gestures),
        seed=rng.randrange(2**31),
    )
    return TaskTruth(
        domain=domain.id,
        seed=seed,
        kind=draft.kind,
        calls=tuple(calls),
        state=world.digest(),
        outputs=tuple(draft.outputs),
        script=script,
        plan=_plan(domain, draft),
        forbidden=frozenset(draft.forbidden),
    )


def _plan(domain: Domain, draft: Draft) -> tuple[str | Call, ...]:
    """A whole gold episode: asks, looks, proposes, acts or guides, tells, and closes."""
    asks = [fact.name for fact in draft.facts] if draft.asks is None else draft.asks
    plan: list[str | Call] = []
    if asks:
        plan.append(f"Could you tell me your {', your '.join(phrases(a)[0] for a in asks)}?")
    agreed = False
    for name, arguments in draft.calls:
        operation = domain.operations[name]
        if operation.side == "user":
            plan.append(guide(draft.gestures, name, arguments))
            continue
        if operation.effect == "write" and not agreed and draft.agrees and name not in HANDOVER:
            plan.append("Shall I go ahead?")
            agreed = True
        plan.append((name, arguments))
    told = f" This is what I found: {', '.join(draft.outputs)}." if draft.outputs else ""
    more = " Is there anything else?"
    if draft.closing:
        plan += draft.closing
    elif draft.kind == "refuse":
        plan += ["I am sorry, this is not possible under our policy." + told + more]
        plan += ["I am sorry, I cannot make an exception." + more] * len(draft.insists)
    else:
        plan += [("That is done." if agreed else "") + told + more]
    plan += ["That is done, too." + more] * len(draft.requests)
    return tuple(text.strip() if isinstance(text, str) else text for text in plan)


def guide(gestures: Sequence[Gesture], name: str, arguments: Mapping[str, Any]) -> str:
    """Words by which the user is asked for a gesture."""
    for gesture in gestures:
        if gesture.operation == name and dict(gesture.arguments) == dict(arguments):
            return f"Could you please {gesture.guide}?"
    raise ValueError(f"the user has no gesture for {name}{dict(arguments)}")
