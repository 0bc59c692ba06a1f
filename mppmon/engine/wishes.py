"""What may be silenced, for how long, and from when."""

from datetime import datetime, timedelta

from alerts.silence import DEVICE, RULE, Silence
from alerts.span import LONGEST
from mppmon.config.maintenance import OWN, covered
from mppmon.config.problem import nearest_word
from mppmon.config.renaming import meant
from mppmon.config.rules import DAEMON
from mppmon.engine.commands import Hush
from mppmon.engine.watching import SELF
from mppmon.engine.world import World
from mppmon.mall.rename import Named

_NAMED = {
    DEVICE: Named.DEVICE,
    RULE: Named.RULE,
    "agency": Named.AGENCY,
    "channel": Named.CHANNEL,
    "person": Named.PERSON,
}
"""Labels whose values are ids of the configuration, which may have changed."""
_AHEAD = timedelta(days=400)
_MOST = 100
LONGEST_REASON = 200
"""Characters."""
_LONGEST_NAME = 120


def wish_problem(world: World, command: Hush, now: datetime) -> str:
    """Return what is wrong with a wish for a silence, empty if nothing is."""
    found = (_match(world, command), _span(command, now), _words(command))
    wrong = next((one for one in found if one), "")
    if wrong:
        return wrong
    return f"{_MOST} silences are in force already" if len(world.silences) >= _MOST else ""


def _match(world: World, command: Hush) -> str:
    mall = world.loaded.mall
    known = {
        DEVICE: {*mall.devices, SELF},
        RULE: {rule.name for rule in world.book.rules},
        "kind": {*(device.kind.value for device in mall.devices.values()), DAEMON},
        "agency": mall.agencies.keys(),
        "place": {device.place for device in mall.devices.values()},
        "channel": world.loaded.channels.keys(),
        "person": world.loaded.people.keys(),
        "way": {target.way.value for target in world.loaded.targets},
    }
    for label, values in command.match:
        if label not in known:
            return f"label {label!r}: expected one of {', '.join(sorted(known))}"
        for value in values:
            if not value:  # of a variable that was empty; nothing is every device without a place
                return f"{label}: found nothing, expected one that is in the configuration"
            if value not in known[label]:
                named = _NAMED.get(label)
                near = meant(world.loaded, named, value, known[label]) if named else nearest_word(value, known[label])
                return f"{label} {value!r} is not in the configuration" + (f"; did you mean {near!r}?" if near else "")
    if not command.match or not all(values for _, values in command.match):
        return (
            "found nothing to silence, expected at least one device, rule, kind, agency, place, channel, person or way"
        )
    return "" if _covers(world, command) else "nothing fits all of these together, expected something that it covers"


def _covers(world: World, command: Hush) -> bool:
    """Whether there is anything of which an alert could ever match: a device with a rule for it, or mppmon itself."""
    match = dict(command.match)
    of_itself = SELF in match.get(DEVICE, (SELF,)) and DAEMON in match.get("kind", (DAEMON,))
    if of_itself and not match.keys() & {"agency", "place"}:
        return True
    if match.keys() & OWN:
        return False
    mall, at = world.loaded.mall, world.watched_from
    devices = covered(Silence("wish", command.match, at, at + _AHEAD, "", "wish"), mall)
    rules = [rule for rule in world.book.rules if rule.name in match.get(RULE, (rule.name,))]
    return any(not rule.kinds or mall.devices[one].kind.value in rule.kinds for one in devices for rule in rules)


def _span(command: Hush, now: datetime) -> str:
    if not 0 < command.seconds <= LONGEST.total_seconds():
        return f"found {command.seconds / 86_400:g} days, expected more than none and at most {LONGEST.days} days"
    if command.start is None:
        return ""
    if command.start - now > _AHEAD:
        return f"found a start more than {_AHEAD.days} days ahead, expected an earlier one"
    if command.start + timedelta(seconds=command.seconds) <= now:
        return "found a time that is over already, expected one that ends later than now"
    return ""


def _words(command: Hush) -> str:
    if not command.reason.strip():
        return "found no reason, expected a few words that tell colleagues why"
    if command.planned and not command.name.strip():
        return "found no name, expected what is done, in a few words"
    for what, said, most in (("reason", command.reason, LONGEST_REASON), ("name", command.name, _LONGEST_NAME)):
        if len(said) > most:
            return f"found a {what} of {len(said)} characters, expected at most {most}"
        if not said.isprintable():
            return f"found a {what} with a line break or a character that cannot be shown, expected one line of text"
    return ""
