"""From a catalogue to a library of domains that passed every gate, and the table of how.

    library = build(read_catalogue(), Path("domains.zip"))

The same catalogue gives the same bytes on every machine: edges and communities come in a fixed
order, chance is seeded by names, and nothing looks at a clock.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec

from .catalogue import Api
from .gates import GATES, LEAST, MOST, examine
from .generated.infer import infer
from .generated.library import write_library
from .generated.parse import Parsed, parsed
from .generated.plan import Plan
from .generated.wording import noun_of
from .graph import communities, modularity, similar

__all__ = ["OOD_SHARE", "build", "current", "plans_of"]

OOD_SHARE = 8
"""One domain in so many is held out of training."""
_CHUNK = 8
_TOGETHER = 36
"""Operations that make one candidate, of those that no usable community holds."""

Say = Callable[[str], None]


def current(apis: Sequence[Api]) -> list[Api]:
    """The operations without those of which another version of the same API has a newer one."""
    best: dict[tuple[str, str, str], Api] = {}
    for api in apis:
        key = (api.source, api.service, api.name)
        if key not in best or _age(api) > _age(best[key]):
            best[key] = api
    kept = {api.id for api in best.values()}
    return [api for api in apis if api.id in kept]


def _age(api: Api) -> tuple[int, int, str]:
    """Stable versions before previews, later ones before earlier ones."""
    found = re.match(r"v?(\d+)(?:\.(\d+))?", api.version)
    number = int(found[1]) if found and not re.match(r"\d{4}-", api.version) else 0
    stable = not re.search("alpha|beta|eap|p\\d", api.version)
    return (int(stable), number, api.version)


def plans_of(apis: Sequence[Api], say: Say = print) -> tuple[list[Plan], dict[str, Any]]:
    """The domains of a catalogue before any gate, and what was counted on the way."""
    kept = current(apis)
    table: dict[str, Any] = {"operations": len(apis), "current": len(kept)}
    say(f"{len(apis):,} operations, {len(kept):,} in the newest version")
    edges = similar(kept)
    table["edges"] = len(edges.weight)
    groups = communities(len(kept), edges)
    table["communities"] = len(groups)
    table["communities_of_3"] = sum(len(group) >= 3 for group in groups)
    table["modularity"] = round(modularity(len(kept), edges, groups), 4)
    say(f"{table['edges']:,} edges, {len(groups):,} communities of two or more")
    read = [parsed(api) for api in kept]
    table["rules"] = dict(Counter(op.kind for op in read if op is not None).most_common())
    table["read_by_rules"] = sum(op is not None for op in read)
    sizes = Counter(_bin(len(group)) for group in groups)
    table["sizes"] = {name: sizes[name] for name in _BINS if sizes[name]}
    plans: list[Plan] = []
    left: dict[str, list[Parsed]] = {op.api.service: [] for op in read if op is not None}
    grouped: set[str] = set()
    for group in groups:
        members = [op for i in group if (op := read[i]) is not None]
        for part in _parts(members):
            plan = infer("domain", part) if len(part) >= LEAST else None
            if plan is None or not _usable(plan):
                continue
            plans += _pieces(plan)
            grouped.update(op.api.id for op in part)
    table["candidates_of_communities"] = len(plans)
    # What is left in communities too small for a domain is put together, API by API.
    for op in read:
        if op is not None and op.api.id not in grouped:
            left[op.api.service].append(op)
    for service in sorted(left):
        rest = sorted(left[service], key=lambda op: (op.noun, op.api.name))
        for start in range(0, len(rest), _TOGETHER):
            plan = infer("domain", rest[start : start + _TOGETHER])
            if plan is not None and _usable(plan):
                plans += _pieces(plan)
    taken: Counter[str] = Counter()
    for number, plan in enumerate(plans):
        name = _slug(plan)
        taken[name] += 1
        id = name if taken[name] == 1 else f"{name}-{taken[name]}"
        plans[number] = msgspec.structs.replace(plan, id=id)
    table["candidates"] = len(plans)
    return plans, table


def _usable(plan: Plan) -> bool:
    """Whether a plan has enough tools, a writer and a reader, before any is tried out."""
    readers = sum(tool.kind in ("get", "list") for tool in plan.tools)
    return len(plan.tools) >= LEAST and 0 < readers < len(plan.tools)


_BINS = ("2", "3-4", "5-9", "10-19", "20-39", "40-60", "over 60")


def _bin(size: int) -> str:
    bounds = (2, 4, 9, 19, 39, 60)
    return next((_BINS[i] for i, most in enumerate(bounds) if size <= most), _BINS[-1])


def _parts(members: list[Parsed]) -> list[list[Parsed]]:
    """A community as it is; an API that is too large a part of it stands alone."""
    by_service = Counter(op.api.service for op in members)
    large = {name for name, count in by_service.items() if count >= LEAST}
    if len(large) <= 1:
        return [members]
    parts = [[op for op in members if op.api.service == name] for name in sorted(large)]
    rest = [op for op in members if op.api.service not in large]
    return [*parts, rest] if len(rest) >= LEAST else parts


def _pieces(plan: Plan) -> list[Plan]:
    """A plan with no more tools than a domain may have, in the order of its tables."""
    if len(plan.tools) <= MOST:
        return [plan]
    pieces: list[Plan] = []
    chosen: list[int] = []
    by_table: dict[str, list[int]] = {}
    for number, tool in enumerate(plan.tools):
        by_table.setdefault(tool.table, []).append(number)
    for numbers in by_table.values():
        if chosen and len(chosen) + len(numbers) > MOST:
            pieces.append(_piece(plan, chosen))
            chosen = []
        chosen += numbers[:MOST]
    pieces.append(_piece(plan, chosen))
    return [piece for piece in pieces if _usable(piece)]


def _piece(plan: Plan, numbers: list[int]) -> Plan:
    place = {old: new for new, old in enumerate(numbers)}
    tools = tuple(plan.tools[number] for number in numbers)
    kept = {tool.table for tool in tools}
    by_name = {table.name: table for table in plan.tables}
    while True:
        more = {c.ref for name in kept for c in by_name[name].columns if c.ref} - kept
        if not more:
            break
        kept |= more
    edges = tuple((place[a], place[b]) for a, b in plan.edges if a in place and b in place)
    tables = tuple(table for table in plan.tables if table.name in kept)
    first = Counter(tool.table for tool in tools).most_common(3)
    nouns = ", ".join(noun_of(by_name[name]) for name, _ in first)
    title = f"{plan.title.partition(':')[0]}: {nouns}"
    return msgspec.structs.replace(plan, tools=tools, tables=tables, edges=edges, title=title)


def _slug(plan: Plan) -> str:
    service = Counter(tool.api.split(":")[1] for tool in plan.tools).most_common(1)[0][0]
    table = Counter(tool.table for tool in plan.tools).most_common(1)[0][0]
    return re.sub(r"[^a-z0-9]+", "-", f"{service}-{table}".lower()).strip("-")[:60]


def build(apis: Sequence[Api], path: Path, *, workers: int = 1, say: Say = print) -> dict[str, Any]:
    """Build a library and write it; the table of how it came about.

    Args:
        apis: the operations, in a fixed order.
        path: where the library goes.
        workers: processes that examine domains side by side.
        say: told how far it is.
    """
    plans, table = plans_of(apis, say)
    say(f"{len(plans):,} candidates with at least {LEAST} tools; examining them")
    kept: list[Plan] = []
    passes: Counter[str] = Counter()
    checks: Counter[str] = Counter()
    dropped = 0
    for number, (plan, failed, made, lost) in enumerate(_examined(plans, workers), 1):
        dropped += lost
        checks.update(made)
        passes.update(gate for gate in GATES if gate not in failed)
        if plan is not None and not failed:
            kept.append(plan)
        if number % 100 == 0:
            say(f"  {number:,} examined, {len(kept):,} passed every gate")
    ranked = sorted(kept, key=lambda plan: hashlib.sha256(plan.id.encode()).hexdigest())
    held = {plan.id for plan in ranked[: len(ranked) // OOD_SHARE]}
    kept = [msgspec.structs.replace(plan, ood=plan.id in held) for plan in kept]
    tools = sum(len(plan.tools) for plan in kept)
    table |= {
        "gates": {gate: passes[gate] for gate in GATES},
        "checks": {gate: checks[gate] for gate in GATES},
        "tools_without_a_valid_call": dropped,
        "domains": len(kept),
        "held_out": len(held),
        "tools": tools,
        "share_of_tools": round(tools / max(1, table["current"]), 4),
        "tables": sum(len(plan.tables) for plan in kept),
        "kinds": dict(Counter(t.kind for p in kept for t in p.tools).most_common()),
    }
    write_library(path, kept, table)
    return table


Examined = tuple[Plan | None, dict[str, list[str]], dict[str, int], int]


def _examined(plans: Sequence[Plan], workers: int) -> Any:
    if workers <= 1:
        yield from map(_examine, plans)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_examine, plans, chunksize=_CHUNK)


def _examine(plan: Plan) -> Examined:
    try:
        left, found = examine(plan)
    except Exception as error:  # a tool that raises anything but a refusal fails its domain
        return None, {"database": [f"{type(error).__name__}: {error}"]}, {"database": 1}, 0
    lost = len(plan.tools) - (len(left.tools) if left else 0)
    return left, found.failed, found.checks, lost
