"""The model against what traffic engineering calculates by hand."""

import math
from pathlib import Path

import pytest

from signalopt.mesosim.draws import Draw, draw_demand
from signalopt.mesosim.engine import advance, new_state, run_state
from signalopt.mesosim.evaluate import compile_plan, evaluate
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.mesosim.trace import trace
from tests.mesosim.nets import (
    CROSS,
    always,
    cross,
    poisson,
    regular,
    signals,
    street,
    two_stages,
)  # fmt: skip


def _served(model: MesoModel, plan: object, start: str, end: str) -> int:
    state = run_state(model, compile_plan(model, plan), draw_demand(model, Draw()))  # type: ignore[arg-type]
    return sum(
        int(state.links["count"][k])
        for k, c in enumerate(model.street_index.links)
        if (c.from_edge, c.to_edge) == (start, end)
    )


def test_a_lonely_car_on_green_loses_nothing(tmp_path: Path) -> None:
    model = prepare(cross(tmp_path, [(5.0, "AJ JB", "car")]))
    found = evaluate(model, [signals(model, [(60, always("G"))])])
    assert found.measure("delay_s")[0, 0] == pytest.approx(0.0, abs=0.05)
    assert found.measure("throughput")[0, 0] == 1
    assert found.measure("stops")[0, 0] == 0


def test_a_car_held_by_red_loses_what_is_left_of_it_and_its_braking_and_starting(
    tmp_path: Path,
) -> None:
    model = prepare(cross(tmp_path, [(0.0, "AJ JB", "car")]))
    red_until_s = 80
    plan = signals(model, [(red_until_s, always("r")), (920, always("G"))])
    found = evaluate(model, [plan])
    arrival_s = float(model.streets.lanes["m"][model.street_index.lane_of["AJ_0"]]) / 13.9
    expected = red_until_s - arrival_s + 13.9 / (2 * 2.6)
    assert found.measure("delay_s")[0, 0] == pytest.approx(expected, abs=1.0)
    assert found.measure("stops")[0, 0] == 1
    idle = float(found.activity.idle_s.sum())
    assert idle == pytest.approx(expected - 13.9 / 2 * (1 / 2.6 + 1 / 4.5), abs=1.0)


@pytest.mark.parametrize("green_s", [15, 30, 45])
def test_capacity_of_a_stop_line_is_saturation_flow_times_green_share(
    tmp_path: Path, green_s: int
) -> None:
    model = prepare(cross(tmp_path, regular("AJ JB", 1.8, 3600), run_out_s=0))
    cycle_s = 60
    served = _served(model, two_stages(model, "AJ", green_s, cycle_s), "AJ", "JB")
    kind = model.types[0]
    headway_s = float(kind.headway + kind.space / 13.9)
    lost_s = 13.9 / (2 * 2.6) - 0.5 * 13.9 / 4.5  # start-up less amber used
    expected = 3600 / cycle_s * ((green_s - lost_s) / headway_s + 0.5)
    assert served == pytest.approx(expected, rel=0.09)


def test_delay_below_saturation_is_websters(tmp_path: Path) -> None:
    cycle_s, green_s = 60, 27
    kind_vph = 640
    model = prepare(cross(tmp_path, poisson("AJ JB", kind_vph, 10800), window_s=10800))
    plan = two_stages(model, "AJ", green_s, cycle_s)
    (movement,) = [m for m in trace(model, plan, step_s=600).movements if m.to_lane == "JB_0"]
    kind = model.types[0]
    saturation = 1 / float(kind.headway + kind.space / 13.9)
    share = (green_s - 1.0) / cycle_s
    flow = movement.vehicles / 10800
    x = flow / (saturation * share)
    uniform = cycle_s * (1 - share) ** 2 / (2 * (1 - share * x))
    # HCM 6th ed. eq. 19-26 with T = 3 h, k = 0.5, I = 1
    capacity_vph, hours = saturation * share * 3600, 3.0
    overflow = (
        900 * hours * ((x - 1) + math.sqrt((x - 1) ** 2 + 8 * 0.5 * x / (capacity_vph * hours)))
    )
    assert 0.6 < x < 0.95
    assert movement.delay_s == pytest.approx(uniform + overflow, rel=0.2)


def test_a_full_street_blocks_the_junction_behind_it(tmp_path: Path) -> None:
    nodes = {**CROSS, "K": (650.0, 0.0, "traffic_light"), "M": (650.0, -300.0, "priority")}
    edges = ("AJ A J 1 13.9", "JK J K 1 13.9", "KB K B 1 13.9", "SJ S J 1 13.9", "JN J N 1 13.9",
             "MK M K 1 13.9")  # fmt: skip
    departs = [*regular("AJ JK KB", 4, 1200), *regular("SJ JN", 10, 1200)]
    model = prepare(street(tmp_path, nodes, edges, departs, window_s=1200, run_out_s=600))
    plan = signals(model, [(60, lambda c: "r" if c.from_edge == "JK" else "G")])
    storage = float(model.streets.lanes["m"][model.street_index.lane_of["JK_0"]]) / 7.5
    assert _served(model, plan, "AJ", "JK") == pytest.approx(storage, abs=2)
    assert _served(model, plan, "JK", "KB") == 0
    assert _served(model, plan, "SJ", "JN") == 120
    found = evaluate(model, [plan])
    assert found.locked.all()
    assert found.measure("not_inserted")[0, 0] > 0
    assert found.measure("unfinished")[0, 0] > 0
    total = sum(found.measure(m)[0, 0] for m in ("not_inserted", "unfinished", "throughput"))
    assert total == len(departs)


