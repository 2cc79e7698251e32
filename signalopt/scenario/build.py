"""From a scenario to a Case: one folder with everything that plain `sumo -c case.sumocfg` needs.

Trips are expanded once. Cases are cached by content: the same scenario, inputs, SUMO and building code
give the same folder, which is complete as soon as its `manifest.json` is there.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from signalopt.assets import cache_folder
from signalopt.demand.given import own_type_ids
from signalopt.demand.graph import ANY_CLASS, read_graph
from signalopt.demand.vehicles import occupancies, vehicle_types_xml
from signalopt.errors import OutputError
from signalopt.export.sumo import sumo_additional
from signalopt.files import make_folder, move_into_place, write_text
from signalopt.network.area import load_area
from signalopt.network.build_area import build_area
from signalopt.network.model import Network
from signalopt.network.read_net import read_network
from signalopt.network.rules import rules_path
from signalopt.network.stage_plan import designed_layouts, read_stage_plans
from signalopt.scenario.case import Case
from signalopt.scenario.config import write_closures, write_config, write_signals_off, write_types
from signalopt.scenario.day import todays_plan_of
from signalopt.scenario.fingerprint import case_key, input_hashes
from signalopt.scenario.manifest import Manifest, read_manifest, write_manifest
from signalopt.scenario.new_stages import case_with_layouts
from signalopt.scenario.notes import notes_of
from signalopt.scenario.on_network import check_on_network
from signalopt.scenario.own_files import copy_additional
from signalopt.scenario.schema import Scenario
from signalopt.scenario.traffic import make_traffic, span_of
from signalopt.timing.planfile import read_plan, write_plan
from signalopt.timing.signals import SignalLayout

CONFIG = "case.sumocfg"
TODAY = "today.json"


def build_case(scenario: Scenario, folder: Path | None = None) -> Case:
    """Make a scenario concrete, in `folder` or (None) in the cache, where a finished one is reused.

    Raises InputError with every problem of the scenario's inputs, OutputError where the folder
    cannot be written, MissingToolError without SUMO.
    """
    source = _network_file(scenario)
    hashes = input_hashes(scenario, source)
    key = case_key(scenario, hashes)
    if folder is not None:
        make_folder(folder.parent)
        _build_aside(scenario, source, hashes, key, folder)
        return _assemble(scenario, folder, read_manifest(folder))
    target = cache_folder() / "cases" / f"{scenario.name}-{key}"
    if (target / "manifest.json").is_file():
        return _assemble(scenario, target, read_manifest(target))
    make_folder(target.parent)
    scratch = Path(tempfile.mkdtemp(prefix=f".{scenario.name}-", dir=target.parent))
    try:
        _build(scenario, source, hashes, key, scratch)
        scratch.chmod(0o755)
        move_into_place(scratch, target, "manifest.json")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return _assemble(scenario, target, read_manifest(target))


def _build_aside(
    scenario: Scenario, source: Path, hashes: dict[str, str], key: str, folder: Path
) -> None:
    """Build beside `folder` and move the finished files in, so that bad input leaves nothing."""
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror})") from error
    try:
        _build(scenario, source, hashes, key, scratch)
        make_folder(folder)
        for file in sorted(scratch.iterdir()):
            file.replace(folder / file.name)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _network_file(scenario: Scenario) -> Path:
    choice = scenario.network
    if choice.net is not None:
        return choice.net
    assert choice.area is not None  # check_scenario asks for one of both
    return build_area(load_area(choice.area))


def _build(
    scenario: Scenario, source: Path, hashes: dict[str, str], key: str, folder: Path
) -> Case:
    (folder / "manifest.json").unlink(missing_ok=True)
    network = _copy_network(source, folder)
    check_on_network(scenario, network)
    _new_layouts(scenario, network)
    span = span_of(scenario)
    hard_stop_s = scenario.window.end + scenario.window.run_out_s
    types = folder / "types.add.xml"
    given = (*(scenario.demand.routes or ()), *scenario.additional)
    write_types(
        types, vehicle_types_xml(scenario.season), own_type_ids(given),
        dark_signals=bool(scenario.signals_off),
    )  # fmt: skip
    own = copy_additional(scenario.additional, folder)
    additional = [types, *own]
    traffic = make_traffic(scenario, network, folder, types)
    additional += traffic.additional_files
    if scenario.closures:
        additional.append(folder / "closures.add.xml")
        graph = read_graph(network.net_file, ANY_CLASS)
        write_closures(additional[-1], scenario.closures, graph, span.depart_begin_s, hard_stop_s)
    today = todays_plan_of(scenario, network, traffic.route_files)
    write_plan(folder / TODAY, today)
    signals = []
    if today.intersections:
        signals.append(folder / "today.add.xml")
        write_text(signals[0], sumo_additional(today, network.layouts))
    if scenario.signals_off:
        signals.append(folder / "off.add.xml")
        write_signals_off(signals[-1], scenario.signals_off)
    write_config(
        folder / CONFIG, network.net_file, traffic.route_files, [*additional, *signals],
        span.depart_begin_s, hard_stop_s, scenario.step_length_s, scenario.seed,
    )  # fmt: skip
    manifest = Manifest(
        key=key,
        net_file=network.net_file.name,
        route_files=tuple(path.name for path in traffic.route_files),
        additional_files=tuple(path.name for path in additional),
        inputs=hashes,
        vehicles=traffic.vehicles,
        buses=traffic.buses,
        pedestrians=traffic.pedestrians,
        notes=notes_of(scenario),
    )
    write_manifest(folder, manifest, scenario)
    return _case(scenario, folder, manifest, network)


def _assemble(scenario: Scenario, folder: Path, manifest: Manifest) -> Case:
    return _case(scenario, folder, manifest, read_network(folder / manifest.net_file))


def _case(scenario: Scenario, folder: Path, manifest: Manifest, network: Network) -> Case:
    window = scenario.window
    case = Case(
        name=scenario.name,
        title=scenario.title,
        folder=folder,
        config_file=folder / CONFIG,
        net_file=network.net_file,
        route_files=tuple(folder / name for name in manifest.route_files),
        additional_files=tuple(folder / name for name in manifest.additional_files),
        begin_s=window.begin,
        end_s=window.end,
        depart_begin_s=span_of(scenario).depart_begin_s,
        hard_stop_s=window.end + window.run_out_s,
        step_length_s=scenario.step_length_s,
        network=network,
        today=read_plan(folder / TODAY, network.fingerprint),
        fingerprint=manifest.key,
        season=scenario.season,
        occupancy=occupancies(),
        signals_off=scenario.signals_off,
        has_pedestrians=manifest.pedestrians > 0,
        fleet=scenario.fleet,
        temperature_c=scenario.temperature_c,
        notes=manifest.notes,
    )
    return case_with_layouts(case, _new_layouts(scenario, network))


def _new_layouts(scenario: Scenario, network: Network) -> dict[str, SignalLayout]:
    """Layouts of the stages that were designed afresh. Raises InputError if they do not fit the network."""
    file = scenario.network.stages
    return {} if file is None else designed_layouts(network, read_stage_plans(file), str(file))


def _copy_network(source: Path, folder: Path) -> Network:
    target = folder / source.name
    try:
        if source.resolve() != target.resolve():
            shutil.copyfile(source, target)
            if rules_path(source).is_file():
                shutil.copyfile(rules_path(source), rules_path(target))
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror})") from error
    return read_network(target)
