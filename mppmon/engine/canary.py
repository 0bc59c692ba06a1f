"""The daily test message: to everybody who may be called today, by every channel they have."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.message import key_of_many
from alerts.model import NoticeKind, Notification, Person
from alerts.notices import canary
from alerts.roster import shifts
from mppmon.config import Loaded
from mppmon.engine.pacing import put
from mppmon.engine.turn import Turn
from mppmon.engine.ways import ways
from mppmon.i18n import speech
from mppmon.mall.principal import Role

_DAY = timedelta(days=1)


def key(day: date, person: str, channel: str) -> str:
    """Return the key of one test message: a restart on the same day repeats none."""
    return key_of_many(("canary", day.isoformat(), f"{person}\x1f{channel}"))


def send(turn: Turn, day: date) -> None:
    """Place today's test messages into the outbox; those that are there already are left alone."""
    world = turn.world
    speak = speech(world.loaded.mall.site.timezone)
    for person in called(world.loaded, day):
        for channel, address in ways(world, person):
            message = canary(turn.now, speech=speak(person.language))
            name = key(day, person.id, channel)
            kind = NoticeKind.CANARY
            notification = Notification(
                name, "", None, person.id, channel, address, kind, message, urgent=False, created_at=turn.now
            )
            put(turn, notification)


def called(loaded: Loaded, day: date) -> Iterator[Person]:
    """Yield who may be called on this day: on duty at some time of it, a policy's fallback, an administrator."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(loaded.mall.site.timezone))
    duty = {who for one in loaded.rotations.values() for _, _, who in shifts(one, midnight, midnight + _DAY)}
    fallback = {who for one in loaded.policies.values() for who in one.fallback}
    for person in loaded.people.values():
        if person.id in duty | fallback or person.role == Role.ADMINISTRATOR:
            yield person
