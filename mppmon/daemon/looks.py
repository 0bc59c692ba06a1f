"""What is asked: of each device, and when one says that something has happened. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from collectors.collector import Kind, Target, Way
from mppmon.mall import topology
from mppmon.mall.model import Device, Mall


def checks_for(mall: Mall, checks: Mapping[str, Mapping[Kind, Target]], device: str, *, below: bool) -> tuple[str, ...]:
    """Return the checks to ask now: all of the device, and with `below` whether what hangs on it still answers.

    A port that went down is the switch's word about the device behind it, whose own turn may be ten seconds away.
    """
    found = [target.check for target in checks.get(device, {}).values()]
    for child in topology.next_below(mall, device) if below and device in mall.devices else ():
        one = checks.get(child, {})
        target = one.get(Kind.LIVENESS) or one.get(Kind.TELEMETRY)
        if target is not None:
            found.append(target.check)
    return tuple(found)


def checks_by_device(targets: Iterable[Target]) -> Mapping[str, Mapping[Kind, Target]]:
    """Return the checks that somebody has to ask; what pushes is not among them."""
    found: defaultdict[str, dict[Kind, Target]] = defaultdict(dict)
    for target in targets:
        if target.way is not Way.PUSH:
            found[target.device][target.kind] = target
    return found


def why_not_asked(device: Device) -> str:
    """Return why nothing asks a device."""
    if device.pushes:
        return "it sends by itself; nobody can ask it"
    return f"it is seen through {device.via}: poll that" if device.via else "nothing can ask this device by itself"
