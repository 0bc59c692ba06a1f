"""Whose fault it is: the device's own, a parent's, or that of our own line.

A device needs every *group* above it: the PC it hangs on by `via`, its `parents`, and what feeds it (`power`); the
members of a group are redundant (one that works is enough). Devices that cannot be asked (passive ones, or without an
address) are transparent, unless what hangs on them says that they failed (`mppmon.mall.passive`): what stands above
them answers in their place. Mall and reaches in, verdict out; no time is
read.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from mppmon.mall.health import Reach
from mppmon.mall.model import Device, DeviceKind, Mall, State, Uplink

PATIENCE = timedelta(seconds=5)
"""How long a page waits for the parents' verdict (DESIGN section 3)."""

Reaches = Mapping[str, Reach]


class Verdict(StrEnum):
    """OWN: its own fault. PARENT: what stands above it failed, so it is unknown. WAIT: ask again when that was seen."""

    OWN = "own"
    PARENT = "parent"
    WAIT = "wait"


class Sight(Enum):
    """What we know of one thing above a failing device."""

    WORKS = 0
    UNSURE = 1
    FAILED = 2


_Seen = tuple[Sight, str | None]
_WORKS: _Seen = (Sight.WORKS, None)


def judge(
    mall: Mall,
    device_id: str,
    reaches: Reaches,
    *,
    now: datetime,
    confirmed_at: datetime,
    patience: timedelta = PATIENCE,
) -> tuple[Verdict, str | None]:
    """Judge a device whose failure is confirmed: the verdict, and for PARENT the id of the nearest failed thing above.

    A parent that is down or whose failure is confirmed has failed. One in suspicion, or not seen since the device's
    first failure, is waited for until `confirmed_at + patience`. Behind the mall's own cut line the uplink is to blame.
    """
    reach = reaches.get(device_id)
    since = (reach.first_failed_at if reach else None) or confirmed_at
    sight, blamed = _beyond_line(mall, device_id, reaches, since)
    if sight is not Sight.FAILED:
        above, named = _above(mall, mall.devices[device_id], reaches, since, frozenset((device_id,)))
        if above.value > sight.value:
            sight, blamed = above, named
    if sight is Sight.FAILED:
        return Verdict.PARENT, blamed
    if sight is Sight.UNSURE and now < confirmed_at + patience:
        return Verdict.WAIT, None
    return Verdict.OWN, None


def root(mall: Mall, device_id: str, reaches: Reaches) -> str:
    """Walk up through what failed to the topmost failed thing: the cause of this device's failure (itself, if all above
    it works).
    """
    seen = [device_id]
    while True:
        sight, blamed = _beyond_line(mall, seen[-1], reaches, None)
        if sight is not Sight.FAILED:
            sight, blamed = _above(mall, mall.devices[seen[-1]], reaches, None, frozenset((seen[-1],)))
        if sight is not Sight.FAILED or blamed is None or blamed in seen:
            return seen[-1]
        seen.append(blamed)


def below(mall: Mall, device_id: str, reaches: Reaches | None = None) -> tuple[str, ...]:
    """Return what hangs on a device, by whatever it needs, nearest first; below the uplink is all that is outside.

    With `reaches`, only what is left without a working way up when this device fails.
    """
    cut = {device_id}
    order = [device_id]
    for above in order:  # grows while it is walked
        for child in _children(mall, above):
            if child not in cut and (reaches is None or _stranded(mall, child, cut, reaches)):
                cut.add(child)
                order.append(child)
    return tuple(order[1:])


def next_below(mall: Mall, device_id: str) -> tuple[str, ...]:
    """Return what hangs on a device directly, or through what cannot be asked."""
    found: dict[str, None] = {}
    waiting = [device_id]
    for above in waiting:  # grows while it is walked
        for child in _children(mall, above):
            if child not in found:
                found[child] = None
                if silent(mall, mall.devices[child]):
                    waiting.append(child)
    return tuple(found)


