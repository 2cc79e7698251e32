"""Files are written whole or not at all, and every reading error names its place."""

import errno
from pathlib import Path

import pytest

from signalopt.errors import InputError, OutputError
from signalopt.files import (
    atomic_path,
    make_folder,
    move_into_place,
    read_text,
    read_xml,
    write_text,
)


def test_writing_makes_folders_and_keeps_line_ends(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "a.txt"

    write_text(target, "Мәңгілік Ел\n")

    assert target.read_bytes() == "Мәңгілік Ел\n".encode()
    assert [p.name for p in target.parent.iterdir()] == ["a.txt"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")

    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise RuntimeError

    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)

    with pytest.raises(OutputError, match=r"a\.txt: cannot be written \(No space left"):
        write_text(tmp_path / "a.txt", "text")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(OutputError, match="cannot be written"):
        write_text(tmp_path / "file" / "a.txt", "text")


def test_reading_a_missing_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_text(tmp_path / "no.yaml", "a scenario")

    (problem,) = caught.value.problems
    assert problem.where == str(tmp_path / "no.yaml")
    assert (problem.found, problem.expected) == ("no such file", "a scenario")


def test_reading_other_bytes_than_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"name: \xff\xfe")

    with pytest.raises(InputError, match="not UTF-8 at position 6"):
        read_text(tmp_path / "a.yaml", "a scenario")


def test_reading_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="directory"):
        read_text(tmp_path, "a scenario")


def test_a_byte_order_mark_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfa,b")

    assert read_text(tmp_path / "a.csv", "a table") == "a,b"


def test_broken_xml_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.rou.xml"
    file.write_text("<routes>\n<vehicle>\n</routes>", encoding="utf-8")

    with pytest.raises(InputError) as caught:
        read_xml(file, "routes")

    assert caught.value.problems[0].where == f"{file}:3"


def test_an_empty_xml_file(tmp_path: Path) -> None:
    file = tmp_path / "a.rou.xml"
    file.write_text("", encoding="utf-8")

    with pytest.raises(InputError, match=r"a\.rou\.xml:1"):
        read_xml(file, "routes")


def test_a_missing_xml_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_xml(tmp_path / "a.net.xml", "a network")


def test_xml_entities_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    file = tmp_path / "a.xml"
    file.write_text(
        f'<!DOCTYPE a [<!ENTITY s SYSTEM "{tmp_path / "secret"}">]><a>&s;</a>', encoding="utf-8"
    )

    root = read_xml(file, "anything").getroot()

    assert "secret" not in (root.text or "")


def test_a_finished_folder_is_moved_and_a_quicker_one_stays(tmp_path):
    scratch, target = tmp_path / "scratch", tmp_path / "target"
    make_folder(scratch)
    (scratch / "done.json").write_text("first", encoding="utf-8")
    move_into_place(scratch, target, "done.json")
    assert (target / "done.json").read_text(encoding="utf-8") == "first"
    make_folder(scratch)
    (scratch / "done.json").write_text("second", encoding="utf-8")
    move_into_place(scratch, target, "done.json")
    assert (target / "done.json").read_text(encoding="utf-8") == "first"


def test_a_folder_that_cannot_be_made_or_replaced_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be made"):
        make_folder(tmp_path / "file" / "below")
    make_folder(tmp_path / "scratch")
    make_folder(tmp_path / "other" / "occupied")
    with pytest.raises(OutputError, match="cannot be written"):
        move_into_place(tmp_path / "scratch", tmp_path / "other", "done.json")
