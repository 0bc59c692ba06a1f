"""Ask many addresses who they are: ICMP and SNMP side by side, paced, silent ones at once with others."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.collector import Kind, Now, Target, Way
from collectors.liveness.icmp import IcmpCollector
from collectors.observation import Outcome, clean_text
from collectors.settings import LivenessSettings
from collectors.snmp import values
from collectors.snmp.discovery.sighting import Neighbour, Sighting
from collectors.snmp.identify import identify
from collectors.snmp.library import Profiles
from collectors.snmp.session import Session
from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.errors import WireError
from collectors.snmp.wire.exchange import Endpoint
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.resolve import Resolver
from collectors.snmp.wire.transport import Wire
from collectors.snmp.wire.walk import Column, Credentials

_AT_ONCE = 64  # addresses
_PACE = 0.01  # seconds between the first questions to two addresses
_PATIENCE, _REPEAT = 1.0, 0.4  # seconds for one answer, and before a repeat
_WHOLE = 10.0  # seconds for one device that answers
_FDB_ROWS = 5000
_NAME, _ENGINE = (
    "1.3.6.1.2.1.1.5.0",
    "1.3.6.1.6.3.10.2.1.1.0",
)  # SNMPv2-MIB::sysName.0, SNMP-FRAMEWORK-MIB::snmpEngineID.0
_BRIDGE, _CHASSIS = "1.3.6.1.2.1.17.1.1.0", "1.0.8802.1.1.2.1.3.2.0"  # dot1dBaseBridgeAddress.0, lldpLocChassisId.0
_MACS = "1.3.6.1.2.1.2.2.1.6"  # IF-MIB::ifPhysAddress
_BRIDGING = ("switch", "router", "access-point", "unknown")
_MAC = 6  # octets


@dataclass(frozen=True, slots=True)
class Sweep:
    """What answered: `sightings` by SNMP, `silent` only by ICMP. `why_no_icmp`: empty where it was asked too."""

    sightings: tuple[Sighting, ...]
    silent: tuple[str, ...]
    why_no_icmp: str


async def sweep(
    addresses: Sequence[str],
    communities: Sequence[str],
    profiles: Profiles,
    *,
    port: int,
    now: Now,
    told: Callable[[], None],
) -> Sweep:
    """Ask all addresses (numeric); `told` is called after each."""
    wire, icmp, resolver = Wire(), IcmpCollector(now=now), Resolver()
    gate = asyncio.Semaphore(_AT_ONCE)
    found: list[Sighting] = []
    silent: list[str] = []
    loop = asyncio.get_running_loop()

    async def one(address: str) -> None:
        async with gate:
            family, where = await resolver.resolve(address, port, deadline=loop.time() + _PATIENCE)
            target = Target(address, address, Kind.LIVENESS, Way.ICMP, address, 60.0, LivenessSettings())
            ping = asyncio.ensure_future(icmp.poll(target))
            asked = [_ask(wire, wire.endpoint(family, where), address, each, profiles) for each in communities]
            answers = [each for each in await asyncio.gather(*asked) if each is not None]
            alive = (await ping).outcome is Outcome.OK
            if answers:
                found.append(answers[0])
            elif alive:
                silent.append(address)
            told()

    try:
        async with asyncio.TaskGroup() as group:
            for address in addresses:
                group.create_task(one(address))
                await asyncio.sleep(_PACE)
    finally:
        wire.close()
        resolver.close()
        await icmp.close()
    return Sweep(tuple(sorted(found, key=lambda each: each.address)), tuple(silent), icmp.why_not)


async def _ask(wire: Wire, endpoint: Endpoint, address: str, community: str, profiles: Profiles) -> Sighting | None:
    deadline = asyncio.get_running_loop().time() + _WHOLE
    credentials = Credentials(codec.V2C, community.encode())
    session = Session(wire, endpoint, credentials, _REPEAT, _PATIENCE, deadline, 10, Manners())
    try:
        identity = await identify(session, profiles, None)
    except WireError:
        return None
    texts = dict(identity.texts)
    name = engine = ""
    macs: set[str] = set()
    neighbours: tuple[Neighbour, ...] = ()
    forwarding: dict[str, frozenset[str]] = {}
    try:
        ask = [oid.encode(each) for each in (_NAME, _ENGINE, _BRIDGE, _CHASSIS)]
        said = await session.get(Request(Pdu.GET, ask, version=codec.V2C, community=credentials.community))
        raw = [value if tag == ber.OCTETS and isinstance(value, bytes) else b"" for _, tag, value in said]
        name, engine = clean_text(raw[0]), raw[1].hex()
        macs = {mac for each in raw[2:] if (mac := _mac(each))}
        (own,) = await session.columns([oid.encode(_MACS)])
        macs |= {mac for _, value in own.cells.values() if isinstance(value, bytes) and (mac := _mac(value))}
        if identity.profile.kind in _BRIDGING:
            neighbours = await _neighbours(session, profiles)
            forwarding = await _forwarding(session, profiles)
    except WireError:  # what it is, is known; the rest stays unsaid
        pass
    return Sighting(
        address,
        identity.profile.kind,
        texts.get("vendor", ""),
        texts.get("model", ""),
        texts.get("serial", ""),
        identity.profile.name,
        name,
        engine,
        frozenset(macs),
        neighbours,
        forwarding,
    )


def _mac(raw: bytes) -> str:
    """Return a hardware address that one machine alone may have, else ""."""
    return raw.hex(":") if len(raw) == _MAC and any(raw) and not raw[0] & 1 else ""


async def _neighbours(session: Session[Endpoint], profiles: Profiles) -> tuple[Neighbour, ...]:
    columns = profiles.named("interfaces").tables["neighbours"].columns
    chassis, system = await session.columns([oid.encode(columns[key].oid) for key in ("chassis", "system")])
    return tuple(
        Neighbour(_arc(index, 1), _identifier(value), _words(system, index))
        for index, (_, value) in chassis.cells.items()
    )


def _arc(index: bytes, at: int) -> str:
    arcs = oid.arcs_of(index)
    return str(arcs[at]) if len(arcs) > at else ""


def _identifier(value: ber.Value) -> str:
    return values.identifier(value) if isinstance(value, bytes) else ""


def _words(column: Column, index: bytes) -> str:
    value = column.cells.get(index, (0, None))[1]
    return values.words(value) if isinstance(value, bytes) else ""


async def _forwarding(session: Session[Endpoint], profiles: Profiles) -> dict[str, frozenset[str]]:
    tables = profiles.named("bridge").tables
    wanted = [oid.encode(tables[name].columns["port"].oid) for name in ("fdb", "vlan-fdb")]
    found: dict[str, set[str]] = {}
    for column in await session.columns(wanted, rows=_FDB_ROWS):
        for index, (_, port) in column.cells.items():
            arcs = oid.arcs_of(index)[-_MAC:]
            if isinstance(port, int) and port > 0 and len(arcs) == _MAC and max(arcs) < 256:  # noqa: PLR2004  # an octet
                mac = _mac(bytes(arcs))
                if mac:
                    found.setdefault(str(port), set()).add(mac)
    return {port: frozenset(macs) for port, macs in found.items()}
