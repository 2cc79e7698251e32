"""Where the project's own data lie (networks, scenarios) and where generated files are cached."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def data_folder(kind: str) -> Path:
    """Folder of shipped data, `kind` being `networks`, `scenarios` or `fleets`.

    In a checkout it is the top-level folder, in an installed wheel a copy inside the package.
    """
    packaged = _PACKAGE / "_data" / kind
    return packaged if packaged.is_dir() else _PACKAGE.parent / kind


def cache_folder() -> Path:
    """Folder for generated files: $SIGNALOPT_CACHE, else the user's cache folder."""
    override = os.environ.get("SIGNALOPT_CACHE")
    return Path(override) if override else Path(platformdirs.user_cache_dir("signalopt"))
