"""Rows of the control benchmark as tables: for the screen and for the page in docs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.control_cells import Row, delays, in_common
from signalopt.files import write_text
from signalopt.microsim.statistics import Estimate, estimate, paired_change

PAGE = Path(__file__).resolve().parent.parent / "docs" / "control.md"
PUBLISHED = Path(__file__).parent / "data" / "published_delays.csv"


@dataclass(frozen=True)
class Shown:
    """A table: title, column heads, lines of text, and remarks below."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()

    def markdown(self) -> str:
        """As a page wants it."""
        rows = [self.heads, ("---",) * len(self.heads), *self.lines]
        table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        remarks = "".join(f"* {remark}\n" for remark in self.remarks)
        return f"**{self.title}**\n\n{table}" + (f"\n{remarks}" if remarks else "")

    def show(self, console: Console) -> None:
        """On the screen."""
        table = Table(title=self.title)
        for head in self.heads:
            table.add_column(head, overflow="fold")
        for line in self.lines:
            table.add_row(*line)
        console.print(table)
        for remark in self.remarks:
            console.print(f"  {remark}")


def interval(found: Estimate, digits: int = 1) -> str:
    """A mean with its interval."""
    if found.low is None or found.high is None:
        return f"{found.mean:.{digits}f}"
    return f"{found.mean:.{digits}f} [{found.low:.{digits}f}, {found.high:.{digits}f}]"


def mean_of(row: Row, name: str) -> float:
    """Mean of a figure over the seeds."""
    values = list(row[name].values())
    return float(sum(values) / len(values))


def public_table(
    case: str, rules: str, rows: Sequence[Row], target_s: float | None, seeds: int
) -> Shown:
    """A public case in SUMO 1.28: every way under the same rules, published figures below."""
    lines = []
    for row in rows:
        if "failed" in row:
            lines.append((str(row["way"]), f"failed: {row['failed']}", "", "", "", "", ""))
            continue
        lines.append(
            (
                str(row["way"]),
                interval(estimate(list(delays(row).values()))),
                f"{mean_of(row, 'not_inserted'):g}",
                f"{mean_of(row, 'stops'):.2f}",
                f"{row['decision_ms_p99']:.2g}" if "decision_ms_p99" in row else "",
                f"{100 * row['fallen_share']:.0f}" if "fallen_share" in row else "",
                f"{row['findings']}" if row["sensing"] else "",
            )
        )
    remarks = []
    if target_s is not None:
        ours = [row for row in rows if str(row["way"]).startswith("our ") and delays(row)]
        ours = [row for row in ours if "fixed" not in str(row["way"])]
        if ours:
            best = min(ours, key=lambda row: mean_of(row, "delay_s"))
            verdict = "met" if mean_of(best, "delay_s") < target_s else "missed"
            remarks.append(
                f"target < {target_s:g} s/veh {verdict}: {best['way']}, {mean_of(best, 'delay_s'):.1f}"
            )
    heads = (
        "way",
        "delay_all, s/veh",
        "never entered",
        "stops",
        "decision 99 %, ms",
        "time in fallback, %",
        "unsafe",
    )
    return Shown(f"{case}, {rules}, seeds 0-{seeds - 1}", heads, tuple(lines), tuple(remarks))


def astana_table(area: str, rows: Sequence[Row], yardstick: str) -> Shown:
    """An area: a line a situation, a column a way, each with its paired change against the yardstick."""
    ways = list(dict.fromkeys(str(row["way"]) for row in rows))
    situations = list(dict.fromkeys(str(row["situation"]) for row in rows))
    by_place = {(row["situation"], row["way"]): row for row in rows}
    lines = []
    for situation in situations:
        base = by_place.get((situation, yardstick))
        cells = [_against(by_place.get((situation, way)), base) for way in ways]
        lines.append((situation, *cells))
    return Shown(area, ("situation", *ways), tuple(lines))


def _against(row: Row | None, base: Row | None) -> str:
    if row is None:
        return ""
    if "failed" in row or not delays(row):
        return "failed"
    text = f"{mean_of(row, 'delay_s'):.1f}"
    left = mean_of(row, "not_inserted") + mean_of(row, "unfinished")
    if left:
        text += f" ({left:g} left behind)"
    if row.get("findings"):
        text += f" UNSAFE: {row['findings']}"
    if base is None or base is row or not delays(base):
        return text
    found = paired_change(*in_common(base, row)).relative
    if found is None or found.low is None or found.high is None:
        return text
    return f"{text}; {100 * found.mean:+.0f} % [{100 * found.low:+.0f}, {100 * found.high:+.0f}]"


def old_table(rows: Iterable[Mapping[str, object]]) -> Shown:
    """The public cases in the old SUMO, beside what was published."""
    lines = tuple(
        tuple(str(row[key]) for key in ("case", "way", "delay", "never", "beside")) for row in rows
    )
    heads = ("case", "way", "delay_all, s/veh", "never entered", "published")
    return Shown("SUMO 1.9.1, amber as published, no all-red", heads, lines)


def published(case: str, path: Path = PUBLISHED) -> list[dict[str, str]]:
    """Other people's figures for a case."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["case"] == case.partition("@")[0]]


def put_into_page(block: str, text: str, page: Path = PAGE) -> None:
    """Fill a block `<!-- measured: BLOCK -->` of the page. Raises ValueError if it has no such block."""
    content = page.read_text(encoding="utf-8")
    pattern = re.compile(
        rf"(<!-- measured: {re.escape(block)} -->\n).*?(<!-- measured end -->)", re.DOTALL
    )
    if not pattern.search(content):
        raise ValueError(f"{page.name} has no block `{block}`")
    write_text(page, pattern.sub(lambda m: f"{m[1]}{text.rstrip()}\n{m[2]}", content))
