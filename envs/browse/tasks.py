"""What is asked in *browse*: the questions of a corpus as tasks, made when they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import msgspec

from ..core import Task, TaskSource
from .grading import Answer
from .questions import ATTRIBUTE_SHARE, Synthesiser
from .questions.need import Search
from .retrieval import retriever
from .world import open_corpus

__all__ = ["BrowseTasks", "Truth", "browse_tasks"]


class Truth(msgspec.Struct, frozen=True):
    """What an agent must never see.

    Attributes:
        answer: what is right.
        documents: the pages of the hidden path, from its beginning to the answer (empty if the
            question was not synthesised).
        path: their entities.
    """

    answer: Answer
    documents: tuple[int, ...] = ()
    path: tuple[int, ...] = ()


class BrowseTasks(TaskSource):
    """Synthesised questions by split and index; see `Synthesiser` for the arguments' meaning.

    The graph is only prepared when a split or a task is first asked for.
    """

    def __init__(
        self,
        corpus: str = "procedural",
        *,
        hops: tuple[int, int] = (5, 9),
        blur: int = 2,
        degree: tuple[int, int] = (4, 8),
        named: bool = False,
        attributes: float = ATTRIBUTE_SHARE,
        linked: bool = False,
        seed: int = 0,
        rewrite: Callable[[str], str] | None = None,
    ) -> None:
        self._corpus = corpus
        self._options = {
            "hops": hops, "blur": blur, "degree": degree, "named": named,
            "attributes": attributes, "linked": linked, "seed": seed,
        }  # fmt: skip
        self._rewrite = rewrite
        self._seed = seed
        self._made: Synthesiser | None = None

    @property
    def synthesiser(self) -> Synthesiser:
        """The generator, prepared on first use.

        The single search that must fail is always the sparse one, so that a question does not
        depend on the retrieval that an environment offers.
        """
        if self._made is None:
            corpus = open_corpus(self._corpus)
            search: Search = retriever(corpus, "sparse")
            self._made = Synthesiser(corpus, search, rewrite=self._rewrite, **self._options)
        return self._made

    @property
    def splits(self) -> Mapping[str, int]:
        return self.synthesiser.sizes

    def make(self, split: str, index: int) -> Task:
        question = self.synthesiser.make(split, index)
        return Task(
            id=f"{split}/{index}",
            split=split,
            prompt=question.text,
            truth=Truth(question.answer, question.documents, question.path),
            difficulty={
                name: float(value)
                for name, value in msgspec.structs.asdict(question.difficulty).items()
            },
            seed=self._seed,
        )

    def __getstate__(self) -> dict[str, object]:
        return {**super().__getstate__(), "_made": None}


@lru_cache(maxsize=8)
def browse_tasks(
    corpus: str,
    hops: tuple[int, int],
    blur: int,
    degree: tuple[int, int],
    seed: int,
    named: bool = False,
    attributes: float = ATTRIBUTE_SHARE,
    linked: bool = False,
) -> BrowseTasks:
    """The tasks of these options, shared by all environments of a process."""
    return BrowseTasks(
        corpus,
        hops=hops, blur=blur, degree=degree, named=named, attributes=attributes, linked=linked,
        seed=seed,
    )  # fmt: skip
