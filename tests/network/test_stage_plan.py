"""Stages designed afresh as a file: what is read back, and what no file may do."""

import json
from dataclasses import replace

import pytest

from signalopt.errors import InputError
from signalopt.network.stage_plan import (
    REDESIGNED,
    StagePlan,
    designed_layout,
    designed_layouts,
    read_stage_plans,
    write_stage_plans,
)
from tests.optimize.streets import avenue


@pytest.fixture
def network():
    return avenue([300.0])


GOOD = StagePlan((("A1-ahead", "A2-ahead"), ("A3-ahead",)))


def test_a_design_is_stages_and_the_rest_follows_from_the_network(network):
    place = network.intersection["I0"]
    layout = designed_layout(place, GOOD)
    assert [stage.groups for stage in layout.stages] == [("A1-ahead", "A2-ahead"), ("A3-ahead",)]
    assert [stage.id for stage in layout.stages] == ["S1", "S2"]
    assert layout.conflicts == place.layout.conflicts
    assert layout.intergreen_s
    assert layout.notes[-1] == REDESIGNED


def test_files_are_read_back_as_written(tmp_path, network):
    designs = {"I1": GOOD, "I0": replace(GOOD, protected=("A3-ahead",), keep_groups=False)}
    file = tmp_path / "x.stages.json"
    write_stage_plans(file, designs)
    assert read_stage_plans(file) == designs
    before = file.read_text()
    write_stage_plans(file, dict(reversed(designs.items())))
    assert file.read_text() == before
    assert set(designed_layouts(network, read_stage_plans(file))) == {"I0", "I1"}


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ((("A1-ahead", "A3-ahead"), ("A2-ahead",)), "A1-ahead and A3-ahead green together"),
        ((("A1-ahead", "A2-ahed"), ("A3-ahead",)), "did you mean A2-ahead"),
        ((("A1-ahead",), ("A3-ahead",)), "no green for A2-ahead"),
        ((("A1-ahead", "A2-ahead"), ()), "stage 2"),
        ((("A1-ahead",),), "two or more"),
    ],
)
def test_designs_that_do_not_fit_are_refused(network, stages, words):
    with pytest.raises(InputError, match=words):
        designed_layout(network.intersection["I0"], StagePlan(stages))


def test_all_problems_of_all_intersections_are_named_with_the_file(network):
    bad = {"I0": StagePlan((("x",), ("y",))), "I9": GOOD}
    with pytest.raises(InputError) as caught:
        designed_layouts(network, bad, "plan.stages.json")
    assert len(caught.value.problems) == 3
    assert all(p.where.startswith("plan.stages.json") for p in caught.value.problems)
    assert {p.found for p in caught.value.problems} == {"no such group", "no such intersection"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "stage designs"),
        ("[]", "signalopt-stages"),
        ('{"format": "signalopt-stages", "version": 2, "intersections": {}}', "version 1"),
        (
            {"format": "signalopt-stages", "version": 1, "intersections": {"I0": {"stages": [["a"]],
             "intergreen_s": 0}, "I1": {}}},
            "intergreen_s",
        ),
    ],
)  # fmt: skip
def test_broken_files_say_where(tmp_path, content, words):
    file = tmp_path / "x.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(InputError, match=words) as caught:
        read_stage_plans(file)
    if isinstance(content, dict):
        assert len(caught.value.problems) == 2  # an unknown key, and stages that are missing
