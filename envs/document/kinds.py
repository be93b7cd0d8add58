"""The six kinds of tasks: what is planted in a document, what is asked, and what must then be true.

Each kind is a function from a page (sections of sentences, to be changed) to an order: the request,
the repairs that an oracle makes, and the checks that somebody else decides by.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from .sections import ASK, LOCKED
from .topics import Topic
from .verify import Check
from .wording import DATED, PAD, REMARKS, SENTENCES, TERMS, Words

__all__ = ["KINDS", "Fix", "Order", "Page", "Part"]


class Fix(msgspec.Struct, frozen=True):
    """One repair: in this section the text `old`, which is there once, becomes `new`."""

    section: str
    old: str
    new: str


@dataclass
class Part:
    """A section in the making."""

    title: str
    owner: str
    policy: str
    sentences: list[str]


@dataclass
class Page:
    """A document in the making.

    Attributes:
        spare: titles that no section has.
        seats: everybody, writers first.
        items: how many things to plant.
    """

    topic: Topic
    words: Words
    rng: random.Random
    parts: list[Part]
    spare: list[str]
    seats: tuple[str, ...]
    items: int
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)

    def targets(self, count: int, needs: int = 2) -> list[Part]:
        """Sections to plant something in, none locked, the owners taking turns.

        Args:
            needs: the fewest sentences that each must have.
        """
        by_owner: dict[str, list[Part]] = {}
        for part in self.rng.sample(self.parts, len(self.parts)):
            if part.policy != LOCKED and len(part.sentences) >= needs:
                by_owner.setdefault(part.owner, []).append(part)
        owners = sorted(by_owner)
        self.rng.shuffle(owners)
        return [
            by_owner[owner][(i // len(owners)) % len(by_owner[owner])]
            for i in range(count)
            for owner in [owners[i % len(owners)]]
        ]

    def plant(self, part: Part, sentence: str) -> None:
        """Put a sentence somewhere in a section, not in front."""
        part.sentences.insert(self.rng.randint(1, len(part.sentences)), sentence)


@dataclass
class Order:
    """What is asked, how it is done, and when it is."""

    request: str
    fixes: list[Fix]
    items: list[tuple[Check, ...]]
    closes: list[str] = field(default_factory=list)
    """Comments to be closed."""


def errors(page: Page) -> Order:
    """Typos, and numbers that disagree with a fact sheet."""
    rng, facts = page.rng, list(page.topic.facts)
    rng.shuffle(facts)
    order = Order("", [], [])
    sheet: list[str] = []
    changed: set[str] = set()
    for number, part in enumerate(page.targets(page.items)):
        if number % 2 == 0 and facts:
            fact = facts.pop()
            right = rng.randint(fact.low, fact.high)
            wrong = _other_number(right, fact.low, fact.high, rng)
            told = f"{right:,} {fact.unit}"
            sheet.append(f"- {fact.label}: {told}")
            old, new = (fact.sentence.format(v=f"{v:,} {fact.unit}") for v in (wrong, right))
            page.plant(part, old)
        else:
            new, old = _misspelt(part, changed, rng)
            part.sentences[part.sentences.index(new)] = old
        changed.add(old)
        order.fixes.append(Fix(part.title, old, new))
        order.items.append((Check("has", new), Check("lacks", old)))
    for fact in facts[:2]:  # some numbers are right
        told = f"{rng.randint(fact.low, fact.high):,} {fact.unit}"
        sheet.append(f"- {fact.label}: {told}")
        page.plant(rng.choice(page.parts), fact.sentence.format(v=told))
    rng.shuffle(sheet)
    order.request = (
        f"Correct the {page.items} errors in this document: misspelt words (two letters "
        "exchanged), and numbers that are not those of the fact sheet. Change nothing else."
        "\n\nFact sheet\n" + "\n".join(sheet)
    )
    return order


def term(page: Page) -> Order:
    """One thing under two names; one name has to go."""
    right, wrong = page.topic.term
    order = Order(
        f"Call one thing by one name: write “{right}” wherever the document says “{wrong}” "
        f"({page.items} times), and change nothing else.",
        [],
        [],
    )
    for part in page.targets(page.items):
        new = page.words.fill(TERMS, term=right)
        old = new.replace(right, wrong)
        page.plant(part, old)
        order.fixes.append(Fix(part.title, old, new))
        order.items.append((Check("has", new), Check("lacks", old)))
    for part in page.targets(2):
        page.plant(part, page.words.fill(TERMS, term=right))
    return order


def outline(page: Page) -> Order:
    """Headings that are not those of the outline, and a section that is missing."""
    order = Order("", [], [])
    renamed: list[Part] = []
    for part in page.targets(min(max(2, page.items // 3), len(page.spare) - 1)):
        if part not in renamed:
            renamed.append(part)
    before = page.rng.choice([part for part in page.parts if part not in renamed])
    wanted = [part.title for part in page.parts]
    missing, sentence = page.spare.pop(), page.words.fill(SENTENCES)
    wanted.insert(wanted.index(before.title) + 1, missing)
    before.policy = ASK
    last = before.sentences[-1]
    order.fixes.append(Fix(before.title, last, f"{last}\n\n## {missing}\n{sentence}"))
    order.items.append((Check("follows", missing, before.title), Check("has", sentence, missing)))
    for part in renamed:
        right, part.title = part.title, page.spare.pop()
        order.fixes.append(Fix(part.title, f"## {part.title}", f"## {right}"))
        order.items.append((Check("follows", right), Check("lacks", f"## {part.title}\n")))
    order.request = (
        "Bring the document to this outline. Headings that differ are renamed (their texts stay), "
        "and the section that is missing is added in its place.\n\nOutline\n"
        + "\n".join(f"{number}. {title}" for number, title in enumerate(wanted, start=1))
        + f"\n\nThe new section has this one sentence: {sentence}"
    )
    return order


def length(page: Page) -> Order:
    """Sections that are too long for what they say."""
    order = Order("", [], [])
    asked: list[str] = []
    chosen: list[Part] = []
    for part in page.targets(max(2, page.items // 3)):
        if part in chosen:
            continue
        chosen.append(part)
        part.policy = ASK
        size = len(" ".join(part.sentences))
        pads = [page.words.fill(PAD) for _ in range(3)]
        for pad in pads:
            page.plant(part, pad)
        low, high = size - size // 20, size + min(map(len, pads)) // 2
        asked.append(f"- “{part.title}”: {low:,} to {high:,} characters")
        order.fixes += [Fix(part.title, f" {pad}", "") for pad in pads]
        order.items.append((Check("length", "", part.title, low, high),))
    order.request = (
        "These sections are too long. Cut them to the length that is given (of the section's text "
        "without its heading) by leaving out whole sentences that say nothing, which are those "
        "marked 💬. Every other sentence stays.\n\n" + "\n".join(asked)
    )
    return order


def comments(page: Page) -> Order:
    """Comments that ask for a year, to be answered in the text and closed."""
    order = Order("", [], [])
    for number, part in enumerate(page.targets(page.items), start=1):
        base = page.words.fill(DATED)
        old, year = f"{base}.", page.rng.randint(1871, 2019)
        new = f"{base} in {year}."
        page.plant(part, old)
        id = f"n{number}"
        others = [seat for seat in page.seats if seat != part.owner]
        author = part.owner if number % 2 else page.rng.choice(others or [part.owner])
        page.comments[id] = {
            "section": part.title,
            "quote": old,
            "author": author,
            "kind": "note",
            "text": f"{page.rng.choice(REMARKS)}: it was {year}.",
            "status": "open",
            "round": 0,
            "asked": "",
        }
        order.closes.append(id)
        order.fixes.append(Fix(part.title, old, new))
        order.items.append((Check("has", new), Check("lacks", old), Check("closed", id)))
    order.request = (
        f"Work off the {page.items} open comments. Each asks for a year: end the sentence that it "
        "is about with “in” and that year, before the full stop, and resolve the comment."
    )
    return order


def merge(page: Page) -> Order:
    """Two drafts of one passage, to be merged into a third section."""
    one, other, *_ = page.parts
    target = page.parts[2 + page.rng.randrange(2)]
    shared = [page.words.fill(SENTENCES) for _ in range(2)]
    own = [[page.words.fill(SENTENCES) for _ in range(max(2, page.items // 2))] for _ in range(2)]
    for part, mine in ((one, own[0]), (other, own[1])):
        part.sentences = [*mine, *shared]
        page.rng.shuffle(part.sentences)
    union = [*one.sentences, *(s for s in other.sentences if s not in shared)]
    gap = "⟨ to be merged ⟩"
    target.sentences, target.policy = [gap], ASK
    text = " ".join(union)
    return Order(
        f"“{one.title}” and “{other.title}” are two drafts of one passage. Merge them in "
        f"“{target.title}”: in place of “{gap}” put every sentence that one of the drafts has, "
        "each exactly once, in any order. The drafts stay as they are.",
        [Fix(target.title, gap, text)],
        [(Check("has", sentence, target.title), Check("lacks", gap)) for sentence in union],
    )


KINDS: Mapping[str, Callable[[Page], Order]] = {
    "errors": errors,
    "outline": outline,
    "term": term,
    "length": length,
    "comments": comments,
    "merge": merge,
}


def _other_number(right: int, low: int, high: int, rng: random.Random) -> int:
    while True:
        wrong = rng.randint(low, high)
        if wrong != right:
            return wrong


def _misspelt(part: Part, changed: set[str], rng: random.Random) -> tuple[str, str]:
    """A sentence of a section, right and with two letters of one word exchanged."""
    while True:
        sentence = rng.choice(part.sentences)
        words = [w for w in sentence.split() if len(w) > 5 and w.isascii() and w.islower()]
        words = [w for w in words if w.isalpha() and sentence.count(w) == 1]
        if not words or sentence in changed:
            continue
        word = rng.choice(words)
        at = rng.randrange(1, len(word) - 2)
        if word[at] != word[at + 1]:
            swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            return sentence, sentence.replace(word, swapped)
