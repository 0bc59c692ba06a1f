"""From observations to reach: suspicion, re-polls, the verdict on the parents, our own blindness."""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.model import AlertKey
from collectors.collector import Kind
from collectors.observation import Observation, Outcome
from mppmon.engine.past import KEEP
from mppmon.engine.turn import Turn
from mppmon.engine.watching import DEVICE_DOWN
from mppmon.engine.world import World
from mppmon.mall import health, topology
from mppmon.mall.cause import Because
from mppmon.mall.health import Reach
from mppmon.mall.model import Device, State, Uplink
from mppmon.mall.party import Party, at_fault, peers
from mppmon.mall.topology import Verdict
from mppmon.mall.uplink import line

BOOT = Because.BOOT.value
"""Why something is unknown that may still be starting."""

_PEERS = 8
"""Other agencies' systems asked at once when one falls silent: is it that one, or the way to all of them?"""
_PARTIES = {
    Party.MALL: Because.MALL,
    Party.PROVIDER: Because.PROVIDER,
    Party.RESOLVER: Because.RESOLVER,
    Party.AGENCY: Because.AGENCY,
}

_PUSHED = 2
"""Pushes in a row without a peripheral that confirm its loss: nobody can ask in between, each is an interval apart.
One push with it, or of the PC itself, ends it.
"""
_READINGS = frozenset({Outcome.OK, Outcome.UNEXPECTED})


def observed(turn: Turn, observation: Observation) -> None:
    """Hold one observation against what we believed of its device's reach, and of its telemetry."""
    world = turn.world
    device = world.device(observation.device)
    if device is None:
        return  # a reload took it out of the inventory while its answer was on the way
    reached = observation.outcome.reached
    judges = world.judges_reach(device.id, observation.check)
    _strangers(turn, device, observation, judges=judges)
    if (judges or reached) and not (judges and device.id in world.strangers):
        _step(turn, device, observation)
    if not judges or device.pushes:
        _telemetry(turn, device, observation)


def _strangers(turn: Turn, device: Device, observation: Observation, *, judges: bool) -> None:
    """Follow whether another machine answers in a device's place: nothing is then known about the device, however well
    that one answers a ping. Whatever else its readings' check meets ends it.
    """
    world, strangers = turn.world, turn.world.strangers
    if observation.outcome is Outcome.STRANGER:
        strangers.add(device.id)
        world.awaited[device.id] = turn.now
        at = observation.at
        unknown(turn, device, at=at, cause=Because.STRANGER)
        _lose_parts(turn, device, at=at, cause=f"{device.id}/reach")
    elif (not judges or device.pushes) and observation.outcome is not Outcome.LOCAL:
        strangers.discard(device.id)


def _step(turn: Turn, device: Device, observation: Observation) -> None:
    world = turn.world
    reached, check = observation.outcome.reached, observation.check
    before = world.reaches[device.id]
    timing = world.timing(device)
    sent = device.pushes or (device.via is not None and world.loaded.mall.devices[device.via].pushes)
    step = health.observe(
        before,
        reached=reached,
        at=observation.evidence_at,
        needed=_PUSHED if sent else timing.needed,
        recover=1 if sent else timing.recover,
        asked=observation.at,
    )
    world.reaches[device.id] = step.reach
    if reached and device.pushes:
        world.awaited[device.id] = turn.now
    if step.recovered:
        world.confirmed.pop(device.id, None)
        _ask_readings_anew(turn, device)
        changed(turn, device, before.state, step.reach, cause=Because.ANSWERED)
        ask_below_again(turn, device)
    elif reached:
        world.confirmed.pop(device.id, None)
        if step.recovering:
            turn.repolls.append((_asked(world, device, check), timing.again))
    elif step.suspicion:
        turn.repolls.append((_asked(world, device, check), timing.confirm))
        turn.expedites.update(above for group in topology.groups(device) for above in group)
        turn.expedites.update(peers(world.loaded.mall, device.id)[:_PEERS])
    if step.confirmed:
        world.confirmed.setdefault(device.id, turn.now)
    for passive in world.passives.above.get(device.id, ()):
        its = world.reaches[passive]
        news = step.suspicion or step.confirmed or before.failures or its.failures
        if news or (reached and its.state is not State.UP):
            turn.passives.add(passive)


def _ask_readings_anew(turn: Turn, device: Device) -> None:
    """Forget that its readings were missing while it did not answer at all: that explained it."""
    key = f"{device.id}:{Kind.TELEMETRY}"
    asked = turn.world.asks.get(key)
    if asked is not None and asked.failures:
        del turn.world.asks[key]
        turn.expedites.add(device.id)


def _asked(world: World, device: Device, check: str) -> str:
    """Return the check that asks for this one: of what is seen through a PC, the PC's."""
    through = world.targets.get(device.via or "", ())
    return next((one.check for one in through if check.endswith(one.kind)), check)


