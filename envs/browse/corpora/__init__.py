"""Where corpora come from: each source turns its options into a corpus folder.

`SOURCES` is the list; `world.open_corpus` reads specs such as "procedural:size=10000,seed=1" with
it, keeps what was built, and knows nothing else about a source.
"""

from .source import SOURCES, Source, SpecError, source

__all__ = ["SOURCES", "Source", "SpecError", "source"]
