from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from signalopt.errors import InputError
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate
from signalopt.scenario.build import build_case
from signalopt.scenario.load import load_scenario
from signalopt.study.baseline import entry_of, make_baseline, read_baseline, write_baseline
from signalopt.study.limits import Verdict, parse_limits
from signalopt.study.regression import check_entry, compare_entry, look_confidence, looks
from signalopt.study.verdict_files import junit_xml, markdown, overall

SEEDS = (1, 2, 3, 4)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    scenario = load_scenario("smoke")
    case = build_case(scenario)
    result = simulate(case, None, SEEDS)
    path = tmp_path_factory.mktemp("baseline") / "main.json"
    write_baseline(path, make_baseline("main", (entry_of(scenario, case, case.today, result),)))
    return scenario, case, result, read_baseline(path)


def worse(result: SimulationResult, share: float):  # type: ignore[no-untyped-def]
    """A simulator whose delay is worse by a known share."""

    def run(seeds):  # type: ignore[no-untyped-def]
        runs = tuple(
            replace(r, measures={**r.measures, "delay_s": r.measures["delay_s"] * (1 + share)})
            for r in result.runs
            if r.seed in seeds
        )
        return replace(result, runs=runs, seeds=tuple(seeds))

    return run


def test_looks_grow_and_share_the_error() -> None:
    assert looks(5, 20) == (5, 10, 20)
    assert looks(5, 5) == (5,)
    assert looks(9, 4) == (4,)
    assert look_confidence(1) == pytest.approx(0.95)
    assert look_confidence(5) == pytest.approx(0.99)


def test_same_code_passes_at_the_first_look(saved) -> None:  # type: ignore[no-untyped-def]
    _, case, result, baseline = saved
    entry = baseline.entries[0]
    limits = parse_limits(["delay_s:1%", "co2_g:1%"])
    found = compare_entry(baseline, entry, case, case.today, limits, worse(result, 0.0), first=2)
    assert found.verdict is Verdict.PASSED
    assert found.seeds == (1, 2)
    assert found.causes == ("nothing but the code (network, plan and SUMO are the same)",)


def test_known_worsening_fails_and_is_written(saved) -> None:  # type: ignore[no-untyped-def]
    _, case, result, baseline = saved
    entry = baseline.entries[0]
    limits = parse_limits(["delay_s:2%"])
    found = compare_entry(baseline, entry, case, case.today, limits, worse(result, 0.05), first=2)
    assert found.verdict is Verdict.REGRESSION
    assert overall([found]) is Verdict.REGRESSION
    suite = etree.fromstring(junit_xml(baseline, [found]))[0]
    assert suite.get("failures") == "1"
    assert suite[0][0].tag == "failure"
    assert "+5.00 %" in markdown(baseline, [found])


def test_undecided_takes_all_seeds_then_says_how_many(saved) -> None:  # type: ignore[no-untyped-def]
    _, case, result, baseline = saved
    asked: list[int] = []

    def noisy(seeds):  # type: ignore[no-untyped-def]
        asked.extend(seeds)
        runs = tuple(
            replace(
                r, measures={**r.measures, "delay_s": r.measures["delay_s"] + 9 * (-1) ** r.seed}
            )
            for r in result.runs
            if r.seed in seeds
        )
        return replace(result, runs=runs, seeds=tuple(seeds))

    limits = parse_limits(["delay_s:1%"])
    found = compare_entry(baseline, baseline.entries[0], case, case.today, limits, noisy, first=2)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert asked == [1, 2, 3, 4]
    assert found.judgements[0].seeds_needed


def test_sumo_and_plan_changes_are_told_apart(saved) -> None:  # type: ignore[no-untyped-def]
    _, case, result, baseline = saved
    old = replace(baseline, sumo="1.27.0")
    entry = replace(baseline.entries[0], plan_hash="other")
    limits = parse_limits(["delay_s:1%"])
    found = compare_entry(old, entry, case, case.today, limits, worse(result, 0.0), first=2)
    assert found.causes[0].startswith("SUMO 1.27.0 -> ")
    assert found.causes[1].startswith("the plan")


def test_another_scenario_version_is_refused(saved) -> None:  # type: ignore[no-untyped-def]
    scenario, _, _, baseline = saved
    changed = replace(scenario, demand=replace(scenario.demand, scale=0.5))
    with pytest.raises(InputError, match="another version"):
        check_entry(baseline, baseline.entries[0], changed, parse_limits(["delay_s:1%"]))


def test_damaged_baseline_names_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text("{")
    with pytest.raises(InputError, match=r"b\.json:1"):
        read_baseline(path)
    path.write_text('{"format": "signalopt-baseline", "version": 1, "name": 3, "entries": [{}]}')
    with pytest.raises(InputError) as caught:
        read_baseline(path)
    assert len(caught.value.problems) > 3