def _telemetry(turn: Turn, device: Device, observation: Observation) -> None:
    """Follow whether a device that answers also gives its readings; without them its peripherals are unknown."""
    world = turn.world
    if observation.outcome is Outcome.LOCAL:
        return
    reads = observation.outcome in _READINGS
    at = observation.evidence_at
    before = world.asks.get(observation.check) or Reach(State.UNKNOWN, at)
    timing = world.timing(device)
    step = health.observe(before, reached=reads, at=at, needed=timing.needed, recover=timing.recover)
    world.asks[observation.check] = step.reach
    if step.recovering:
        turn.repolls.append((observation.check, timing.again))
    if step.suspicion:
        turn.repolls.append((observation.check, timing.confirm))
        turn.expedites.add(device.id)
    if step.confirmed or step.recovered:
        turn.asked.add(device.id)
    if step.confirmed:
        lost = world.asks[observation.check] = health.down(step.reach, at=turn.now)
        _lose_parts(turn, device, at=lost.since, cause=f"{device.id}/telemetry")


def changed(turn: Turn, device: Device, old: State, reach: Reach, *, cause: str) -> None:
    """Record a change of reach."""
    if old is reach.state:
        return
    turn.changed[device.id] = min(reach.since, turn.changed.get(device.id, reach.since))
    turn.passives.update(turn.world.passives.above.get(device.id, ()))
    if reach.state is State.UP and (old is State.DOWN or said_down(turn.world, device.id) is not None):
        turn.powered[device.id] = reach.since
    course = turn.world.reach_course[device.id]
    course.change(reach.since, reach.state)
    course.forget(turn.now - KEEP)
    turn.transition(f"{device.id}/reach", old, reach.state, at=reach.since, cause=cause, agency=device.agency)


def unknown(turn: Turn, device: Device, *, at: datetime, cause: str, explained: bool = False) -> None:
    """We can no longer know this device: it hangs on something that failed at this instant.

    It is unknown from then, or from its last answer where that came later; its own first failure may have come earlier.
    What was down by its own fault stays so until then, unless that is `explained` now: then it was not.
    """
    before = turn.world.reaches[device.id]
    turn.world.confirmed.pop(device.id, None)
    if before.state is State.UNKNOWN:
        return
    since = max(at, before.last_answered_at or at)
    if before.first_failed_at is not None and (explained or before.state is not State.DOWN):
        since = min(since, before.first_failed_at)
    reach = turn.world.reaches[device.id] = health.unknown(replace(before, first_failed_at=since), at=since)
    changed(turn, device, before.state, reach, cause=cause)


def judge(turn: Turn) -> None:
    """Give the verdict on every device that failed all its probes, causes before what hangs on them."""
    world, mall = turn.world, turn.world.loaded.mall
    patience = timedelta(seconds=world.loaded.settings.patience_seconds)
    settled = True
    while settled and world.confirmed:
        settled = False
        for device_id, confirmed_at in list(world.confirmed.items()):
            device, before = mall.devices[device_id], world.reaches[device_id]
            verdict, blamed = topology.judge(
                mall, device_id, world.reaches, now=turn.now, confirmed_at=confirmed_at, patience=patience
            )
            if verdict is Verdict.WAIT:
                continue
            settled = True
            del world.confirmed[device_id]
            if verdict is Verdict.PARENT and blamed is not None:
                at, said = _failed_at(turn, blamed), said_down(world, device_id)
                unknown(turn, device, at=at, cause=f"{blamed}/reach")
                if said is not None and _soon_enough(turn, device, said, blamed, at):
                    world.folds.add(device_id)
            elif before.booting_until is not None:
                unknown(turn, device, at=before.first_failed_at or turn.now, cause=BOOT)
            else:
                reach = world.reaches[device_id] = health.down(before, at=turn.now)
                changed(turn, device, before.state, reach, cause=_why(world, device_id))
            _lose_parts(turn, device, at=world.reaches[device_id].since, cause=f"{device_id}/reach")
            _explain_below(turn, device_id)


def _why(world: World, device_id: str) -> str:
    """Return why a device is held to be down by itself; of what is online, with the party at fault."""
    if device_id in world.passives.witnesses:
        return Because.SUSPECTED
    if world.loaded.mall.devices[device_id].pushes:
        return Because.SILENT
    party = at_fault(world.loaded.mall, device_id, world.reaches)
    return _PARTIES[party] if party is not None else Because.PROBES


def _explain_below(turn: Turn, device_id: str) -> None:
    """Take back the verdict on what was held to be down by itself before this one, above it, was seen to fail."""
    world, mall = turn.world, turn.world.loaded.mall
    for child in topology.next_below(mall, device_id):
        reach = world.reaches[child]
        if reach.state is not State.DOWN or reach.confirmed_at is None:
            continue
        verdict, blamed = topology.judge(
            mall, child, world.reaches, now=turn.now, confirmed_at=reach.confirmed_at, patience=timedelta()
        )
        if verdict is Verdict.PARENT and blamed is not None:
            _explain(turn, mall.devices[child], at=_failed_at(turn, blamed), blamed=blamed)


