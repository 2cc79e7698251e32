"""The data of a report of real runs."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from signalopt.errors import InputError, UnsafePlanError
from signalopt.report.data import Report, report_from_json, report_to_json
from signalopt.report.gather import gather
from signalopt.report.tracks import decode_path
from signalopt.scenario.case import Case
from signalopt.scenario.schema import Scenario
from signalopt.timing.plan import IntersectionPlan, Plan, StageTiming


def test_data_comes_back_from_json(found: Report) -> None:
    assert report_from_json(report_to_json(found), "x") == found


def test_bad_data_is_told(found: Report) -> None:
    with pytest.raises(InputError, match=r"x\.json: title"):
        report_from_json(report_to_json(found).replace('"title"', '"tittle"', 1), "x.json")
    with pytest.raises(InputError, match="version 99"):
        report_from_json(report_to_json(replace(found, version=99)), "x.json")


def test_figures_have_paired_intervals(found: Report, case: Case) -> None:
    delay = next(f for f in found.figures if f.measure == "delay_s")

    assert delay.after is not None and delay.difference is not None
    assert delay.difference.mean == pytest.approx(delay.after.mean - delay.before.mean)
    assert delay.difference.low is not None and delay.difference.low < delay.difference.mean
    assert {b.pollutant for b in found.emissions} >= {"co2_g", "soot_mg"}
    assert [r.mark for r in found.remarks] == [str(n.confidence) for n in case.notes]
    assert found.manifest["case"] == case.fingerprint


def test_places_hold_what_their_movements_do(found: Report) -> None:
    assert found.area is not None
    for place in found.area.places:
        own = [m for m in found.area.movements if m.intersection == place.id]
        mean = sum(m.vehicles * (m.before_s or 0.0) for m in own) / sum(m.vehicles for m in own)
        assert place.before.delay_s == pytest.approx(mean, abs=0.2)
        assert place.before.co2_kg and place.before.soot_g and place.lat is not None


def test_emissions_of_streets_and_places_differ_by_what_leads_out(found: Report) -> None:
    """Places count the streets that lead to them; streets that lead out belong to none."""
    assert found.area is not None
    inside = sum(p.before.co2_kg or 0.0 for p in found.area.places)
    streets = [s for s in found.area.streets if s.end]
    length_km = {s.id: sum(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
                           for a, b in zip(s.shape, s.shape[1:], strict=False)) / 1000
                 for s in streets}  # fmt: skip
    leading = sum((s.before.co2_kg or 0.0) * length_km[s.id] for s in streets)

    assert 0 < leading < inside < 2 * leading


def test_diagrams_and_film_show_the_window(found: Report) -> None:
    area = found.area
    assert area is not None and area.film is not None
    diagram, film = area.diagrams[0], area.film
    for side in (diagram.before, diagram.after):
        assert side is not None and side.paths
        assert all(0 <= s <= diagram.length_s for _, path in side.paths for s, _ in path)
        assert all(0 <= a < b <= diagram.length_s for greens in side.forward for a, b in greens)
    assert film.after is not None and film.length_s <= diagram.length_s
    for vehicle in film.before.vehicles[:20]:
        path = decode_path(vehicle.path, film.origin)
        assert vehicle.first_s + len(path) <= film.length_s
        assert max(math.dist(a, b) for a, b in pairwise(path)) < 30  # nobody jumps
    assert {len(s.letters) for s in film.before.signals} == {80}


def test_an_unsafe_plan_is_refused(scenario: Scenario, case: Case) -> None:
    first = case.today.intersections[0]
    assert isinstance(first, IntersectionPlan)
    stages = tuple(StageTiming(s.stage, s.groups, 1) for s in first.stages)
    bad = case.today.with_programs([replace(first, stages=stages)], "bad")

    with pytest.raises(UnsafePlanError, match="bad"):
        gather(scenario, case, bad, seeds=[1])


def test_an_unknown_intersection_for_the_replay(
    scenario: Scenario, case: Case, shifted: Plan
) -> None:
    with pytest.raises(InputError, match="--replay"):
        gather(scenario, case, shifted, seeds=[1], focus="Nowhere")
