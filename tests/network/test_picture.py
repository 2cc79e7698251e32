"""The picture shows what the network has."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from signalopt.errors import InputError
from signalopt.network.area import load_area
from signalopt.network.build_area import build_area
from signalopt.network.picture import COLOURS, network_svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def net_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_area(load_area("smoke"), tmp_path_factory.mktemp("net"))


def test_whole_network_names_its_signals(net_file: Path) -> None:
    root = etree.fromstring(network_svg(net_file, credit="© me & you").encode())
    assert {"West", "East", "© me & you"} <= {text.text for text in root.iter(f"{SVG}text")}
    assert len(list(root.iter(f"{SVG}circle"))) == 2


def test_close_up_shows_crossings_and_links_of_one_junction(net_file: Path) -> None:
    root = etree.fromstring(network_svg(net_file, focus="West", radius_m=40).encode())
    colours = [line.get("stroke") for line in root.iter(f"{SVG}polyline")]
    assert colours.count(COLOURS["crossing"]) == 4
    assert colours.count(COLOURS["link"]) > 10
    assert "East" not in {text.text for text in root.iter(f"{SVG}text")}


def test_everything_drawn_is_inside_or_touches_the_window(net_file: Path) -> None:
    root = etree.fromstring(network_svg(net_file, width_px=800).encode())
    assert root.get("width") == "800"
    height = float(root.get("height", "0"))
    for circle in root.iter(f"{SVG}circle"):
        assert 0 < float(circle.get("cx", "-1")) < 800
        assert 0 < float(circle.get("cy", "-1")) < height


def test_unknown_focus_lists_the_signals(net_file: Path) -> None:
    with pytest.raises(InputError, match="East, West"):
        network_svg(net_file, focus="North")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        network_svg(tmp_path / "a.net.xml")
