"""The speeds of *document*: joint steps, merges, a long episode; and that replicas agree.

    python benchmarks/document_speed.py                # each in a few seconds
    python benchmarks/document_speed.py --seconds 2

User CPU time of this process is counted, so a machine that is busy with other things does not show.
Aims: 2,000 joint steps a second of three agents on a document of 10,000 characters, and 20 ms for
two replicas that differ by 1,000 edits.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import time
from collections.abc import Callable

from palestra.envs.core import call
from palestra.envs.document.env import DocumentArena
from palestra.envs.document.replica import Replica
from palestra.envs.document.sections import outline

AUTHORS = ("a", "b", "c")
SIZE = 10_000


def steps(seconds: float, edit: bool) -> float:
    """Joint steps a second: all three edit (a letter in, a letter out), or all wait."""
    env = DocumentArena(turns=10_000, kind="errors", rights="edit")
    env.reset(seed=0, options={"task": "test/0"})
    replica = env.state.replicas["writer_0"]
    free = [section for section in outline(replica) if section.policy != "locked"]
    own = {s: next(x.title for x in free if x.owner == s) for s in env.agents[:2]}
    other = next(x.title for x in free if x.title not in own.values())
    filler = "Ein naïver Satz über nichts. 🙂 " * 400
    for seat, title in own.items():
        missing = (SIZE - len(replica.text)) // 2
        env.step({seat: call("insert", section=title, text=filler[:missing])})
    titles = {**own, env.agents[2]: other}
    writes = {s: call("insert", section=title, text="é", at=40) for s, title in titles.items()}
    erases = {s: call("delete", section=title, start=40, end=41) for s, title in titles.items()}
    waits = dict.fromkeys(env.agents, call("wait"))
    done, began = 0, time.process_time()
    while time.process_time() - began < seconds and env.state.round < 9_000:
        env.step(writes if edit else waits)
        env.step(erases if edit else waits)
        done += 2
    took = time.process_time() - began
    assert not edit or env.state.tallies[env.agents[2]].edits == done
    return done / took


def merge_ms() -> float:
    """Two replicas that diverged by 1,000 edits each way, until both have everything."""
    base = Replica("a", 99, AUTHORS)
    base.insert(0, "Ein naïver Satz. 🙂 " * (SIZE // 19), "a")
    one, other = (Replica(n, i, AUTHORS, base.state()) for i, n in ((1, "a"), (2, "b")))
    rng = random.Random(0)
    for replica in (one, other):
        for _ in range(500):
            at = rng.randrange(len(replica.text) - 5)
            if rng.random() < 0.7:
                replica.insert(at, "wört ", replica.name)
            else:
                replica.delete(at, at + 4)
    began = time.process_time()
    mine, theirs = one.take_updates(), other.take_updates()
    one.apply(theirs)
    other.apply(mine)
    took = time.process_time() - began
    assert one.content() == other.content()
    return 1000 * took


def agree(runs: int) -> int:
    """Random interleavings in which three replicas ended with equal bytes and right authors."""
    letters = {"a": "aäα😀", "b": "bß中\u0301", "c": "cć\n🤷🏽‍♀️"}
    held = 0
    for run in range(runs):
        rng = random.Random(run)
        base = Replica("a", 99, AUTHORS)
        base.insert(0, "".join(rng.choices(letters["a"], k=20)), "a")
        all_ = [Replica(name, i, AUTHORS, base.state()) for i, name in enumerate(AUTHORS, start=1)]
        waiting: list[tuple[Replica, list[tuple[bytes, str, str]]]] = []
        for step in range(20):
            for replica in all_:
                at = rng.randint(0, len(replica.text))
                if rng.random() < 0.6:
                    text = "".join(rng.choices(letters[replica.name], k=rng.randint(1, 4)))
                    replica.insert(at, text, replica.name)
                else:
                    replica.delete(at, min(len(replica.text), at + rng.randint(0, 4)))
                waiting.append((replica, replica.take_updates()))
            if rng.random() < 0.3 or step == 19:
                for sender, sent in waiting:
                    for replica in all_:
                        if replica is not sender:
                            replica.apply(sent)
                waiting.clear()
        same = len({replica.content() for replica in all_}) == 1
        right = all(
            letter in letters[all_[0].author_at(i)] for i, letter in enumerate(all_[0].text)
        )
        held += same and right
    return held


def grown_kb() -> tuple[float, float]:
    """Memory that 1,000 rounds with delay add, the ledger aside: up to round 300, and after."""
    env = DocumentArena(turns=2_000, kind="errors", delay=3)
    env.reset(seed=0, options={"task": "test/0"})
    titles = {
        s: next(x.title for x in outline(env.state.replicas[s]) if x.owner == s)
        for s in env.agents[:2]
    }
    marks = []
    for number in range(1_001):
        if number % 2:
            acts = {s: call("delete", section=t, start=40, end=44) for s, t in titles.items()}
        else:
            acts = {s: call("insert", section=t, text="wört", at=40) for s, t in titles.items()}
        env.step(acts)
        env.ledger._entries.clear()
        if number in (0, 300, 1_000):
            gc.collect()
            marks.append(_resident_kb())
    return marks[1] - marks[0], marks[2] - marks[1]


def _resident_kb() -> float:
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024
    except OSError:  # no such file outside Linux: the most that there ever was
        return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def episode_ms(name: str) -> float:
    """CPU of one reset and one wait, for scale."""
    env = DocumentArena(kind=name)
    began = time.process_time()
    for index in range(20):
        env.reset(seed=index, options={"task": f"test/{index}"})
    return 50 * (time.process_time() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="CPU time of each loop")
    parser.add_argument("--runs", type=int, default=1000, help="interleavings")
    given = parser.parse_args()
    lines: list[tuple[str, Callable[[], str]]] = [
        (
            "joint steps a second, all three edit",
            lambda: f"{steps(given.seconds, True):,.0f}",
        ),
        ("joint steps a second, all wait", lambda: f"{steps(given.seconds, False):,.0f}"),
        ("merge after 1,000 edits, ms", lambda: f"{merge_ms():.1f}"),
        ("task and reset, ms", lambda: f"{episode_ms('errors'):.1f}"),
        (
            "memory of rounds 1-300 and 301-1,000, kB",
            lambda: "{:,.0f} and {:,.0f}".format(*grown_kb()),
        ),
        (f"of {given.runs:,} interleavings agree", lambda: f"{agree(given.runs):,}"),
    ]
    for what, measure in lines:
        print(f"{what:48} {measure()}", flush=True)


if __name__ == "__main__":
    main()
