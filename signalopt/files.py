"""Reading and writing files so that nothing is ever half-written and every error names its place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from signalopt.errors import InputError, OutputError, Problem


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` by way of a temporary file and a rename.

    Raises OutputError if the folder cannot be made or written (no right, disk full).
    """
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; on success it is renamed to `path`.

    Raises OutputError instead of OSError.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{path}: cannot be written ({reason}); nothing was left behind"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def read_text(path: Path, what: str) -> str:
    """Read a UTF-8 text file; `what` says what it should be ("a scenario", "a timing plan").

    Raises InputError if it is missing, a folder, unreadable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(Problem(str(path), "no such file", what)) from None
    except UnicodeDecodeError as error:
        found = f"bytes that are not UTF-8 at position {error.start}"
        raise InputError(Problem(str(path), found, f"{what} in UTF-8")) from None
    except OSError as error:
        raise InputError(Problem(str(path), error.strerror or str(error), what)) from None


def read_xml(path: Path, what: str) -> etree._ElementTree:
    """Parse an XML file (plain or .gz), keeping line numbers.

    Raises InputError naming file and line if it is missing or not well formed.
    """
    parser = etree.XMLParser(resolve_entities=False, huge_tree=True, remove_comments=True)
    if not path.is_file():
        raise InputError(Problem(str(path), "no such file", what))
    try:
        return etree.parse(str(path), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise InputError(Problem(f"{path}:{line}", error.msg or "broken XML", what)) from None
    except OSError as error:
        raise InputError(Problem(str(path), str(error), what)) from None


def make_folder(folder: Path) -> None:
    """Make a folder and its parents. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror})") from error


def move_into_place(scratch: Path, target: Path, proof: str) -> None:
    """Rename a finished folder; if another process was quicker, its equal result stays.

    proof: pattern of the file that shows that `target` is finished. Raises OutputError.
    """
    try:
        scratch.rename(target)
    except OSError as error:
        if not any(target.glob(proof)):
            raise OutputError(f"{target}: cannot be written ({error.strerror})") from error
