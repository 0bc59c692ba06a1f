"""Ask many addresses who they are: ICMP and SNMP side by side, paced, silent ones at once with others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from collectors.collector import Kind, Now, Target, Way
from collectors.liveness.icmp import IcmpCollector
from collectors.observation import Outcome
from collectors.settings import LivenessSettings, SnmpSettings
from collectors.snmp.asking import Asking
from collectors.snmp.child.process import Child
from collectors.snmp.discovery.pace import Pace, Paced
from collectors.snmp.discovery.sighting import SILENT, Sighting
from collectors.snmp.discovery.visit import visit
from collectors.snmp.library import Profiles
from collectors.snmp.session import Session
from collectors.snmp.v3.secrets import Secrets, read_community, read_secrets
from collectors.snmp.v3.wire import Peer, V3Wire
from collectors.snmp.wire import codec
from collectors.snmp.wire.errors import Local, NoAnswer, Refused, Unreachable, WireError
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.resolve import Resolver
from collectors.snmp.wire.transport import Wire
from collectors.snmp.wire.walk import Credentials

RATE = 300.0  # questions a second
_AT_ONCE, _LEAST = 64, 4  # addresses
_A_DEVICE = 4.0  # questions a second that one device may have, so that what answers is done with before more is begun
_PATIENCE, _REPEAT = 1.0, 0.5  # seconds for one answer, and before a repeat
_HASTE = 0.5  # seconds for an answer of what is not known to be there
_WHOLE = 12.0  # seconds for one device that answers
_REPETITIONS = 20  # rows of a GETBULK; a device that chokes on them is asked for fewer
_CHILD_WITHIN = 20.0  # seconds for the process that speaks SNMPv3 to come up
_VERSIONS: Final = {"1": codec.V1, "2c": codec.V2C, "3": codec.V3}


@dataclass(slots=True)
class Sweep:
    """What is known so far: `sightings`, what answered; `asked`, the addresses that are done with. `why_no_icmp`: empty
    where it was asked too.
    """

    sightings: list[Sighting] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    why_no_icmp: str = ""


async def sweep(
    addresses: Sequence[str],
    ways: Sequence[SnmpSettings],
    profiles: Profiles,
    *,
    into: Sweep,
    rate: float = RATE,
    now: Now,
    told: Callable[[], None] = lambda: None,
) -> None:
    """Ask all addresses (numeric), each by one of `ways` after the other until it answers; `told` is called after each.

    What is found is put `into` at once: cancelled, it keeps what was found. OSError or ValueError, free of secrets,
    when the file of a secret is no use.
    """
    secrets = [_secrets(one) for one in ways]
    icmp = IcmpCollector(now=now)
    into.why_no_icmp = icmp.why_not
    try:
        async with _askers(ways, secrets, Pace(rate), profiles) as askers:
            gate = asyncio.Semaphore(max(_LEAST, min(_AT_ONCE, round(rate / _A_DEVICE))))

            async def one(address: str) -> None:
                async with gate:
                    seen = await askers.see(icmp, address)
                if seen is not None:
                    into.sightings.append(seen)
                into.asked.append(address)
                told()

            async with asyncio.TaskGroup() as group:
                for address in addresses:
                    group.create_task(one(address))
    finally:
        await icmp.close()


@asynccontextmanager
async def _askers(
    ways: Sequence[SnmpSettings], secrets: Sequence[tuple[bytes, Secrets]], pace: Pace, profiles: Profiles
) -> AsyncIterator["_Askers"]:
    """Open what the ways need: the wire, and the process of SNMPv3 where one of them is a user of it."""
    wire, resolver = Wire(), Resolver()
    child = Child() if any(one.version == "3" for one in ways) else None
    running = asyncio.create_task(child.run(), name="snmp-child") if child is not None else None
    try:
        if child is not None:
            with suppress(Local):  # then nothing answers by v3
                await child.ready(asyncio.get_running_loop().time() + _CHILD_WITHIN)
        yield _Askers(ways, secrets, pace, profiles, wire, resolver, V3Wire(child) if child is not None else None)
    finally:
        wire.close()
        resolver.close()
        if child is not None and running is not None:
            await child.close()
            await asyncio.gather(running, return_exceptions=True)


class _Said(Enum):
    """What came of asking in one way, where it was no answer."""

    NOTHING = auto()
    NOWHERE = auto()  # there is no way to this address
    CLOSED = auto()  # a machine, without SNMP at this port
    OTHERWISE = auto()  # something, but not to us


@dataclass(frozen=True, slots=True)
class _Askers:
    ways: Sequence[SnmpSettings]
    secrets: Sequence[tuple[bytes, Secrets]]
    pace: Pace
    profiles: Profiles
    wire: Wire
    resolver: Resolver
    v3: V3Wire | None

    async def see(self, icmp: IcmpCollector, address: str) -> Sighting | None:
        """Return what is at an address, None for nothing. One question at a time; by v3 only what is known to be there,
        for its first question is two.
        """
        await self.pace.turn()
        target = Target(address, address, Kind.LIVENESS, Way.ICMP, address, 60.0, LivenessSettings())
        ping = asyncio.ensure_future(icmp.poll(target))
        alive, closed = False, set[int]()
        try:
            for number, way in enumerate(self.ways):
                if not alive and (number > 0 or way.version == "3"):
                    alive = (await ping).outcome is Outcome.OK
                unseen = not alive and icmp.available()
                if way.port in closed or (way.version == "3" and unseen):
                    continue
                said = await self._try(address, number, quick=number > 0 and unseen)
                if isinstance(said, Sighting):
                    return said
                if said is _Said.NOWHERE:
                    return None
                if said is _Said.CLOSED:
                    closed.add(way.port)
                alive = alive or said is not _Said.NOTHING
            alive = alive or (await ping).outcome is Outcome.OK
            return Sighting(address, way=SILENT) if alive else None
        finally:
            if not ping.done():
                await asyncio.wait({ping})

    async def _try(self, address: str, number: int, *, quick: bool) -> "Sighting | _Said":
        session: Asking | None = None
        try:
            session = await self._session(address, number, quick=quick)
            return await visit(session, address, self.profiles, number)
        except Unreachable:
            return _Said.NOWHERE
        except Refused:
            return _Said.CLOSED
        except NoAnswer:  # it is this way that it is asked, but it said too little
            return Sighting(address, way=number) if session is not None and session.answered else _Said.NOTHING
        except Local:
            return _Said.NOTHING
        except WireError:
            return _Said.OTHERWISE

    async def _session(self, address: str, number: int, *, quick: bool) -> Asking:
        way = self.ways[number]
        loop = asyncio.get_running_loop()
        family, where = await self.resolver.resolve(address, way.port, deadline=loop.time() + _PATIENCE)
        patience = _HASTE if quick else _PATIENCE
        repeat = patience if quick else _REPEAT
        community, passphrases = self.secrets[number]
        credentials = Credentials(_VERSIONS[way.version], community)
        until = loop.time() + _WHOLE
        if way.version == "3":
            assert self.v3 is not None  # noqa: S101  # it is opened where a way needs it
            peer = Peer(f"{address}/{number}", address, where, way, passphrases)
            asker = Paced(self.v3, self.pace)
            return Session(asker, peer, credentials, 2 * repeat, 2 * patience, until, _REPETITIONS, Manners())
        endpoint = self.wire.endpoint(family, where)
        paced = Paced(self.wire, self.pace)
        return Session(paced, endpoint, credentials, repeat, patience, until, _REPETITIONS, Manners())


def _secrets(way: SnmpSettings) -> tuple[bytes, Secrets]:
    if way.version == "3":
        return b"", read_secrets(way)
    literal = way.community.get_secret_value().encode()
    return (read_community(way.community_file) if way.community_file else literal), Secrets()
