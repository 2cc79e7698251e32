"""`signalopt sweep`: many scenarios, plans and values on many seeds; resumes where it stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.options import Folder, Json, Workers

if TYPE_CHECKING:
    from signalopt.study.estimate import Forecast
    from signalopt.study.pools import Pool
    from signalopt.study.sweep import Summary


def sweep(
    file: Annotated[Path, typer.Argument(metavar="SWEEP.yaml", help="What is combined.")],
    output: Folder = Path("results/sweep"),
    workers: Workers = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check everything, count and estimate the time.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Run on Dask: `tcp://HOST:PORT`, `tls://HOST:PORT`, or `local:N` worker processes.",
        ),
    ] = None,
    tls_ca: Annotated[
        Path | None, typer.Option(metavar="PEM", help="Authority that signed the certificates.")
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="PEM", help="Our certificate for tls://.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="PEM", help="Its private key.")] = None,
    as_json: Json = False,
) -> None:
    """Run every combination that the sweep file names and that DIR does not hold yet.

    Interrupted, killed or without power: run the same command again; nothing finished is lost or run
    twice. Ends with 3 if runs failed, after all others; DIR/failures.jsonl has the command that
    repeats each.

    Examples: `signalopt sweep winter.yaml -o results/winter --dry-run` -
    `signalopt sweep winter.yaml -o results/winter --cluster tcp://node1:8786`
    """
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, remark
    from signalopt.errors import SimulationError
    from signalopt.study.cells import expand
    from signalopt.study.estimate import forecast
    from signalopt.study.inputs import Builder, check_plans, read_inputs
    from signalopt.study.spec import read_sweep
    from signalopt.study.store import forget_failures, open_store, read_failures
    from signalopt.study.sweep import run_sweep

    spec = read_sweep(file)
    cells = expand(spec)
    builder = Builder(read_inputs(spec, cells))
    check_plans(builder, cells)
    if dry_run:
        _show_forecast(forecast(spec, cells, builder, output, workers), as_json=as_json)
        return
    with open_store(output) as store:
        forget_failures(output)
        for text in store.damage:
            remark(f"note: {text}")
        pool = _pool(workers, cluster, (tls_ca, tls_cert, tls_key), output)
        with shown_progress() as listener:
            summary = run_sweep(spec, cells, builder, store, pool, listener)
    failures = read_failures(output)
    if as_json:
        content = _as_object(summary)
        content["failures"] = [
            {"label": f.label, "seed": f.seed, "reason": f.reason, "command": f.command}
            for f in failures
        ]
        print_json(content)
    else:
        _show(summary, output)
    if summary.interrupted:
        raise KeyboardInterrupt(
            f"{summary.known + summary.made} of {summary.runs} runs are kept in {output};"
            " the same command goes on from there"
        )
    if failures:
        lines = (f"{f.label}, seed {f.seed}: {f.reason}; repeat: {f.command}" for f in failures)
        raise SimulationError("\n".join(lines))


def _pool(workers: int, cluster: str | None, tls: tuple[Path | None, ...], output: Path) -> Pool:
    from signalopt.cli.show import remark
    from signalopt.errors import InputError, Problem
    from signalopt.study.pools import LocalPool

    if cluster is None:
        return LocalPool(workers)
    from signalopt.study.cluster import Certificates, connect

    given = [path for path in tls if path is not None]
    if given and len(given) < len(tls):
        raise InputError(Problem("--tls-*", f"{len(given)} of 3 files", "all three or none"))
    certificates = Certificates(*given) if given else None
    return connect(cluster, certificates, output / "dask", remark)


def _show(summary: Summary, output: Path) -> None:
    from signalopt.cli.show import say
    from signalopt.study.sweep import clock_text

    say(
        f"{summary.runs} runs of {summary.cells} cells: {summary.made} made now,"
        f" {summary.known} known before, {summary.failed} failed, {clock_text(summary.wall_s)}"
    )
    say(f"results in {output} (`signalopt results summary {output}`)")


def _show_forecast(found: Forecast, *, as_json: bool) -> None:
    from signalopt.cli.show import print_json, say
    from signalopt.study.sweep import clock_text

    if as_json:
        print_json(
            {"cells": found.cells, "runs": found.runs, "known": found.known,
             "estimated_s": found.estimated_s, "basis": found.basis, "labels": list(found.labels)}
        )  # fmt: skip
        return
    for label in found.labels:
        say(f"  {label}")
    if found.cells > len(found.labels):
        say(f"  ... and {found.cells - len(found.labels)} more")
    say(
        f"{found.cells} cells, {found.runs} runs, {found.known} known;"
        f" about {clock_text(found.estimated_s)} ({found.basis})"
    )


def _as_object(summary: Summary) -> dict[str, object]:
    return {
        "cells": summary.cells, "runs": summary.runs, "known": summary.known,
        "made": summary.made, "failed": summary.failed, "wall_s": round(summary.wall_s, 3),
        "damage": list(summary.damage), "interrupted": summary.interrupted,
    }  # fmt: skip
