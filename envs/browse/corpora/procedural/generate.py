"""From a seed and a size to a corpus folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...corpus import Corpus, CorpusWriter
from . import schema as s
from .attributes import make_attributes
from .draft import Draft
from .formats import slugs
from .geography import make_geography
from .names import make_names, make_titles
from .naming import Naming
from .offices import make_offices
from .pages import Pages
from .people import make_people
from .relations import make_relations
from .sizes import counts

__all__ = ["generate", "write"]


def generate(size: int, seed: int) -> tuple[Draft, Naming]:
    """All entities, facts and names of a world."""
    draft = Draft(seed, counts(size))
    towns = make_geography(draft)
    people = make_people(draft, towns)
    make_relations(draft, people, towns)
    make_offices(draft, people)
    make_attributes(draft)
    return draft, make_names(draft)


def write(path: Path, draft: Draft, naming: Naming) -> Corpus:
    """Render every page and write the corpus."""
    titles = make_titles(naming)
    addresses = slugs(titles)
    base = f"https://{addresses[0]}.example/wiki/"
    about = {"source": "procedural", "size": draft.size, "seed": draft.seed}
    name = f"procedural world {draft.seed} of {draft.size:,} entities"
    with CorpusWriter(
        path, name=name, types=s.TYPES, predicates=s.PREDICATES, about=about
    ) as writer:
        for text in draft.strings:
            writer.string(text)
        for type in range(len(s.TYPES)):
            for entity in draft.ids(type):
                writer.entity(type, naming.names[entity], naming.aliases.get(entity, ()))
        pages = Pages(draft, naming, titles, base, addresses)
        for entity, (text, links) in enumerate(pages):
            writer.document(pages.url(entity), titles[entity], text, links=links, entity=entity)
        writer.facts(
            np.frombuffer(draft.subject, dtype=np.int32),
            np.frombuffer(draft.predicate, dtype=np.int16),
            np.frombuffer(draft.value, dtype=np.int64),
            np.frombuffer(pages.fact, dtype=np.int32),
            np.frombuffer(pages.document, dtype=np.int32),
        )
        return writer.close()
