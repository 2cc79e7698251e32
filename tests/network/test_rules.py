from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.network.rules import (
    IntersectionRules,
    LeftPolicy,
    SignalRules,
    read_rules,
    rules_path,
    write_rules,
)


def test_rules_lie_beside_their_net() -> None:
    assert rules_path(Path("a/x.net.xml")) == Path("a/x.rules.json")
    assert rules_path(Path("a/x.net.xml.gz")) == Path("a/x.rules.json")


def test_rules_written_and_read_are_the_same(tmp_path: Path) -> None:
    place = IntersectionRules(
        "Мәңгілік Ел / Достық", 4, LeftPolicy.OPPOSED, {"a--b": "N"}, {"a--b": "Мәңгілік Ел"}
    )
    rules = SignalRules({"b": place, "c": IntersectionRules("c")})
    write_rules(tmp_path / "x.rules.json", rules)
    assert read_rules(tmp_path / "x.rules.json") == rules


def test_all_problems_of_a_rules_file_are_reported_at_once(tmp_path: Path) -> None:
    file = tmp_path / "x.rules.json"
    file.write_text(
        '{"format": "signalopt-signal-rules", "version": 1, "intersections": {"a": '
        '{"name": 3, "all_red_s": -1, "left_policy": "sometimes", "arms": {"e": 1}, "colour": 2}}}'
    )
    with pytest.raises(InputError) as caught:
        read_rules(file)
    wheres = {problem.where.rpartition(".a.")[2] for problem in caught.value.problems}
    assert wheres == {"name", "all_red_s", "left_policy", "arms", "colour"}


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": "other"}'])
def test_another_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.rules.json").write_text(text)
    with pytest.raises(InputError, match="signalopt-signal-rules"):
        read_rules(tmp_path / "x.rules.json")


def test_broken_json_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.rules.json").write_text('{\n"format": \n}')
    with pytest.raises(InputError, match=r"x\.rules\.json:3"):
        read_rules(tmp_path / "x.rules.json")
