"""How fast one person is told: the first message at once, a storm as one summary; what a channel does not take within a
minute goes out by the person's next one as well.

A storm's summary waits until the storm has settled, so that it names all of it. What waits is in the outbox already,
with a later time from which it may be sent in any case: no crash and no slow turn loses it, or sends it beside its
summary.
"""

from dataclasses import replace
from datetime import timedelta

from alerts.channels.base import Reason
from alerts.message import key_elsewhere, key_of_many
from alerts.model import Incident, IncidentStatus, NoticeKind, Notification
from alerts.notices import summary
from mppmon.engine.turn import Turn
from mppmon.engine.ways import ways
from mppmon.engine.world import Window
from mppmon.i18n import speech

ELSEWHERE = timedelta(seconds=60)
"""Unsent for this long, a page takes the person's next channel too."""

_STORM = timedelta(seconds=30)
"""From one summary to the next while a storm lasts."""

_CALM = timedelta(seconds=5)
"""A storm has settled when nothing more came for this long."""

_LONGEST = timedelta(seconds=45)
"""A storm that does not settle is summed up all the same."""

_AT_LAST = timedelta(seconds=120)
"""What is held is sent after this long whatever becomes of its window: above what a window and a slow turn can take."""

_PACED = frozenset({NoticeKind.PAGE, NoticeKind.RESOLVED})


def place(turn: Turn, notification: Notification, incident: Incident) -> None:
    """Put a message into the outbox, to be sent at once, or after the window its reader has just been told in."""
    world, now = turn.world, turn.now
    pace = timedelta(seconds=world.loaded.settings.pace_seconds)
    if notification.kind in _PACED and pace:
        window = world.windows.get((notification.recipient, notification.kind))
        if window is None:
            world.windows[notification.recipient, notification.kind] = Window(now, now + pace, now)
        else:
            notification = replace(notification, not_before=now + _AT_LAST)
            window.held.append((notification, incident))
            window.newest = now
    put(turn, notification)


def pace(turn: Turn) -> None:
    """Close the windows that are over, and take another way with pages no channel has taken for too long."""
    world = turn.world
    for key, window in list(world.windows.items()):
        if window.end > turn.now:
            continue
        held = [(one, incident) for one, incident in window.held if one.key in world.unsent]
        if len(held) > 1 and turn.now - window.newest < _CALM and turn.now - window.begun < _LONGEST:
            window.end = window.newest + _CALM
        elif len(held) > 1:
            _summarise(turn, held)
            world.windows[key] = Window(turn.now, turn.now + _STORM, turn.now)
        else:
            for one, _ in held:
                _let_go(turn, one)
            del world.windows[key]
    for notification in list(world.unsent.values()):
        due = notification.not_before or notification.created_at
        if notification.kind is NoticeKind.PAGE and turn.now - due >= ELSEWHERE:
            _hurry(turn, notification)


def gather(turn: Turn) -> None:
    """Take up after a start what was held before it: it is let go, or summed up, as soon as nothing more comes."""
    world = turn.world
    for one in list(world.unsent.values()):
        if one.not_before is None or one.not_before <= turn.now:
            continue
        incident = world.incidents.get(one.incident)
        if incident is None:
            _let_go(turn, one)
            continue
        window = Window(turn.now, turn.now, turn.now)
        world.windows.setdefault((one.recipient, one.kind), window).held.append((one, incident))


def _let_go(turn: Turn, held: Notification) -> None:
    """Send at once what was held."""
    turn.batch.due.append((held.key, turn.now))
    if held.key in turn.world.unsent:
        turn.world.unsent[held.key] = replace(held, not_before=turn.now)


def delivered(turn: Turn, key: str) -> None:
    """Hear that a message was taken: the same one need not go out by another channel any more."""
    sent = turn.world.unsent.pop(key, None)
    turn.world.hurried.discard(key)
    if sent is None:
        return
    for other in list(turn.world.unsent.values()):
        same = (other.page, other.recipient, other.message) == (sent.page, sent.recipient, sent.message)
        if same and other.page is not None:
            end(turn, other, Reason.ELSEWHERE)


def locked_out(turn: Turn, key: str) -> None:
    """Hear that a channel takes nothing until somebody mends it: a page takes the person's next channel too."""
    notification = turn.world.unsent.get(key)
    if notification is not None and notification.kind is NoticeKind.PAGE:
        _hurry(turn, notification)


def end(turn: Turn, notification: Notification, reason: Reason) -> None:
    """Take a message back that is not to be sent any more."""
    turn.world.unsent.pop(notification.key, None)
    turn.world.hurried.discard(notification.key)
    turn.batch.refused.append((notification.key, turn.now, reason.value))


def take_back(turn: Turn, incident: str) -> frozenset[str]:
    """Take back what is held of a fault that is over; return who was therefore never told of it."""
    never: set[str] = set()
    for one in list(turn.world.unsent.values()):
        held = one.not_before is not None and one.not_before > turn.now
        if held and one.kind is NoticeKind.PAGE and one.incident == incident:
            end(turn, one, Reason.OVER)
            never.add(one.recipient)
    return frozenset(never)


def put(turn: Turn, notification: Notification) -> None:
    """Place a message into the outbox, to be sent as it says, and follow what becomes of it."""
    turn.batch.notifications.append(notification)
    if notification.kind in _PACED:
        turn.world.unsent[notification.key] = notification


def _summarise(turn: Turn, held: list[tuple[Notification, Incident]]) -> None:
    """Replace what is held by one message."""
    world = turn.world
    for one, _ in held:
        end(turn, one, Reason.SUMMARISED)
    first = held[0][0]
    about = list({incident.id: world.incidents.get(incident.id, incident) for _, incident in held}.values())
    person = world.loaded.people.get(first.recipient)
    speak = speech(world.loaded.mall.site.timezone)(person.language if person else "id")
    message = summary(first.kind, about, speech=speak)
    key = key_of_many([one.key for one, _ in held])
    incidents = tuple(incident.id for incident in about)
    put(
        turn,
        replace(first, key=key, message=message, created_at=turn.now, not_before=None, page=None, about=incidents),
    )


def _hurry(turn: Turn, notification: Notification) -> None:
    world = turn.world
    incident = world.incidents.get(notification.incident)
    if notification.key in world.hurried or incident is None or incident.status is not IncidentStatus.OPEN:
        return
    world.hurried.add(notification.key)
    person = world.loaded.people.get(notification.recipient)
    tried = (*notification.tried, notification.channel)
    left = [one for one in (ways(world, person) if person else []) if one[0] not in tried]
    if left:
        channel, address = left[0]
        key = key_elsewhere(notification.key, channel)
        put(
            turn,
            replace(
                notification,
                key=key,
                channel=channel,
                address=address,
                created_at=turn.now,
                not_before=None,
                tried=tried,
            ),
        )
