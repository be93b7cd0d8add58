"""An Inspect log as plain data: its header and its samples, one after another.

Read without `inspect_ai`: `.json` is one object; `.eval` is a zip of JSON, compressed by deflate or
(newer logs) Zstandard, for which Python before 3.14 needs the package `zstandard`.
"""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...envs.core import UsageError

_ZSTANDARD = 93
_LOCAL_HEADER = struct.Struct("<26xHH")
_LARGEST = 2**30
_KNOWN = 2


@contextmanager
def opened_log(
    path: str | os.PathLike[str],
) -> Iterator[tuple[dict[str, Any], Iterator[dict[str, Any]]]]:
    """The header and the samples of a log, for the length of a `with` block.

    Raises:
        UsageError: this is no log that can be read; the message says why.
    """
    path = Path(path)
    try:
        if path.suffix == ".json":
            log = json.loads(path.read_text())
            yield _checked(log, path), _resolved(iter(log.get("samples") or ()))
        else:
            with zipfile.ZipFile(path) as archive:
                yield _checked(_header(archive, path), path), _resolved(_samples(archive, path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageError(
            f"{path} is no Inspect log ({error}); expected a file ending in .eval or .json that "
            "`inspect eval` wrote"
        ) from error


def _checked(log: Any, path: Path) -> dict[str, Any]:
    spec = log.get("eval") if isinstance(log, dict) else None
    if not isinstance(spec, dict) or not {"task", "model"} <= spec.keys():
        raise UsageError(f"{path} is no Inspect log: it names no task and model under `eval`")
    if log.get("version", _KNOWN) > _KNOWN:
        raise UsageError(
            f"{path} is an Inspect log of version {log['version']}; versions up to {_KNOWN} are "
            "known here. `pip install -U palestra`"
        )
    return log


def _header(archive: zipfile.ZipFile, path: Path) -> Any:
    names = set(archive.namelist())
    for name in ("header.json", "_journal/start.json"):  # the latter where the run was cut short
        if name in names:
            return _member(archive, archive.getinfo(name), path)
    raise UsageError(f"{path} is no Inspect log: it holds no header.json")


def _samples(archive: zipfile.ZipFile, path: Path) -> Iterator[dict[str, Any]]:
    # Of a name that was written twice, the last one counts, as in every zip.
    infos = {info.filename: info for info in archive.infolist()}
    for name, info in infos.items():
        if name.startswith("samples/") and name.endswith(".json"):
            yield _member(archive, info, path)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Any:
    if info.file_size > _LARGEST:
        raise UsageError(f"{path}: {info.filename} says it has {info.file_size:,} bytes; too large")
    if info.compress_type != _ZSTANDARD:
        return json.loads(archive.read(info))
    with open(path, "rb") as file:
        file.seek(info.header_offset)
        names, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(names + extra, os.SEEK_CUR)
        packed = file.read(info.compress_size)
    try:
        import zstandard
    except ImportError:
        raise UsageError(
            f"{path} is compressed with Zstandard: pip install 'palestra[inspect]', or "
            "`inspect log convert --to json`"
        ) from None
    unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    return json.loads(unpacked)


def _resolved(samples: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Samples with the long texts put back that Inspect keeps beside them."""
    for sample in samples:
        attachments = sample.get("attachments") or {}
        if attachments:
            sample = {**sample, "messages": _attached(sample.get("messages") or [], attachments)}
        yield sample


def _attached(value: Any, attachments: dict[str, str]) -> Any:
    if isinstance(value, str) and value.startswith("attachment://"):
        return attachments.get(value.removeprefix("attachment://"), value)
    if isinstance(value, list):
        return [_attached(item, attachments) for item in value]
    if isinstance(value, dict):
        return {name: _attached(item, attachments) for name, item in value.items()}
    return value
