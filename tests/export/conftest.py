"""The sample avenue and a safe plan for it."""

from __future__ import annotations

import pytest

from signalopt.network.model import Network
from signalopt.timing.plan import Plan
from tests.export.export_sample import sample_network, sample_plan


@pytest.fixture(scope="session")
def network() -> Network:
    return sample_network()


@pytest.fixture(scope="session")
def plan() -> Plan:
    return sample_plan()
