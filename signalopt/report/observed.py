"""One detailed SUMO run of a plan: what pictures need beyond the measures."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from signalopt.microsim.edge_emissions import EdgeEmissions, edge_emissions
from signalopt.progress import Listener, ignore
from signalopt.report.passages import Passages, read_passages
from signalopt.report.queues import SAMPLE_S, Queue, read_queues
from signalopt.report.streets import Street
from signalopt.report.tracks import Track, read_tracks
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan


@dataclass(frozen=True)
class Observed:
    """A run of one plan on one seed. tracks: over [film_begin_s, film_end_s)."""

    plan: str
    seed: int
    passages: Passages
    queues: Mapping[str, Queue]
    emissions: EdgeEmissions
    tracks: Sequence[Track]
    film_begin_s: int
    film_end_s: int


def observe(
    case: Case,
    plan: Plan,
    seed: int,
    streets: Sequence[Street],
    film: tuple[int, int],
    listener: Listener = ignore,
) -> Observed:
    """Run SUMO once with vehicle routes, queues, trajectories and emissions by edge.

    film: seconds of the day over which trajectories are kept. Vehicles drive as in any other run of
    this plan and seed. Raises what `simulate` raises, SimulationError for outputs that cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="signalopt-report-") as name:
        folder = Path(name)
        routes, queues = folder / "routes.xml", folder / "queues.xml"
        tracks = folder / "tracks.xml.gz"
        outputs = {
            "--vehroute-output": str(routes),
            "--vehroute-output.exit-times": "true",
            "--vehroute-output.last-route": "true",
            "--vehroute-output.intended-depart": "true",
            "--vehroute-output.write-unfinished": "true",
            "--queue-output": str(queues),
            "--queue-output.period": str(SAMPLE_S),
            "--queue-output.skip-empty": "true",
            "--fcd-output": str(tracks),
            "--fcd-output.attributes": "x,y,angle,type",
            "--fcd-output.skip-empty": "true",
            "--device.fcd.begin": str(film[0]),
            "--device.fcd.period": "1",
        }
        options = (*case.sumo_options, *(part for pair in outputs.items() for part in pair))
        emissions = edge_emissions(
            replace(case, sumo_options=options), plan, [seed], listener=listener
        )
        return Observed(
            plan=plan.name,
            seed=seed,
            passages=read_passages(routes, case.network, case.begin_s, case.end_s),
            queues=read_queues(queues, streets, case.begin_s, case.end_s),
            emissions=emissions,
            tracks=read_tracks(tracks, *film),
            film_begin_s=film[0],
            film_end_s=film[1],
        )
