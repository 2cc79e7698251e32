"""Reading long XML files element by element, in memory that does not grow with the file."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree


def stream(path: Path, tags: Sequence[str]) -> Iterator[etree._Element]:
    """Give the elements with these tags one after the other; each is freed when the next is asked for.

    Reads plain and gzipped files. Raises etree.XMLSyntaxError for broken XML, OSError if unreadable.
    """
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        for _, element in etree.iterparse(
            file, tag=tuple(tags), resolve_entities=False, huge_tree=True
        ):
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]


def required(element: etree._Element, key: str) -> str:
    """The value of an attribute that must be there. Raises KeyError."""
    value = element.get(key)
    if value is None:
        raise KeyError(f"{element.tag} {element.get('id', '')}: {key}")
    return value
