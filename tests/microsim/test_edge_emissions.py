"""Emissions by street: nothing is lost between vehicles and edges, and the map holds what was counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from signalopt.microsim.command import seed_command
from signalopt.microsim.edge_emissions import MAPPED, EdgeEmissions, edge_emissions, read_edges
from signalopt.microsim.emission_devices import emission_devices
from signalopt.microsim.emission_map_files import write_map
from signalopt.microsim.places import by_intersection, intersections_of
from signalopt.microsim.schedule import read_schedule
from signalopt.microsim.signals import write_signals
from signalopt.microsim.stream import stream
from signalopt.microsim.workplace import seed_files
from signalopt.network.tools import run_tool
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(load_scenario("smoke"), tmp_path_factory.mktemp("smoke"))


@pytest.fixture(scope="module")
def found(smoke: Case) -> EdgeEmissions:
    return edge_emissions(smoke, None, [1])


def test_vehicles_and_edges_tell_the_same_total(smoke: Case, tmp_path: Path) -> None:
    changed, options = emission_devices("phemlight5", smoke, read_schedule(smoke), tmp_path)
    request = tmp_path / "edges.add.xml"
    rows = "".join(
        f'<edgeData id="{name}" type="emissions" file="{tmp_path / name}.xml" excludeEmpty="true"'
        f' withInternal="{inside}"/>'
        for name, inside in (("all", "true"), ("streets", "false"))
    )
    request.write_text(f"<additional>{rows}</additional>")
    signals = (*write_signals(smoke, smoke.today, tmp_path), request)
    files = seed_files(tmp_path, 1)
    run_tool("sumo", list(seed_command(changed, 1, signals, files, options)[1:]))
    vehicles_g = sum(
        float(e.attrib["CO2_abs"]) / 1000 for e in stream(files.tripinfo, ("emissions",))
    )
    edges_g = sum(own["co2_g"] for own in read_edges(tmp_path / "all.xml").values())
    streets_g = sum(own["co2_g"] for own in read_edges(tmp_path / "streets.xml").values())
    assert edges_g == pytest.approx(vehicles_g, rel=0.01)
    assert streets_g < 0.97 * vehicles_g  # what is lost without the interiors


def test_interiors_streets_and_classes_are_there(smoke: Case, found: EdgeEmissions) -> None:
    mean = found.mean()
    assert any(edge.startswith(":") for edge in mean)
    assert {"car", "lcv", "truck", "bus"} <= {name for own in mean.values() for name in own}
    assert all(set(own) == set(MAPPED) for classes in mean.values() for own in classes.values())
    heavy = sum(own["soot_mg"] for c in mean.values() for n, own in c.items() if n != "car")
    light = sum(own["soot_mg"] for c in mean.values() for n, own in c.items() if n == "car")
    assert heavy > light


def test_every_approach_belongs_to_the_intersection_that_it_leads_to(smoke: Case) -> None:
    lead = intersections_of(smoke.network)
    for place in smoke.network.intersections:
        assert all(lead[edge] == place.id for edge in place.incoming_edges)


def test_intersections_hold_no_more_than_all_streets(smoke: Case, found: EdgeEmissions) -> None:
    mean = found.mean()
    everywhere = sum(own["co2_g"] for c in mean.values() for own in c.values())
    places = by_intersection(smoke.network, mean)
    there = sum(own["co2_g"] for c in places.values() for own in c.values())
    assert 0.4 * everywhere < there < everywhere


def test_the_files_of_a_map(smoke: Case, found: EdgeEmissions, tmp_path: Path) -> None:
    made = write_map(smoke, found, tmp_path / "map")
    content = json.loads((tmp_path / "map" / "emissions.geojson").read_text())
    kinds = {f["properties"]["kind"] for f in content["features"]}
    assert kinds == {"edge", "intersection"}
    for feature in content["features"]:
        flat = json.dumps(feature["geometry"]["coordinates"])
        numbers = [float(x) for x in flat.replace("[", "").replace("]", "").split(",")]
        assert all(-180 <= x <= 180 for x in numbers)
    etree.parse(str(tmp_path / "map" / "soot.svg"))
    lines = (tmp_path / "map" / "ranking.csv").read_text().splitlines()
    assert len(lines) == 1 + len(smoke.network.intersections)
    assert made.ranking[0].soot.central >= made.ranking[-1].soot.central
    assert made.ranking[0].id in made.answer
