"""Opening a world: `open_corpus("procedural:size=10000,seed=1")`.

A spec is the name of a source with options, or the path of a corpus folder. What a source builds
is kept in the cache folder under a name made from its content, so that it is built once for each
machine and opened in milliseconds from then on.
"""

from __future__ import annotations

import gc
import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..core import cache_folder
from .corpora import SOURCES, Source, SpecError, source
from .corpus import Corpus, CorpusError
from .folders import build_once

__all__ = ["open_corpus"]


def open_corpus(spec: str | os.PathLike[str] = "procedural") -> Corpus:
    """The corpus that a spec names, built on first need; one object for each spec and process.

    Args:
        spec: a source's name, with options if need be ("procedural:size=10000,seed=0",
            "debian:lists=/some/folder"), or the path of a corpus folder.

    Raises:
        SpecError: there is no such source, option or folder.
        CorpusError: a folder given as a path is no corpus, or damaged.
        FolderError: the cache folder cannot be written to.
    """
    return _opened(os.fspath(spec), cache_folder() / "corpora")


@lru_cache(maxsize=16)
def _opened(spec: str, cache: Path) -> Corpus:
    name, _, given = spec.partition(":")
    if name not in SOURCES:
        return _opened_folder(spec)
    maker = source(name)
    options = _options(name, given, maker.options)
    key = maker.key(**options)
    path = cache / f"{name}-{hashlib.blake2b(key.encode(), digest_size=10).hexdigest()}"
    return build_once(
        path,
        _opened_if_whole,
        lambda path: _built(maker, path, options),
        f"the corpus {spec!r}",
    )


def _built(maker: Source, path: Path, options: dict[str, Any]) -> None:
    """Build without the cyclic garbage collector, which would visit millions of objects in vain."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        maker.build(path, **options)
    finally:
        if collecting:
            gc.enable()


def _opened_folder(spec: str) -> Corpus:
    path = Path(spec).expanduser()
    if not spec or not path.is_dir():
        known = ", ".join(sorted(SOURCES))
        raise SpecError(
            f"no corpus {spec!r}: expected a corpus folder, or one of the sources {known} "
            'with its options, such as "procedural:size=10000,seed=1"'
        )
    return Corpus(path)


def _opened_if_whole(path: Path) -> Corpus | None:
    if not path.is_dir():
        return None
    try:
        return Corpus(path)
    except CorpusError:
        return None


def _options(name: str, given: str, defaults: dict[str, Any]) -> dict[str, Any]:
    """The options of a spec, with the types of the source's defaults."""
    options = dict(defaults)
    # A comma in a value (a path, say) is part of it unless another "option=" follows.
    for item in re.split(r",(?=\w+=)", given) if given else []:
        option, equals, text = item.partition("=")
        if not equals or option not in defaults:
            expected = ", ".join(f"{o}=..." for o in defaults) or "no options"
            raise SpecError(f"{item!r} is no option of the corpus source {name!r}: {expected}")
        options[option] = _value(name, option, text, defaults[option])
    missing = [option for option, value in options.items() if value is None]
    if missing:
        raise SpecError(
            f'the corpus source {name!r} needs {missing[0]}=..., as in "{name}:{missing[0]}=..."'
        )
    return options


def _value(name: str, option: str, text: str, default: Any) -> Any:
    if not isinstance(default, int):
        return text
    try:
        return int(text.replace("_", ""))
    except ValueError as error:
        raise SpecError(
            f"{option}={text!r} of the corpus source {name!r} should be a whole number"
        ) from error
