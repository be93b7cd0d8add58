"""What a training run made, as an agent: `trained/<run folder>`, and its checkpoints.

    trained/runs/first               # the model at the end
    trained/runs/first?step=50       # a checkpoint

It plays as it was trained: protocol and length of replies are those of the run, unless the URI says
otherwise. `weights_of` is what training uses to begin where another run ended.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from ..envs.core import UsageError
from .models import MODELS, located

if TYPE_CHECKING:
    from .base import Agent

__all__ = ["agent_of", "from_uri", "weights_of"]

_AS_TRAINED = ("max_tokens", "protocol")
_BLOCK = 4096


class _Run(NamedTuple):
    folder: Path
    config: Mapping[str, Any]

    def weights(self, step: str | None = None) -> Path:
        """The folder of the model at the end, or of a checkpoint."""
        path = self.folder / ("model" if step is None else f"checkpoints/checkpoint-{step}")
        if (path / "config.json").is_file():
            return path
        steps = sorted(
            int(found.name.rpartition("-")[2])
            for found in self.folder.glob("checkpoints/checkpoint-*")
        )
        there = f"checkpoints: {', '.join(map(str, steps))}" if steps else "no checkpoints yet"
        missing = "has no model yet: it did not end" if step is None else f"has no step {step}"
        raise UsageError(f"{self.folder} {missing} ({there}); name one with ?step=...")


def from_uri(name: str, options: dict[str, str]) -> Agent:
    """`trained/<run folder>?step=50&temperature=0.7`; further options are those of `hf/...`."""
    from .hf import OPTIONS, make
    from .uri import take_options

    run = _run(name)
    taken = take_options(f"trained/{name}", options, {**OPTIONS, "step": str})
    step = taken.pop("step", None)
    given = {**({"step": step} if step else {}), **dict(sorted(taken.items()))}
    trained = {key: run.config[key] for key in _AS_TRAINED if run.config.get(key)}
    path = run.weights(step)
    agent = make(str(path), f"trained/{name}", {**trained, **taken})
    shown = {key: value for key, value in given.items() if key not in ("batch", "device")}
    agent.uri = f"trained/{name}" + (f"?{urlencode(shown)}" if shown else "")
    agent.identity = {"weights": fingerprint(path)}
    return agent


def weights_of(model: str) -> str:
    """The folder of a model to train, or its name on the hub.

    Args:
        model: a short name of `palestra models`, a training run's folder with or without
            `trained/` in front (and `?step=...`), a folder with a model, or a name on the hub.

    Raises:
        UsageError: there is no such model or run.
    """
    if model in MODELS:
        return str(located(model))
    path, _, query = model.partition("?")
    name = path.removeprefix("trained/")
    if path != name or (Path(name) / "model").is_dir():
        return str(_run(name).weights(query.removeprefix("step=") or None))
    return model


def agent_of(model: str, **options: Any) -> str:
    """The URI of the agent that a model is before it is trained.

    Args:
        model: as `weights_of` takes it.
        options: what it is to play with; those that are empty are left out, and so are those that
            it was trained with, since it plays so anyway: one agent has one name.
    """
    path, _, query = model.partition("?")
    if model in MODELS:
        scheme = model
    elif path.startswith("trained/") or not (Path(path) / "model").is_dir():
        scheme = path if path.startswith("trained/") else f"hf/{path}"
    else:
        scheme = f"trained/{path}"
    if scheme.startswith("trained/"):
        trained = _run(scheme.removeprefix("trained/")).config
        options = {k: v for k, v in options.items() if k not in _AS_TRAINED or trained.get(k) != v}
    given = [query] if query else []
    given += [urlencode({name: value}) for name, value in options.items() if value]
    return scheme + (f"?{'&'.join(given)}" if given else "")


def fingerprint(folder: Path) -> str:
    """Tells one set of weights from another: sizes, and blocks spread over the files.

    Training changes every block, so a few of them are enough.
    """
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(folder.glob("*.safetensors")):
        size = file.stat().st_size
        digest.update(f"{file.name} {size}".encode())
        with file.open("rb") as stream:
            for part in range(64):
                stream.seek(max(0, size - _BLOCK) * part // 63)
                digest.update(stream.read(_BLOCK))
    return digest.hexdigest()


def _run(name: str) -> _Run:
    folder = Path(name).expanduser()
    try:
        config = json.loads((folder / "config.json").read_text())
    except (OSError, ValueError):
        config = None
    if not isinstance(config, dict) or "command" not in config:
        raise UsageError(
            f"trained/{name}: expected the folder of a training run, which `palestra train` makes; "
            f"{folder} {'is none' if folder.is_dir() else 'does not exist'}"
        )
    return _Run(folder, config)
