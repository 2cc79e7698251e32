"""`signalopt build`: a scenario as files that plain SUMO runs."""

from __future__ import annotations

from signalopt.cli.options import Folder, Json, Scenario


def build(scenario: Scenario, output: Folder, as_json: Json = False) -> None:
    """Write a scenario as SUMO files: network, trips, vehicle types, today's plan, case.sumocfg.

    `sumo -c DIR/case.sumocfg` then runs it without signalopt.

    Example: `signalopt build mangilik_el_am -o case`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import clock, print_json, remark, say

    with shown_progress() as listener:
        case = make_case(scenario, listener, output)
    if as_json:
        print_json(
            {
                "scenario": case.name,
                "title": case.title,
                "config_file": str(case.config_file),
                "net_file": str(case.net_file),
                "route_files": [str(path) for path in case.route_files],
                "begin_s": case.begin_s,
                "end_s": case.end_s,
                "season": case.season,
                "intersections": [place.id for place in case.network.intersections],
                "network": case.network.fingerprint,
                "fingerprint": case.fingerprint,
                "notes": [
                    {"subject": n.subject, "text": n.text, "confidence": n.confidence.value}
                    for n in case.notes
                ],
            }
        )
        return
    say(f"{case.title}: {clock(case.begin_s)}-{clock(case.end_s)}, {case.season}")
    say(f"{len(case.network.intersections)} signals, run it: sumo -c {case.config_file}")
    for note in case.notes:
        remark(f"{note.confidence}: {note.subject}: {note.text}")
