"""PM10 of tyres, brakes and road surface: told beside soot, never mixed into it."""

from __future__ import annotations

import numpy as np

from signalopt.emissions.evidence import constant
from signalopt.emissions.factors import Draw, Floats
from signalopt.emissions.response import KM, PARTIAL, STOP, TERMS
from signalopt.emissions.technology import Technology


def non_exhaust(technology: Technology, draw: Draw) -> Floats:
    """Wear of a technology, mg PM10: array (draws, terms); tyres and road per km, brakes per stop.

    Brakes: the factor per km of EMEP/EEA over the stops per km of the streets it stands for.
    """
    name = technology.kinematic_class
    found = np.zeros((len(draw), len(TERMS)))
    tyre = constant("tyre", name) * draw.factor("wear_tyre")
    found[:, KM] = tyre + constant("road", name) * draw.factor("wear_road")
    brake = constant("brake", name) / constant("brake_stops_per_km") * draw.factor("wear_brake")
    if technology.fuel == "electric":
        brake = brake * constant("electric_brake_share")
    found[:, STOP] = brake
    found[:, PARTIAL] = brake * draw.factor("partial_stop_share")
    return found
