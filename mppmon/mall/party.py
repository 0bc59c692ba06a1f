"""Who has to act when what is online does not work: the mall, the internet provider, a resolver's keeper, the agency.

Judged from the probes along the way out: the mall's gateway, the provider's first hop, the anchors beyond, the
resolver, and the other agencies' systems. Mall and reaches in, a party out; None where the probes do not tell.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from mppmon.mall import topology
from mppmon.mall.health import Reach
from mppmon.mall.model import Device, DeviceKind, Mall, State, Uplink
from mppmon.mall.topology import Sight

Reaches = Mapping[str, Reach]
ALL_CUT_OFF = "mppmon_system_cut_off"
"""Our verdict that none of the counters that look gets through to a system which answers us."""
_NETWORK = frozenset({DeviceKind.ROUTER, DeviceKind.SWITCH, DeviceKind.ACCESS_POINT})


class Party(StrEnum):
    """Recorded and exported: never to be renamed."""

    MALL = "mall"  # its own network: router, switch, cable
    PROVIDER = "provider"  # the line, or the provider's network behind it
    RESOLVER = "resolver"  # names are not resolved, though the line is whole
    AGENCY = "agency"  # its own system


def at_fault(
    mall: Mall, device_id: str, reaches: Reaches, *, seen: Collection[bool] = (), misnamed: bool = False
) -> Party | None:
    """Return who has to act about a device that does not work. `seen`: of an online system, whether each counter PC
    that looks at it gets an answer: then it is our own way to it that is cut (a VLAN, a VPN), not the system.
    `misnamed`: it failed by what its name was resolved to, or was not.

    None: nothing online hangs on it, or the probes do not tell whose fault it is.
    """
    uplink, device = mall.site.uplink, mall.devices[device_id]
    if uplink is None:
        return None
    if device_id == uplink.device:
        return _of_line(mall, uplink, reaches)
    if (misnamed and topology.blind(mall, reaches) is False) or device_id in (uplink.resolver, uplink.hop):
        return Party.PROVIDER if device_id == uplink.hop else Party.RESOLVER
    if not _is_system(uplink, device):
        return _of_way(mall, uplink, device)
    return Party.MALL if any(seen) else _of_system(mall, uplink, device, reaches)


def cut_off(ours: State, *, theirs: bool) -> bool | None:
    """Compare what we see of an online system with what a counter PC sees from its own network: True, the PC alone does
    not get through (its VLAN, its VPN); False, it does, or nobody does; None: we do not know the system ourselves.
    """
    if theirs or ours is State.DOWN:
        return False
    return True if ours is State.UP else None


def _of_way(mall: Mall, uplink: Uplink, device: Device) -> Party | None:
    """Return whose the way is that others are reached through: the mall's inside; outside the provider's, or the
    agency's where nothing but its own systems is behind it.
    """
    if not device.outside:
        ours = device.agency is None and (device.kind in _NETWORK or _carries(mall, device))
        return Party.MALL if ours or uplink.device in topology.below(mall, device.id) else None
    if not _carries(mall, device):
        return None
    behind = {one.agency for one in mall.devices.values() if device.id in one.parents}
    return Party.PROVIDER if len(behind) > 1 or None in behind else Party.AGENCY


def _carries(mall: Mall, device: Device) -> bool:
    """Whether a passive device is a network (a VLAN, a VPN, an unmanaged switch) and no source of power."""
    if device.kind is not DeviceKind.PASSIVE:
        return False
    every = mall.devices.values()
    return any(device.id in one.parents for one in every) and all(device.id not in one.power for one in every)


def _of_line(mall: Mall, uplink: Uplink, reaches: Reaches) -> Party | None:
    """Every anchor is silent: it is the mall up to its gateway, and the provider behind it."""
    if uplink.gateway is None:
        hop = _sight(mall, uplink.hop, reaches)
        return Party.PROVIDER if hop is Sight.WORKS else None  # the way to the provider is whole, so it is behind that
    gateway = _sight(mall, uplink.gateway, reaches)
    if gateway is Sight.FAILED:
        return Party.MALL
    return Party.PROVIDER if gateway is Sight.WORKS else None


def _of_system(mall: Mall, uplink: Uplink, device: Device, reaches: Reaches) -> Party | None:
    """One system fails. The agency's it is when the line is whole; not when those of all others fail with it."""
    if topology.blind(mall, reaches) is not False:
        return None
    if _sight(mall, uplink.resolver, reaches) is Sight.FAILED and device.address is None:
        return Party.RESOLVER
    others = peers(mall, device.id)
    return Party.PROVIDER if others and all(_fails(reaches.get(one)) for one in others) else Party.AGENCY


def peers(mall: Mall, device_id: str) -> tuple[str, ...]:
    """Return the other agencies' systems, which tell by their answers whose fault this one's silence is."""
    uplink, device = mall.site.uplink, mall.devices[device_id]
    if uplink is None or not _is_system(uplink, device):
        return ()
    every = (one for one in mall.devices.values() if _is_system(uplink, one))
    return tuple(one.id for one in every if one.agency != device.agency)


def _is_system(uplink: Uplink, device: Device) -> bool:
    return device.outside and device.kind is DeviceKind.ONLINE_SYSTEM and device.id not in uplink.anchors


def _fails(reach: Reach | None) -> bool:
    """Whether a system fails now, confirmed or not: it was asked at once when the first one fell silent."""
    return reach is not None and (reach.failures > 0 or reach.state is State.DOWN)


def _sight(mall: Mall, device_id: str | None, reaches: Reaches) -> Sight | None:
    """Return what is known of a probe, None without one. A last failure that is not confirmed yet is unsure."""
    if device_id is None:
        return None
    reach = reaches.get(device_id)
    if reach is not None and reach.state is State.UNKNOWN and not reach.failures:
        return Sight.UNSURE
    return topology.look(mall, device_id, reaches, None)
