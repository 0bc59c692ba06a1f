"""From readings to alerts; a blocking one takes the device's function down."""

from dataclasses import replace
from datetime import datetime

from alerts.judging import judge, judge_absence
from alerts.model import Alert, AlertKey, AlertStatus, Effect, Fired, Labels, Reading, Resolved, Rule
from alerts.rule import matches
from alerts.state import due
from collectors.collector import Kind
from collectors.observation import Observation, Outcome
from mppmon.engine.past import KEEP
from mppmon.engine.turn import Turn
from mppmon.engine.watching import DEVICE_DOWN, SITE_BLIND, TELEMETRY_FAILED
from mppmon.engine.world import Wanted
from mppmon.mall import health
from mppmon.mall.model import Device, State

_TELEMETRY = f":{Kind.TELEMETRY}"


def readings(turn: Turn, observation: Observation) -> None:
    """Hold the values some rule asks for against it. A value that is missing changes nothing, unless a rule waits for
    just that.
    """
    world = turn.world
    device = world.device(observation.device)
    if device is None or observation.outcome not in {Outcome.OK, Outcome.UNEXPECTED}:
        return
    care, at = world.care(observation.schema, device.kind), observation.evidence_at
    for position, metric, labels, rules in care.asked:
        value = observation.values[position]
        if value != value:  # noqa: PLR0124  # not a number: as good as missing
            continue
        reading = Reading(device.id, metric, labels, value, at)
        for rule in rules:
            hold(turn, rule, reading)
    if care.wanted and observation.check.endswith(_TELEMETRY):
        _answered(turn, device, care.wanted, observation)


def _answered(turn: Turn, device: Device, wanted: Wanted, observation: Observation) -> None:
    """Hold an answer against the rules that want some reading to be in it."""
    world = turn.world
    for rule, labels, positions in wanted:
        if not world.may_give(device, rule.condition.metric):
            continue
        values = (observation.values[position] for position in positions)
        given = any(value == value for value in values)  # noqa: PLR0124  # false for NaN only
        key = AlertKey(rule.name, device.id, labels)
        before, at = world.alerts.get(key), observation.evidence_at
        after, effects = judge_absence(
            rule, before, key=key, given=given, at=at, memory=world.memory, now=turn.now, new_id=turn.new_id
        )
        if after is not before:
            _keep(turn, rule, key, before, after, effects)


def states(turn: Turn) -> None:
    """Make readings of our own verdicts: a device that is down by its own fault, one that answers but gives no
    readings.
    """
    world = turn.world
    for device_id in list(turn.changed):
        device, reach = world.loaded.mall.devices[device_id], world.reaches[device_id]
        if reach.state is not State.UP:
            world.memory.absences.forget(device_id)
        if reach.state is not State.UNKNOWN:
            uplink = world.loaded.mall.site.uplink
            metric = SITE_BLIND if uplink is not None and uplink.device == device_id else DEVICE_DOWN
            say(turn, device, metric, (), float(reach.state is State.DOWN), reach.since)
    for device_id in turn.asked | turn.changed.keys() | world.doubted:
        device, asked = world.loaded.mall.devices[device_id], world.asks.get(f"{device_id}:{Kind.TELEMETRY}")
        world.doubted.discard(device_id)
        if asked is not None and asked.state is State.DOWN and world.reaches[device_id].failures:
            world.doubted.add(device_id)  # whether it answers at all is being found out, and perhaps the line is cut
            continue
        if asked is not None and asked.state is not State.UP:
            world.memory.absences.forget(device_id)
        if asked is not None and world.reaches[device_id].state is State.UP and asked.state is not State.UNKNOWN:
            say(turn, device, TELEMETRY_FAILED, (), float(asked.state is State.DOWN), asked.since)


def say(turn: Turn, device: Device, metric: str, labels: Labels, value: float, at: datetime) -> None:
    """Hold a reading of our own making against the rules."""
    for rule in turn.world.book.of(metric):
        if matches(rule, device.kind, labels):
            hold(turn, rule, Reading(device.id, metric, labels, value, at))


def hold(turn: Turn, rule: Rule, reading: Reading) -> None:
    """Hold one reading against one rule that asks for it."""
    world = turn.world
    key = AlertKey(rule.name, reading.subject, reading.labels)
    before = world.alerts.get(key)
    after, effects = judge(rule, before, reading, key=key, memory=world.memory, now=turn.now, new_id=turn.new_id)
    if after is not before:
        _keep(turn, rule, key, before, after, effects)


def time_passed(turn: Turn) -> None:
    """Let alerts whose `for` or `keep_firing_for` is over change by time alone."""
    world = turn.world
    for key, alert in list(world.alerts.items()):
        rule = world.book.named(key.rule)
        if rule is not None and (alert.status is AlertStatus.PENDING or alert.cleared_at is not None):
            after, effects = due(rule, alert, now=turn.now)
            _keep(turn, rule, key, alert, after, effects)


def _keep(
    turn: Turn, rule: Rule, key: AlertKey, before: Alert | None, after: Alert | None, effects: list[Effect]
) -> None:
    world = turn.world
    if after is None or after.status is AlertStatus.RESOLVED:
        world.alerts.pop(key, None)
    else:
        world.alerts[key] = after
    if before is None or after is None or before.status is not after.status or before.cleared_at != after.cleared_at:
        gone = before and replace(before, status=AlertStatus.RESOLVED, resolved_at=turn.now)
        kept = after or gone
        if kept is not None:
            turn.batch.alerts.append(kept)
    for effect in effects:
        if isinstance(effect, Fired):
            turn.fired.append(effect.alert)
            if rule.blocks and key.subject in world.reaches:  # the daemon itself has no function
                world.blocking.setdefault(key.subject, set()).add(key)
                turn.changed.setdefault(key.subject, effect.alert.since)
        elif isinstance(effect, Resolved):
            turn.resolved.append(effect.alert)
            blockers = world.blocking.get(key.subject, set())
            if key in blockers:
                blockers.discard(key)
                turn.changed.setdefault(key.subject, effect.alert.cleared_at or turn.now)


def functions(turn: Turn) -> None:
    """Derive the function of every device whose reach or blocking alerts changed, and record what changed."""
    world = turn.world
    for device_id, at in list(turn.changed.items()):
        device = world.loaded.mall.devices[device_id]
        blockers = world.blocking.get(device_id) or set()
        reach = world.reaches[device_id]
        old, new = world.functions[device_id], health.function(reach.state, blocked=bool(blockers))
        if old is new:
            continue
        since = max(at, world.function_since[device_id])
        cause = min(key.rule for key in blockers) if blockers and reach.state is State.UP else f"{device_id}/reach"
        turn.transition(f"{device_id}/function", old, new, at=since, cause=cause, agency=device.agency)
        world.functions[device_id], world.function_since[device_id] = new, since
        course = world.function_course[device_id]
        course.change(since, new)
        course.forget(turn.now - KEEP)
