"""Synthesis of questions: walk, describe, blur, prove, and try again until the proofs hold.

After DeepDive (arXiv 2509.10446, section on automated data synthesis). A question of a split is a
pure function of the corpus, the options, the split and the index. Indexes cannot collide: each owns
a slice of its split's entities to start from, and a path whose query could as well start elsewhere
is only kept by the smallest of those starts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from ..corpus import Corpus, Kind
from ..dates import date_text
from ..grading import Answer
from .blur import Blurrer
from .cues import Describer
from .graph import Graph, hashed
from .need import Need, Search
from .proof import Prover
from .query import Edge, Query
from .question import Difficulty, Question
from .recipe import SHARES, Recipe, reach, recipes, sizes
from .render import Renderer, Rendering
from .walk import Path, walk
from .words import number

__all__ = ["SynthesisError", "Synthesiser"]

ATTEMPTS = (3, 6, 12, 24)
"""Walks from each start entity in each round; every round after the first is more lenient."""
ATTRIBUTE_SHARE = 0.3
"""How many questions ask for an attribute of the last entity instead of its name."""


class SynthesisError(RuntimeError):
    """No question could be made for an index."""


class Synthesiser:
    """Makes the questions of all splits over one corpus.

    Args:
        corpus: the world; it needs facts.
        retriever: whatever must fail to answer with one search; None leaves that proof out.
        hops: fewest and most relations on a path.
        blur: how vague cues are, 0 to 3.
        degree: fewest and most neighbours of an entity on a path.
        named: whether all questions name their first entity, as those of `hotpot` do.
        attributes: share of questions that ask for an attribute of the last entity, not its name.
        linked: whether each relation stands on the page that the path has reached by then.
        seed: another seed gives other questions and another division into splits.
        rewrite: puts a question's text into other words (a language model, for example). What it
            returns is used only if every constraint can still be read in it and no name of the
            path can; otherwise the original is kept.

    Raises:
        NoGraphError: the corpus has no facts to make questions from.
    """

    def __init__(
        self,
        corpus: Corpus,
        retriever: Search | None,
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
        self._attributes = attributes
        self.graph = Graph(corpus, degree, SHARES, seed, reach(hops), linked=linked)
        self.recipes: Mapping[str, Recipe] = recipes(self.graph, hops, blur, seed, named=named)
        self.sizes: Mapping[str, int] = sizes(self.graph)
        self._seed, self._rewrite = seed, rewrite
        self._prover = Prover(corpus)
        self._need = Need(corpus, retriever)
        self._describer = Describer(Blurrer(self.graph), self._prover)
        self._renderer = Renderer(corpus)
        self._order = lru_cache(maxsize=None)(self._order_of)

    def make(self, split: str, index: int) -> Question:
        """The question at `index` of a split.

        Raises:
            SynthesisError: none of the index's start entities gives a question.
        """
        recipe = self.recipes[split]
        for round, attempts in enumerate(ATTEMPTS):
            relaxed = recipe.relaxed(round)
            for start in self._starts(split, index):
                rng = random.Random(f"{self._seed}/{split}/{index}/{round}/{start}")
                for _ in range(attempts):
                    question = self._attempt(start, relaxed, rng)
                    if question is not None:
                        return question
        raise SynthesisError(
            f"no question {split}/{index} can be made on {self._corpus.name!r} with hops "
            f"{recipe.hops} and blur {recipe.blur}; use fewer hops, less blur or a larger corpus"
        )

    def _starts(self, split: str, index: int) -> list[int]:
        """The entities that this index alone may start from."""
        order, size = self._order(split), self.sizes[split]
        low, high = len(order) * index // size, len(order) * (index + 1) // size
        return order[low:high].tolist()

    def _order_of(self, split: str) -> np.ndarray:
        members = self.graph.members(split)
        return members[np.argsort(hashed(members, self._seed * 2 + 101), kind="stable")]

    # -- one attempt -----------------------------------------------------------------------------

    def _attempt(self, start: int, recipe: Recipe, rng: random.Random) -> Question | None:
        hops = rng.randint(*recipe.hops)
        path = walk(self.graph, start, hops, rng, without=recipe.without, wanted=recipe.wanted)
        if path is None or self._need.obvious_entity(path.entities[-1]):
            return None
        facts = tuple(step.fact for step in path.steps)
        pages = self._need.pages(facts)
        if pages is None or pages < min(2, hops):
            return None
        asked = self._asked(path.entities[-1], recipe, rng)
        edges = tuple(Edge(step.predicate, step.forward) for step in path.steps)
        query = self._describer.describe(path.entities, edges, asked, recipe, rng)
        if query is None:
            return None
        found = self._prover.answers(query, backward=True)
        if not recipe.named and int(found.starts[0]) != start:
            return None
        needed = self._describer.hops_needed(query)
        if needed < recipe.hops_needed:
            return None
        answer = self._answer(path.entities[-1], asked)
        rendering = self._worded(query, path, answer, recipe, rng)
        if rendering is None:
            return None
        described = self._prover.described(query)
        return Question(
            text=rendering.text,
            query=query,
            answer=answer,
            path=path.entities,
            facts=facts,
            documents=tuple(int(self._corpus.entity_document[e]) for e in path.entities),
            difficulty=Difficulty(
                hops=hops,
                blur=recipe.blur,
                cues=sum(len(variable.cues) for variable in query.variables),
                hops_needed=needed,
                largest_set=max(found.reached),
                log_product=round(float(np.log10(described).sum()), 3),
                pages=pages,
                words=len(rendering.text.split()),
            ),
        )

    def _asked(self, entity: int, recipe: Recipe, rng: random.Random) -> int:
        """The attribute to ask for, or -1 for the entity itself."""
        if rng.random() >= self._attributes:
            return -1
        type = int(self._corpus.entity_type[entity])
        predicates = [predicate for _, predicate, _, _ in self.graph.attributes(entity)]
        possible = [
            predicate
            for _, predicate, kind, value in self.graph.attributes(entity)
            if kind in (Kind.DATE, Kind.QUANTITY)
            and value > 0
            and predicates.count(predicate) == 1
            and not self._need.guessable(type, predicate)
        ]
        return rng.choice(possible) if possible else -1

    def _answer(self, entity: int, asked: int) -> Answer:
        corpus = self._corpus
        if asked < 0:
            title = corpus.title(int(corpus.entity_document[entity]))
            others = dict.fromkeys((*corpus.aliases(entity), title))
            others.pop(corpus.entity_name(entity), None)
            return Answer("name", corpus.entity_name(entity), tuple(others))
        value = next(v for _, p, _, v in self.graph.attributes(entity) if p == asked)
        schema = corpus.predicates[asked]
        if schema.kind == Kind.DATE:
            return Answer("date", date_text(value), value=value)
        unit = f" {schema.unit}" if schema.unit else ""
        return Answer("number", f"{number(value)}{unit}", value=value, unit=schema.unit)

    # -- wording ---------------------------------------------------------------------------------

    def _worded(
        self, query: Query, path: Path, answer: Answer, recipe: Recipe, rng: random.Random
    ) -> Rendering | None:
        """The text, if nothing in it gives the path or the answer away."""
        rendering = self._renderer.render(query, rng, known=_known(answer))
        if not self._keeps_secrets(rendering, path, answer, recipe):
            return None
        if self._rewrite is None:
            return rendering
        text = self._rewrite(rendering.text)
        if not isinstance(text, str) or not all(
            text.count(anchor) >= rendering.anchors.count(anchor) for anchor in rendering.anchors
        ):
            return rendering
        rewritten = Rendering(text, (text,), rendering.anchors)
        return rewritten if self._keeps_secrets(rewritten, path, answer, recipe) else rendering

    def _keeps_secrets(
        self, rendering: Rendering, path: Path, answer: Answer, recipe: Recipe
    ) -> bool:
        corpus = self._corpus
        hidden = path.entities[1:] if recipe.named else path.entities
        names = [answer.canonical, *answer.aliases]
        for entity in hidden:
            names += [corpus.entity_name(entity), *corpus.aliases(entity)]
        if self._need.closed_book(rendering.text, names):
            return False
        if not recipe.one_search:
            return True
        document = int(corpus.entity_document[path.entities[-1]])
        queries = dict.fromkeys((rendering.text, *rendering.sentences))
        return not self._need.found_by_one_search(document, list(queries))


def _known(answer: Answer) -> int:
    """How far a date is known: 1 its year, 2 its month, 3 its day."""
    value = answer.value or 0
    return 1 + (value % 10_000 > 0) + (value % 100 > 0)
