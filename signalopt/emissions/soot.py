"""Black carbon in exhaust PM."""

from __future__ import annotations

import numpy as np

from signalopt.emissions.factors import Draw, Floats
from signalopt.emissions.response import IDLE
from signalopt.emissions.technology import Technology


def soot(technology: Technology, pm_mg: Floats, draw: Draw) -> Floats:
    """Soot coefficients from those of exhaust PM, both (draws, terms): share of the technology.

    At idle the share of heavy diesels without a filter may be a third of that (MOVES): it is one of
    the uncertain factors. A share is never above 1.
    """
    if technology.soot_group == "none":
        return np.zeros_like(pm_mg)
    share = technology.soot_share * draw.factor(f"soot_share_{technology.soot_group}")
    shares = np.repeat(share[:, None], pm_mg.shape[1], axis=1)
    if technology.soot_group == "diesel" and technology.kinematic_class not in ("car", "lcv"):
        shares[:, IDLE] *= draw.factor("soot_share_diesel_idle")
    return np.asarray(pm_mg * np.minimum(shares, 1.0))
