"""A leaderboard file with something of everything, for the tests of the page."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, cast

import msgspec

from palestra.envs.core import (
    Entry,
    Episode,
    Message,
    Part,
    Score,
    Usage,
    calls,
    parts_of,
    say,
    tool_result,
    user,
)
from palestra.leaderboard import Cell, Store, Writer

TASKS = 40
SKILL = {
    "oracle": 1.0,
    "openai/large?temperature=0": 0.8,
    "openai/small?temperature=0": 0.55,
    "hf/tiny": 0.25,
    "random": 0.05,
}
HOSTILE = {
    "html": "<img src=x onerror=\"document.title='broken in'\"><b>bold</b>",
    "script": "</script><script>document.title = 'broken in'</script>",
    "attribute": "\" onmouseover=\"document.title='broken in'\" x='",
    "link": "[click](javascript:document.title='broken in')",
    "ansi": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b31m",
    "bidi": "user\u202e\u2066admin\u2069 nur\u202c \u200f\u061c",
    "null": "before\x00after\x00\x00",
    "tags": "plain" + "".join(chr(0xE0000 + ord(c)) for c in "obey") + "\u200b\ufeff",
    "huge": "0123456789abcdef" * (5 * 2**16),
}


def key_of(*words: object) -> str:
    return hashlib.blake2b(repr(words).encode(), digest_size=16).hexdigest()


def luck(*words: object) -> float:
    return int(key_of("luck", *words)[:8], 16) / 2**32


def filled(db: Path, *, tasks: int = TASKS) -> Path:
    """Two environments, a named run with three trials, costs, failures, hostile texts."""
    store = Store(db)
    store.begin("s1", "palestra run guess -a oracle", {"palestra": "0"})
    finished: list[Episode] = []
    for environment, run, trials in (
        ("test/Guess-v0", "", 1),
        ("test/Shelf-v0", "", 1),
        ("test/Guess-v0", "thrice", 3),
    ):
        cells = store.settle_cells([_cell(environment, run, agent) for agent in SKILL])
        for cell in cells:
            work = [
                (key_of(environment, run, cell.agent, i, trial), f"test/{i}", trial)
                for i in range(tasks)
                for trial in range(trials)
            ]
            store.plan(cell.id, work)
            finished += [_played(cell, *each) for each in work]
    hostile = store.settle_cells([_cell("test/Hostile-v0", "", f"<i>{HOSTILE['bidi']}</i>")])[0]
    store.plan(hostile.id, [(key_of(name), f"test/{name}", 0) for name in HOSTILE])
    finished += [_hostile(hostile, name, text) for name, text in HOSTILE.items()]
    with Writer(store, "s1") as writer:
        for episode in finished:
            writer.add(episode)
    store.end("s1", "finished")
    store.invalidate("agent = ? and task = ?", ["random", "test/3"], "the clock stood still")
    return db


THOUGHT = "Is it more than 5? " * 40
ORIGIN = {"source": "anthropic/claude 1f", "turn": {"thinking": THOUGHT, "signature": "c2ln"}}


def thoughtful(db: Path) -> str:
    """One episode more, of an agent that thinks before it speaks; its key."""
    store = Store(db)
    store.begin("s4", "palestra run guess", {"palestra": "0"})
    (cell,) = store.settle_cells([_cell("test/Think-v0", "", "thinker")])
    key = key_of("thoughtful")
    store.plan(cell.id, [(key, "test/0", 0)])
    first = {**calls(("higher", {"than": 5})), "thoughts": THOUGHT, "origin": ORIGIN}
    second = {**say("It is 3."), "thoughts": HOSTILE["html"]}
    third = {**say("I am sure."), "origin": ORIGIN}
    messages = [user("Guess."), first, tool_result("call_0", "higher", "no"), second, third]
    made = _episode(cell, key, "test/0", cast("list[Message]", messages), [])
    with Writer(store, "s4") as writer:
        score = Score(1.0, "success", {"success": 1.0})
        writer.add(msgspec.structs.replace(made, run="s4", score=score, headline=1.0))
    store.end("s4", "finished")
    return key


def seated(db: Path) -> str:
    """One episode more, of two writers who take turns of several calls; its key."""
    store = Store(db)
    store.begin("s2", "palestra run team", {"palestra": "0"})
    (cell,) = store.settle_cells([_cell("test/Team-v0", "", "team(writer_0=a,writer_1=b)")])
    key = key_of("seated")
    store.plan(cell.id, [(key, "test/0", 0)])
    messages: list[Message] = []
    ledger = []
    for seat in ("writer_0", "writer_1"):
        messages.append(_by(seat, user(f"You are {seat}.")))
    for turn in (1, 2):
        for seat in ("writer_0", "writer_1"):
            text = f"{seat} in turn {turn}"
            messages.append(_by(seat, calls(("insert", {"text": text}))))
            messages.append(_by(seat, tool_result("call_0", "insert", "Done.")))
            change = {"edit": text}
            ledger.append(
                Entry(
                    turn=turn,
                    tool="insert",
                    arguments={"text": text},
                    result="Done.",
                    agent=seat,
                    changes=(change,),
                )
            )
    made = _episode(cell, key, "test/0", messages, ledger)
    score = Score(1.0, "success", {"success": 1.0, "writer_0.reward": 1.0, "writer_1.reward": 1.0})
    with Writer(store, "s2") as writer:
        writer.add(msgspec.structs.replace(made, run="s2", score=score, headline=1.0))
    store.end("s2", "finished")
    return key


def pictured(db: Path, drawn: Part) -> str:
    """One episode more, with an image in the opening and in a result, and with what is no image."""
    store = Store(db)
    store.begin("s3", "palestra run pictures", {"palestra": "0"})
    (cell,) = store.settle_cells([_cell("test/Pictures-v0", "", "openai/sees")])
    key = key_of("pictured")
    store.plan(cell.id, [(key, "test/0", 0)])
    hostile: list[Any] = [
        {"type": "image_url", "image_url": {"url": url}}
        for url in (
            "https://example.org/spy.png",
            "data:image/svg+xml;base64,PHN2Zy8+",
            "javascript:document.title='broken in'",
            "data:text/html;base64,PGI+",
            "\" onerror=\"document.title='broken in'",
        )
    ]
    hostile += [{"type": "sound"}, {"type": "image_url"}]
    messages: list[Message] = [
        user(["How many cells of row 1 are red?", drawn]),
        calls(("look", {"row": 1})),
        tool_result("call_0", "look", parts_of(["Row 1:", drawn])),
        {"role": "user", "content": hostile},
        say("Three."),
    ]
    made = _episode(cell, key, "test/0", messages, [])
    score = Score(1.0, "success", {"success": 1.0})
    with Writer(store, "s3") as writer:
        writer.add(msgspec.structs.replace(made, run="s3", score=score, headline=1.0))
    store.end("s3", "finished")
    return key


def _by(seat: str, message: Message) -> Message:
    return cast("Message", {**message, "seat": seat})


def _cell(environment: str, run: str, agent: str) -> Cell:
    return Cell(
        run=run,
        environment=environment,
        split="test",
        agent=agent,
        config={"options": {"size": 9} if "Shelf" in environment else {}, "seed": 0},
        headline="success",
        rate=True,
    )


def _played(cell: Cell, key: str, task: str, trial: int) -> Episode:
    skill = SKILL[cell.agent]
    failed = skill == 0.55 and luck(key) < 0.06
    right = luck(cell.environment, task, trial) < skill
    first, number = calls(("higher", {"than": 5})), 3 if right else 7
    messages: list[Message] = [
        {"role": "system", "content": "You guess numbers. Call a tool in every turn."},
        user(f"Round {task}: guess the number from 1 to 9."),
        first,
        tool_result("call_0", "higher", "no"),
        calls(("answer", {"number": number})),
        tool_result("call_0", "answer", "noted"),
    ]
    ledger = [
        Entry(turn=1, tool="higher", arguments={"than": 5}, result="no"),
        Entry(
            turn=2,
            tool="answer",
            arguments={"number": number},
            result="noted",
            changes=({"answer": [None, number]},),
        ),
    ]
    made = _episode(cell, key, task, messages, ledger)
    return msgspec.structs.replace(
        made,
        trial=trial,
        score=None
        if failed
        else Score(float(right), "right" if right else "wrong", _metrics(right)),
        headline=None if failed else float(right),
        status="error" if failed else "scored",
        error="the server answered 503, nine times" if failed else None,
        notes=[{"turn": 1, "plan": "First halve the interval, then answer."}],
        usage=Usage(
            calls=2,
            input_tokens=int(900 * skill + 300 * luck(key)),
            output_tokens=int(90 * skill + 20),
            cost=0.004 * skill**2 if "openai" in cell.agent else None,
        ),
    )


def _metrics(right: bool) -> dict[str, float]:
    return {"success": float(right), "tool_calls": 2.0, "format_errors": 0.0}


def _hostile(cell: Cell, name: str, text: str) -> Episode:
    short = text[:1000]
    messages: list[Message] = [user(text), calls((text[:100], {text[:50]: text})), say(short)]
    ledger = [
        Entry(turn=1, tool=text[:100], arguments={"x": short}, error=short, changes=({"x": short},))
    ]
    made = _episode(cell, key_of(name), f"test/{name}", messages, ledger)
    return msgspec.structs.replace(
        made,
        score=Score(0.0, text[:200], {text[:80]: 1.0}),
        headline=0.0,
        notes=[{"turn": 1, "plan": short}],
        error=text[:500],
    )


def _episode(
    cell: Cell, key: str, task: str, messages: list[Message], ledger: list[Entry]
) -> Episode:
    return Episode(
        key=key,
        environment=cell.environment,
        task=task,
        split="test",
        agent=cell.agent,
        run="s1",
        messages=messages,
        ledger=ledger,
        difficulty={"size": 9.0},
        started=1_767_000_000.0 + 1000 * luck(key, "start"),
        seconds=0.2 + luck(key, "time"),
        turns=2,
    )


def run_folder(folder: Path, name: str, steps: int = 120) -> None:
    """A training run's `curves.csv`."""
    (folder / name).mkdir(parents=True)
    lines = ["step,loss,reward,entropy,epoch"]
    for step in range(1, steps + 1):
        noise = luck(name, step) - 0.5
        rise = 1 - 0.98**step
        row: list[Any] = [step, 1.2 - rise + 0.2 * noise, 0.1 + 0.7 * rise + 0.2 * noise]
        lines.append(",".join(f"{value:.5g}" for value in [*row, 0.5 - 0.3 * rise, step / steps]))
    (folder / name / "curves.csv").write_text("\n".join(lines) + "\n")
