"""Flows of a case: counted from its expanded routes, with the saturation flows of its season."""

from __future__ import annotations

from signalopt.demand.flows import link_flows
from signalopt.demand.saturation import saturation_vph
from signalopt.optimize.flows import CaseFlows, arrange_flows
from signalopt.optimize.streams import read_streams
from signalopt.optimize.walkers import walker_flows
from signalopt.scenario.case import Case


def case_flows(case: Case) -> CaseFlows:
    """Flows of the measured window of a case (pcu/h of departures; pedestrians per hour on crossings)."""
    flows = link_flows(case.network, case.route_files, case.begin_s, case.end_s, pcu=True)
    for place, own in walker_flows(
        case.network, case.route_files, case.begin_s, case.end_s
    ).items():
        flows.setdefault(place, {}).update(own)
    saturation = saturation_vph(case.network, case.season)
    streams = read_streams(case.network, case.route_files, case.begin_s, case.end_s)
    return arrange_flows(case.network, flows, saturation, streams)
