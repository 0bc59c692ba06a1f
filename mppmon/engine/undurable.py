"""While the database refuses: one message past it to who can mend that, saying what has not been told."""

from datetime import datetime, timedelta

from alerts.message import key_of_many
from alerts.model import NoticeKind, Notification
from alerts.notices import not_durable
from mppmon.engine.turn import Turn
from mppmon.engine.ways import administrators, ways
from mppmon.i18n import speech
from mppmon.store import StoreError
from mppmon.store.errors import DatabaseGone

PATIENCE = timedelta(seconds=30)
"""How long the database may refuse before somebody is told."""


def notices(turn: Turn, *, since: datetime, error: StoreError) -> list[Notification]:
    """Return the message to each administrator (where none can be told: to the policy's fallback)."""
    world = turn.world
    unsaved = {one.incident for one in turn.batch.notifications if one.kind is NoticeKind.PAGE}
    waiting = [one for one in world.open_incidents() if one.id in unsaved]
    speak = speech(world.loaded.mall.site.timezone)
    found = []
    for person in administrators(world):
        channel, address = ways(world, person)[0]
        gone = isinstance(error, DatabaseGone)
        message = not_durable(since, str(error), waiting, gone=gone, speech=speak(person.language), now=turn.now)
        key = key_of_many(("not-durable", since.isoformat(), person.id))
        found.append(
            Notification(
                key, "", None, person.id, channel, address, NoticeKind.NOTICE, message, urgent=True, created_at=turn.now
            )
        )
    return found