def fed_by(mall: Mall, device_id: str) -> tuple[str, ...]:
    """Return what is powered by a device, over others it powers too, and what is plugged into that."""
    found: dict[str, None] = {}
    waiting = [device_id]
    for source in waiting:  # grows while it is walked
        for child in mall.children.get(source, ()):
            its = mall.devices[child]
            if child not in found and (source in its.power or (its.via == source and source in found)):
                found[child] = None
                waiting.append(child)
    return tuple(found)


def seen_through(mall: Mall, device_id: str) -> tuple[str, ...]:
    """Return the peripherals seen only through this PC: unknown while it is down or unknown."""
    return tuple(child for child in mall.children.get(device_id, ()) if mall.devices[child].via == device_id)


def blind(mall: Mall, reaches: Reaches) -> bool | None:
    """Whether our own line is cut: every anchor beyond it fails, confirmed. None while that is not certain yet.

    False without an uplink or anchors. An anchor that answered before another began to fail proves nothing; anything
    else outside that answers since then proves that the line is whole.
    """
    uplink = mall.site.uplink
    if uplink is None or not uplink.anchors:
        return False
    found = (reaches.get(anchor) for anchor in uplink.anchors)
    since = min((reach.first_failed_at for reach in found if reach and reach.first_failed_at), default=None)
    return {Sight.WORKS: False, Sight.FAILED: True, Sight.UNSURE: None}[_line(mall, uplink, reaches, since)]


def witnesses(mall: Mall, reaches: Reaches, since: datetime) -> Iterator[Reach]:
    """Yield the reach of what is outside, answers, and answered since an instant; anchors are none of them, nor is the
    provider's first hop, behind which the line may be cut.
    """
    uplink = mall.site.uplink
    ways = (*uplink.anchors, uplink.hop) if uplink else ()
    for device in mall.devices.values():
        reach = reaches.get(device.id) if device.outside and device.id not in ways else None
        if reach is not None and not reach.failures and reach.proven_at and reach.proven_at >= since:
            yield reach


def cycles(mall: Mall) -> list[tuple[str, ...]]:
    """Return the loops among parents, power and `via`, each once, from its smallest id; check-config refuses them."""
    found: set[tuple[str, ...]] = set()
    done: set[str] = set()
    for start in sorted(mall.devices):
        trail: list[str] = []
        ways = [iter((start,))]
        while ways:
            device = next(ways[-1], None)
            if device is None:
                ways.pop()
                if trail:
                    done.add(trail.pop())
            elif device in trail:
                loop = trail[trail.index(device) :]
                first = loop.index(min(loop))
                found.add((*loop[first:], *loop[:first]))
            elif device not in done and device in mall.devices:
                trail.append(device)
                ways.append(iter([one for group in groups(mall.devices[device]) for one in group]))
    return sorted(found)


def groups(device: Device) -> tuple[tuple[str, ...], ...]:
    """Return what a device needs above it: of each group one that works."""
    return tuple(group for group in ((device.via,) if device.via else (), device.parents, device.power) if group)


def look(mall: Mall, device_id: str, reaches: Reaches, since: datetime | None) -> Sight:
    """Say what is known of one thing above, from what was seen since `since` (None: whenever)."""
    return _look(mall, device_id, reaches, since, frozenset())[0]


def silent(mall: Mall, device: Device) -> bool:
    """Whether nothing is heard of this device itself, so that it neither works nor fails for us."""
    uplink = mall.site.uplink
    if uplink is not None and device.id == uplink.device:
        return False  # judged by its anchors
    askable = device.address or device.via or device.pushes or device.kind is DeviceKind.ONLINE_SYSTEM
    return device.kind is DeviceKind.PASSIVE or not askable


