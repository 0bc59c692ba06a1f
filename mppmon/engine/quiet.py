"""Silences: what they cover calls nobody while they last, and is watched as ever."""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.model import Alert
from alerts.silence import DEVICE, RULE, Silence, silenced
from mppmon.engine.commands import Answer, Hush, Speak
from mppmon.engine.turn import Turn
from mppmon.engine.world import World

LONGEST = timedelta(days=30)
"""A silence that is forgotten ends some day."""

LABELS = frozenset({DEVICE, RULE, "kind", "agency"})
"""What a silence may name."""

_MOST = 100


def quiet(world: World, alert: Alert, *, now: datetime) -> Silence | None:
    """Return the silence that covers an alert now."""
    if not world.silences:
        return None
    device = world.device(alert.key.subject)
    more = {"kind": device.kind.value, "agency": device.agency or ""} if device else {}
    return silenced(alert.key, world.silences.values(), now=now, more=more)


def all_quiet(world: World, incident: str, *, now: datetime) -> bool:
    """Whether silences cover all that is left of an incident: then its page waits."""
    if not world.silences:
        return False
    alerts = [one for one in world.alerts.values() if one.incident == incident]
    return bool(alerts) and all(quiet(world, one, now=now) for one in alerts)


def follow(turn: Turn) -> None:
    """Forget silences that are over."""
    silences = turn.world.silences
    for name in [one.id for one in silences.values() if one.end <= turn.now]:
        del silences[name]
        turn.shown |= {name}


def hush(turn: Turn, command: Hush) -> Answer:
    """Begin a silence; refused where it is too wide, too long, says no reason or names what is not there."""
    command.principal.require(command.principal.may_act(), "silence")
    world = turn.world
    wrong = _wrong(world, command)
    if wrong:
        return Answer(ok=False, code="invalid", text=wrong)
    until = turn.now + timedelta(seconds=command.seconds)
    author = command.principal.person or command.principal.name
    silence = Silence(turn.new_id(), command.match, turn.now, until, author, command.reason.strip())
    world.silences[silence.id] = silence
    turn.batch.silences.append(silence)
    turn.shown |= {silence.id}
    return Answer(ok=True, code="ok", text=silence.id)


def speak_again(turn: Turn, command: Speak) -> Answer:
    """End a silence now; what it covered and is still wrong calls somebody at once."""
    command.principal.require(command.principal.may_act(), "end a silence")
    silence = turn.world.silences.pop(command.silence, None)
    if silence is None:
        return Answer(ok=False, code="unknown-silence", text=f"{command.silence}: no silence of this id is in force")
    ended = replace(silence, end=max(turn.now, silence.start + timedelta(microseconds=1)))
    turn.batch.silences.append(ended)
    turn.shown |= {silence.id}
    return Answer(ok=True, code="ok", text=silence.id)


def _wrong(world: World, command: Hush) -> str:
    """Return what is wrong with a wish for a silence, empty if nothing is."""
    mall = world.loaded.mall
    known = {
        DEVICE: mall.devices.keys(),
        RULE: {rule.name for rule in world.book.rules},
        "kind": {device.kind.value for device in mall.devices.values()},
        "agency": mall.agencies.keys(),
    }
    for label, values in command.match:
        if label not in known:
            return f"label {label!r}: expected one of {', '.join(sorted(known))}"
        for value in values:
            if value not in known[label]:
                return f"{label} {value!r} is not in the configuration"
    if not command.match or not all(values for _, values in command.match):
        return "found nothing to silence, expected at least one device, rule, kind or agency"
    if not 0 < command.seconds <= LONGEST.total_seconds():
        return f"found {command.seconds:g} seconds, expected more than none and at most {LONGEST.days} days"
    if not command.reason.strip() or not command.reason.isprintable():
        return "found no reason, expected a few words that tell colleagues why"
    return f"{_MOST} silences are in force already" if len(world.silences) >= _MOST else ""
