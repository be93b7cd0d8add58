"""A corpus: documents with links, and the graph of facts they state, on disk and memory-mapped.

Every world that *browse* can be played in (procedural, Debian, imported triples or documents) is
written once by `CorpusWriter` and read through `Corpus`; retrieval, question synthesis and the
environment know nothing else about where a world came from.

    with CorpusWriter(path, name="towns", types=types, predicates=predicates) as writer:
        varn = writer.entity(0, "Varn")
        page = writer.document("https://towns.example/varn", "Varn", "...", entity=varn)
        writer.fact(varn, 0, 18430503, documents=[page])
        corpus = writer.close()

A corpus is a folder of NumPy arrays, opened in milliseconds and shared between processes by the
page cache. Its rule: ids are dense integers (`0..n-1`), and the arrays are never changed once
written.
"""

from .storage.reader import Corpus
from .storage.schema import FORMAT, CorpusError, Document, EntityType, Fact, Kind, Predicate
from .storage.writer import CorpusWriter

__all__ = [
    "FORMAT",
    "Corpus",
    "CorpusError",
    "CorpusWriter",
    "Document",
    "EntityType",
    "Fact",
    "Kind",
    "Predicate",
]
