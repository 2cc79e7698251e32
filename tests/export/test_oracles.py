"""Exports under the eyes of others: frictionless, utdf2gmns, an SNMP agent, jsonschema."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import warnings
from pathlib import Path

import pytest

from signalopt.export.facts import SheetFacts
from signalopt.export.formats import FORMATS
from signalopt.export.gmns.tables import TABLES
from signalopt.export.timetable import timetable
from signalopt.export.utdf.parse import parse_utdf
from signalopt.export.utdf.timings import node_timings
from tests.export.areas import all_day, area, longer, week
from tests.export.export_sample import sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan(offsets=(3, 17, 80))
TABLE = timetable(week(PLAN, longer(PLAN, "peak")))
SCHEMAS = Path(os.environ.get("SIGNALOPT_FORMAT_EXAMPLES", "/nowhere")) / "gmns" / "schema"


def files(name: str) -> dict[str, str]:
    written = FORMATS[name].write(TABLE, NETWORK, SheetFacts())
    assert written.refused == ()
    return {k: v for k, v in written.files.items() if isinstance(v, str)}


def with_enums(schema: dict, present: set[str]) -> dict:
    """Categories made binding, references to tables that are not written dropped."""
    for field in schema["fields"]:
        words = field.pop("categories", None)
        if words and isinstance(words[0], str):
            field.setdefault("constraints", {})["enum"] = words
    schema["foreignKeys"] = [
        key for key in schema.get("foreignKeys", ()) if key["reference"]["resource"] in present
    ]
    return schema


@pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="needs the GMNS schemas (SIGNALOPT_FORMAT_EXAMPLES)"
)
def test_gmns_against_its_schemas(tmp_path: Path):
    frictionless = pytest.importorskip("frictionless")
    tables = files("gmns")
    resources = []
    for name in TABLES:
        (tmp_path / f"{name}.csv").write_text(tables[f"gmns/{name}.csv"], encoding="utf-8")
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
        columns = [field["name"] for field in schema["fields"]]
        assert columns == list(TABLES[name].columns)
        content = with_enums(schema, set(TABLES))
        resources.append({"name": name, "path": f"{name}.csv", "schema": content})
    package = frictionless.Package({"name": "gmns", "resources": resources}, basepath=str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = package.validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:5]


def test_utdf_by_the_reader_of_utdf2gmns(tmp_path: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        utdf2gmns = pytest.importorskip("utdf2gmns")
    for name, text in files("utdf").items():
        path = tmp_path / "plan.csv"
        path.write_text(text, encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = utdf2gmns.read_UTDF(str(path))
        assert len(found["Nodes"]) > len(NETWORK.intersections)
        assert len(found["Timeplans"]) == 10 * len(NETWORK.intersections)
        offsets = found["Timeplans"].query("RECORDNAME == 'Offset'").set_index("INTID")["DATA"]
        ours = node_timings(parse_utdf(text, name))
        assert {int(n): float(v) for n, v in offsets.items()} == {
            n: t.offset_s for n, t in ours.items()
        }


def test_synchros_own_file_is_read_with_all_invariants():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        utdf2gmns = pytest.importorskip("utdf2gmns")
    path = Path(utdf2gmns.__file__).parent / "engine" / "sigma_x" / "UTDF8.csv"
    if not path.is_file():
        pytest.skip("this version brings no sample")
    timings = node_timings(parse_utdf(path.read_text(encoding="utf-8"), "UTDF8.csv"))
    assert len(timings) == 19
    assert sum(len(t.phases) for t in timings.values()) == 114
    assert (timings[1].cycle_s, timings[1].offset_s, len(timings[1].phases)) == (140, 0, 8)


def test_utdf_invariants():
    """The five that hold in Synchro's files, read from the text alone."""
    for text in files("utdf").values():
        file = parse_utdf(text, "x")
        for node in range(1, len(NETWORK.intersections) + 1):
            plan, body = file.of("Timeplans", node), file.of("Phases", node)
            cycle = float(plan["Cycle Length"].cells["DATA"])
            offset = float(plan["Offset"].cells["DATA"])
            reference = int(plan["Reference Phase"].cells["DATA"])
            assert plan["Referenced To"].cells["DATA"] == "0"
            greens = []
            for column, brp in body["BRP"].cells.items():
                if column[:1] != "D" or not brp:
                    continue
                get = {name: float(r.cells[column] or 0) for name, r in body.items()}
                split = get["MaxGreen"] + get["Yellow"] + get["AllRed"]
                assert (get["End"] - get["Start"]) % cycle == split % cycle
                assert get["Yield"] == (get["End"] - get["Yellow"] - get["AllRed"]) % cycle
                assert get["Start"] == (get["LocalStart"] + offset) % cycle
                assert len(brp) == 3 and split >= get["MinSplit"] >= get["MinGreen"]
                if int(column[1:]) in (reference // 100, reference % 100):
                    greens.append(get["LocalStart"])
            assert max(greens) == 0


def test_ntcip_by_an_snmp_agent():
    """Every SET is accepted by an agent that keeps the rules of transactions, and reads back equal."""
    pytest.importorskip("pysnmp")
    from tests.export.snmp_agent import send_set_list

    for name, text in files("ntcip").items():
        if name.endswith(".phases.csv"):
            continue
        rows = list(csv.DictReader(io.StringIO(text)))
        result = asyncio.run(send_set_list(rows))
        assert result.refused == []
        assert result.steps == [2, 3, 1]
        assert result.different == []
        assert result.read == len({row["oid"] for row in rows})


def test_the_agent_refuses_what_a_controller_would():
    pytest.importorskip("pysnmp")
    from tests.export.snmp_agent import send_set_list

    text = next(v for k, v in files("ntcip").items() if not k.endswith(".phases.csv"))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert asyncio.run(send_set_list(rows[1:])).refused  # no transaction
    cycle = next(i for i, row in enumerate(rows) if row["name"] == "patternCycleTime")
    rows[cycle]["value"] = "256"
    assert asyncio.run(send_set_list(rows)).refused


ENVELOPE = {
    "type": "object",
    "required": ["mType", "type", "mId", "ntsOId", "xNId", "cId", "arg"],
    "properties": {
        "mType": {"const": "rSMsg"},
        "type": {"const": "CommandRequest"},
        "mId": {
            "type": "string",
            "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        },
        "arg": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["cCI", "n", "cO", "v"],
                "additionalProperties": False,
                "properties": {
                    "cCI": {"enum": ["M0015", "M0016", "M0017", "M0018"]},
                    "n": {"enum": ["status", "securityCode", "plan"]},
                    "cO": {"enum": ["setOffset", "setWeekTable", "setTimeTable", "setCycleTime"]},
                    "v": {"type": "string"},
                },
            },
        },
    },
}


