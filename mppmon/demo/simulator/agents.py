"""The SNMP agents: one pysnmp engine, one UDP transport per device address (ADR 0009)."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp  # type: ignore[import-untyped]  # pysnmp ships no types
from pysnmp.entity import config, engine  # type: ignore[import-untyped]  # likewise
from pysnmp.entity.rfc3413 import cmdrsp, context  # type: ignore[import-untyped]  # likewise
from pysnmp.proto import rfc1902, rfc1905  # type: ignore[import-untyped]  # likewise

from mppmon.demo.simulator.asked import is_liveness
from mppmon.demo.simulator.journal import Journal
from mppmon.demo.simulator.view import Found, View, tells_of_errors

COMMUNITY = "public"
_TYPES: Mapping[str, Callable[[object], Any]] = {
    "int": rfc1902.Integer32,
    "octets": rfc1902.OctetString,
    "hex": rfc1902.OctetString,
    "oid": rfc1902.ObjectIdentifier,
    "ip": rfc1902.IpAddress,
    "counter32": rfc1902.Counter32,
    "gauge32": rfc1902.Gauge32,
    "ticks": rfc1902.TimeTicks,
    "counter64": rfc1902.Counter64,
}
VarBind = tuple[Any, object]
"""An OID and its value, as pysnmp's own objects: it ships no types."""


class Agent:
    """One device as SNMP sees it. Notes what each answer tells."""

    def __init__(self, device: str, view: View, silent: Callable[[], bool], journal: Journal) -> None:
        self.device = device
        self._view = view
        self._silent = silent
        self._journal = journal
        self._told: dict[str, frozenset[str]] = {}

    def withholds(self, datagram: bytes) -> bool:
        """Whether it is silent to a request; a withheld answer is noted, and which check asked."""
        silent = self._silent()
        if silent:
            asks = "liveness" if is_liveness(datagram) else "telemetry"
            self._journal.answer(self.device, "snmp", given=False, asks=asks)
        return silent

    def answered(self) -> None:
        """Note that an answer has gone out, and what it told."""
        self._journal.answer(self.device, "snmp", given=True, tells=self._told or None)
        self._told = {}

    def get(self, names: Sequence[Any]) -> list[VarBind]:
        """Answer a GET."""
        scene = self._view.scene()
        answer: list[VarBind] = []
        for name in names:
            oid = tuple(name)
            found = self._view.get(oid, scene)
            if found is not None:
                answer.append((name, self._value(found, scene.shows)))
            else:
                answer.append((name, rfc1905.noSuchInstance if self._view.has_object(oid) else rfc1905.noSuchObject))
        return answer

    def after(self, names: Sequence[Any]) -> list[VarBind]:
        """Answer one step of a GETNEXT or GETBULK."""
        scene = self._view.scene()
        answer: list[VarBind] = []
        for name in names:
            found = next(self._view.after(tuple(name), scene), None)
            if found is None:
                answer.append((name, rfc1905.endOfMibView))
            else:
                answer.append((rfc1902.ObjectName(found.oid), self._value(found, scene.shows)))
        return answer

    def _value(self, found: Found, shows: frozenset[str]) -> object:
        if tells_of_errors(found.oid):
            self._told = {self.device: shows}
        return _TYPES[found.type](found.value)


class _Transport(udp.UdpAsyncioTransport):  # type: ignore[misc]  # pysnmp is untyped
    """The socket of one agent: drops what a silent device would not hear, notes what goes out."""

    def __init__(self, agent: Agent, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._agent = agent

    def datagram_received(self, datagram: bytes, transportAddress: tuple[str, int]) -> None:  # noqa: N803  # pysnmp's name
        if not self._agent.withholds(datagram):
            super().datagram_received(datagram, transportAddress)

    def send_message(self, outgoingMessage: bytes, transportAddress: tuple[str, int]) -> None:  # noqa: N803  # likewise
        super().send_message(outgoingMessage, transportAddress)
        self._agent.answered()


class _Instrumentation:
    """What pysnmp's responders ask for values: finds the agent by the transport the request came in by."""

    def __init__(self) -> None:
        self.agents: dict[tuple[int, ...], Agent] = {}

    def read_variables(self, *names: VarBind, **told: Any) -> list[VarBind]:  # noqa: ANN401  # pysnmp is untyped
        return self._agent(told).get([name for name, _ in names])

    def read_next_variables(self, *names: VarBind, **told: Any) -> list[VarBind]:  # noqa: ANN401  # pysnmp is untyped
        return self._agent(told).after([name for name, _ in names])

    def _agent(self, told: Mapping[str, Any]) -> Agent:
        execution = told["snmpEngine"].observer.get_execution_context("rfc3412.receiveMessage:request")
        return self.agents[tuple(execution["transportDomain"])]


class Agents:
    """All agents, on one engine in the running loop."""

    def __init__(self) -> None:
        self._engine = engine.SnmpEngine()
        self._views = _Instrumentation()
        config.add_v1_system(self._engine, "everybody", COMMUNITY)
        where = context.SnmpContext(self._engine)
        where.context_names[b""] = self._views
        self._responders = [
            responder(self._engine, where)
            for responder in (cmdrsp.GetCommandResponder, cmdrsp.NextCommandResponder, cmdrsp.BulkCommandResponder)
        ]

    def serve(self, agent: Agent, address: str, port: int) -> int:
        """Open a device's socket and return its port. OSError when it cannot be had."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)  # noqa: FBT003  # its only form
            sock.bind((address, port))
        except OSError:
            sock.close()
            raise
        domain = (*udp.DOMAIN_NAME, len(self._views.agents) + 1)
        self._views.agents[domain] = agent
        transport = _Transport(agent, asyncio.get_running_loop()).open_server_mode(sock=sock)
        config.add_transport(self._engine, domain, transport)
        bound: int = sock.getsockname()[1]
        return bound

    def close(self) -> None:
        """Close all sockets."""
        if self._engine.transport_dispatcher is not None:
            self._engine.close_dispatcher()
