"""An SNMP agent on the loopback that keeps NTCIP's rules of transactions, and a manager that feeds it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    get_cmd,
    set_cmd,
)
from pysnmp.proto.rfc1902 import Integer32, ObjectIdentifier, OctetString, Unsigned32
from pysnmp.smi import error, instrum

TRANSACTION = "1.3.6.1.4.1.1206.4.2.6.2.1.0"
PATTERN_CYCLE = "1.3.6.1.4.1.1206.4.2.1.4.7.1.2."
BATCH = 20


@dataclass
class Result:
    """What the agent said and holds."""

    refused: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    read: int = 0


class Controller(instrum.AbstractMibInstrumController):
    """Data may be written within a transaction only; states go 1 -> 2 -> 3 -> (6) -> 1."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {TRANSACTION: Integer32(1)}
        self.state = 1
        self.steps: list[int] = []

    def read_variables(self, *binds, **_):
        return [(name, self.values[str(name)]) for name, _value in binds]

    def write_variables(self, *binds, **_):
        for index, (name, value) in enumerate(binds):
            oid = str(name)
            if oid == TRANSACTION:
                step = int(value)
                if (self.state, step) not in ((1, 2), (2, 3), (6, 1)):
                    raise error.InconsistentValueError(name=name, idx=index)
                self.steps.append(step)
                self.state = 6 if step == 3 else step  # the check itself takes no time here
            elif self.state != 2:
                raise error.NotWritableError(name=name, idx=index)
            elif oid.startswith(PATTERN_CYCLE) and not 0 <= int(value) <= 255:
                raise error.WrongValueError(name=name, idx=index)
            self.values[oid] = value
        return list(binds)


async def send_set_list(rows: Sequence[Mapping[str, str]]) -> Result:
    """Send all SETs over UDP in their order, then read every object back."""
    agent, controller, port = _agent()
    manager = SnmpEngine()
    try:
        target = await UdpTransportTarget.create(("127.0.0.1", port), timeout=5, retries=1)
        community = CommunityData("public", mpModel=1)
        result = Result()
        for part in _batches(rows):
            binds = [ObjectType(ObjectIdentity(r["oid"]), _value(r)) for r in part]
            silent, status, at, _ = await set_cmd(manager, community, target, ContextData(), *binds)
            if silent or status:
                result.refused.append(f"{part[max(0, int(at) - 1)]['name']}: {silent or status}")
                break
        result.steps = controller.steps
        last = {row["oid"]: row for row in rows}
        if not result.refused:
            for part in _batches(list(last.values())):
                binds = [ObjectType(ObjectIdentity(r["oid"])) for r in part]
                _, _, _, found = await get_cmd(manager, community, target, ContextData(), *binds)
                for row, (_, value) in zip(part, found, strict=True):
                    result.read += 1
                    wanted = 6 if row["oid"] == TRANSACTION and controller.state == 6 else None
                    if wanted is None and value != _value(row):
                        result.different.append(f"{row['name']}: {value.prettyPrint()}")
        return result
    finally:
        manager.close_dispatcher()
        agent.close_dispatcher()
        await asyncio.sleep(0)


def _agent():
    agent = engine.SnmpEngine()
    transport = udp.UdpTransport().open_server_mode(("127.0.0.1", _free_port()))
    config.add_transport(agent, udp.DOMAIN_NAME, transport)
    config.add_v1_system(agent, "area", "public")
    config.add_vacm_user(agent, 2, "area", "noAuthNoPriv", (1, 3, 6), (1, 3, 6))
    views = context.SnmpContext(agent)
    views.unregister_context_name(b"")
    controller = Controller()
    views.register_context_name(b"", controller)
    cmdrsp.SetCommandResponder(agent, views)
    cmdrsp.GetCommandResponder(agent, views)
    return agent, controller, _PORTS[-1]


_PORTS: list[int] = []


def _free_port() -> int:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        _PORTS.append(probe.getsockname()[1])
    return _PORTS[-1]


def _batches(rows: Sequence[Mapping[str, str]]) -> list[list[Mapping[str, str]]]:
    return [list(rows[i : i + BATCH]) for i in range(0, len(rows), BATCH)]


def _value(row: Mapping[str, str]):
    if row["type"] == "INTEGER":
        number = int(row["value"])
        # timeBaseScheduleDate has 32 bits, more than SNMP's signed integer holds
        return Integer32(number) if number < 2**31 else Unsigned32(number)
    if row["type"] == "OCTET STRING":
        return OctetString(hexValue=row["value"])
    return ObjectIdentifier(row["value"])
