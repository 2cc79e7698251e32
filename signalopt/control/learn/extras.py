"""Whether the packages for learning are installed, said before anything needs them."""

from __future__ import annotations

import importlib.util

from signalopt.errors import MissingToolError

PACKAGES = ("torch", "stable_baselines3", "gymnasium", "pettingzoo", "tensorboard")


def require_learning(*packages: str) -> None:
    """Raise MissingToolError naming every package of `packages` (none: all) that is not installed."""
    wanted = packages or PACKAGES
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    if missing:
        names = ", ".join(missing)
        raise MissingToolError(
            f"learning needs {names}, which is not installed here: pip install signalopt[rl]"
        )
