"""Questions: how they are synthesised from a corpus's graph, and the proofs that they hold.

    synthesiser = Synthesiser(corpus, retriever(corpus, "sparse"))
    question = synthesiser.make("test", 0)
    question.text, question.answer, question.difficulty

`query` is the structured question. `graph`, `walk`, `blur`, `cues`, `render` and `generate` write
it; `proof` (uniqueness) and `need` check it and share no code with the writers.
"""

from .blur import MAX_BLUR
from .generate import ATTRIBUTE_SHARE, Synthesiser, SynthesisError
from .graph import NoGraphError
from .question import Difficulty, Question

__all__ = [
    "ATTRIBUTE_SHARE",
    "MAX_BLUR",
    "Difficulty",
    "NoGraphError",
    "Question",
    "SynthesisError",
    "Synthesiser",
]
