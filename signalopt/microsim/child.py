"""One child process that runs SUMO: started, waited for, killed, and its death put into words."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from signalopt.errors import MissingToolError
from signalopt.network.tools import tool_environment

_TAIL = 500


@dataclass(eq=False)
class Child:
    """A child process that one thread waits for and another may kill.

    Waiting blocks without polling, so a short run costs no idle time; limits are kept by whoever
    watches `age_s`. program: what its failures call it.
    """

    command: Sequence[str]
    log: Path
    program: str = "sumo"
    _process: subprocess.Popen[bytes] | None = None
    _started_s: float = 0.0
    _killed_for: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> str:
        """Run to the end; return "" if all went well, else the reason in words.

        Raises MissingToolError if the program cannot be started, OSError if the log cannot be made.
        """
        with self.log.open("wb") as log:
            with self._lock:
                if self._killed_for:
                    return self._killed_for
                self._started_s = time.monotonic()
                try:
                    self._process = subprocess.Popen(
                        self.command,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        env=tool_environment(),
                    )
                except OSError as error:
                    text = f"{self.command[0]} cannot be started ({error.strerror or error})"
                    raise MissingToolError(text) from error
            code = self._process.wait()
        if self._killed_for:
            return self._killed_for
        return "" if code == 0 else _why(self.program, code, self.log)

    @property
    def is_running(self) -> bool:
        """Whether the process has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    def age_s(self, now_s: float | None = None) -> float:
        """Seconds from the start of the process to `now_s` (monotonic clock; None: now)."""
        return (time.monotonic() if now_s is None else now_s) - self._started_s

    def kill(self, reason: str) -> None:
        """End the process now, or keep it from starting; `run` then returns `reason`."""
        with self._lock:
            self._killed_for = self._killed_for or reason
            if self._process is not None and self._process.poll() is None:
                self._process.kill()


def log_lines(log: Path) -> list[str]:
    """What SUMO said, line by line; broken characters are replaced."""
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


def _why(program: str, code: int, log: Path) -> str:
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        hint = " (out of memory?)" if name == "SIGKILL" else ""
        return f"{program} was ended by {name}{hint}"
    lines = log_lines(log)
    errors = [line.removeprefix("Error: ").strip() for line in lines if line.startswith("Error")]
    said = " | ".join(errors) or " ".join(lines)[-_TAIL:].strip() or "it said nothing"
    return f"{program} failed with exit code {code}: {said}"
