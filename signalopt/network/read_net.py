"""Any SUMO network file as a `Network`: edges, intersections, movements, layouts, programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyproj
from pyproj.exceptions import CRSError, ProjError

from signalopt.errors import InputError, Problem
from signalopt.network.arms import arms_of, headings
from signalopt.network.clearances import clearances, long_crossings_note
from signalopt.network.conflicts import Relations, relations
from signalopt.network.fingerprint import fingerprint
from signalopt.network.groups import design_groups
from signalopt.network.model import Edge, Intersection, Movement, Network, Turn
from signalopt.network.movements import Controlled, movements_by_signal
from signalopt.network.programs import FoundProgram, fixed_program, read_program
from signalopt.network.rules import IntersectionRules, SignalRules, read_rules, rules_path
from signalopt.network.stages import design_stages
from signalopt.network.sumo_net import RawNet, read_raw_net, streets
from signalopt.timing.bounds import least_cycle_s, stage_timings
from signalopt.timing.signals import SignalGroup, SignalLayout, Stage

PLACEHOLDER = "made by netconvert, not by the designed stages"


def read_network(net_file: Path, rules: SignalRules | None = None) -> Network:
    """Read a `.net.xml` (or `.net.xml.gz`).

    With rules (given, or found as `<net>.rules.json` beside the net) groups and stages of the
    intersections named there are designed; elsewhere the net's own program is read.
    Raises InputError: no such file, broken XML, no SUMO network, no signals, a program that does not
    fit its links, rules for signals that the net does not have.
    """
    raw = read_raw_net(net_file)
    if rules is None and rules_path(net_file).is_file():
        rules = read_rules(rules_path(net_file))
    given = {} if rules is None else dict(rules.intersections)
    controlled = movements_by_signal(raw)
    problems = _problems(raw, controlled, given)
    if problems:
        raise InputError(*problems)
    to_degrees = _to_degrees(raw)
    intersections = tuple(
        _intersection(raw, signal, items, given.get(signal), to_degrees)
        for signal, items in controlled.items()
    )
    edges = _edges(raw)
    return Network(
        net_file=net_file,
        fingerprint=fingerprint(edges, intersections, frozenset(given)),
        edges=edges,
        intersections=intersections,
        projection="" if raw.projection == "!" else raw.projection,
    )


def _problems(
    raw: RawNet,
    controlled: dict[str, tuple[Controlled, ...]],
    given: dict[str, IntersectionRules],
) -> list[Problem]:
    """Everything that makes the net unusable as a whole."""
    if not controlled:
        found = "no signals"
        hint = "add traffic lights with netedit or netconvert --tls.guess"
        return [Problem(str(raw.file), found, "at least one junction with a tlLogic", hint)]
    problems = []
    for signal, items in controlled.items():
        program = raw.programs.get(signal)
        highest = max(item.movement.link for item in items)
        if program is not None and len(program.phases[0].state) <= highest:
            found = f"states of {len(program.phases[0].state)} letters in tlLogic {signal!r}"
            expected = f"{highest + 1} or more, its highest linkIndex is {highest}"
            problems.append(Problem(f"{raw.file}:{program.line}", found, expected))
        for item in items:
            edge = item.movement.from_edge
            if edge not in raw.edges:
                found = f"a connection of {signal!r} from edge {edge!r}"
                problems.append(Problem(str(raw.file), found, "an edge of the net"))
    problems += [
        Problem(str(rules_path(raw.file)), f"rules for {name!r}", "a signal of the net")
        for name in given
        if name not in controlled
    ]
    return problems


def _edges(raw: RawNet) -> tuple[Edge, ...]:
    result = []
    for edge in streets(raw.edges.values()):
        if not edge.lanes:
            continue
        lane = next((x for x in edge.lanes if x.for_cars), edge.lanes[0])
        result.append(
            Edge(
                id=edge.id,
                from_node=edge.from_node,
                to_node=edge.to_node,
                length_m=lane.length_m,
                lanes=sum(1 for x in edge.lanes if x.for_cars),
                speed_mps=lane.speed_mps,
                shape=lane.shape,
                name=edge.name,
            )
        )
    return tuple(result)


def _intersection(
    raw: RawNet,
    signal: str,
    controlled: Sequence[Controlled],
    rules: IntersectionRules | None,
    to_degrees: pyproj.Transformer | None,
) -> Intersection:
    movements = tuple(item.movement for item in controlled)
    incoming = [m.from_edge for m in movements if m.turn is not Turn.CROSSING]
    heading = headings(raw, incoming)
    related = relations(controlled, heading, lefthand=raw.lefthand)
    arms = arms_of(raw, movements, rules.arms if rules is not None else None)
    program = raw.programs.get(signal)
    links = max(m.link for m in movements) + 1
    links = max(links, len(program.phases[0].state)) if program is not None else links
    found: FoundProgram | None = None
    if rules is None:
        found = read_program(program, movements, arms)
        layout = _imported_layout(signal, links, found, movements, related)
    else:
        layout = _designed_layout(raw, signal, links, movements, related, arms, heading, rules)
    junctions = tuple(dict.fromkeys(m.junction for m in movements if m.junction in raw.junctions))
    places = [raw.junctions[j] for j in junctions]
    x = sum(p.x_m for p in places) / max(len(places), 1)
    y = sum(p.y_m for p in places) / max(len(places), 1)
    lat, lon = _lat_lon(raw, to_degrees, x, y)
    several = (
        f"the net has several programs for it; SUMO runs {program.program_id!r}, so do we"
        if program is not None and signal in raw.several_programs
        else ""
    )
    remarks = found.remarks if found is not None else ()
    single = len(layout.stages) < 2 and not remarks
    return Intersection(
        id=signal,
        name=rules.name if rules is not None and rules.name else _name(raw, signal, incoming),
        junctions=junctions,
        x_m=round(x, 2),
        y_m=round(y, 2),
        lat=lat,
        lon=lon,
        movements=movements,
        layout=layout,
        program=found.program if found is not None else fixed_program(program, PLACEHOLDER),
        tunable=found.tunable if found is not None else not single,
        remarks=(*remarks, *([several] if several else []), *(["single stage"] if single else [])),
    )


def _imported_layout(
    signal: str,
    links: int,
    found: FoundProgram,
    movements: Sequence[Movement],
    related: Relations,
) -> SignalLayout:
    return SignalLayout(
        intersection=signal,
        link_count=links,
        groups=found.groups,
        stages=found.stages,
        conflicts=related.link_conflicts(movements),
        yields=related.link_yields(movements),
        clearances=clearances(found.groups, movements, related),
        interstages=found.interstages,
        notes=found.remarks,
    )


def _designed_layout(
    raw: RawNet,
    signal: str,
    links: int,
    movements: Sequence[Movement],
    related: Relations,
    arms: dict[str, str],
    heading: dict[str, float],
    rules: IntersectionRules,
) -> SignalLayout:
    design = design_groups(
        movements, related, arms, heading, rules.left_policy, rules.streets, lefthand=raw.lefthand
    )
    related = related.with_protected(movements, design.protected_links)
    bare = SignalLayout(
        intersection=signal,
        link_count=links,
        groups=design.groups,
        stages=(),
        conflicts=related.link_conflicts(movements),
        yields=related.link_yields(movements),
        clearances=clearances(design.groups, movements, related, rules.all_red_s),
    )
    stages = design_stages(design, bare.groups_conflict)
    return _with_stages(bare, stages, design.groups)


def _with_stages(
    bare: SignalLayout, stages: tuple[Stage, ...], groups: tuple[SignalGroup, ...]
) -> SignalLayout:
    """The layout with its stages; a cycle limit that the minimum greens cannot keep is widened."""
    least = least_cycle_s(bare, stage_timings(stages))
    notes = [note for note in (long_crossings_note(groups),) if note]
    if least > bare.max_cycle_s:
        notes.append(f"minimum greens and intergreens need a cycle of {least} s")
    return SignalLayout(
        bare.intersection, bare.link_count, groups, stages, bare.conflicts, bare.yields,
        bare.clearances, max_cycle_s=max(bare.max_cycle_s, least), notes=tuple(notes),
    )  # fmt: skip


def _name(raw: RawNet, signal: str, incoming: Sequence[str]) -> str:
    """Street names of the incoming edges, the signal's id where the net has no names."""
    names = dict.fromkeys(raw.edges[e].name for e in incoming if raw.edges[e].name)
    return " / ".join(names) or signal


def _to_degrees(raw: RawNet) -> pyproj.Transformer | None:
    """Transformer from projected metres to degrees, None where the net has no projection."""
    if raw.projection in ("", "!", "-", "."):
        return None
    try:
        crs = pyproj.CRS.from_proj4(raw.projection)
        return pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except (CRSError, ProjError):
        return None


def _lat_lon(
    raw: RawNet, to_degrees: pyproj.Transformer | None, x: float, y: float
) -> tuple[float | None, float | None]:
    if to_degrees is None:
        return None, None
    lon, lat = to_degrees.transform(x - raw.net_offset[0], y - raw.net_offset[1])
    return round(lat, 6), round(lon, 6)
