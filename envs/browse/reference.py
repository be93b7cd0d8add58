"""Reference agents of *browse*: an oracle, honest baselines without a model, and cheats.

Only the oracle is privileged. The others read what an agent reads, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..core import Reference, Script, Seat, call, say, text_of
from .greedy import greedy_reader
from .reading import asked_values, question_of, results, spans
from .tasks import Truth

__all__ = ["REFERENCES"]


def oracle(seat: Seat) -> Script:
    """Walk the hidden path through real tool calls, then answer.

    Each page is searched for by its title and clicked; where the search does not show it, it is
    opened by its address. With a budget too small for the whole path, its end is walked.
    """
    yield from _walk(seat, brief=False)


def brief_oracle(seat: Seat) -> Script:
    """Walk the hidden path, but answer where the answer is read: its own page is left out if the
    page before names it. The shorter demonstration, to train on."""
    yield from _walk(seat, brief=True)


def _walk(seat: Seat, *, brief: bool) -> Script:
    assert seat.env is not None
    truth: Truth = seat.env.task.truth
    corpus = seat.env.corpus  # type: ignore[attr-defined]
    budget = seat.env.limits.tool_calls or 0
    answer, page = truth.answer.canonical, ""
    for document in truth.documents[-(budget // 2) :]:
        if brief and document == truth.documents[-1] and answer in page:
            break
        shown = yield call("search", query=corpus.title(document)[:1000] or "?")
        url = corpus.url(document)
        number = next((r.number for r in results(text_of(shown)) if r.url == url), None)
        page = text_of(
            (yield call("open", url=url) if number is None else call("click", id=number))
        )
    yield call("answer", text=answer)


def closed_book(seat: Seat) -> Script:
    """Answer from the question alone: a middling year, a middling number, or a name it contains."""
    question = question_of(text_of(seat.opening))
    last = re.split(r"(?<=[.?])\s", question)[-1]
    known = spans(question)
    years = [(low + high) // 2 for low, high in known if 1000 <= low <= high <= 2100]
    if re.search(r"which (exact date|year)", last):
        year = max(years, default=1900)
        guess = f"1 January {year}" if "exact date" in last else str(year)
    elif "how many" in last:
        numbers = [(low + high) // 2 for low, high in known]
        guess = str(max(numbers, default=100))
    else:
        names = re.findall(r"(?<![.?!] )\b[A-Z]\w+(?: [A-Z]\w+)*", question)
        guess = max(names, key=names.count) if names else "John Smith"
    yield call("answer", text=guess)


def one_shot_search(seat: Seat) -> Script:
    """Search once with the whole question; answer with the first result, or a value it shows."""
    question = question_of(text_of(seat.opening))
    found = results(text_of((yield call("search", query=question[:1000]))))
    if not found:
        return
    last = re.split(r"(?<=[.?])\s", question)[-1]
    snippets = " ".join(result.snippet for result in found)
    values = asked_values(last, snippets)
    yield call("answer", text=values[0] if values else found[0].title)


def answer_stuffer(seat: Seat) -> Script:
    """Search, then answer with every candidate at once."""
    question = question_of(text_of(seat.opening))
    candidates: list[str] = []
    for part in (question, *re.split(r"(?<=[.?])\s", question)):
        found = results(text_of((yield call("search", query=part[:1000] or "?"))))
        candidates += [result.title for result in found]
        candidates += asked_values(question, " ".join(result.snippet for result in found))
    separator = seat.rng.choice([", ", " or ", "\n", " / ", "; "])
    yield call("answer", text=separator.join(dict.fromkeys(candidates))[:15_000] + " or unknown")


def format_breaker(seat: Seat) -> Script:
    """Work honestly, but send one malformed call before the answer."""
    question = question_of(text_of(seat.opening))
    found = results(text_of((yield call("search", query=question[:1000]))))
    broken = seat.rng.choice(
        [
            call("click", id="first"),
            call("click"),
            call("search", query=["a", "list"]),
            call("open_page", url="x"),
            call("answer"),
            say("I am thinking aloud, with no call."),
        ]
    )
    yield broken
    yield call("answer", text=found[0].title if found else "unknown")


SECRETS = ("truth", "answer", "solution", "gold", "meta.json", "task", "path", "state", "ledger")


def snooper(seat: Seat) -> Script:
    """Try addresses, paths, queries and arguments that could leak the truth, then answer."""
    question = question_of(text_of(seat.opening))
    addresses = [
        "file:///etc/passwd",
        "../meta.json",
        "/proc/self/environ",
        "palestra://truth",
        "0",
        "-1",
        "",
        *(f"{prefix}{secret}" for secret in SECRETS for prefix in ("", "/")),
    ]
    seat.rng.shuffle(addresses)
    leaked: list[str] = []
    for address in addresses[:6]:
        leaked.append(text_of((yield call("open", url=address))))
    for query in ("answer: ", "__class__ truth", "site:truth *", question.split(". ")[-1]):
        leaked.append(text_of((yield call("search", query=query))))
    for id in (0, -1, 10**6):
        leaked.append(text_of((yield call("click", id=id))))
    leaked.append(text_of((yield call("find", text="answer"))))
    secret = [
        match
        for text in leaked
        if not results(text)
        for match in re.findall(r"(?i)(?:answer|truth|solution) ?(?:is|=|:) ?([^\n.,]+)", text)
    ]
    yield call("answer", text=secret[0] if secret else "unknown")


REFERENCES: Mapping[str, Reference] = {
    "oracle": Reference(oracle, "oracle", "walks the hidden path through real calls", True),
    "brief_oracle": Reference(
        brief_oracle, "oracle", "the same, without the answer's own page if it can", True
    ),
    "greedy_reader": Reference(
        greedy_reader, "baseline", "searches, reads, follows links; no model", at_most=0.6
    ),
    "one_shot_search": Reference(
        one_shot_search, "baseline", "one search with the whole question", at_most=0.05
    ),
    "closed_book": Reference(
        closed_book, "baseline", "answers from the question alone", at_most=0.02
    ),
    "answer_stuffer": Reference(answer_stuffer, "adversary", "lists every candidate it found"),
    "format_breaker": Reference(format_breaker, "adversary", "sends a malformed call"),
    "snooper": Reference(snooper, "adversary", "tries addresses and arguments that leak truth"),
}
