"""`signalopt doctor`: what this machine has, what is missing, how to mend it."""

from __future__ import annotations

import typer

from signalopt.cli.options import Json


def doctor(as_json: Json = False) -> None:
    """Say what signalopt found on this machine, what is missing and how to mend it.

    Ends with 2 if something is missing that signalopt cannot do without.

    Example: `signalopt doctor`
    """
    from signalopt import __version__
    from signalopt.cli.show import print_json, print_table, say
    from signalopt.doctor import examine, is_healthy

    checks = examine()
    healthy = is_healthy(checks)
    if as_json:
        found = [
            {"subject": c.subject, "state": c.state.value, "found": c.found, "mend": c.mend}
            for c in checks
        ]
        print_json({"signalopt": __version__, "healthy": healthy, "checks": found})
    else:
        rows = [(c.subject, c.state.value, c.found) for c in checks]
        print_table(f"signalopt {__version__}", ("", "state", "found"), rows)
        for check in checks:
            if check.mend:
                say(f"{check.subject}: {check.mend}")
        say("everything needed is there" if healthy else "signalopt cannot work like this")
    if not healthy:
        raise typer.Exit(2)
