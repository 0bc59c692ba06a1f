"""What cannot be asked, such as a breaker, an unmanaged switch, the power company: judged by what hangs on it.

It works while anything below it answers. It is down, suspected, when all that needs it and is expected on fails,
confirmed and at almost the same time; devices that are switched off one after the other make no suspect. See
docs/adr/0020-recovery-and-root-cause.md.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from mppmon.mall import topology
from mppmon.mall.health import Reach
from mppmon.mall.model import DeviceKind, Mall, State
from mppmon.mall.topology import Sight

FEWEST = 2
"""One device alone says more about itself than about what feeds it."""


@dataclass(frozen=True, slots=True)
class Passives:
    """`witnesses`: what cannot be asked -> what can be asked and hangs on it, with nothing but passive things between.
    `above`: the other way round, nearest first. `shared`: those whose witnesses all hang on one other passive thing.
    """

    witnesses: Mapping[str, tuple[str, ...]]
    above: Mapping[str, tuple[str, ...]]
    shared: frozenset[str]


def passives(mall: Mall) -> Passives:
    """Return the passive devices of a mall that have somebody to testify for them; the mall's own line has anchors."""
    line = mall.site.uplink.device if mall.site.uplink else None
    kinds = [one.id for one in mall.devices.values() if one.kind is DeviceKind.PASSIVE and one.id != line]
    found = {one: tuple(_witnesses(mall, one)) for one in kinds}
    found = {one: many for one, many in found.items() if many}
    above: dict[str, list[str]] = {}
    for one in sorted(found, key=lambda name: len(found[name])):
        for witness in found[one]:
            above.setdefault(witness, []).append(one)
    shared = {
        one for one, many in found.items() if any(found.get(child) == many for child in mall.children.get(one, ()))
    }
    return Passives(found, {one: tuple(many) for one, many in above.items()}, frozenset(shared))


def _witnesses(mall: Mall, passive: str) -> Iterator[str]:
    for child in topology.next_below(mall, passive):
        if mall.devices[child].via is None and not topology.silent(mall, mall.devices[child]):
            yield child


def infer(
    mall: Mall,
    known: Passives,
    passive: str,
    reaches: Mapping[str, Reach],
    *,
    off: Collection[str],
    window: timedelta,
) -> Reach:
    """Return what the witnesses make of a passive device.

    UP: one answers. `failures` and `first_failed_at`: they fail, and all are waited for. `confirmed_at`: all have
    failed, confirmed, their first failures within `window`. UNKNOWN, since the last of them was heard: neither. `off`:
    devices that need not be on now; they may testify that it works, not that it fails.
    """
    before = reaches[passive]
    needing = [one for one in known.witnesses[passive] if _needs(mall, one, passive, reaches)]
    heard = [reaches[one] for one in needing if reaches[one].state is State.UP and not reaches[one].failures]
    counted = {one: reaches[one] for one in needing if one not in off}
    failing = {one: reach.first_failed_at for one, reach in counted.items() if reach.first_failed_at is not None}
    began = min(failing.values(), default=None)
    since = before.since if began is None or before.state is State.DOWN else began
    answered = [one for one in heard if one.proven_at is not None and (began is None or one.proven_at >= since)]
    if answered:
        return _works(before, answered)
    if began is None or len(counted) < FEWEST or passive in known.shared:
        return _nothing(before, known.witnesses[passive], reaches)
    if max(failing.values()) - began > window:
        return _nothing(before, known.witnesses[passive], reaches)
    confirmed = [one.confirmed_at for one in counted.values() if one.confirmed_at is not None]
    sure = len(confirmed) == len(counted) and all(_alone(mall, one, passive, reaches) for one in counted)
    if not sure and not any(reaches[one].state is State.UP for one in known.witnesses[passive]):
        return _nothing(before, known.witnesses[passive], reaches)  # something else explains them
    failures = min(one.failures for one in counted.values()) if sure else 1
    return replace(before, failures=failures, first_failed_at=began, confirmed_at=max(confirmed) if sure else None)


def _works(before: Reach, answered: list[Reach]) -> Reach:
    answers = [one.last_answered_at for one in answered if one.last_answered_at is not None]
    newest, asked = max(answers), max(one.proven_at for one in answered if one.proven_at is not None)
    first = min((at for at in answers if at >= before.since), default=newest)
    since = before.since if before.state is State.UP else max(before.since, first)
    return Reach(State.UP, since, last_answered_at=newest, last_seen_at=newest, last_asked_at=asked)


def _nothing(before: Reach, witnesses: tuple[str, ...], reaches: Mapping[str, Reach]) -> Reach:
    """Neither working nor suspected: unknown as soon as no witness is believed to be up."""
    still = replace(before, failures=0, first_failed_at=None, confirmed_at=None)
    states = [reaches[one] for one in witnesses]
    if before.state is not State.UP or any(one.state is State.UP for one in states):
        return still
    return Reach(State.UNKNOWN, max(before.since, *(one.since for one in states)))


def _needs(mall: Mall, witness: str, passive: str, reaches: Mapping[str, Reach]) -> bool:
    """Whether a witness cannot work without it: in some group, all the others have failed."""
    return any(
        all(_hangs(mall, one, passive) or topology.look(mall, one, reaches, None) is Sight.FAILED for one in group)
        for group in topology.groups(mall.devices[witness])
        if any(_hangs(mall, one, passive) for one in group)
    )


def _alone(mall: Mall, witness: str, passive: str, reaches: Mapping[str, Reach]) -> bool:
    """Whether nothing else that a witness needs explains, or may explain, that it fails."""
    since = reaches[witness].first_failed_at
    others = [
        group
        for group in topology.groups(mall.devices[witness])
        if not any(_hangs(mall, one, passive) for one in group)
    ]
    return all(any(topology.look(mall, one, reaches, since) is Sight.WORKS for one in group) for group in others)


def _hangs(mall: Mall, device_id: str, passive: str) -> bool:
    """Whether this is the passive device, or a passive one that hangs on it."""
    seen = {device_id}
    waiting = [device_id]
    for one in waiting:  # grows while it is walked
        if one == passive:
            return True
        if topology.silent(mall, mall.devices[one]):
            new = [up for group in topology.groups(mall.devices[one]) for up in group if up not in seen]
            seen.update(new)
            waiting += new
    return False
