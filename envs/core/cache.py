"""Where Palestra keeps what it built or fetched and could build or fetch again."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

__all__ = ["cache_folder"]


def cache_folder() -> Path:
    """Where what is built is kept: $PALESTRA_CACHE, or the user's cache folder."""
    named = os.environ.get("PALESTRA_CACHE")
    base = Path(named) if named else Path(platformdirs.user_cache_dir("palestra"))
    return base.expanduser().absolute()
