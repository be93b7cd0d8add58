"""What is asked in *document*: one document and one order for each index, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from ..core import Task, TaskSource, check_among, check_between
from .editing import trimmed
from .kinds import KINDS, Fix, Order, Page, Part
from .sections import ASK, LOCKED, OPEN
from .topics import TOPICS
from .verify import Check
from .wording import SENTENCES, Words
from .world import Draft

__all__ = ["OPENINGS", "DocumentTasks", "Truth", "document_tasks", "seats_of"]

_SIZES = {"train": 1000, "validation": 200, "test": 300, "ood": 300}

RULES = """\
A document belongs to several people, who edit it at the same time, with assistants beside them.

Norms
- Each section has an owner. Other people's sections are changed with leave only: `suggest` a \
change, which the owner accepts or rejects, or `request_permission` and wait until it is granted. \
Without leave, every character of others that you remove and every one that you put among theirs \
counts against you, even if you put back what you took away.
- `open` sections anybody may change, `ask` needs leave, in `locked` ones others can only suggest.
- Assistants do not change text: they comment and suggest.
- Claim a task before you work on it: what was asked for is accepted soon, what was not asked for \
late. More than 3 comments of one agent in one round are ignored.

How to
- `read` shows a section as it is now. Point at a text by quoting it exactly (`quote`; it must be \
in the section once), or by the numbers of its characters within the section (`start`, `end`).
- All move at once, and are told what others did a round or more later. `wait` lets a round pass; \
`finish` ends your part.
"""
OPENINGS = ("document", "outline")
"""What is told at the beginning: everything, or the outline, for those who are to `read` it."""


class Truth(msgspec.Struct, frozen=True):
    """What an agent must never see.

    Attributes:
        kind: of the task.
        draft: the document as it is found.
        fixes: repairs that do the task.
        closes: comments to be closed.
        items, kept: what decides (see `verify.completion`).
        needed: characters that the repairs remove and insert.
    """

    kind: str
    draft: Draft
    fixes: tuple[Fix, ...]
    closes: tuple[str, ...]
    items: tuple[tuple[Check, ...], ...]
    kept: tuple[str, ...]
    needed: int


def seats_of(writers: int, assistants: int) -> tuple[str, ...]:
    """The names of the agents, writers first."""
    return (
        *(f"writer_{i}" for i in range(writers)),
        *(f"assistant_{j}" for j in range(assistants)),
    )


class DocumentTasks(TaskSource):
    """Documents of about 5,000 characters (`ood`: 11,000, on other topics, with more to do).

    Args:
        writers, assistants: who there is.
        kind: of the tasks; `all` takes turns.
        opening: of `OPENINGS`.
        seed: another seed gives other documents.
    """

    remember = 512

    def __init__(
        self,
        *,
        writers: int = 2,
        assistants: int = 1,
        kind: str = "all",
        opening: str = "document",
        seed: int = 0,
    ) -> None:
        check_between("writers", writers, 2, 6)
        check_between("assistants", assistants, 0, 6)
        check_among("kind", kind, ("all", *KINDS))
        check_among("opening", opening, OPENINGS)
        self.seats = seats_of(writers, assistants)
        self._writers, self._kind, self._seed = writers, kind, seed
        self._whole = opening == "document"

    @property
    def splits(self) -> Mapping[str, int]:
        return dict(_SIZES)

    def make(self, split: str, index: int) -> Task:
        rng = random.Random(f"document {self._seed} {len(self.seats)} {split} {index}")
        kind = self._kind if self._kind != "all" else list(KINDS)[index % len(KINDS)]
        far = split == "ood"
        page = self._page(rng, far)
        order = KINDS[kind](page)
        sections = tuple((p.title, p.owner, p.policy, " ".join(p.sentences)) for p in page.parts)
        draft = Draft(
            page.topic.title, sections, page.comments, self._requests(kind), self._profiles()
        )
        return Task(
            id=f"{split}/{index}",
            split=split,
            prompt=_prompt(self.seats, draft, order, self._whole),
            truth=self._truth(kind, page, draft, order),
            difficulty={
                "characters": float(sum(len(text) for *_, text in sections)),
                "items": float(len(order.items)),
                "sections": float(len(sections)),
            },
            seed=self._seed,
        )

    def _page(self, rng: random.Random, far: bool) -> Page:
        topic = rng.choice(TOPICS["unknown" if far else "known"])
        words = Words(topic, rng)
        titles = list(topic.sections)
        head, *rest = titles
        rng.shuffle(rest)
        count = 8 if far else 6
        spare = rest[count - 1 :]
        writers = self.seats[: self._writers]
        first = rng.randrange(len(writers))
        parts = [
            Part(
                title,
                writers[(first + i) % len(writers)],
                rng.choices((ASK, OPEN, LOCKED), (6, 2, 2))[0],
                [words.fill(SENTENCES) for _ in range(rng.randint(*(13, 17) if far else (8, 11)))],
            )
            for i, title in enumerate([head, *rest[: count - 1]])
        ]
        for writer in writers:  # everybody has a section that needs leave
            mine = [part for part in parts if part.owner == writer]
            if all(part.policy != ASK for part in mine):
                mine[-1].policy = ASK
        items = rng.randint(*(9, 12) if far else (4, 7))
        return Page(topic, words, rng, parts, spare, self.seats, items)

    def _truth(self, kind: str, page: Page, draft: Draft, order: Order) -> Truth:
        touched = {fix.old.strip() for fix in order.fixes if fix.new != fix.old}
        kept = [s for p in page.parts for s in p.sentences if s not in touched]
        needed = 0
        for fix in order.fixes:
            start, end, text = trimmed(fix.old, 0, len(fix.old), fix.new)
            needed += end - start + len(text)
        return Truth(
            kind,
            draft,
            tuple(order.fixes),
            tuple(order.closes),
            tuple(order.items),
            tuple(dict.fromkeys(kept)),
            needed,
        )

    def _requests(self, kind: str) -> dict[str, dict[str, Any]]:
        """Each writer asks everybody else for help."""
        pairs = [(w, s) for w in self.seats[: self._writers] for s in self.seats if s != w]
        return {
            f"t{number}": {
                "requester": writer,
                "assignee": seat,
                "spec": f"Help with my sections ({kind}).",
                "trigger": "manual",
                "status": "waiting",
            }
            for number, (writer, seat) in enumerate(pairs, start=1)
        }

    def _profiles(self) -> dict[str, dict[str, Any]]:
        writers = self.seats[: self._writers]
        return {
            seat: {"owner": writers[i % len(writers)], "fields": {"role": "reviewer 🧐"}}
            for i, seat in enumerate(self.seats[self._writers :])
        }


def _prompt(seats: tuple[str, ...], draft: Draft, order: Order, whole: bool) -> str:
    listed = "\n".join(
        f"{number}. {title} ({owner}, {policy})"
        for number, (title, owner, policy, _) in enumerate(draft.sections, start=1)
    )
    return (
        f"{RULES}\nTaking part: {', '.join(seats)}\n\n"
        f"The document “{draft.title}” (section, owner, policy)\n{listed}\n\n"
        f"{_text(draft) if whole else ''}The order\n{order.request}"
    )


def _text(draft: Draft) -> str:
    """The sections as `read` shows them, and the open comments."""
    parts = ["Its text, as you find it"]
    parts += [f"## {title}\n{text}" for title, _, _, text in draft.sections]
    comments = [
        f"{id} by {record['author']} on “{record['quote']}” in “{record['section']}”: "
        f"{record['text']}"
        for id, record in draft.comments.items()
    ]
    if comments:
        parts.append("\n".join(["Open comments", *comments]))
    tasks = [
        f"{id}: {record['requester']} asks {record['assignee']}: {record['spec']}"
        for id, record in draft.tasks.items()
    ]
    parts.append("\n".join(["Tasks that wait", *tasks]))
    return "\n\n".join(parts) + "\n\n"


@lru_cache(maxsize=16)
def document_tasks(
    writers: int, assistants: int, kind: str, opening: str, seed: int
) -> DocumentTasks:
    """The tasks of these options, shared by all environments of a process."""
    return DocumentTasks(
        writers=writers, assistants=assistants, kind=kind, opening=opening, seed=seed
    )
