"""Sweeps on a real scheduler and real worker processes, on this machine's loopback."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from signalopt.errors import InputError, SimulationError
from signalopt.study.cells import expand
from signalopt.study.inputs import Builder, read_inputs
from signalopt.study.spec import read_sweep
from signalopt.study.store import open_store, read_runs
from signalopt.study.sweep import Summary, run_sweep

pytest.importorskip("distributed", reason="the [cluster] extra is not installed")
from signalopt.study import cluster

pytestmark = [pytest.mark.slow_ci, pytest.mark.filterwarnings("ignore")]
BIN = Path(sys.executable).parent


@contextmanager
def process(*command: str, cache: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child in its own group with its own cache folder, ended with everything it started."""
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, "SIGNALOPT_CACHE": str(cache), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def scheduler(folder: Path, *options: str) -> tuple[list[str], Path]:
    file = folder / f"scheduler-{len(list(folder.glob('scheduler-*')))}.json"
    command = [str(BIN / "dask"), "scheduler", "--host", "127.0.0.1", "--port", "0",
               "--no-dashboard", "--scheduler-file", str(file), *options]  # fmt: skip
    return command, file


def worker(file: Path, folder: Path, *options: str) -> list[str]:
    return [str(BIN / "dask"), "worker", "--scheduler-file", str(file), "--nthreads", "1",
            "--no-dashboard", "--local-directory", str(folder), *options]  # fmt: skip


def address_in(file: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if file.is_file() and (text := file.read_text()):
            return str(json.loads(text)["address"])
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


def sweep_on(pool: cluster.ClusterPool, file: Path, out: Path) -> Summary:
    spec = read_sweep(file)
    cells = expand(spec)
    with open_store(out) as store:
        return run_sweep(spec, cells, Builder(read_inputs(spec, cells)), store, pool)


def test_killed_worker_costs_nothing(short_sweep: Path, tmp_path: Path) -> None:
    """Workers have other caches than we: the inputs reach them as parcels."""
    command, file = scheduler(tmp_path)
    with process(*command, cache=tmp_path / "s"):
        address = address_in(file)
        with (
            process(*worker(file, tmp_path / "w1", "--no-nanny"), cache=tmp_path / "c1") as first,
            process(*worker(file, tmp_path / "w2", "--no-nanny"), cache=tmp_path / "c2"),
        ):
            pool = cluster.connect(address)
            deadline = time.monotonic() + 60
            while pool.slots < 2 and time.monotonic() < deadline:
                time.sleep(0.1)
            original, seen = pool.submit, []

            def submit(task):  # type: ignore[no-untyped-def]
                seen.append(task.key)
                if len(seen) == 4:
                    os.killpg(first.pid, signal.SIGKILL)
                return original(task)

            pool.submit = submit  # type: ignore[method-assign]
            found = sweep_on(pool, short_sweep, tmp_path / "out")
    assert (found.made, found.failed) == (8, 0)
    assert read_runs(tmp_path / "out").height == 8
    assert list((tmp_path / "c2" / "shipped").iterdir())


def test_lost_scheduler_is_told_and_the_sweep_resumes(short_sweep: Path, tmp_path: Path) -> None:
    command, file = scheduler(tmp_path)
    with (
        process(*command, cache=tmp_path / "s") as first,
        process(*worker(file, tmp_path / "w1", "--no-nanny"), cache=tmp_path / "c1"),
    ):
        pool = cluster.connect(address_in(file))
        original, seen = pool.submit, []

        def submit(task):  # type: ignore[no-untyped-def]
            seen.append(task.key)
            if len(seen) == 5:
                os.killpg(first.pid, signal.SIGKILL)
            return original(task)

        pool.submit = submit  # type: ignore[method-assign]
        with pytest.raises(SimulationError, match="scheduler"):
            sweep_on(pool, short_sweep, tmp_path / "out")
    before = read_runs(tmp_path / "out").height
    command, file = scheduler(tmp_path)
    with (
        process(*command, cache=tmp_path / "s"),
        process(*worker(file, tmp_path / "w2", "--no-nanny"), cache=tmp_path / "c1"),
    ):
        found = sweep_on(cluster.connect(address_in(file)), short_sweep, tmp_path / "out")
    assert found.known == before
    assert found.made == 8 - before
    assert read_runs(tmp_path / "out").height == 8


def test_local_cluster(short_sweep: Path, tmp_path: Path) -> None:
    found = sweep_on(
        cluster.connect("local:2", scratch=tmp_path / "d"), short_sweep, tmp_path / "o"
    )
    assert found.made == 8


def test_nobody_there_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_TIMEOUT_S", 2.0)
    with pytest.raises(SimulationError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        cluster.connect("tcp://127.0.0.1:1")


@pytest.mark.parametrize("address", ["local:", "local:x", "http://a:1", "10.0.0.1:8786"])
def test_bad_addresses(address: str) -> None:
    with pytest.raises(InputError, match="--cluster"):
        cluster.connect(address)


def test_tls_lets_in_only_who_has_a_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = certificates(tmp_path, "ours"), certificates(tmp_path, "theirs")
    options = ("--tls-ca-file", str(ours.ca), "--tls-cert", str(ours.cert),
               "--tls-key", str(ours.key), "--protocol", "tls")  # fmt: skip
    command, file = scheduler(tmp_path, *options)
    monkeypatch.setattr(cluster, "CONNECT_TIMEOUT_S", 5.0)
    with process(*command, cache=tmp_path / "s"):
        address = address_in(file)
        assert address.startswith("tls://")
        pool = cluster.connect(address, ours)
        pool.close()
        with pytest.raises(SimulationError):
            cluster.connect(address, theirs)
        with pytest.raises(SimulationError):
            cluster.connect(address.replace("tls://", "tcp://"))
    with pytest.raises(InputError, match="certificates"):
        cluster.connect(address)


def certificates(folder: Path, name: str) -> cluster.Certificates:
    """An authority and a certificate signed by it, made for this test."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def key_and_name(text: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Name]:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        return ec.generate_private_key(ec.SECP256R1()), subject

    now = dt.datetime.now(dt.UTC)
    ca_key, ca_name = key_and_name(f"{name} authority")
    own_key, own_name = key_and_name(name)

    def signed(subject: x509.Name, key: ec.EllipticCurvePrivateKey, ca: bool) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(minutes=5))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .sign(ca_key, hashes.SHA256())
        )

    paths = cluster.Certificates(*(folder / f"{name}-{kind}.pem" for kind in ("ca", "cert", "key")))
    pem = serialization.Encoding.PEM
    paths.ca.write_bytes(signed(ca_name, ca_key, True).public_bytes(pem))
    paths.cert.write_bytes(signed(own_name, own_key, False).public_bytes(pem))
    paths.key.write_bytes(
        own_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
