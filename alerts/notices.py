"""What is said beside single incidents: many of them at once, and about ourselves. Pure."""

from collections.abc import Sequence
from datetime import datetime

from alerts import phrases
from alerts.model import Action, Incident, Message, NoticeKind
from alerts.phrases import LOCK_SCREEN, Speech

_INTERRUPTED, _LIMITED, _RESOLVED, _OURSELVES = "🔴", "🟡", "✅", "⚪"
_LISTED = 6  # incidents a summary names: what fits one phone screen


def summary(kind: NoticeKind, incidents: Sequence[Incident], *, speech: Speech) -> Message:
    """Return one message instead of many: how many faults, the gravest by name, how to learn of the others. Of faults
    that are over (`kind` RESOLVED): how many, and which.

    ValueError for none.
    """
    if not incidents:
        raise ValueError("summary: found no incident, expected at least one")
    ordered = sorted(incidents, key=_gravity)
    if kind is NoticeKind.RESOLVED:
        return _over(ordered, speech)
    hit = [one for incident in ordered for one in phrases.gravest(incident.facts.stopped)]
    hit = [one for one in hit if one.interrupted and not one.closed]
    count = len(ordered)
    said = speech.plural("{count} new fault", "{count} new faults", count).format(count=count)
    stopped = len({(one.agency, one.service) for one in hit})
    if stopped:
        lost = speech.plural("{count} service STOPPED", "{count} services STOPPED", stopped).format(count=stopped)
        first = f"{_INTERRUPTED} {lost} · {said}"
    else:
        first = f"{_LIMITED} {said}"
    lines = [first, *(_line(one, speech) for one in ordered[:_LISTED])]
    if count > _LISTED:
        rest = count - _LISTED
        lines.append(speech.plural("and {count} other fault", "and {count} other faults", rest).format(count=rest))
    lines.append(speech._("Reply for example: /ack {number}").format(number=ordered[0].number))
    details = Action("details", speech._("Details of #{number}").format(number=ordered[0].number), ordered[0].number)
    return Message(first, tuple(lines), (details,))


def _over(incidents: Sequence[Incident], speech: Speech) -> Message:
    count = len(incidents)
    first = f"{_RESOLVED} " + speech.plural("{count} fault resolved", "{count} faults resolved", count).format(
        count=count
    )
    lines = [first, *(_line(one, speech) for one in incidents[:_LISTED])]
    if count > _LISTED:
        rest = count - _LISTED
        lines.append(speech.plural("and {count} other fault", "and {count} other faults", rest).format(count=rest))
    return Message(first, tuple(lines))


def canary(now: datetime, *, speech: Speech) -> Message:
    """Return the daily test message: one quiet line."""
    said = speech._("mppmon daily test {date}, {time}: messages about faults will reach you by this channel.")
    line = f"{_RESOLVED} {said.format(date=speech.date(now), time=speech.time(now))}"
    return Message(line, (line,))


def not_durable(  # one argument per part of the message
    since: datetime, reason: str, waiting: Sequence[Incident], *, gone: bool = False, speech: Speech, now: datetime
) -> Message:
    """Return the one message that goes out past the database while that refuses: what is wrong, what has not been told.

    `reason`: what the database says, free of secrets. `gone`: its file was taken away.
    """
    first = f"{_OURSELVES} " + speech._("Monitoring cannot save: since {time}").format(
        time=phrases.when(since, now, speech)
    )
    lines = [first, speech._("Cause: {reason}").format(reason=reason)]
    if waiting:
        count = len(waiting)
        text = speech.plural("{count} fault has not been told:", "{count} faults have not been told:", count)
        lines.append(text.format(count=count))
        lines.extend(_line(one, speech) for one in sorted(waiting, key=_gravity)[:_LISTED])
    if gone:
        lines.append(speech._("First step: put the database file back; else monitoring starts anew without it"))
    else:
        room = speech._("First step: make room on the disk of the monitoring server, then nothing else is needed")
        lines.append(room)
    lines.append(speech._("This message itself is not saved; it may come again after a restart"))
    return Message(first, tuple(lines))


def _line(incident: Incident, speech: Speech) -> str:
    """Return `#1042 Cetak KTP-el · Loket A3: kartu macet`, for a fault that stops nothing its device."""
    facts = incident.facts
    hit = phrases.gravest(facts.stopped)
    what = facts.what.of(speech.language)
    if not hit:
        return f"#{incident.number} {phrases.symptom(facts, speech)}"
    named = f"{phrases.services(hit, speech)} · {phrases.places(hit, speech, room=LOCK_SCREEN)}"
    return f"#{incident.number} {named}: {what}"


def _gravity(incident: Incident) -> tuple[int, float, int]:
    stopped = [one for one in incident.facts.stopped if one.interrupted]
    return (-len(stopped), -sum(one.citizens_per_hour for one in stopped), incident.number)
