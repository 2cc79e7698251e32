"""A fleet in a scenario is a built-in name or a file; which of both is told by its spelling."""

from __future__ import annotations

from pathlib import Path

_FILE_ENDINGS = (".csv", ".toml")


def is_fleet_file(text: str) -> bool:
    """Whether a fleet is named by a file, not by a built-in name."""
    return text.endswith(_FILE_ENDINGS) or Path(text).name != text
