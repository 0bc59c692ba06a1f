"""What is asked: of each device, and when one says that something has happened. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation
from collectors.snmp.probe import describe
from mppmon.config import Loaded
from mppmon.mall import topology
from mppmon.mall.model import Mall

MISSED = 3
"""Intervals after which a PC that pushes is silent (`mppmon.engine.stale`)."""


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


def not_asked(loaded: Loaded, device: str, heard: Observation | None, now: datetime) -> Mapping[str, object]:
    """Return what `mppmon poll` prints of a device that nobody can ask. `heard`: its last push since the daemon began.

    What was sent within three intervals is shown as an answer would be; older, it is `passive`.
    """
    known = loaded.mall.devices[device]
    if not known.pushes:
        why = f"it is seen through {known.via}: poll that" if known.via else "nothing can ask this device by itself"
        return {"outcome": "passive", "detail": why}
    if heard is None:
        words = "it sends by itself, nobody can ask it; nothing came from it since the daemon began"
        return {"outcome": "passive", "detail": words}
    at, age = heard.at.astimezone(ZoneInfo(loaded.mall.site.timezone)), (now - heard.at).total_seconds()
    words = f"it sends by itself, nobody can ask it; its last push is of {at:%Y-%m-%d %H:%M:%S} ({age:.0f} s ago)"
    machine = dict(heard.texts).get("machine_id")
    said = "; ".join(one for one in (words, f"machine id {machine}" if machine else "", heard.detail) if one)
    every = max((one.interval for one in loaded.targets if one.device == device), default=0.0)
    if age > MISSED * every:
        return {"outcome": "passive", "detail": said}
    return {**describe(heard), "detail": said}
