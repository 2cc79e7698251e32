"""The queue model made ready, and compiled where that was never done, beside the first runs of SUMO."""

from __future__ import annotations

import threading

from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.progress import Listener
from signalopt.scenario.case import Case


class WarmModel:
    """A queue model under way in a thread of its own: compiling takes half a minute, once a machine.

    The thread is a daemon, so that an interrupted job need not wait for it.
    """

    def __init__(self, case: Case, listener: Listener) -> None:
        self._case, self._listener = case, listener
        self._model: MesoModel | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._make, name="queue model", daemon=True)
        self._thread.start()

    def get(self, wait_s: float | None = None) -> MesoModel | None:
        """The model as soon as it is ready, None if not within `wait_s`. Raises what `prepare` raises."""
        self._thread.join(wait_s)
        if self._thread.is_alive():
            return None
        if self._error is not None:
            raise self._error
        assert self._model is not None
        return self._model

    def _make(self) -> None:
        try:
            model = prepare(self._case, listener=self._listener)
            evaluate(model, [self._case.today])
            self._model = model
        except Exception as error:  # noqa: BLE001 - raised again in the thread that asks
            self._error = error
