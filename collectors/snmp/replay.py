"""A recorded device that answers the wire's requests from memory: what `mppmon profile try --walk` reads."""

import asyncio
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from math import inf

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome, schema_of
from collectors.settings import SnmpSettings
from collectors.snmp.device import Device
from collectors.snmp.identify import identify
from collectors.snmp.library import Profiles
from collectors.snmp.recording import Objects
from collectors.snmp.session import Session
from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.errors import WireError
from collectors.snmp.wire.exchange import Reply
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.walk import Credentials

_CREDENTIALS = Credentials(codec.V2C, b"public")


class Recorded:
    """An Asker (`wire.asker`) that is the agent itself: v2c, honest, without a network."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._names = list(objects)
        self._keys = [oid.arcs_of(name) for name in objects]

    async def ask(self, endpoint: str, request: Request, *, timeout: float, deadline: float) -> Reply:  # noqa: ARG002, ASYNC109  # an Asker is given them
        """Answer at once."""
        names = list(request.oids)
        if request.pdu == Pdu.GET:
            return Reply(0, 0, [(name, *self._objects.get(name, (ber.NO_SUCH_INSTANCE, None))) for name in names])
        out: list[VarBind] = []
        for _ in range(max(1, request.repetitions)):
            row = [self._following(name) for name in names]
            out += row
            names = [name for name, _, _ in row]
        return Reply(0, 0, out)

    def _following(self, name: bytes) -> VarBind:
        at = bisect_right(self._keys, oid.arcs_of(name))
        return (
            (self._names[at], *self._objects[self._names[at]])
            if at < len(self._names)
            else (name, ber.END_OF_MIB_VIEW, None)
        )


@dataclass(frozen=True, slots=True)
class Tried:
    """What one profile read of a recording. `chosen`: the profile that the device would be given by itself."""

    observation: Observation
    chosen: str


async def read_recording(objects: Objects, profiles: Profiles, profile: str, now: datetime) -> Tried:
    """Read a recorded device by the profile of this name. ProfileError when there is none."""
    settings = SnmpSettings(profile=profile)
    device = Device(Target("recording:telemetry", "recording", Kind.TELEMETRY, Way.SNMP, "recording", 60.0, settings))
    session = _session(objects)
    outcome, detail = Outcome.OK, ""
    try:
        await device.read(session, profiles, profile)
        detail = "; ".join(session.troubles)
    except WireError as error:
        outcome, detail = Outcome.UNEXPECTED, str(error)
    found = device.samples(now)
    schema, values = schema_of(tuple(series for series, _ in found)), tuple(value for _, value in found)
    chosen = (await identify(_session(objects), profiles, None)).profile.name
    seen = Observation(
        "recording:telemetry", "recording", outcome, now, 0.0, schema, values, device.texts, detail=detail
    )
    return Tried(seen, chosen)


def _session(objects: Objects) -> Session[str]:
    asyncio.get_running_loop()  # the session measures its deadlines by it
    return Session(Recorded(objects), "recording", _CREDENTIALS, inf, inf, inf, 10, Manners())
