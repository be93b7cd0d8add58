"""A walk in a user's words: the opening, the facts held back, and a whole gold episode.

Every value that the gold calls need is in the opening, in a fact that is told when asked for, or in
the result of an earlier call. Templates come in several wordings, chosen by the task's seed.
"""

from __future__ import annotations

import json
import random
from typing import Any

from ..users import Fact, Script, phrase
from .plan import Plan, Table
from .walks import Step, Walk
from .wording import article, noun_of, plural, spoken

__all__ = ["HELD", "script_of"]

HELD = 3
"""The most facts that an opening holds back."""

_OPENINGS = (
    "Hello, I need your help with {title}.",
    "Hi! There is something to do in {title}.",
    "Good morning, please help me with {title}.",
    "I have a task for you in {title}.",
)
_ASK = ("What is the {names}?", "Could you tell me the {names}?", "Please tell me the {names}.")
_HOLD = ("(ask me for the {name})", "(I can tell you the {name})")
_DONE = ("All of it is done.", "Everything is done.", "That is done.")
_TELL = "The {name} is {value}."


def script_of(
    plan: Plan, walk: Walk, rng: random.Random
) -> tuple[Script, tuple[Any, ...], tuple[str, ...]]:
    """The user's script, a gold episode (what the agent says and calls), and the outputs."""
    tables = {table.name: table for table in plan.tables}
    facts = _facts(walk)
    held = [name for name in facts if rng.random() < 0.4][:HELD]
    lines = [_sentence(tables, walk.steps, i, held, rng) for i in range(len(walk.steps))]
    if walk.skipped is not None:
        words = _sentence(tables, [walk.skipped], 0, (), rng)
        lines.append(f"Only if the step before is refused: {words}")
    if len(lines) > 1:
        listed = "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
        body = "Please do these things, in this order:\n" + listed
    else:
        body = lines[0]
    opening = f"{phrase(rng, _OPENINGS, {'title': plan.title})} {body}"
    said = tuple(Fact(name, value) for name, value in facts.items())
    script = Script(opening, said, seed=rng.getrandbits(24))
    outputs = tuple(dict.fromkeys(o for step in walk.steps for o in _outputs(step)))
    return script, _episode(walk, held, outputs, tables, rng), outputs


def _facts(walk: Walk) -> dict[str, str]:
    """What the user may be asked for: arguments of its own whose name occurs once."""
    seen: dict[str, list[Any]] = {}
    for step in [*walk.steps, *([walk.skipped] if walk.skipped else [])]:
        for name, given in step.given.items():
            seen.setdefault(spoken(name).lower(), []).append((name, given))
    facts = {}
    for given in seen.values():
        (name, first) = given[0]
        if len(given) > 1 or first.origin != "user" or not isinstance(first.value, (str, int)):
            continue
        if isinstance(first.value, bool) or "\n" in str(first.value):
            continue
        facts[name] = str(first.value)
    return facts


def _sentence(
    tables: dict[str, Table],
    steps: list[Step],
    at: int,
    held: Any,
    rng: random.Random,
) -> str:
    step = steps[at]
    tool, table = step.tool, tables[step.tool.table]
    noun = noun_of(table)
    find = _listed(step, tool.find, tables, steps, held, rng)
    put = _listed(step, tool.put, tables, steps, held, rng)
    where = _listed(step, tool.where, tables, steps, held, rng)
    verb = tool.verb if tool.verb not in ("insert", "patch", "put", "set") else ""
    match tool.kind:
        case "create":
            text = f"{(verb or 'create').capitalize()} {article(noun)}"
            text += f" with {put}" if put else ""
        case "put":
            text = f"Put {article(noun)} with {find}" + (f" and {put}" if put else "")
        case "update":
            how = rng.choice(("Of the {0} with {1}, set {2}", "Change the {0} with {1}: {2}"))
            text = how.format(noun, find, put)
            text += f" (by {spoken(tool.api.rpartition(':')[2].rpartition('.')[2])})"
        case "delete" | "state" | "unlink" | "link":
            what = "" if tool.kind in ("link", "unlink") else f" the {noun} with"
            both = ", ".join(part for part in (find, put) if part)
            how = spoken(tool.api.rpartition(":")[2].rpartition(".")[2])
            text = f"{tool.verb.capitalize()}{what} {both}" + (
                f" ({how})" if tool.kind in ("link", "unlink") else ""
            )
        case "get":
            text = f"Look up the {noun} with {find} and tell me its {_label(table, step.asks)}"
        case _:
            text = f"List the {plural(noun)}" + (f" with {where}" if where else "")
            text += f" and tell me the {spoken(table.key)} of each"
    if step.only_if == "refused" and at:
        text = f"Only if that is refused: {text[0].lower()}{text[1:]}"
    return f"{text}."


def _label(table: Table, column: str) -> str:
    return spoken("_".join(table.column(column).label))


def _listed(
    step: Step,
    bound: dict[str, str],
    tables: dict[str, Table],
    steps: list[Step],
    held: Any,
    rng: random.Random,
) -> str:
    parts = []
    for name in bound:
        if name not in step.given:
            continue
        given = step.given[name]
        word = spoken(name)
        if given.origin == "result":
            earlier = steps[given.step]
            noun = noun_of(tables[earlier.tool.table])
            seen = earlier.tool.kind in ("get", "list")
            parts.append(
                f"{word} as step {given.step + 1} shows it"
                if seen
                else f"{word} of the new {noun} (step {given.step + 1})"
            )
        elif name in held:
            parts.append(phrase(rng, _HOLD, {"name": word}))
        else:
            parts.append(f"{word} {_value(given.value)}")
    if len(parts) > 1:
        return f"{', '.join(parts[:-1])} and {parts[-1]}"
    return parts[0] if parts else ""


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"' if " " in value or not value else value
    return json.dumps(value)


def _outputs(step: Step) -> list[str]:
    if step.answer is None:
        return []
    return [str(a) for a in step.answer] if isinstance(step.answer, list) else [str(step.answer)]


def _episode(
    walk: Walk,
    held: list[str],
    outputs: tuple[str, ...],
    tables: dict[str, Table],
    rng: random.Random,
) -> tuple[Any, ...]:
    """What the agent says and does: asks for what is held back, acts, and reports."""
    plan: list[Any] = []
    if held:
        names = " and the ".join(spoken(name) for name in held)
        plan.append(phrase(rng, _ASK, {"names": names}))
    plan += [(step.tool.name, step.arguments) for step in walk.steps]
    told = []
    for step in walk.steps:
        table = tables[step.tool.table]
        if step.answer is not None:
            values = ", ".join(_outputs(step))
            told.append(_TELL.format(name=_label(table, step.asks), value=values))
        elif step.refused:
            told.append(f"One step was refused ({step.refused}).")
    plan.append(" ".join([phrase(rng, _DONE), *told]))
    return tuple(plan)