def test_a_full_bay_blocks_the_lane_beside_it(tmp_path: Path) -> None:
    nodes = {**CROSS, "P": (450.0, 0.0, "priority")}
    edges = ("AP A P 1 13.9", "PJ P J 2 13.9", "JB J B 1 13.9", "SJ S J 1 13.9", "JN J N 1 13.9")
    connections = (
        '<connection from="AP" to="PJ" fromLane="0" toLane="0"/>'
        '<connection from="AP" to="PJ" fromLane="0" toLane="1"/>'
        '<connection from="PJ" to="JB" fromLane="0" toLane="0"/>'
        '<connection from="PJ" to="JN" fromLane="1" toLane="0"/>'
    )
    departs = [*regular("AP PJ JB", 6, 1200), *regular("AP PJ JN", 20, 1200, start_s=2)]
    model = prepare(
        street(tmp_path, nodes, edges, departs, connections=connections, window_s=1200, run_out_s=0)
    )
    free = signals(model, [(60, always("G"))])
    blocked = signals(model, [(60, lambda c: "r" if c.to_edge == "JN" else "G")])
    bay = float(model.streets.lanes["m"][model.street_index.lane_of["PJ_1"]])
    assert _served(model, free, "PJ", "JB") > 190
    # the bay takes bay / 7.5 lefts; the next left stands in the only lane and nobody passes it
    lefts = int(bay / 7.5) + 1
    passed = _served(model, blocked, "PJ", "JB")
    assert 20 / 6 * (lefts - 3) <= passed <= 20 / 6 * (lefts + 3)


def test_a_green_wave_costs_nothing_at_the_second_signal(tmp_path: Path) -> None:
    nodes = {**CROSS, "K": (1000.0, 0.0, "traffic_light"), "B": (1500.0, 0.0, "priority"),
             "M": (1000.0, -300.0, "priority")}  # fmt: skip
    edges = ("AJ A J 1 13.9", "JK J K 1 13.9", "KB K B 1 13.9", "SJ S J 1 13.9", "JN J N 1 13.9",
             "MK M K 1 13.9")  # fmt: skip
    model = prepare(street(tmp_path, nodes, edges, regular("AJ JK KB", 7, 3600)))

    def at_second(offset_s: int) -> float:
        plan = signals(
            model,
            [(40, lambda c: "G" if c.from_edge in ("AJ", "JK") else "r"),
             (3, lambda c: "y" if c.from_edge in ("AJ", "JK") else "r"),
             (37, lambda c: "r" if c.from_edge in ("AJ", "JK") else "G")],
            {"K": offset_s},
        )  # fmt: skip
        (found,) = [m for m in trace(model, plan, step_s=600).movements if m.to_lane == "KB_0"]
        return found.delay_s

    travel_s = round(500 / 13.9)
    best = min(at_second(travel_s + shift) for shift in (-2, 0, 2))
    assert best < 1.0
    assert at_second(travel_s + 40) > 20


def test_capacity_of_a_minor_street_falls_with_the_major_flow_like_gap_acceptance(
    tmp_path: Path,
) -> None:
    nodes = {k: (x, y, "priority") for k, (x, y, _) in CROSS.items()}
    # a signal far away: nets without one are refused
    nodes |= {"X": (3000.0, 0.0, "priority"), "Y": (3100.0, 0.0, "traffic_light"),
              "Z": (3200.0, 0.0, "priority"), "W": (3100.0, 100.0, "priority")}  # fmt: skip
    passed = []
    for number, major_vph in enumerate((200, 600, 1000)):
        folder = tmp_path / str(number)
        folder.mkdir()
        departs = [*poisson("AJ JB", major_vph, 3600), *regular("SJ JN", 3, 3600)]
        edges = ("AJ A J 2 13.9", "JB J B 2 13.9", "SJ S J 1 13.9", "JN J N 1 13.9",
                 "XY X Y 1 13.9", "YZ Y Z 1 13.9", "WY W Y 1 13.9")  # fmt: skip
        model = prepare(street(folder, nodes, edges, departs, run_out_s=0))
        passed.append(_served(model, model.case.today, "SJ", "JN"))
        flow = major_vph / 3600
        low, high = (
            3600 * flow * math.exp(-flow * gap) / (1 - math.exp(-flow * follow))
            for gap, follow in ((8.0, 4.0), (2.5, 1.8))
        )
        assert low < passed[-1] < min(high, 1210)
    assert passed == sorted(passed, reverse=True)


