"""What a writer hands back: files, what they lack, and intersections that it had to refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from signalopt.errors import Problem


@dataclass(frozen=True)
class Written:
    """The files of one format by name (which may hold folders).

    lost: what the format cannot carry, in words. refused: why an intersection is not in the files.
    names: names that had to be transliterated, in words.
    """

    files: Mapping[str, str | bytes]
    lost: tuple[str, ...] = ()
    refused: tuple[Problem, ...] = field(default=())
    names: tuple[str, ...] = ()
