"""The tables of docs/emissions.md, computed from the model so that they cannot go stale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from signalopt.emissions.band import Band
from signalopt.emissions.coefficients import coefficients
from signalopt.emissions.estimate import Activity, difference, emissions, per_km_at
from signalopt.emissions.evidence import read_toml
from signalopt.emissions.factors import Draw, load_factors
from signalopt.emissions.fleet import list_fleets, load_fleet
from signalopt.emissions.response import IDLE, KM, STOP, closure_states, closure_table
from signalopt.emissions.technology import load_technologies
from signalopt.emissions.weights import prices
from signalopt.emissions.winter import winter_factors

_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_SHOWN = (("lcv", "petrol", "3"), ("lcv", "diesel", "3"), ("truck", "diesel", "5"))


def filled(text: str) -> str:
    """The page with every `<!-- table: NAME --> ... <!-- end -->` block computed anew."""
    return _BLOCK.sub(lambda m: f"{m[1]}{TABLES[m[2]]()}{m[3]}", text)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _plain(value: float) -> str:
    """Three figures without an exponent: `3,650`, `0.0022`."""
    return f"{float(f'{value:.3g}'):,.10g}"


def _band(band: Band, digits: int = 0) -> str:
    low, central, high = (f"{v:,.{digits}f}" for v in (band.low, band.central, band.high))
    return f"{central} ({low} to {high})"


def _closure() -> str:
    bases = {tuple(r["closes_with"]) for r in read_toml("responses").values() if "closes_with" in r}
    rows: dict[tuple[str, str, str], list[str]] = {}
    for row in closure_table():
        key = row.technology.key
        if key in bases or key in _SHOWN:
            cells = rows.setdefault(key, [row.technology.title])
            cells.append(f"{_plain(row.level_20)} / {_plain(row.level_30)}")
            cells.append(f"{row.raw_20:.2f} / {row.raw_30:.2f}")
            cells.append(f"{row.at_20:.2f} / {row.at_30:.2f}")
    head = ["class"]
    for name in ("CO2 g/km", "NOx mg/km", "PM mg/km"):
        head += [f"{name}, level 20 / 30", "raw / level", "scaled / level"]
    return _table(head, rows.values())


def _coefficients() -> str:
    rows = []
    for temperature in (20.0, -20.0):
        table = coefficients(load_fleet(), temperature)
        for c in table.classes:
            co2, soot, nox = (table.of(c, p) for p in ("co2_g", "soot_mg", "nox_mg"))
            rows.append(
                [
                    f"{c}, {temperature:g} °C",
                    *(_plain(co2[t]) for t in (KM, STOP, IDLE)),
                    f"{co2[STOP] / co2[IDLE]:.0f}",
                    *(_plain(nox[t]) for t in (KM, STOP, IDLE)),
                    *(_plain(soot[t]) for t in (KM, STOP, IDLE)),
                    f"{soot[STOP] / soot[IDLE]:.0f}",
                ]
            )
    head = ["class", "CO2 g/km", "g/stop", "g/idle s", "stop = idle s", "NOx mg/km", "mg/stop",
            "mg/idle s", "soot mg/km", "mg/stop", "mg/idle s", "stop = idle s"]  # fmt: skip
    return _table(head, rows)


def _soot() -> str:
    rows = []
    for t in load_technologies().values():
        if t.kinematic_class in ("car", "bus") and t.fuel in ("petrol", "diesel", "cng"):
            pm = t.level["pm_mg"][0]
            cells = (pm, t.soot_share, pm * t.soot_share)
            rows.append([t.title, *(_plain(cell) for cell in cells), t.evidence])
    return _table(
        ["hot, 20 km/h", "exhaust PM mg/km", "soot share", "soot mg/km", "evidence"], rows
    )


def _winter() -> str:
    rows = []
    names = (("car", "petrol", "4"), ("car", "diesel", "4"), ("bus", "diesel", "3"))
    for key in names:
        technology = load_technologies()[key]
        for t in (20.0, 0.0, -10.0, -20.0):
            fuel, nox, pm = (
                winter_factors(technology, p, t, 10.0, Draw())[0]
                for p in ("co2_g", "nox_mg", "pm_mg")
            )
            cells = (fuel[KM], fuel[STOP], fuel[IDLE], nox[KM], pm[KM])
            rows.append([technology.title, f"{t:g}", *(f"{v:.2f}" for v in cells)])
    head = ["trip of 10 km", "°C", "fuel, cruise", "fuel, stop", "fuel, idle", "NOx", "PM and soot"]
    return _table(head, rows)


def _fleets() -> str:
    state, rows = closure_states()[0], []
    for name in list_fleets():
        fleet = load_fleet(name)
        for c in ("car", "bus"):
            total = per_km_at(fleet, c, 20.0, state)
            rows.append([name, c, _band(total["co2_g"]), _band(total["nox_mg"]),
                         _band(total["soot_mg"], 1), f"{total['electricity_kwh'].central:.2f}"])  # fmt: skip
    head = ["fleet", "class", "CO2 g/km", "NOx mg/km", "soot mg/km", "electricity kWh/km"]
    return _table(head, rows)


def _difference() -> str:
    before = [Activity("car", 1000, 2000, 3000, 40000), Activity("bus", 30, 60, 120, 2000)]
    after = [Activity("car", 1000, 2000, 2700, 37000), Activity("bus", 30, 60, 95, 1600)]
    one, two = (emissions(a, load_fleet(), 20.0) for a in (before, after))
    change = difference(one, two)
    rows = []
    for name, unit, k in (("co2_g", "CO2 kg", 1e-3), ("nox_mg", "NOx g", 1e-3),
                          ("soot_mg", "soot g", 1e-3)):  # fmt: skip
        cells = (one.total[name].scaled(k), two.total[name].scaled(k), change.total[name].scaled(k))
        rows.append([unit, *(_band(b, 2) for b in cells), _band(change.percent[name], 1)])
    return _table(["", "before", "after", "difference", "percent"], rows)


def _factors() -> str:
    rows = [
        [f"`{f.name}`", _plain(f.low), _plain(f.central), _plain(f.high), f.evidence, f.source]
        for f in (*load_factors().values(), *prices().values())
    ]
    return _table(["factor", "low", "central", "high", "evidence", "source"], rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "closure": _closure,
    "coefficients": _coefficients,
    "soot": _soot,
    "winter": _winter,
    "fleets": _fleets,
    "difference": _difference,
    "factors": _factors,
}
"""Tables of the page by name."""
