"""How a case reaches a worker on another machine: found there by its content hash, or sent packed."""

from __future__ import annotations

import io
import pickle
import shutil
import tempfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

from signalopt.assets import cache_folder
from signalopt.errors import InputError, Problem
from signalopt.files import make_folder, move_into_place
from signalopt.scenario.case import Case

_CASE = "case.pickle"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Shipped:
    """A case by name and fingerprint; `folder` is where the sender has it (a shared disk may too)."""

    name: str
    fingerprint: str
    folder: str


def ship(case: Case) -> Shipped:
    """The address of a case."""
    return Shipped(case.name, case.fingerprint, str(case.folder))


def pack(case: Case) -> bytes:
    """A case with all its files as one parcel; the same case gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parcel:
        for path in sorted(p for p in case.folder.rglob("*") if p.is_file()):
            name = path.relative_to(case.folder).as_posix()
            parcel.writestr(zipfile.ZipInfo(name, _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
        parcel.writestr(zipfile.ZipInfo(_CASE, _EPOCH), pickle.dumps(case), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(shipped: Shipped, parcel: bytes | None) -> Case:
    """The case on this machine: from an earlier parcel, else from `parcel`.

    Parcels are pickles: they are accepted only from the scheduler that this worker was told to trust,
    which already sends it code. Raises InputError if there is neither.
    """
    target = cache_folder() / "shipped" / f"{shipped.name}-{shipped.fingerprint}"
    if not (target / _CASE).is_file():
        if parcel is None:
            found = f"no case {shipped.fingerprint} on this worker"
            raise InputError(Problem(shipped.name, found, "its files to be sent along"))
        make_folder(target.parent)
        scratch = Path(tempfile.mkdtemp(prefix=f".{shipped.name}-", dir=target.parent))
        try:
            with zipfile.ZipFile(io.BytesIO(parcel)) as files:
                files.extractall(scratch)
            move_into_place(scratch, target, _CASE)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    case = pickle.loads((target / _CASE).read_bytes())
    assert isinstance(case, Case)
    return _moved(case, Path(shipped.folder), target)


def _moved(case: Case, old: Path, new: Path) -> Case:
    def there(path: Path) -> Path:
        return new / path.relative_to(old) if path.is_relative_to(old) else path

    return replace(
        case,
        folder=new,
        config_file=there(case.config_file),
        net_file=there(case.net_file),
        route_files=tuple(there(path) for path in case.route_files),
        additional_files=tuple(there(path) for path in case.additional_files),
        network=replace(case.network, net_file=there(case.network.net_file)),
    )
