"""The page: self-contained, valid, whole in every language."""

import json
import re

import pytest
from lxml import etree, html

from signalopt.report.data import (
    DemandPoint,
    FrontPoint,
    Interval,
    Remark,
    Report,
    Sweep,
    SweepCell,
)
from signalopt.report.page import report_page
from signalopt.report.words import LANGUAGES


@pytest.fixture(scope="module")
def whole(found: Report) -> Report:
    """With the parts that come from other commands."""
    front = tuple(
        FrontPoint(n, {"delay_s": Interval(d, d - 1, d + 1), "co2_g": Interval(c)}, c > 300)
        for n, d, c in (("today", 40.0, 310.0), ("front 1", 30.0, 290.0), ("front 2", 28.0, 305.0))
    )
    demand = tuple(
        DemandPoint(p, s, x, Interval(30 * x, 29 * x, 31 * x), 33 * x, int(x > 1))
        for p in ("today", "better") for s in ("queue model", "SUMO") for x in (0.9, 1.1)
    )  # fmt: skip
    cells = tuple(
        SweepCell((("season", row),), plan, 3, plan == "today", {"delay_s": Interval(v, v - 1, v + 1)})
        for row, plan, v in (("summer", "today", 40.0), ("snow", "today", 60.0), ("snow", "a", 50.0))
    )  # fmt: skip
    sweep = Sweep("plan", ("today", "a"), ((("season", "summer"),), (("season", "snow"),)),
                  ("delay_s",), cells)  # fmt: skip
    odd = Remark("<b>odd</b>", "a & b </script><script>alert(1)</script>", "press")
    from dataclasses import replace

    return replace(
        found, front=front, demand=demand, objective="delay_s", sweep=sweep, verdict="better",
        remarks=(*found.remarks, odd),
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_self_contained_and_valid(whole: Report, language: str) -> None:
    page = report_page(whole, language)
    tree = html.document_fromstring(page)
    links = [value for e in tree.iter() for k, value in e.attrib.items() if k in ("src", "href")]
    ids = [e.get("id") for e in tree.iter() if e.get("id")]

    assert tree.get("lang") == language
    assert all(link.startswith("#") for link in links)
    assert "url(http" not in page and "@import" not in page and "fetch(" not in page
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links} <= set(ids)
    assert len(page.encode()) < 1_000_000
    assert page == report_page(whole, language)


def test_elements_nest(whole: Report) -> None:
    """Every element that is opened is closed: the body without scripts is well-formed XML."""
    body = re.search(r"<main.*</main>", report_page(whole, "en"), re.DOTALL)
    assert body is not None
    text = re.sub(r"<(input|br|hr)([^>]*)>", r"<\1\2/>", body.group())

    etree.fromstring(text.replace("&nbsp;", " "))


def test_text_from_outside_stays_text(whole: Report) -> None:
    page = report_page(whole, "en")

    assert "<script>alert" not in page and "&lt;b&gt;odd" in page


def test_sections_follow_the_data(whole: Report, found: Report) -> None:
    def sections(report: Report) -> list[str]:
        tree = html.document_fromstring(report_page(report, "ru"))
        return [str(e.get("id")) for e in tree.iter("section")]

    everything = ["head", "marks", "map", "film", "diagrams", "signals", "movements", "front",
                  "robust", "sweep", "bands", "methods"]  # fmt: skip
    assert sections(whole) == everything
    assert sections(found) == [s for s in everything if s not in ("front", "robust", "sweep")]


def test_every_remembered_text_can_be_told_again(whole: Report) -> None:
    """What the script needs to change the language: keys that exist, fillings that suffice."""
    tree = html.document_fromstring(report_page(whole, "kk"))
    texts = json.loads(tree.get_element_by_id("words-data").text)
    checked = 0
    for element in tree.iter():
        for key, filled in (("data-w", "data-a"), ("data-l", "data-la")):
            name = element.get(key)
            if name is None:
                continue
            given = json.loads(element.get(filled) or "{}")
            for language in LANGUAGES:
                assert set(re.findall(r"\{(\w+)\}", texts[language][name])) <= set(given), name
            checked += 1

    assert checked > 300


def test_marks_are_told_in_the_readers_language(found: Report) -> None:
    text = (
        html.document_fromstring(report_page(found, "kk")).get_element_by_id("marks").text_content()
    )

    assert "бағалау" in text and "Вебстер" in text and "Қазіргі жоспар" in text
    assert "vehicles from" not in text


def test_one_plan_alone(found: Report) -> None:
    from dataclasses import replace

    assert found.area is not None and found.area.film is not None
    area = replace(
        found.area,
        streets=tuple(replace(s, after=None) for s in found.area.streets),
        places=tuple(replace(p, after=None) for p in found.area.places),
        movements=tuple(replace(m, after_s=None) for m in found.area.movements),
        signals=tuple(replace(s, after=None) for s in found.area.signals),
        diagrams=tuple(replace(d, after=None) for d in found.area.diagrams),
        film=replace(found.area.film, after=None),
    )
    figures = tuple(
        replace(f, after=None, difference=None, relative=None, significant=False)
        for f in found.figures
    )
    bands = tuple(replace(b, after=None, percent=None) for b in found.emissions)
    page = report_page(replace(found, after="", area=area, figures=figures, emissions=bands), "en")

    assert 'value="difference"' not in page and 'id="film-after"' not in page
    assert "What is measured" in page
