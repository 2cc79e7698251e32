"""Latin letters for Kazakh and Russian names, where a format or a program takes nothing else.

Kazakh letters after the Latin alphabet of 2021 without its marks (ә a, ғ g, қ q, ң n, ө o, ұ u, ү u, һ h,
і i); Russian letters as in passports (ICAO Doc 9303, part 3, section 6). What remains is decomposed
(NFKD) and left out where ASCII has no letter for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_SMALL: Mapping[str, str] = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e",
    "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n",
    "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u",
    "ү": "u", "ф": "f", "х": "kh", "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "ie", "ы": "y", "і": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    "№": "No", "«": "", "»": "", "“": "", "”": "", "–": "-", "—": "-", "…": "...", "’": "'",
}  # fmt: skip
LETTERS: Mapping[str, str] = {
    **_SMALL,
    **{small.upper(): latin.capitalize() for small, latin in _SMALL.items() if small.isalpha()},
}
SEPARATORS = r"[,;\"'\r\n\t]+"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it was and as it is written."""

    original: str
    written: str

    @property
    def changed(self) -> bool:
        """Whether the reader of the file must be told."""
        return self.original != self.written


def ascii_text(text: str) -> str:
    """The text in ASCII letters."""
    latin = "".join(LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()


def plain(text: str) -> str:
    """ASCII without separators, quotes and line ends; runs of spaces become one."""
    bare = re.sub(SEPARATORS, " ", ascii_text(text))
    return re.sub(r" {2,}", " ", bare).strip()


def identifier(text: str) -> str:
    """ASCII letters, digits, `_`, `.` and `-`; "unnamed" where nothing is left."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", plain(text)).strip("_") or "unnamed"


def distinct(names: Iterable[str], *, longest: int = 60) -> dict[str, Name]:
    """An identifier for each name, different for different names (also where case does not count).

    The first that asks keeps its plain form; those that would collide get `-2`, `-3`, … in order.
    """
    taken: set[str] = set()
    result: dict[str, Name] = {}
    for name in dict.fromkeys(names):
        base = identifier(name)[:longest]
        written, number = base, 2
        while written.casefold() in taken:
            suffix = f"-{number}"
            written, number = base[: longest - len(suffix)] + suffix, number + 1
        taken.add(written.casefold())
        result[name] = Name(name, written)
    return result


def told(names: Iterable[Name]) -> tuple[str, ...]:
    """One line for every name that had to be changed."""
    return tuple(f"`{n.original}` is written `{n.written}`" for n in names if n.changed)
