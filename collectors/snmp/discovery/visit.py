"""Ask one device who it is, what hardware addresses it has, and, if it carries others' traffic, who is behind it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from collectors.observation import clean_text
from collectors.snmp import values
from collectors.snmp.asking import Asking
from collectors.snmp.discovery.ports import bridge_ports
from collectors.snmp.discovery.sighting import Neighbour, Sighting, mac_of
from collectors.snmp.identify import Identity, identify
from collectors.snmp.library import Profiles
from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.errors import WireError
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.walk import Column

_ROWS, _ROWS_V1 = 5000, 500  # of a forwarding or ARP table; v1 asks for them one by one
_NAME, _ENGINE = (
    "1.3.6.1.2.1.1.5.0",
    "1.3.6.1.6.3.10.2.1.1.0",
)  # SNMPv2-MIB::sysName.0, SNMP-FRAMEWORK-MIB::snmpEngineID.0
_BRIDGE, _CHASSIS = "1.3.6.1.2.1.17.1.1.0", "1.0.8802.1.1.2.1.3.2.0"  # dot1dBaseBridgeAddress.0, lldpLocChassisId.0
_MACS = "1.3.6.1.2.1.2.2.1.6"  # IF-MIB::ifPhysAddress
_NAMES = ("1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.2.2.1.2")  # IF-MIB::ifName, ifDescr
_LOCAL = "1.0.8802.1.1.2.1.3.7.1.3"  # LLDP-MIB::lldpLocPortId
_ARP = "1.3.6.1.2.1.4.22.1.2"  # IP-MIB::ipNetToMediaPhysAddress; index: interface, IPv4 address
_CARRYING = ("switch", "router", "access-point", "unknown")
_LEARNED = 3  # dot1dTpFdbStatus, dot1qTpFdbStatus: not of itself (4), not gone (2), not written by people (5)
_OCTETS = 6  # of a hardware address
_ADDRESS = 4  # octets of an IPv4 address
_ENGINE_LENGTHS = range(5, 33)  # octets, RFC 3411


async def visit(session: Asking, address: str, profiles: Profiles, way: int) -> Sighting:
    """Return what the device at `address` says of itself. WireError when it does not even say what it is."""
    identity = await identify(session, profiles, None)
    told = _Told()
    with suppress(WireError):  # what it is, is known; the rest stays unsaid
        await told.ask(session, profiles, identity)
    texts = dict(identity.texts)
    return Sighting(
        address,
        identity.profile.kind,
        texts.get("vendor", ""),
        texts.get("model", ""),
        texts.get("serial", ""),
        identity.profile.name,
        told.name,
        told.engine,
        frozenset(told.macs),
        told.base,
        told.neighbours,
        told.forwarding,
        told.arp,
        way,
    )


class _Told:
    """What a device has told so far: a question that fails takes nothing away."""

    def __init__(self) -> None:
        self.name = self.engine = self.base = ""
        self.macs: set[str] = set()
        self.neighbours: tuple[Neighbour, ...] = ()
        self.forwarding: dict[str, frozenset[str]] = {}
        self.arp: dict[str, str] = {}

    async def ask(self, session: Asking, profiles: Profiles, identity: Identity) -> None:
        version, community = session.credentials.version, session.credentials.community
        ask = [oid.encode(each) for each in (_NAME, _ENGINE, _BRIDGE, _CHASSIS)]
        said = await session.get(Request(Pdu.GET, ask, version=version, community=community))
        raw = [value if tag == ber.OCTETS and isinstance(value, bytes) else b"" for _, tag, value in said]
        self.name = clean_text(raw[0])
        self.engine = raw[1].hex() if len(raw[1]) in _ENGINE_LENGTHS else ""
        bases = [mac for each in raw[2:] if (mac := mac_of(each))]
        self.macs |= set(bases)
        bases.sort(key=lambda mac: int(mac[:2], 16) & 2)  # those that a maker gave first
        self.base = bases[0] if bases else ""
        (own,) = await session.columns([oid.encode(_MACS)])
        mine = [mac for _, value in own.cells.values() if isinstance(value, bytes) and (mac := mac_of(value))]
        self.macs |= set(mine)
        self.base = self.base or (mine[0] if mine else "")
        if identity.profile.kind not in _CARRYING:
            return
        rows = _ROWS_V1 if version == codec.V1 else _ROWS
        self.neighbours = await _neighbours(session, profiles)
        self.forwarding = await _forwarding(session, profiles, rows)
        if self.neighbours and self.forwarding:
            with suppress(WireError):  # then LLDP's numbers are taken for the bridge's own
                self.neighbours = await _at_bridge_ports(session, profiles, self.neighbours, own)
        (arp,) = await session.columns([oid.encode(_ARP)], rows)
        self.arp = dict(_arp(arp))


async def _neighbours(session: Asking, profiles: Profiles) -> tuple[Neighbour, ...]:
    columns = profiles.named("interfaces").tables["neighbours"].columns
    chassis, system = await session.columns([oid.encode(columns[key].oid) for key in ("chassis", "system")])
    return tuple(
        Neighbour(_arc(index, 1), _identifier(value), _words(system, index))
        for index, (_, value) in chassis.cells.items()
    )


async def _at_bridge_ports(
    session: Asking, profiles: Profiles, neighbours: tuple[Neighbour, ...], addresses: Column
) -> tuple[Neighbour, ...]:
    """Return the neighbours at the ports that the forwarding table knows."""
    heard = {int(one.port) for one in neighbours if one.port}
    (told,) = await session.columns(
        [oid.encode(profiles.named("bridge").tables["bridge-ports"].columns["interface"].oid)]
    )
    bridge = {port: index for port, index in _by_number(told).items() if isinstance(index, int)}
    if all(bridge.get(number) == number for number in heard):
        return neighbours
    names, descriptions, local = await session.columns([oid.encode(name) for name in (*_NAMES, _LOCAL)])
    of_interfaces = [_by_number(column) for column in (names, descriptions, addresses)]
    interfaces = {
        index: [name for its in of_interfaces if isinstance(name := its.get(index), bytes)]
        for index in {index for its in of_interfaces for index in its}
    }
    called = {number: name for number, name in _by_number(local).items() if isinstance(name, bytes)}
    ports = bridge_ports(heard, called, interfaces, bridge)
    return tuple(replace(one, port=str(ports[int(one.port)])) if one.port else one for one in neighbours)


def _by_number(column: Column) -> dict[int, ber.Value]:
    return {oid.arcs_of(index)[0]: value for index, (_, value) in column.cells.items()}


def _arc(index: bytes, at: int) -> str:
    arcs = oid.arcs_of(index)
    return str(arcs[at]) if len(arcs) > at else ""


def _identifier(value: ber.Value) -> str:
    return values.identifier(value) if isinstance(value, bytes) else ""


def _words(column: Column, index: bytes) -> str:
    value = column.cells.get(index, (0, None))[1]
    return values.words(value) if isinstance(value, bytes) else ""


async def _forwarding(session: Asking, profiles: Profiles, rows: int) -> dict[str, frozenset[str]]:
    tables = profiles.named("bridge").tables
    found: dict[str, set[str]] = {}
    for name in ("fdb", "vlan-fdb"):
        wanted = [oid.encode(tables[name].columns[key].oid) for key in ("port", "status")]
        ports, states = await session.columns(wanted, rows)
        for index, (_, port) in ports.cells.items():
            state = states.cells.get(index, (0, _LEARNED))[1]
            arcs = oid.arcs_of(index)[-_OCTETS:]
            if state == _LEARNED and isinstance(port, int) and port > 0 and (mac := _mac(arcs)):
                found.setdefault(str(port), set()).add(mac)
    return {port: frozenset(macs) for port, macs in found.items()}


def _mac(arcs: tuple[int, ...]) -> str:
    return mac_of(bytes(arcs)) if len(arcs) == _OCTETS and max(arcs) < 256 else ""  # noqa: PLR2004  # an octet


def _arp(column: Column) -> Iterator[tuple[str, str]]:
    for index, (_, value) in column.cells.items():
        arcs = oid.arcs_of(index)
        if len(arcs) == 1 + _ADDRESS and max(arcs[1:]) < 256 and isinstance(value, bytes) and (mac := mac_of(value)):  # noqa: PLR2004  # an octet
            yield ".".join(map(str, arcs[1:])), mac
