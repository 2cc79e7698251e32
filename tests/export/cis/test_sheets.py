"""What stands on the sheets: lints, languages, directions, the printed page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signalopt.errors import InputError
from signalopt.export.cis.lints import lints
from signalopt.export.cis.model import Kind, Passport
from signalopt.export.cis.modes import mode_maps
from signalopt.export.cis.passport import passport_of
from signalopt.export.cis.tables import sheets_of
from signalopt.export.cis.words import TEXTS, CisWords, key_of
from signalopt.export.cis.write import cis_files
from signalopt.export.facts import SheetFacts
from signalopt.timing.clearance import pedestrian_min_green_s
from signalopt.timing.plan import Plan
from tests.export.areas import all_day, area, random_plan
from tests.export.export_sample import sample_network, sample_plan

NETWORK = sample_network()
TABLE = all_day(sample_plan())
PLACE = NETWORK.intersections[0]
RU = CisWords("ru")


def passport() -> Passport:
    return passport_of(TABLE, PLACE, RU)


def test_a_usual_plan_has_no_remarks_and_each_breach_has_one():
    made = passport()
    assert lints(made, RU) == ()
    walker = next(d for d in made.directions if d.kind is Kind.PEDESTRIAN)
    vehicle = next(d for d in made.directions if d.kind is not Kind.PEDESTRIAN)
    programme = made.programmes[0]
    row = programme.phases[0]

    def with_direction(changed: object) -> Passport:
        rest = [d for d in made.directions if d.number != changed.number]
        return replace(made, directions=tuple(sorted((*rest, changed), key=lambda d: d.number)))

    def told(changed: Passport) -> str:
        found = lints(changed, RU)
        assert len(found) == 1, found
        return found[0]

    assert "красный с жёлтым 3 с" in told(with_direction(replace(vehicle, red_amber_s=3)))
    assert "мигающий 4 с" in told(with_direction(replace(vehicle, flashing_s=4)))
    assert "жёлтый 4 с" in told(with_direction(replace(vehicle, amber_s=4)))
    long = replace(walker, crossing_m=200.0)
    assert f"меньше {pedestrian_min_green_s(200.0)} с" in told(with_direction(long))
    late = replace(made, programmes=(replace(programme, cycle_s=programme.cycle_s + 1),))
    assert f"сумма фаз {programme.cycle_s} с" in told(late)
    short = replace(programme, phases=(replace(row, least_s=99), *programme.phases[1:]))
    assert "меньше Тмин 99 с" in told(replace(made, programmes=(short,)))


def test_every_text_is_there_in_both_languages_with_the_same_fields():
    for key, texts in TEXTS.items():
        assert len(texts) == 2 and all(texts), key
        fields = [{p.split("}")[0] for p in text.split("{")[1:]} for text in texts]
        assert fields[0] == fields[1], key
        assert key_of(texts[1]) is not None
    assert key_of("Тоцн") is None
    with pytest.raises(InputError, match="`de`"):
        CisWords("de")


def test_directions_of_an_area_are_told_in_the_language_of_the_sheet():
    network = area("tauelsizdik")
    table = all_day(random_plan(network, 1))
    place = network.intersections[0]
    russian = passport_of(table, place, RU).directions
    kazakh = passport_of(table, place, CisWords("kk")).directions
    assert russian[0].text == "прямо, направо с севера (Тәуелсіздік даңғылы)"
    assert kazakh[0].text == "тура, оңға солтүстіктен (Тәуелсіздік даңғылы)"
    left = next(d for d in russian if d.group == "N-left")
    assert left.kind is Kind.TURN and left.text.startswith("налево с севера")
    walker = next(d for d in russian if d.kind is Kind.PEDESTRIAN)
    assert walker.text.startswith("через") and walker.crossing_m


def test_the_table_of_directions_has_green_and_flashing_apart():
    maps, _, _ = mode_maps(TABLE.schedule)
    assert maps is not None
    sheets = sheets_of(passport(), maps, [], SheetFacts(), RU)
    block = next(b for b in sheets[0].blocks if b.key == "directions")
    green, flashing = (block.columns.index(RU[key]) for key in ("green", "flashing"))
    program = TABLE.plans[0].by_id[PLACE.id]
    first = block.rows[0]
    # The first direction is green in the main stage: steady green of the stage, then 3 s of flashing.
    assert (first[green], first[flashing]) == (program.stages[0].green_s, 3)


def test_the_page_is_whole_escaped_and_marks_what_is_not_confirmed():
    plan = replace(sample_plan(), name="<script>&")
    made = cis_files(all_day(plan), NETWORK, SheetFacts(warning="not simulated"))
    page = made.files["cis/Alpha_First.html"]
    assert isinstance(page, str)
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    assert "<script>" not in page and "&lt;script&gt;&amp;" in page
    assert RU["unconfirmed"] in page and 'lang="ru"' in page
    assert "http" not in page.replace("http://www.w3.org", "")
    plain = cis_files(all_day(plan), NETWORK, SheetFacts()).files["cis/Alpha_First.html"]
    assert RU["unconfirmed"] not in str(plain)


def test_a_plan_that_the_sheets_cannot_hold_is_refused_with_its_place():
    from signalopt.timing.plan import FixedProgram
    from signalopt.timing.program import phases

    program = TABLE.plans[0].by_id[PLACE.id]
    fixed = FixedProgram(PLACE.id, 0.5, phases(PLACE.layout, program))
    table = all_day(Plan("p", NETWORK.fingerprint, (fixed,)))
    made = cis_files(table, NETWORK, SheetFacts())
    assert made.files == {} and made.refused[0].where == PLACE.id
