"""`prepare`: a Case as read-only records that any number of threads can run plans on."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.compiling import announce
from signalopt.mesosim.lamps import LampBook, SignalPlace
from signalopt.mesosim.net_detail import read_detail
from signalopt.mesosim.records import TYPE, WORLD, Demand, Records, records
from signalopt.mesosim.routes import RouteBook
from signalopt.mesosim.streets import StreetIndex, Streets, build_streets
from signalopt.mesosim.vehicle_types import DrivingType, read_types
from signalopt.mesosim.vehicles import Fleet, FleetIndex, read_fleet
from signalopt.mesosim.walkers import Walks, read_walks
from signalopt.network.model import Network
from signalopt.network.sumo_net import read_raw_net
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case


@dataclass(frozen=True)
class MesoModel:
    """A case made ready for the queue model. Records are read-only; safe to share between threads.

    classes: names of the vehicle types, the axis of all figures by class; persons: occupancy of each;
    draws: demand already drawn, kept for the next call.
    """

    case: Case
    calibration: Calibration
    streets: Streets
    street_index: StreetIndex
    steps: Records
    fleet: Fleet
    fleet_index: FleetIndex
    types: Records
    world: Records
    lamp_book: LampBook
    persons: NDArray[np.float64]
    walks: Walks
    draws: dict[Hashable, Demand] = field(default_factory=dict, repr=False, compare=False)

    @property
    def network(self) -> Network:
        """The case's network."""
        return self.case.network

    def with_stages_of(self, case: Case) -> MesoModel:
        """The same streets and vehicles with the signal layouts of `case`, whose network is else the same."""
        return replace(self, case=case, lamp_book=self.lamp_book.of_layouts(case.network.layouts))

    @property
    def classes(self) -> tuple[str, ...]:
        """Vehicle type ids, the order of all arrays by class."""
        return tuple(t.id for t in self.fleet_index.types)

    @property
    def horizon_s(self) -> float:
        """Seconds from the first departure to the hard stop."""
        return float(self.case.hard_stop_s - self.case.depart_begin_s)


def prepare(
    case: Case, *, calibration: Calibration | None = None, listener: Listener = ignore
) -> MesoModel:
    """Read net, routes and vehicle types of a case into arrays.

    calibration: None is plain physics. Raises InputError with all problems of the case's files:
    unknown vehicle classes and types, edges that the net lacks, vehicles without route or departure.
    """
    announce(listener)
    net = read_raw_net(case.net_file)
    detail = read_detail(case.net_file)
    streets, index = build_streets(net, detail)
    book = read_types((*case.additional_files, *case.route_files))
    fleet, names, steps = read_fleet(case, index, book, RouteBook(streets, index, detail))
    chosen = calibration or Calibration()
    places = []
    for signal in sorted(net.programs):
        links = len(net.programs[signal].phases[0].state)
        places.append(SignalPlace(signal, index.lamp_of[signal, 0], links))
    found = {p.id: p.program for p in case.network.intersections if p.program is not None}
    model = MesoModel(
        case=case,
        calibration=chosen,
        streets=streets,
        street_index=index,
        steps=steps,
        fleet=fleet,
        fleet_index=names,
        types=driving_records(names.types, chosen),
        world=records(1, WORLD, wave=chosen.wave, clear=chosen.clear, change_m=15.0),
        lamp_book=LampBook(
            places, case.network.layouts, found, case.signals_off, case.depart_begin_s
        ),
        persons=np.array([_persons(t.id, case) for t in names.types], np.float64),
        walks=read_walks(case, net, index),
    )
    for array in (
        *fleet,
        streets.lanes,
        streets.links,
        streets.edges,
        steps,
        model.types,
        model.world,
    ):
        array.setflags(write=False)
    return model


def driving_records(types: tuple[DrivingType, ...], calibration: Calibration) -> Records:
    """Vehicle types under a calibration, as the kernel wants them.

    Uneven driving (Krauss, sigma): a driver loses sigma * accel / 2 of his free speed on average and
    accelerates with (1 - sigma / 2) of his acceleration; in a following queue it opens gaps.
    """

    def column(name: str) -> NDArray[np.float64]:
        return np.array([getattr(t, name) for t in types], np.float64)

    c, sigma, accel = calibration, column("sigma"), column("accel_mps2")
    return records(
        len(types), TYPE,
        length=column("length_m"),
        space=(column("length_m") + column("min_gap_m")) * c.spacing,
        accel=accel * (1 - sigma / 2) * c.accel,
        decel=column("decel_mps2") * c.decel,
        drag=sigma * accel / 2 * c.drag,
        headway=(column("tau_s") + c.uneven * sigma) * c.headway,
        start=column("startup_s") + c.start_s,
        vmax=column("max_speed_mps"),
        timegap=column("timegap_minor_s") * c.gap,
    )  # fmt: skip


def _persons(type_id: str, case: Case) -> float:
    """Persons in a vehicle: of the longest fitting prefix of its type, else one (the driver)."""
    fitting = [(len(p), persons) for p, persons in case.occupancy if type_id.startswith(p)]
    return max(fitting)[1] if fitting else 1.0
