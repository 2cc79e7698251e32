"""Compilation of the kernel by Numba where it is installed; else the same code runs as plain Python.

Compiled code is kept in signalopt's cache folder, under a name made of all kernel sources: Numba itself
only looks at the file of the function that it compiles and would keep stale code of called functions.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from signalopt.assets import cache_folder
from signalopt.progress import Listener, Progress

Kernel = Callable[..., Any]

SLOW = "numba is not installed: the queue model runs as plain Python, some hundred times slower"
UNCACHED = (
    "compiling the queue model (up to a minute); {folder} cannot be written, so every time anew"
)
FIRST = "compiling the queue model (up to a minute, only this once)"


def can_compile() -> bool:
    """Whether Numba is there and not switched off (NUMBA_DISABLE_JIT)."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return False
    return importlib.util.find_spec("numba") is not None


def inlined(kernel: Kernel) -> Kernel:
    """Like `compiled`, for functions that are copied into their callers: their arguments are many."""
    return _compiled(kernel, inline=True)


def compiled(kernel: Kernel) -> Kernel:
    """Compile a function with Numba (without the GIL); without Numba return it unchanged.

    The kernels allocate nothing and divide by nothing that can be zero, therefore Numba's reference
    counts and checks are switched off. Code is cached where the cache folder can be written.
    """
    return _compiled(kernel, inline=False)


def _compiled(kernel: Kernel, *, inline: bool) -> Kernel:
    if not can_compile():
        return kernel
    import numba  # noqa: PLC0415 - an import of seconds, for those who simulate only
    from numba.core import config  # noqa: PLC0415
    from numba.core.options import DefaultOptions  # noqa: PLC0415

    folder = compiled_folder(Path(kernel.__code__.co_filename).parent)
    settings: Any = config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder or "")
    options: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
    if inline and hasattr(DefaultOptions, "forceinline"):  # from Numba 0.61 on
        options["forceinline"] = True
    try:
        made: Kernel = numba.njit(
            nogil=True, cache=folder is not None, boundscheck=False, **options
        )(kernel)
    finally:
        settings.CACHE_DIR = before
    return made


@lru_cache
def compiled_folder(room: Path = Path(__file__).parent) -> Path | None:
    """Folder for compiled code of this version of a room's kernels, None where none can be written.

    room: folder of the sources; another room's kernels are also those of the queue model that they call.
    """
    import numba  # noqa: PLC0415

    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        if source.name.startswith(("kernel", "records", "compiling", "lamps", "walk", "steer")):
            digest.update(source.read_bytes())
    if room != Path(__file__).parent:
        for source in sorted(room.glob("*kernel*.py")):
            digest.update(source.read_bytes())
    folder = cache_folder() / "compiled" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def announce(listener: Listener) -> None:
    """Tell the listener that the first run compiles, or that everything will be slow."""
    if not can_compile():
        listener(Progress("queue model", 0, 1, SLOW))
        return
    folder = compiled_folder()
    if folder is None:
        listener(Progress("queue model", 0, 1, UNCACHED.format(folder=cache_folder())))
    elif not any(folder.rglob("kernel.run-*.nbc")):
        listener(Progress("queue model", 0, 1, FIRST))
