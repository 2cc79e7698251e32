"""`signalopt scenarios`: the built-in scenarios."""

from __future__ import annotations

from signalopt.cli.options import Json


def scenarios(as_json: Json = False) -> None:
    """List the built-in scenarios: any of these names stands where a SCENARIO is asked for.

    Example: `signalopt scenarios --json`
    """
    from signalopt.cli.show import clock, print_json, print_table
    from signalopt.scenario.load import list_scenarios, load_scenario

    loaded = [load_scenario(name) for name in list_scenarios()]
    if as_json:
        print_json(
            {
                "scenarios": [
                    {
                        "name": s.name,
                        "title": s.title,
                        "network": s.network.area or str(s.network.net),
                        "begin_s": s.window.begin,
                        "end_s": s.window.end,
                        "season": s.season,
                    }
                    for s in loaded
                ]
            }
        )
        return
    print_table(
        "",
        ("name", "window", "season", "title"),
        [
            (s.name, f"{clock(s.window.begin)}-{clock(s.window.end)}", s.season, s.title)
            for s in loaded
        ],
    )
