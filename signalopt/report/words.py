"""The words of the report in three languages, and how each writes numbers.

Texts stand in `languages/*.toml`; `{…}` are filled by name. The page's script fills the same texts in the
same way when a reader changes the language (`assets/words.js`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("kk", "ru", "en")
NO_BREAK = "\u00a0"
MINUS = "\u2212"
MISSING = "–"
_MARKS = {"en": (",", "."), "ru": (NO_BREAK, ","), "kk": (NO_BREAK, ",")}
_GROUPED_FROM = 10_000.0


@dataclass(frozen=True)
class Words:
    """The texts of one language by dotted key."""

    language: str
    texts: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """The text of a key. Raises KeyError."""
        return self.texts[key]

    def number(self, value: float | None, digits: int, *, signed: bool = False) -> str:
        """A number as this language writes it; signed: with + before gains; None: a dash."""
        if value is None:
            return MISSING
        thousands, point = _MARKS[self.language]
        text = (
            f"{abs(value):,.{digits}f}"
            if abs(value) >= _GROUPED_FROM
            else f"{abs(value):.{digits}f}"
        )
        shown = text.replace(",", "\0").replace(".", point).replace("\0", thousands)
        if float(text.replace(",", "")) == 0:
            return shown
        return (MINUS if value < 0 else "+" if signed else "") + shown


@lru_cache(maxsize=len(LANGUAGES))
def words(language: str) -> Words:
    """The words of `kk`, `ru` or `en`. Raises KeyError for another language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    text = files("signalopt.report").joinpath(f"languages/{language}.toml").read_text("utf-8")
    return Words(language, _flat(tomllib.loads(text)))


def _flat(table: Mapping[str, object], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{key}.")
        else:
            found[before + key] = str(value)
    return found
