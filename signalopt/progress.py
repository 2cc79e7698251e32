"""How long work tells whoever asked how far it is, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` steps of the work called `task`; `text` is the latest news."""

    task: str
    done: int
    total: int
    text: str = ""


Listener = Callable[[Progress], None]


def ignore(_progress: Progress) -> None:
    """Listen to nothing."""
