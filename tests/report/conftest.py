"""A report of the smoke scenario, made once with real runs, and its page in each language."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from signalopt.report.data import Report
from signalopt.report.gather import gather
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario
from signalopt.scenario.schema import Scenario
from signalopt.timing.plan import IntersectionPlan, Plan

SHORT = """title: five minutes of the smoke crossings
extends: smoke
window: {begin: "08:00", end: "08:05", warmup_s: 60, run_out_s: 900}
"""


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("report") / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return load_scenario(str(path))


@pytest.fixture(scope="session")
def case(scenario: Scenario) -> Case:
    return build_case(scenario)


@pytest.fixture(scope="session")
def shifted(case: Case) -> Plan:
    """Today's plan with every offset 20 s later: legal, and different."""
    programs = [
        replace(p, offset_s=(p.offset_s + 20) % p.cycle_s)
        for p in case.today.intersections
        if isinstance(p, IntersectionPlan)
    ]
    return case.today.with_programs(programs, "shifted")


@pytest.fixture(scope="session")
def found(scenario: Scenario, case: Case, shifted: Plan) -> Report:
    return gather(scenario, case, shifted, seeds=[1, 2], workers=1)


@pytest.fixture(scope="session")
def chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    return path


@pytest.fixture
def short_yaml(scenario: Scenario) -> Path:
    return scenario.file