def test_opposed_left_turns_wait_for_gaps_and_leave_at_the_end_of_green(tmp_path: Path) -> None:
    nodes = {k: CROSS[k] for k in ("A", "J", "B", "N", "S")}
    edges = ("AJ A J 2 13.9", "JB J B 1 13.9", "BJ B J 1 13.9", "JA J A 1 13.9", "JN J N 1 13.9",
             "SJ S J 1 13.9")  # fmt: skip
    connections = (
        '<connection from="AJ" to="JB" fromLane="0" toLane="0"/>'
        '<connection from="AJ" to="JN" fromLane="1" toLane="0"/>'
        '<connection from="BJ" to="JA" fromLane="0" toLane="0"/>'
    )
    departs = [*regular("AJ JN", 8, 1800), *regular("BJ JA", 2, 1800)]
    model = prepare(
        street(tmp_path, nodes, edges, departs, connections=connections, window_s=1800, run_out_s=0)
    )

    def letter(c: object) -> str:
        start, end = c.from_edge, c.to_edge  # type: ignore[attr-defined]
        return "g" if (start, end) == ("AJ", "JN") else "G" if start in ("AJ", "BJ") else "r"

    plan = signals(model, [(40, letter), (20, always("r"))])
    served = _served(model, plan, "AJ", "JN")
    cycles = 30
    assert cycles <= served <= 3 * cycles  # one or two leave at each end of green, hardly more
    alone = signals(model, [(40, lambda c: letter(c) if c.from_edge == "AJ" else "r"),
                            (20, always("r"))])  # fmt: skip
    assert _served(model, alone, "AJ", "JN") > 200


def test_a_left_turn_that_waits_in_the_junction_shuts_its_lane(tmp_path: Path) -> None:
    """On a shared lane nobody passes behind it before it is gone; on a lane of its own all do."""
    nodes = {k: CROSS[k] for k in ("A", "J", "B", "N", "S")}
    departs = [*regular("AJ JB", 4, 1800), *regular("AJ JN", 40, 1800, start_s=1),
               *regular("BJ JA", 2, 1800)]  # fmt: skip

    def letter(c: object) -> str:
        start, end = c.from_edge, c.to_edge  # type: ignore[attr-defined]
        return "g" if (start, end) == ("AJ", "JN") else "G" if start in ("AJ", "BJ") else "r"

    passed = {}
    for lanes in (1, 2):
        edges = (f"AJ A J {lanes} 13.9", "JB J B 1 13.9", "BJ B J 1 13.9", "JA J A 1 13.9",
                 "JN J N 1 13.9", "SJ S J 1 13.9")  # fmt: skip
        connections = (
            '<connection from="AJ" to="JB" fromLane="0" toLane="0"/>'
            f'<connection from="AJ" to="JN" fromLane="{lanes - 1}" toLane="0"/>'
            '<connection from="BJ" to="JA" fromLane="0" toLane="0"/>'
        )
        folder = tmp_path / str(lanes)
        folder.mkdir()
        case = street(
            folder, nodes, edges, departs, connections=connections, window_s=1800, run_out_s=0
        )
        model = prepare(case)
        plan = signals(model, [(50, letter), (10, always("r"))])
        passed[lanes] = _served(model, plan, "AJ", "JB")
    # SUMO 1.28 lets 291 and 439 pass
    assert passed[2] == pytest.approx(439, rel=0.02)
    assert passed[1] == pytest.approx(291, rel=0.02)


def test_who_waits_to_enter_does_not_hold_up_those_who_want_another_lane(tmp_path: Path) -> None:
    edges = ("AJ A J 2 13.9", "JB J B 1 13.9", "SJ S J 1 13.9", "JN J N 1 13.9")
    connections = (
        '<connection from="AJ" to="JB" fromLane="0" toLane="0"/>'
        '<connection from="AJ" to="JN" fromLane="1" toLane="0"/>'
    )
    departs = [*regular("AJ JB", 4, 1800), *regular("AJ JN", 6, 1800, start_s=1)]
    case = street(
        tmp_path, CROSS, edges, departs, connections=connections, window_s=1800, run_out_s=0
    )
    model = prepare(case)
    plan = signals(model, [(60, lambda c: "r" if c.to_edge == "JN" else "G")])
    assert evaluate(model, [plan]).measure("not_inserted")[0, 0] > 200
    assert _served(model, plan, "AJ", "JB") > 360


def test_every_vehicle_is_accounted_for_at_any_moment(tmp_path: Path) -> None:
    departs = [*poisson("AJ JB", 900, 900), *poisson("SJ JN", 500, 900, 2)]
    model = prepare(cross(tmp_path, departs, window_s=900, run_out_s=900))
    plan = two_stages(model, "AJ", 20, 60)
    demand = draw_demand(model, Draw())
    state = new_state(model, demand)
    lamps = compile_plan(model, plan)
    for now in range(30, 1800, 30):
        advance(model, state, lamps, float(now))
        world = state.world[0]
        arrived = int((state.vehicles["t_end"] >= 0).sum())
        assert int(world.inside) + int(world.due) + arrived == len(departs)
        assert int(state.lanes["count"].sum()) == int(world.inside)
        assert (state.lanes["used"] > -1e-6).all()