def _beyond_line(mall: Mall, device_id: str, reaches: Reaches, since: datetime | None) -> _Seen:
    uplink = mall.site.uplink
    if uplink is None or device_id == uplink.device:
        return _WORKS
    if not mall.devices[device_id].outside and device_id != uplink.resolver:  # a resolver inside has to ask outside
        return _WORKS
    sight = _line(mall, uplink, reaches, since)
    return (sight, uplink.device if sight is Sight.FAILED else None)


def _line(mall: Mall, uplink: Uplink, reaches: Reaches, since: datetime | None) -> Sight:
    """Say what is known of our own line: one anchor (or anything else outside) that answered since `since` proves it
    works, and only all anchors together that it is cut.
    """
    sights = [_sight(reaches.get(anchor), since) for anchor in uplink.anchors]
    if Sight.WORKS in sights or not sights:
        return Sight.WORKS
    if since is not None and any(True for _ in witnesses(mall, reaches, since)):
        return Sight.WORKS
    return Sight.UNSURE if Sight.UNSURE in sights else Sight.FAILED


def _above(mall: Mall, device: Device, reaches: Reaches, since: datetime | None, passed: frozenset[str]) -> _Seen:
    """Return the worst of its groups; of a group, the best member."""
    worst = _WORKS
    for group in groups(device):
        seen = _best(_look(mall, one, reaches, since, passed) for one in group)
        if seen[0].value > worst[0].value:
            worst = seen
    return worst


def _look(mall: Mall, device_id: str, reaches: Reaches, since: datetime | None, passed: frozenset[str]) -> _Seen:
    device = mall.devices[device_id]
    if silent(mall, device):
        if device_id in passed:  # a loop: check-config refuses it, and here it explains nothing
            return _WORKS
        inferred = _inferred(reaches.get(device_id))
        if inferred is Sight.FAILED:
            return inferred, device_id
        above = _above(mall, device, reaches, since, passed | {device_id})
        return above if above[0].value >= inferred.value else (inferred, None)
    sight = _sight(reaches.get(device_id), since)
    return (sight, device_id) if sight is Sight.FAILED else (sight, None)


def _inferred(reach: Reach | None) -> Sight:
    """Say what those that hang on a passive device say of it; nothing, and it is looked through."""
    if reach is None:
        return Sight.WORKS
    if reach.state is State.DOWN or reach.confirmed_at is not None:
        return Sight.FAILED
    return Sight.UNSURE if reach.failures else Sight.WORKS


def _best(seen: Iterable[_Seen]) -> _Seen:
    return min(seen, key=lambda one: one[0].value)  # the first of equals: the order of the inventory


def _sight(reach: Reach | None, since: datetime | None) -> Sight:
    """Say what is known of one askable device, from what was seen since `since` (None: whenever)."""
    if reach is None:
        return Sight.UNSURE
    if reach.state is State.DOWN or reach.confirmed_at is not None:
        return Sight.FAILED
    if reach.state is State.UNKNOWN and reach.booting_until is not None:
        return Sight.FAILED
    if reach.failures or reach.state is State.UNKNOWN or reach.proven_at is None:
        return Sight.UNSURE
    return Sight.UNSURE if since is not None and reach.proven_at < since else Sight.WORKS


def _children(mall: Mall, device_id: str) -> tuple[str, ...]:
    named = mall.children.get(device_id, ())
    uplink = mall.site.uplink
    if uplink is None or device_id != uplink.device:
        return named
    outside = (device.id for device in mall.devices.values() if device.outside and device.id not in named)
    return (*named, *outside)


def _stranded(mall: Mall, device_id: str, cut: set[str], reaches: Reaches) -> bool:
    """Whether nothing above it works any more, when all of `cut` has failed."""
    device = mall.devices[device_id]
    uplink = mall.site.uplink
    if uplink is not None and device.outside and uplink.device in cut:
        return True

    def gone(above: str) -> bool:
        return above in cut or _look(mall, above, reaches, None, frozenset())[0] is Sight.FAILED

    return any(all(gone(one) for one in group) for group in groups(device))
