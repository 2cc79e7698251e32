"""The report page: how long it takes to write, how large it is, how soon a browser shows it.

Target: shown within 2 s, 5 MB at most. The data are those of a real report (`signalopt report ... --data
FILE.json`); without one the smoke scenario is simulated first. Loading is timed in headless Chromium by the
page's own clock, from the start of navigation until its scripts have run (map coloured, tables filled,
replay decoded and drawn) and the whole page is laid out; painting adds a frame or two. Without Chromium only
size and writing are printed.

    python -m benchmarks.report [DATA.json] [--repeats 5] [--json]
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from signalopt.report.data import Report, report_from_json
from signalopt.report.gather import gather
from signalopt.report.page import report_page
from signalopt.report.words import LANGUAGES
from signalopt.scenario.build import build_case
from signalopt.scenario.load import load_scenario

TARGET_S = 2.0
TARGET_BYTES = 5_000_000
BROWSERS = ("chromium", "chromium-browser", "chrome")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1300,1800", "--timeout=20000",
)  # fmt: skip
_PROBE = """<script>
document.body.getBoundingClientRect();
document.documentElement.setAttribute("data-shown-ms", performance.now().toFixed(1));
</script></body>"""


@dataclass(frozen=True, slots=True)
class Row:
    """What one page costs."""

    language: str
    bytes: int
    write_s: float
    load_s: float | None
    slowest_load_s: float | None

    @property
    def met(self) -> bool:
        """Whether the targets are met, as far as they could be measured."""
        return self.bytes <= TARGET_BYTES and (self.load_s is None or self.load_s <= TARGET_S)


def load_s(chromium: str, page: str) -> float | None:
    """Seconds until a fresh browser has drawn the page; None if it does not say."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "page.html"
        file.write_text(page.replace("</body>", _PROBE), encoding="utf-8")
        done = subprocess.run(
            [chromium, *_FLAGS, f"--user-data-dir={name}/profile", "--dump-dom", file.as_uri()],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    found = re.search(r'data-shown-ms="([\d.]+)"', done.stdout)
    return float(found.group(1)) / 1000 if found else None


def report_of_smoke() -> Report:
    scenario = load_scenario("smoke")
    return gather(scenario, build_case(scenario), None, seeds=[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", help="data of a report")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    report = (
        report_of_smoke()
        if chosen.data is None
        else report_from_json(chosen.data.read_text("utf-8"), str(chosen.data))
    )
    chromium = next((p for n in BROWSERS if (p := shutil.which(n))), None)
    rows: list[Row] = []
    for language in LANGUAGES:
        begun = time.perf_counter()
        page = report_page(report, language)
        wrote_s = time.perf_counter() - begun
        loads = [load_s(chromium, page) for _ in range(chosen.repeats)] if chromium else []
        known = [s for s in loads if s is not None]
        rows.append(
            Row(
                language, len(page.encode()), round(wrote_s, 3),
                round(statistics.median(known), 3) if known else None,
                round(max(known), 3) if known else None,
            )
        )  # fmt: skip
    if chosen.json:
        print(
            json.dumps(
                {
                    "title": report.title,
                    "target_s": TARGET_S,
                    "pages": [asdict(r) | {"met": r.met} for r in rows],
                },
                indent=1,
            )
        )
        return
    table = Table(
        title=f"report page: {report.title} (target: {TARGET_S:g} s, {TARGET_BYTES / 1e6:g} MB)"
    )
    for column in ("language", "MB", "written in s", "ready after s (median)", "slowest", "met"):
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(
            row.language, f"{row.bytes / 1e6:.2f}", f"{row.write_s:.2f}", str(row.load_s),
            str(row.slowest_load_s), "yes" if row.met else "no",
        )  # fmt: skip
    Console().print(table)


if __name__ == "__main__":
    main()
