"""Runs on a Dask cluster: `tcp://host:8786`, `tls://host:8786` with certificates, or `local:4`.

Cases travel as tasks of their own, so that the scheduler makes them anew on another worker when one
dies; a worker keeps what it received on its disk, addressed by content.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from signalopt.errors import InputError, MissingToolError, Problem, SimulationError
from signalopt.scenario.case import Case
from signalopt.study.shipping import Shipped, pack, ship
from signalopt.study.work import Done, Task, execute

CONNECT_TIMEOUT_S = 15.0
CLOSE_TIMEOUT_S = 5.0
LOST = "the Dask scheduler was lost"
LOCAL = "local:"
INSTALL = "pip install 'signalopt[cluster]'"


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files for `tls://`: the authority that signed everyone, and this client's own."""

    ca: Path
    cert: Path
    key: Path


class ClusterPool:
    """Workers of a Dask scheduler. A lost worker's runs are made again elsewhere by the scheduler."""

    def __init__(self, client: Any, cluster: Any = None) -> None:
        self._client, self._cluster = client, cluster
        self._parcels: dict[str, Any] = {}
        self._open: dict[Future[Done], Any] = {}

    @property
    def slots(self) -> int:
        """Threads of all workers, at least one (workers may still be on their way)."""
        try:
            threads: dict[str, int] = self._client.nthreads()
        except OSError as error:
            raise _lost() from error
        return max(1, sum(threads.values()))

    def address(self, case: Case) -> Case | Shipped:
        """The case by its content hash; its files are handed to the cluster once."""
        shipped = ship(case)
        if case.fingerprint not in self._parcels:
            self._parcels.clear()  # cases come one after the other
            key = f"case-{case.fingerprint}"
            self._parcels[case.fingerprint] = self._client.submit(bytes, pack(case), key=key)
        return shipped

    def submit(self, task: Task) -> Future[Done]:
        """Hand a task to the scheduler."""
        parcel = self._parcels[task.case.fingerprint]
        distant = self._client.submit(execute, task, parcel, pure=False, retries=0)
        here: Future[Done] = Future()
        distant.add_done_callback(lambda done: _bring_home(done, here, task))
        self._open[here] = distant  # dropping the distant future would cancel its task
        here.add_done_callback(lambda done: self._open.pop(done, None))
        return here

    def close(self) -> None:
        """Cancel what has not begun and leave the cluster (one of our own is shut down)."""
        with suppress(OSError, TimeoutError):  # a scheduler that is gone needs no farewell
            self._client.cancel(list(self._open.values()))
            self._client.close(timeout=CLOSE_TIMEOUT_S)
        if self._cluster is not None:
            self._cluster.close(timeout=CLOSE_TIMEOUT_S)


def _lost() -> SimulationError:
    return SimulationError(f"{LOST}; the same command goes on from there")


def _bring_home(distant: Any, here: Future[Done], task: Task) -> None:
    """Hand on what became of a distant task; called in a thread of Dask's."""
    if distant.status == "cancelled":
        here.set_exception(_lost())
        return
    error = distant.exception()
    if error is None:
        here.set_result(distant.result())
    elif type(error).__name__ == "KilledWorker":
        here.set_result(Done(task.key, None, f"workers died of it ({error})"))
    else:
        here.set_exception(error)


def connect(
    address: str,
    certificates: Certificates | None = None,
    scratch: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> ClusterPool:
    """Join a cluster, or start one on this machine (`local:N` workers).

    scratch: folder for files of local workers. Raises MissingToolError without Dask, InputError for
    an address that is none, SimulationError if nobody answers within CONNECT_TIMEOUT_S.
    """
    if importlib.util.find_spec("distributed") is None:
        raise MissingToolError(f"Dask is not installed: {INSTALL}")
    dask: Any = importlib.import_module("distributed")  # an extra, slow to load

    if address.startswith(LOCAL):
        count = address.removeprefix(LOCAL)
        if not count.isdecimal() or int(count) < 1:
            raise InputError(Problem("--cluster", f"`{address}`", "`local:N` with N workers"))
        cluster = dask.LocalCluster(
            n_workers=int(count), threads_per_worker=1, processes=True, dashboard_address=None,
            local_directory=str(scratch) if scratch else None,
        )  # fmt: skip
        return ClusterPool(dask.Client(cluster, set_as_default=False), cluster)
    if not address.startswith(("tcp://", "tls://")):
        expected = "tcp://HOST:PORT, tls://HOST:PORT or local:N"
        raise InputError(Problem("--cluster", f"`{address}`", expected))
    try:
        client = dask.Client(
            address, timeout=CONNECT_TIMEOUT_S, security=_security(dask, address, certificates),
            set_as_default=False,
        )  # fmt: skip
    except (OSError, TimeoutError, ValueError) as error:
        raise SimulationError(
            f"no Dask scheduler answers at {address} within {CONNECT_TIMEOUT_S:g} s"
            f" ({type(error).__name__}: {error}); is it running, and are the certificates right?"
        ) from error
    pool = ClusterPool(client)
    if not client.nthreads():
        say(f"{address} has no workers yet; runs begin when one joins")
    return pool


def _security(dask: Any, address: str, certificates: Certificates | None) -> Any:
    if certificates is None:
        if address.startswith("tls://"):
            hint = "--tls-ca, --tls-cert and --tls-key"
            raise InputError(Problem("--cluster", f"`{address}`", "certificates", hint))
        return None
    files = (certificates.ca, certificates.cert, certificates.key)
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise InputError(*(Problem(str(path), "no such file", "a PEM file") for path in missing))
    return dask.Security(
        tls_ca_file=str(certificates.ca), tls_client_cert=str(certificates.cert),
        tls_client_key=str(certificates.key), require_encryption=True,
    )  # fmt: skip