def _explain(turn: Turn, device: Device, *, at: datetime, blamed: str) -> None:
    """Let a device that is down be unknown, where its cause failed soon enough to be one. A device that was down long
    before keeps its own fault.
    """
    reach = turn.world.reaches[device.id]
    if reach.state is not State.DOWN or reach.first_failed_at is None:
        return
    first = min(reach.first_failed_at, said_down(turn.world, device.id) or reach.first_failed_at)
    if _soon_enough(turn, device, first, blamed, at):
        unknown(turn, device, at=at, cause=f"{blamed}/reach", explained=True)
        turn.world.folds.add(device.id)


def said_down(world: World, device_id: str) -> datetime | None:
    """Return since when a device is said to be down, also by what was said before a start; None: it is not."""
    keys = (AlertKey(rule.name, device_id) for rule in world.book.of(DEVICE_DOWN))
    said = (world.alerts.get(key) for key in keys)
    return min((one.since for one in said if one is not None and one.cleared_at is None), default=None)


def _soon_enough(turn: Turn, device: Device, first_failed: datetime, blamed: str, at: datetime) -> bool:
    """Whether what failed at `at` can be the cause of a silence that began at `first_failed`: polls of both may lie one
    interval and one confirmation apart. What has not answered since a time that nobody watched may have failed in it.
    """
    world, timing = turn.world, turn.world.timing(device)
    uplink = world.loaded.mall.site.uplink
    heard = uplink.anchors if uplink is not None and blamed == uplink.device else world.passives.witnesses.get(blamed)
    if world.unwatched is not None and not any(world.reaches[one].last_answered_at for one in heard or (blamed,)):
        at = min(at, world.unwatched)
    return at <= first_failed + timedelta(seconds=timing.liveness) + timing.confirmation


def _failed_at(turn: Turn, blamed: str) -> datetime:
    """Return when what is to blame failed: the mall's own line with its anchors, anything else by its first failure."""
    world = turn.world
    uplink = world.loaded.mall.site.uplink
    if world.blind and uplink is not None and blamed == uplink.device:
        return world.blind_course.newest[0]
    reach = world.reaches[blamed]
    return reach.since if reach.state is not State.UP else reach.first_failed_at or turn.now


def _lose_parts(turn: Turn, device: Device, *, at: datetime, cause: str) -> None:
    """Forget what is seen through a device that we lost: unknown from the same instant."""
    mall = turn.world.loaded.mall
    for part in topology.seen_through(mall, device.id):
        unknown(turn, mall.devices[part], at=at, cause=cause)


def ask_below_again(turn: Turn, device: Device, *, itself: bool = False) -> None:
    """Probe afresh, and judge anew, what hung on a cause that recovered; or the cause `itself` too."""
    world = turn.world
    for below in (*((device.id,) if itself else ()), *topology.below(world.loaded.mall, device.id)):
        if world.reaches[below].state is State.UNKNOWN:
            world.reaches[below] = health.afresh(world.reaches[below])
            world.confirmed.pop(below, None)
            world.awaited[below] = turn.now  # of what pushes: from now on its silence says something
            turn.expedites.add(below)


def follow_uplink(turn: Turn) -> None:
    """Derive the reach of the mall's own line from its anchors, and whether we are blind to what is outside."""
    world, mall = turn.world, turn.world.loaded.mall
    uplink = mall.site.uplink
    if uplink is None:
        return
    before = world.reaches[uplink.device]
    reach = line(
        [world.reaches[anchor] for anchor in uplink.anchors],
        before,
        witnesses=lambda since: topology.witnesses(mall, world.reaches, since),
    )
    world.reaches[uplink.device] = reach
    device = mall.devices[uplink.device]
    if reach.state is State.UP and before.state is not State.UP:
        changed(turn, device, before.state, reach, cause=Because.ANSWERED)
        ask_below_again(turn, device)
    elif reach.state is not State.DOWN and reach.failures >= world.timing(device).needed:
        world.confirmed.setdefault(uplink.device, turn.now)
    blind = topology.blind(mall, world.reaches) is True
    if blind is not world.blind:
        _see_or_not(turn, uplink, blind=blind)


def _see_or_not(turn: Turn, uplink: Uplink, *, blind: bool) -> None:
    """Keep whether our own line is cut. From the cut on nothing outside is known, unless it answered since."""
    world, mall = turn.world, turn.world.loaded.mall
    anchors = [world.reaches[anchor] for anchor in uplink.anchors]
    if blind:
        at = min((one.first_failed_at for one in anchors if one.first_failed_at is not None), default=turn.now)
    else:
        began = world.blind_course.newest[0]
        heard = [*(one for one in anchors if not one.failures), *topology.witnesses(mall, world.reaches, began)]
        at = min((one.last_answered_at for one in heard if one.last_answered_at is not None), default=turn.now)
    world.blind = blind
    world.blind_course.change(at, blind)
    turn.changed.setdefault(uplink.device, at)
    if not blind:
        return
    for device in mall.devices.values():
        if device.outside and device.id not in (*uplink.anchors, uplink.hop):
            _explain(turn, device, at=at, blamed=uplink.device)
            unknown(turn, device, at=at, cause=f"{uplink.device}/reach")
