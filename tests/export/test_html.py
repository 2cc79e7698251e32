"""The printed pages: complete, well formed, self-contained, and saying what the plan says."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

import pytest
from lxml import etree, html

from signalopt.export.facts import OSM_ATTRIBUTION, Avenue, SheetFacts
from signalopt.export.html import INDEX, file_stems, html_files
from signalopt.export.lamps import cycle_length_s
from signalopt.export.sheet import shown_stages
from signalopt.network.model import Confidence
from signalopt.timing.findings import Finding, Rule
from signalopt.timing.plan import FixedProgram
from signalopt.timing.planfile import plan_hash
from signalopt.timing.program import interstage_s, phases
from tests.export.export_sample import IDS, sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan()


@dataclass(frozen=True)
class Note:
    subject: str
    text: str
    confidence: Confidence


FACTS = SheetFacts(
    area="Sample <area>",
    scenario="sample_am",
    avenues=(Avenue("Long avenue", IDS, 13.9),),
    remarks=(Note("Lanes", "counted on a map", Confidence.ESTIMATED),),
    findings=(
        Finding(IDS[1], Rule.MIN_GREEN, ("NS",), "too short", 7, 3, 5),
        Finding(IDS[1], Rule.CYCLE, (), "too long"),
    ),
    inherited=(Finding(IDS[1], Rule.MIN_GREEN, ("NS",), "too short", 7, 3, 5),),
    sources=(OSM_ATTRIBUTION,),
    versions=(("SUMO", "1.28.0"),),
)
FILES = html_files(PLAN, NETWORK, FACTS)
SHEETS = {name: FILES[f"sheets/{name}.html"] for name in IDS}


def _page(text: str) -> html.HtmlElement:
    return html.fromstring(text)


def _table(page: html.HtmlElement, kind: str) -> list[list[str]]:
    rows = page.xpath(f"//table[contains(@class, '{kind}')]/tbody/tr")
    return [[cell.text_content() for cell in row] for row in rows]


def test_a_page_for_each_intersection_avenue_and_one_overview():
    names = {f"sheets/{name}.html" for name in IDS}
    assert set(FILES) == names | {INDEX, "sheets/avenue-Long-avenue.html"}


@pytest.mark.parametrize("name", sorted(FILES))
def test_pages_are_well_formed(name):
    text = FILES[name]
    assert text.startswith("<!DOCTYPE html>\n")
    closed = re.sub(r"<meta([^>]*)>", r"<meta\1/>", text.removeprefix("<!DOCTYPE html>\n"))
    root = etree.fromstring(closed.encode())
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    for svg in root.iter("svg"):
        assert all(not re.search(r"nan|inf", value) for e in svg.iter() for value in e.values())
        for reference in re.findall(r"url\(#([\w-]+)\)", etree.tostring(svg).decode()):
            assert reference in ids


@pytest.mark.parametrize("name", sorted(FILES))
def test_pages_need_nothing_from_elsewhere(name):
    text = FILES[name]
    assert not re.search(r"https?:|//[a-z]|@import|<script|<link|<img|url\((?!#)", text)
    for target in _page(text).xpath("//@href"):
        assert f"sheets/{target}" in FILES


@pytest.mark.parametrize("name", IDS)
def test_every_group_has_a_bar_that_fills_the_cycle(name):
    page, program = _page(SHEETS[name]), PLAN.by_id[name]
    bars = page.xpath("//g[@class='group-bar']")
    groups = NETWORK.layouts[name].groups
    assert len(bars) == len(groups)
    for bar, group in zip(bars, groups, strict=True):
        told = [t.text for t in bar.xpath(".//title")]
        assert all(text.startswith(f"{group.id} ") for text in told)
        times = [re.search(r"([\d.]+)–([\d.]+) s$", text).groups() for text in told]
        spans = [(float(a), float(b)) for a, b in times]
        assert spans[0][0] == 0
        assert spans[-1][1] == program.cycle_s
        assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))


@pytest.mark.parametrize("name", IDS)
def test_stage_captions_add_up_to_the_cycle(name):
    captions = _page(SHEETS[name]).xpath("//figcaption")
    seconds = [int(n) for c in captions for n in re.findall(r"(\d+) s", c.text_content())]
    assert sum(seconds) == PLAN.by_id[name].cycle_s
    assert len(seconds) == 2 * len(PLAN.by_id[name].stages)


def test_header_figures():
    page = _page(SHEETS[IDS[1]])
    figures = [dd.text_content() for dd in page.xpath("//header//dd")]
    assert figures == ["90 s", "17 s", "2"]


@pytest.mark.parametrize("name", IDS)
def test_clearance_table_is_the_layouts(name):
    layout = NETWORK.layouts[name]
    rows = _table(_page(SHEETS[name]), "clearances")
    assert [row[0] for row in rows] == [f"{c.ending} → {c.starting}" for c in layout.clearances]
    assert [int(row[1]) for row in rows] == [c.intergreen_s for c in layout.clearances]
    assert all(int(row[2]) >= int(row[1]) for row in rows)
    assert [row[5] for row in rows] == [c.rule for c in layout.clearances]


def test_planned_intergreen_by_hand():
    """EW flashes to 58; the interstage of 8 s ends at 63, when NS starts: 5 s."""
    first, second = PLAN.intersections[0].stages
    assert first.green_s + interstage_s(NETWORK.layouts[IDS[0]], first, second) == 63
    rows = {row[0]: row for row in _table(_page(SHEETS[IDS[0]]), "clearances")}
    assert rows["EW → NS"][2] == "5"


def test_conflict_matrix_is_symmetric_and_the_layouts():
    layout = NETWORK.layouts[IDS[0]]
    rows = _table(_page(SHEETS[IDS[0]]), "conflicts")
    for i, row_group in enumerate(layout.groups):
        for j, column_group in enumerate(layout.groups):
            shown = rows[i][j + 1] == "●"
            conflict = layout.groups_conflict(row_group.id, column_group.id)
            assert shown == (i != j and conflict), (row_group.id, column_group.id)


def test_minimums_table():
    rows = {row[0]: row for row in _table(_page(SHEETS[IDS[0]]), "minimums")}
    assert rows["PNS"][2:] == ["21.2", "22", "22", "24 %", "68", "120"]


def test_findings_and_their_kind():
    assert "No findings." in SHEETS[IDS[0]]
    items = _page(SHEETS[IDS[1]]).xpath("//ul[contains(@class, 'findings')]/li")
    assert [item.text_content() for item in items] == [
        "inherited minimum green, second 7: too short",
        "new cycle: too long",
    ]


def test_confidence_sources_and_manifest_on_every_sheet():
    for text in SHEETS.values():
        content = _page(text).text_content()
        assert "estimated Lanes: counted on a map" in content
        assert OSM_ATTRIBUTION in content
        assert plan_hash(PLAN) in content
        assert "SUMO 1.28.0" in content
        assert "Sample <area>" in content


def test_stage_drawings_show_the_green_movements():
    page = _page(SHEETS[IDS[0]])
    layout = NETWORK.layouts[IDS[0]]
    for figure, stage in zip(
        page.xpath("//figure"), shown_stages(layout, PLAN.by_id[IDS[0]]), strict=True
    ):
        drawn = figure.xpath(".//path[@stroke-dasharray='1.9 1.1']")
        assert len(drawn) == stage.state.count("g")
        labels = {text.text for text in figure.xpath(".//text")}
        green = {layout.group_of_link[i] for i, x in enumerate(stage.state) if x in "Gg"}
        assert {g for g in green if not g.startswith("P")} <= labels


def test_overview_lists_along_the_avenue_with_links():
    page = _page(
        html_files(replace(PLAN, intersections=PLAN.intersections[::-1]), NETWORK, FACTS)[INDEX]
    )
    links = page.xpath("//td/a/@href")
    assert links == [f"{name}.html" for name in IDS]


def test_markup_in_names_is_escaped():
    evil = "<script>alert('x')</script>&\"\x00"
    places = tuple(replace(p, name=evil) for p in NETWORK.intersections)
    network = replace(NETWORK, intersections=places)
    facts = replace(FACTS, scenario=evil, avenues=(Avenue(evil, IDS, 13.9),))
    for text in html_files(replace(PLAN, name=evil), network, facts).values():
        assert "<script" not in text
        assert "\x00" not in text


def test_a_fixed_program_is_drawn_phase_by_phase():
    layout = NETWORK.layouts[IDS[0]]
    lines = phases(layout, PLAN.intersections[0])
    fixed = FixedProgram(IDS[0], 4.5, (replace(lines[0], duration_s=50.5), *lines[1:]), "odd")
    plan = replace(PLAN, intersections=(fixed,))
    files = html_files(plan, NETWORK, replace(FACTS, avenues=()))
    page = _page(files[f"sheets/{IDS[0]}.html"])
    figures = [dd.text_content() for dd in page.xpath("//header//dd")]
    assert figures == [f"{cycle_length_s(layout, fixed):g} s", "4.5 s", "2"]
    assert [b.text for b in page.xpath("//figcaption/b")] == ["Phase 1", "Phase 4"]
    assert "odd" in page.text_content()


def test_file_stems_are_safe_and_different():
    names = ["a/b", "a:b", "A-B", "index", "..", "Мәңгілік Ел", "cluster_" + "1_" * 90, "con"]
    stems = file_stems(names)
    assert len({stem.casefold() for stem in stems}) == len(names)
    assert all(re.fullmatch(r"[\w.-]{1,70}", stem) for stem in stems)
    assert stems[5] == "Мәңгілік-Ел"
    assert stems[3] != "index"
