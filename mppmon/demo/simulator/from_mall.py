"""From a configured mall to what is simulated, and to what the truth needs to know of it."""

from collections.abc import Collection
from urllib.parse import urlsplit

from collectors.collector import Target
from collectors.settings import AgentSettings, DnsSettings, HttpSettings, LivenessSettings, NutSettings, SnmpSettings
from mppmon.config import Loaded
from mppmon.demo.simulator.things import Door, DoorWay, Thing, Things
from mppmon.demo.simulator.truth_history import Needs, Plan, Spot
from mppmon.mall.impact import offered
from mppmon.mall.model import Device, DeviceKind, Mall

_RICHEST = (DoorWay.SNMP, DoorWay.AGENT, DoorWay.HTTP, DoorWay.TCP)
"""Two checks may ask at one port (a PC's liveness by TCP): the door that says more serves both."""


class CannotSimulate(ValueError):
    """The mall asks a device in a way that the simulator has no door for; the text names the check."""


def things_of(loaded: Loaded, *, leave_out: Collection[str] = ()) -> Things:
    """Return what is to be simulated; `leave_out`: devices that somebody else serves. Raises CannotSimulate."""
    doors: dict[str, dict[tuple[str, int, bool], Door]] = {}
    for target in loaded.targets:
        door = _door(target)
        if door is None or target.device in leave_out:
            continue
        place = (door.address, door.port, door.way is DoorWay.SNMP)
        mine = doors.setdefault(target.device, {})
        if place not in mine or _RICHEST.index(door.way) < _RICHEST.index(mine[place].way):
            mine[place] = door
    uplink = loaded.mall.site.uplink
    things = (
        Thing(
            id=device.id,
            kind=device.kind.value,
            place=device.place,
            parents=device.parents,
            power=device.power,
            via=device.via,
            outside=device.outside,
            doors=tuple(doors.get(device.id, {}).values()),
        )
        for device in loaded.mall.devices.values()
    )
    return Things.of(things, uplink.device if uplink else None)


def _door(target: Target) -> Door | None:
    match target.settings:
        case SnmpSettings() as asked:
            return Door(DoorWay.SNMP, target.address, asked.port)
        case AgentSettings() as asked:
            return Door(DoorWay.AGENT, target.address, asked.port, path=asked.path)
        case HttpSettings() as asked:
            return _online(target, asked)
        case LivenessSettings(port=int(port)):
            return Door(DoorWay.TCP, target.address, port)
        case NutSettings() | DnsSettings():  # no upsd and no resolver of the example mall
            return None
        case LivenessSettings():  # by ICMP alone: the kernel answers for everybody on loopback
            return None


def _online(target: Target, asked: HttpSettings) -> Door:
    url = urlsplit(asked.url)
    if url.scheme != "http" or url.hostname is None:
        raise CannotSimulate(f"{target.check}: found {asked.url}, expected http://address:port/ on loopback")
    return Door(DoorWay.HTTP, url.hostname, url.port or 80, contains=asked.contains or "")


def plan_of(mall: Mall, things: Things) -> Plan:
    """Return what the truth needs to know: where things stand, and what each service needs."""
    served = {thing.id for thing in things.by_id.values() if thing.doors}
    served |= {thing.id for thing in things.by_id.values() if thing.via in served}
    uplink = mall.site.uplink
    services = {
        (service, counter): Needs(
            needs=(
                *(mall.counters[counter].roles.get(role, ()) for role in mall.services[service].needs),
                *((system,) for system in mall.services[service].systems),
            ),
            uses=tuple(
                roles for role in mall.services[service].uses if (roles := mall.counters[counter].roles.get(role))
            ),
        )
        for service, counter in offered(mall)
    }
    spots = {device.id: _spot(device) for device in mall.devices.values()}
    return Plan(spots, services, served, uplink.anchors if uplink else ())


def _spot(device: Device) -> Spot:
    groups = ((device.via,) if device.via else (), device.parents, device.power)
    return Spot(
        tuple(group for group in groups if group), device.via, device.outside, mute=device.kind is DeviceKind.PASSIVE
    )