def test_rsmp_messages_have_the_form_of_the_interface():
    jsonschema = pytest.importorskip("jsonschema")
    for text in files("rsmp").values():
        messages = json.loads(text)
        for message in messages:
            jsonschema.validate(message, ENVELOPE)
        table = next(m for m in messages if m["arg"][0]["cCI"] == "M0017")["arg"][0]["v"]
        assert table == "1-1-0-0,1-2-7-0,1-1-10-0,2-1-0-0"
        weekly = next(m for m in messages if m["arg"][0]["cCI"] == "M0016")["arg"][0]["v"]
        assert weekly == "0-1,1-1,2-1,3-1,4-1,5-2,6-2"


def test_the_published_schema_of_timings():
    jsonschema = pytest.importorskip("jsonschema")
    from signalopt.export.timing_json import timing_schema

    content = json.loads(files("json")["timing.json"])
    jsonschema.Draft202012Validator.check_schema(timing_schema())
    jsonschema.validate(content, timing_schema())
    content["plans"][0]["intersections"][0]["cycle_s"] = -1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, timing_schema())


def test_vissig_keeps_the_intergreens_that_its_own_commands_tell():
    """begin names the start of a display; green ends an amber before red. An Astana area, from the XML."""
    from lxml import etree

    network = area("tauelsizdik")
    from tests.export.areas import random_plan

    written = FORMATS["vissig"].write(all_day(random_plan(network, 2)), network, SheetFacts())
    pairs = 0
    for text in written.files.values():
        root = etree.fromstring(text.encode())
        cycle = int(root.find("progs/prog").get("cycletime"))
        greens = {}
        for sg in root.findall("progs/prog/sgs/sg"):
            amber = sum(
                int(f.get("duration")) for f in sg.iter("fixedstate") if f.get("display") == "4"
            )
            begin = {cmd.get("display"): int(cmd.get("begin")) for cmd in sg.iter("cmd")}
            greens[sg.get("sg_id")] = (begin["3"], begin["1"] - amber)
        for row in root.iter("intergreen"):
            gap = greens[row.get("enteringsg")][0] - greens[row.get("clearingsg")][1]
            assert gap % cycle >= int(row.get("value"))
            pairs += 1
    assert pairs > 50
