"""The page in headless Chromium: no errors, controls do what they say. A probe in the page works them."""

import html as escaping
import json
import re
import subprocess
from pathlib import Path

import pytest
from lxml import html

from signalopt.report.data import Report
from signalopt.report.page import report_page

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--window-size=1300,1800", "--enable-logging=stderr",
)  # fmt: skip
ERRORS = "<script>window.errors=[];window.onerror=(m)=>{window.errors.push(String(m));};</script>"
PROBE = """<script>
(async () => {
  const seen = {}, el = (id) => document.getElementById(id);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const colours = () => [...document.querySelectorAll(".streets path")].map((p) => p.style.stroke).join();
  const pick = (name, value) => {
    const box = document.querySelector(`input[name="${name}"][value="${value}"]`);
    box.checked = true; box.dispatchEvent(new Event("change", {bubbles: true}));
  };
  const choose = (id, value) => { el(id).value = value; el(id).dispatchEvent(new Event("change")); };
  const pixels = () => el("film-before").toDataURL().length + el("film-before").toDataURL().slice(-3000);
  try {
    seen.first = colours();
    pick("map-side", "before"); seen.before = colours();
    pick("map-measure", "soot"); seen.soot = colours();
    seen.legend = el("map-legend").innerText;
    pick("map-side", "difference");
    el("map-picture").focus();
    for (const key of ["ArrowRight", "ArrowUp"])
      el("map-picture").dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
    seen.info = el("map-info").innerText;
    document.querySelector("[data-zoom=in]").click();
    seen.zoomed = el("map-picture").getAttribute("viewBox");
    document.querySelector("[data-zoom=all]").click();
    seen.whole = el("map-picture").getAttribute("viewBox");
    seen.rows = [el("map-places").rows.length, el("map-streets").rows.length];
    choose("language", "kk");
    seen.kk = [document.documentElement.lang, document.querySelector("h2").innerText,
      el("map-places").rows[0].textContent,
      document.querySelector(".card .big").innerText, document.title];
    choose("language", "en"); seen.en = document.querySelector("h2").innerText;
    const light = getComputedStyle(document.body).backgroundColor;
    choose("theme", "dark"); seen.dark = [light, getComputedStyle(document.body).backgroundColor];
    choose("theme", "auto");
    el("film-second").value = 30; el("film-second").dispatchEvent(new Event("input"));
    seen.clock = el("film-clock").innerText; seen.count = el("film-count-before").innerText;
    const still = pixels(); choose("film-speed", "10");
    el("film-play").click();
    for (let n = 0; n < 100 && Number(el("film-second").value) <= 30; n++) await wait(50);
    seen.playing = el("film-play").innerText;
    el("film-play").click(); seen.paused = el("film-play").innerText;
    seen.moved = still !== pixels(); seen.second = Number(el("film-second").value);
    choose("film-view", "all"); seen.wide = el("film-before").width > el("film-before").height;
    for (const d of document.querySelectorAll("details")) d.open = true;
    seen.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  } catch (error) { window.errors.push(String(error)); }
  seen.errors = window.errors;
  const out = document.createElement("pre"); out.id = "probe"; out.textContent = JSON.stringify(seen);
  document.body.append(out);
})();
</script>"""


def dump(chromium: str, page: Path, folder: Path, *flags: str) -> tuple[str, list[str]]:
    """The document after some seconds, and what the console said."""
    done = subprocess.run(
        [chromium, *FLAGS, f"--user-data-dir={folder}", "--virtual-time-budget=15000", *flags,
         "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.slow
@pytest.mark.slow_ci
def test_controls_work_without_errors(found: Report, chromium: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    text = report_page(found, "ru").replace("<head>", "<head>" + ERRORS, 1)
    page.write_text(text.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    dom, console = dump(chromium, page, tmp_path / "profile")
    probe = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)
    assert probe is not None
    seen = json.loads(escaping.unescape(probe.group(1)))

    assert seen["errors"] == [] and console == []
    assert len({seen["first"], seen["before"], seen["soot"]}) == 3
    assert "г/ч на км" in seen["legend"]
    assert "Сажа" in seen["info"] and "разница" in seen["info"]
    assert seen["zoomed"] != seen["whole"]
    assert found.area is not None
    assert seen["rows"][0] == len(found.area.places) + 1
    assert seen["kk"][:2] == ["kk", "Не өзгереді"] and "Кідіріс" in seen["kk"][2]
    assert "," in seen["kk"][3] and "есеп" in seen["kk"][4] and seen["en"] == "What changes"
    assert seen["dark"][0] != seen["dark"][1]
    assert seen["clock"] == "08:00:30" and "vehicles" in seen["count"]
    assert (seen["playing"], seen["paused"]) == ("Pause", "Play")
    assert seen["moved"] and seen["second"] > 30 and seen["wide"]
    assert seen["overflow"] <= 0


@pytest.mark.slow
@pytest.mark.slow_ci
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_narrow_screen_needs_no_sideways_scrolling(
    found: Report, chromium: str, tmp_path: Path, language: str
) -> None:
    page = tmp_path / "page.html"
    narrow = (
        "<script>addEventListener('load',()=>{const e=document.documentElement;"
        "e.setAttribute('data-over',e.scrollWidth-e.clientWidth)});</script></body>"
    )
    page.write_text(report_page(found, language).replace("</body>", narrow), encoding="utf-8")
    # headless windows are 500 px wide at least: the page in a frame of a telephone's width is asked
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe src="{page.name}" style="width:390px;height:800px;border:0"></iframe>'
        "<script>onload=()=>setTimeout(()=>{document.title="
        "frames[0].document.documentElement.dataset.over},800)</script>"
    )
    dom, _ = dump(chromium, frame, tmp_path / "profile", "--allow-file-access-from-files")

    assert html.document_fromstring(dom).findtext(".//title") == "0"
