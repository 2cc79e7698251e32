"""The tables of docs/emissions.md: computed from the model, printed, or written into the page.

`python -m benchmarks.emission_tables` prints them; `--write` fills the page; `--json` gives the closure
of every class.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from signalopt.emissions.document import TABLES, filled
from signalopt.emissions.response import closure_table
from signalopt.files import write_text

PAGE = Path(__file__).resolve().parent.parent / "docs" / "emissions.md"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="fill the tables of docs/emissions.md")
    parser.add_argument("--json", action="store_true", help="print the closure of every class")
    options = parser.parse_args(arguments)
    if options.write:
        write_text(PAGE, filled(PAGE.read_text(encoding="utf-8")))
    elif options.json:
        rows = [
            {
                "class": " ".join(row.technology.key),
                "pollutant": row.pollutant,
                "level_20": row.level_20,
                "level_30": row.level_30,
                "raw_over_level": [row.raw_20, row.raw_30],
                "scaled_over_level": [row.at_20, row.at_30],
            }
            for row in closure_table()
        ]
        print(json.dumps({"closure": rows}, indent=1))
    else:
        for name, table in TABLES.items():
            print(f"{name}\n{table()}")


if __name__ == "__main__":
    main()
