"""The document as one page of HTML: authorship by colour, comments beside it, a timeline below.

It asks for nothing from the network and runs no script; whatever agents wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any

from ...core import Ledger, Task
from ..editing import trimmed
from ..replica import Replica
from ..sections import Section, outline
from ..world import DocumentState
from .events import Event, events
from .style import COLOURS, STYLE

__all__ = ["document_html"]

_MARKS = {"violation": "✖", "edit": "●", "accepted": "✔", "rejected": "✘", "resolved": "✓"}
_MOST_EVENTS = 400
_AROUND = 24
"""Characters shown on either side of a suggested change."""


def document_html(state: DocumentState, ledger: Ledger, task: Task) -> str:
    """The state as its first replica shows it, as a whole page."""
    replica = next(iter(state.replicas.values()))
    seats = list(state.replicas)
    listed = outline(replica)
    title = replica.text[: listed[0].start if listed else None].strip()
    happened = list(events(ledger))
    order = task.prompt.partition("\nThe order\n")[2]
    parts = [
        f"<header><h1 dir=auto>{escape(title)}</h1>",
        f"<p class=about>{escape(task.id)} · {state.round} rounds · "
        f"{len(replica.text):,} characters</p>",
        "<details><summary>The order</summary>"
        f"<p dir=auto class=order>{escape(order)}</p></details>",
        _legend(state, replica, seats),
        "</header><main>",
        *(_section(replica, section, seats) for section in listed),
        "</main>",
        _timeline(happened, seats),
    ]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{STYLE}</style><body>{''.join(parts)}</body></html>"
    )


def _colour(seats: Sequence[str], author: str) -> str:
    return f"a{seats.index(author) % COLOURS}" if author in seats else ""


def _legend(state: DocumentState, replica: Replica, seats: Sequence[str]) -> str:
    wrote = replica.written()
    rows = []
    for seat in seats:
        tally = state.tallies[seat]
        bad = (
            f"<b class=bad>{tally.violations} violation{'s' * (tally.violations != 1)}, "
            f"{tally.trespass:,} characters</b>"
            if tally.violations
            else "no violation"
        )
        rows.append(
            f"<li><span class='swatch {_colour(seats, seat)}'>{escape(seat)}</span> "
            f"{wrote[seat]:,} characters · {tally.edits} edits · {tally.comments} comments · {bad}"
        )
    return f"<ul class=legend>{''.join(rows)}</ul>"


def _section(replica: Replica, section: Section, seats: Sequence[str]) -> str:
    start = section.start + len(section.title) + 4
    end = section.start + len(replica.text[section.start : section.end].rstrip())
    here = {
        id: record
        for id, record in sorted(
            replica.records("comments").items(),
            key=lambda item: (item[1]["round"], item[0][0] != "n"),
        )
        if record["section"] == section.title
    }
    quoted = _quoted(replica, section, here)
    body = []
    at = min(start, end)
    for text, author in replica.spans(at, end):
        body.append(_span(text, author, at, quoted, section.owner, seats))
        at += len(text)
    notes = "".join(_comment(id, record, seats) for id, record in here.items())
    return (
        f"<section><div class=text><h2 dir=auto>{escape(section.title)} "
        f"<small><span class='swatch {_colour(seats, section.owner)}'>{escape(section.owner)}"
        f"</span> {section.policy}</small></h2><p dir=auto>{''.join(body)}</p></div>"
        f"<aside>{notes}</aside></section>"
    )


def _quoted(replica: Replica, section: Section, here: dict[str, Any]) -> list[tuple[int, int, str]]:
    """Where open comments are about something that is still there."""
    found = []
    for id, record in here.items():
        place = replica.text.find(record["quote"], section.start, section.end)
        if record["status"] == "open" and place >= 0:
            found.append((place, place + len(record["quote"]), id))
    return sorted(found)


def _span(
    text: str,
    author: str,
    start: int,
    quoted: list[tuple[int, int, str]],
    owner: str,
    seats: Sequence[str],
) -> str:
    """A run of one author, cut where comments begin and end."""
    end = start + len(text)
    cuts = sorted({start, end, *(p for a, b, _ in quoted for p in (a, b) if start < p < end)})
    made = []
    for first, last in pairwise(cuts):
        piece = escape(text[first - start : last - start])
        ids = [id for a, b, id in quoted if a < last and first < b]
        if ids:
            label = "".join(f"<sup>{id}</sup>" for a, b, id in quoted if b == last and id in ids)
            piece = f"<mark>{piece}</mark>{label}"
        made.append(piece)
    foreign = " foreign" if author != owner else ""
    who = escape(author)
    return f"<span class='{_colour(seats, author)}{foreign}' title='{who}'>{''.join(made)}</span>"


def _comment(id: str, record: dict[str, Any], seats: Sequence[str]) -> str:
    new = record.get("replacement")
    what = escape(record["text"]) if new is None else _difference(record["quote"], new)
    return (
        f"<div class='note {_colour(seats, record['author'])} {escape(record['status'])}' dir=auto>"
        f"<b>{escape(id)}</b> {escape(record['author'])} <i>{escape(record['status'])}</i>"
        f"<br>{what}</div>"
    )


def _difference(old: str, new: str) -> str:
    """What a suggestion takes out and puts in, with a little of what stays around it."""
    start, end, text = trimmed(old, 0, len(old), new)
    before, after = old[:start], old[end:]
    before = before if len(before) <= _AROUND else f"…{before[-_AROUND:]}"
    after = after if len(after) <= _AROUND else f"{after[:_AROUND]}…"
    gone, come = _cut(old[start:end]), _cut(text)
    changed = (f"<del>{gone}</del>" if gone else "") + (f"<ins>{come}</ins>" if come else "")
    return f"{escape(before)}{changed}{escape(after)}"


def _cut(text: str, most: int = 240) -> str:
    return escape(text if len(text) <= most else f"{text[: most - 1]}…")


def _timeline(happened: Sequence[Event], seats: Sequence[str]) -> str:
    if not happened:
        return "<footer><h2>Timeline</h2><p>Nothing happened.</p></footer>"
    rows = "".join(
        f"<tr class='{event.kind}'><td>{event.round}<td><span class='swatch "
        f"{_colour(seats, event.seat)}'>{escape(event.seat)}</span><td>{event.kind}"
        f"<td dir=auto>{escape(event.where)}<td dir=auto>{escape(event.what)}"
        + (f" <b class=bad>{event.trespass} without leave</b>" if event.trespass else "")
        for event in happened[:_MOST_EVENTS]
    )
    more = len(happened) - _MOST_EVENTS
    rest = f"<p>and {more:,} more</p>" if more > 0 else ""
    return (
        f"<footer><h2>Timeline</h2>{_strip(happened, seats)}"
        "<table><thead><tr><th>round<th>who<th>did<th>where<th>what</thead>"
        f"<tbody>{rows}</table>{rest}</footer>"
    )


def _strip(happened: Sequence[Event], seats: Sequence[str]) -> str:
    """A drawing: rounds from left to right, a row for each seat, a sign for each event."""
    width, left, step = 960, 110, 34
    last = max(event.round for event in happened)  # rounds in which all wait have nothing to show
    scale = (width - left - 20) / last
    made = []
    for row, seat in enumerate(seats):
        y = 22 + row * step
        made.append(f"<text x=0 y={y + 4}>{escape(seat)}</text>")
        made.append(f"<line x1={left} x2={width - 10} y1={y} y2={y} />")
    for event in happened:
        if event.seat not in seats:
            continue
        x = left + (event.round - 0.5) * scale
        y = 22 + seats.index(event.seat) * step
        about = escape(f"round {event.round}: {event.kind} {event.where} {event.what}")
        if event.kind in ("edit", "violation"):
            radius = min(13.0, 3 + event.size**0.5 / 4)
            made.append(
                f"<circle class='{event.kind} {_colour(seats, event.seat)}' cx={x:.1f} cy={y} "
                f"r={radius:.1f}><title>{about}</title></circle>"
            )
        else:
            sign = _MARKS.get(event.kind, "·")
            made.append(f"<text class=sign x={x:.1f} y={y - 9}>{sign}<title>{about}</title></text>")
    base = 22 + len(seats) * step
    for mark in range(0, last + 1, max(1, last // 10)):
        made.append(f"<text class=tick x={left + mark * scale:.1f} y={base}>{mark}</text>")
    return (
        f'<svg viewBox="0 0 {width} {base + 8}" role=img aria-label="Timeline of edits by seat">'
        f"{''.join(made)}</svg>"
        "<p class=key>Circles are edits, as large as what changed; red ones lack leave. "
        "✔ accepted, ✘ rejected, ✓ resolved, · comments, tasks and permissions.</p>"
    )
