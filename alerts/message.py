"""What is said to whom: the service first, in one phone screen (DESIGN section 5, promise 14). Pure.

Texts are plain: no channel may read markup in them, so nothing a device or a person named can become markup.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from alerts import phrases
from alerts.model import Action, Facts, Incident, IncidentStatus, Message, NoticeKind
from alerts.phrases import LOCK_SCREEN, Speech
from alerts.words import fill

__all__ = ["Speech", "fill", "key", "render", "shorten"]

_KEYS = UUID("6f2d7f2c-5a0b-5c55-9d0e-3b8f5f3f7a10")  # name space of notification keys; never to change
_INTERRUPTED, _LIMITED, _RESOLVED, _BLIND = "🔴", "🟡", "✅", "⚪"
_ELLIPSIS = "…"
_DETAILED = 8  # services that DETAILS lists
_BELIEVED = timedelta(days=1)
"""A fault that began by an unsure clock and seems to have lasted longer began by another clock than it ended by."""


def key(page: str, step: int, recipient: str, channel: str, kind: NoticeKind, sequence: int) -> str:
    """Return the key of a notification: the same over crashes and repeats, different for everything else."""
    return str(uuid5(_KEYS, "\x1f".join((page, str(step), recipient, channel, kind, str(sequence)))))


def key_elsewhere(refused: str, channel: str) -> str:
    """Return the key under which a refused notification goes out by another channel of the same person."""
    return str(uuid5(_KEYS, f"{refused}\x1f{channel}"))


def key_of_many(keys: Iterable[str]) -> str:
    """Return the key of the one message that replaces these."""
    return str(uuid5(_KEYS, "\x1e".join(sorted(keys))))


def render(
    kind: NoticeKind,
    incident: Incident,
    *,
    speech: Speech,
    public_url: str | None = None,
    by: str | None = None,
    now: datetime,
) -> Message:
    """Return the message of an incident to one reader. `by`: the name of who acknowledged it."""
    lines, verbs = _compose(kind, incident, speech, by or incident.acknowledged_by or "", now)
    if public_url and kind not in {NoticeKind.RESOLVED, NoticeKind.WITHDRAWN, NoticeKind.MERGED}:
        lines.append(f"{public_url.rstrip('/')}/incidents/{incident.number}")
    labels = {"ack": speech._("I'll take it"), "escalate": speech._("Escalate"), "details": speech._("Details")}
    subject = f"{lines[0]} · #{incident.number}"
    actions = tuple(Action(verb, labels[verb], incident.number) for verb in verbs)
    return Message(subject, tuple(lines), actions)


def _compose(
    kind: NoticeKind, incident: Incident, speech: Speech, who: str, now: datetime
) -> tuple[list[str], tuple[str, ...]]:
    if kind is NoticeKind.RESOLVED:
        return [_resolved(incident, speech, now), *_left(incident.facts, speech)], ()
    if kind in {NoticeKind.WITHDRAWN, NoticeKind.MERGED}:
        return [_closed(incident, speech)], ()
    if kind is NoticeKind.ACKNOWLEDGED:
        return [_taken(incident, speech, who), _number(incident, speech)], ("details",)
    if kind is NoticeKind.DETAILS:
        return _details(incident, speech, who, now), _open_verbs(incident)
    if kind is NoticeKind.NOTICE:
        facts = incident.facts
        return [f"{_BLIND} {phrases.fault(facts, speech)}", *_first_step(facts, speech)], ()
    return _page(incident, speech, now), ("ack", "escalate", "details")


def addressed(message: Message, name: str, *, speech: Speech) -> Message:
    """Return a message for a chat that several people read, saying whom it calls."""
    called = speech._("For: {name}").format(name=name)
    return replace(message, lines=(*message.lines[:-1], called, *message.lines[-1:]))


def shorten(message: Message, limit: int) -> Message:
    """Return the message within `limit` characters, never refused: its first line stays, the middle gives way.

    The last line (the incident's number, or the link) is kept whenever it fits beside the first.
    """
    if len(message.text) <= limit:
        return message
    first, *middle, last = message.lines if len(message.lines) > 1 else (*message.lines, "")
    if not last or len(first) + len(last) + 1 > limit:
        return replace(message, lines=(_cut(first, limit),))
    room = limit - len(first) - len(last) - 2
    body = _cut("\n".join(middle), room) if room > 0 else ""
    return replace(message, lines=(first, *(body.split("\n") if body else ()), last))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + _ELLIPSIS[:limit]


def _page(incident: Incident, speech: Speech, now: datetime) -> list[str]:
    facts = incident.facts
    since = phrases.when(facts.since, now, speech)
    if facts.blind:
        cut = speech._("Monitoring cut: {what} since {time}. The condition of online services is not known.")
        headline = f"{_BLIND} {cut.format(what=facts.what.of(speech.language), time=since)}"
        return [headline, *phrases.party(facts, speech), *_first_step(facts, speech), _number(incident, speech)]
    if facts.stopped:
        lines = [_headline(facts, speech), phrases.fault(facts, speech)]
    else:
        where = f" ({facts.where})" if facts.where else ""
        quiet = speech._("No service has stopped so far")
        lines = [f"{_LIMITED} {phrases.symptom(facts, speech)}", f"{quiet}{where}"]
    return [
        *lines,
        _since(incident, since, speech),
        *phrases.party(facts, speech),
        *_impact(facts, speech),
        *_children(facts, speech),
        *_first_step(facts, speech),
        _number(incident, speech),
    ]


def _headline(facts: Facts, speech: Speech) -> str:
    hit = phrases.gravest(facts.stopped)
    hit = [one for one in hit if not one.closed] or hit
    hit = [one for one in hit if one.interrupted] or hit
    named = phrases.services(hit, speech)
    if phrases.nobody_waits(hit):
        text = _LIMITED + " " + speech._("{services} affected (closed now)").format(services=named)
    elif hit[0].interrupted:
        text = _INTERRUPTED + " " + speech._("{services} STOPPED").format(services=named)
    else:
        text = _LIMITED + " " + speech._("{services} LIMITED").format(services=named)
    there = phrases.places(hit, speech, room=LOCK_SCREEN - len(text) - 3)
    placed = f"{text} · {there}"
    several = len({(one.agency, one.service) for one in hit}) > 1
    return text if several and len(placed) > LOCK_SCREEN else placed


def _subject(facts: Facts, speech: Speech) -> str:
    """Say what it is about in a sentence of its own: `Cetak KTP-el, Loket A3`; at its end what of it is restored, or
    the device when nothing of it is.
    """
    left = {(one.agency, one.service, one.place) for one in facts.left}
    stopped = [one for one in facts.stopped if (one.agency, one.service, one.place) not in left]
    if not stopped:
        return f"{facts.device} ({facts.where})" if facts.where else facts.device
    hit = phrases.gravest(stopped)
    what = phrases.services(hit, speech)
    there = list(dict.fromkeys(one.place for one in hit))
    return f"{what}, {there[0]}" if len(there) == 1 else what


def _resolved(incident: Incident, speech: Speech, now: datetime) -> str:
    at = incident.mended_at or now
    facts = incident.facts
    lasted = _lasted(facts, at, speech)
    time = phrases.when(at, now, speech)
    if facts.blind:
        text = speech._("Monitoring restored: {time}")
        return f"{_RESOLVED} {text.format(time=time)}{lasted}"
    text = speech._("Resolved: {subject} · {time}")
    return f"{_RESOLVED} {text.format(subject=_subject(facts, speech), time=time)}{lasted}"


def _lasted(facts: Facts, end: datetime, speech: Speech) -> str:
    """Return ` (19 minutes)`; nothing where the clock was set meanwhile: nothing has failed since 1970."""
    lasted = end - facts.since
    if facts.unsure_time and lasted > _BELIEVED:
        return ""
    return f" ({phrases.duration(lasted, speech)})"


def _left(facts: Facts, speech: Speech) -> list[str]:
    """Say what citizens still wait for though this cause of it is mended."""
    hit = phrases.gravest(one for one in facts.left if not one.closed)
    if not hit:
        return []
    named = f"{phrases.services(hit, speech)} · {phrases.places(hit, speech, room=LOCK_SCREEN)}"
    return [speech._("Not restored yet: {services}").format(services=named)]


def _closed(incident: Incident, speech: Speech) -> str:
    """Say why it is closed though it was not mended: it goes on in another one, or nobody watches it any more."""
    if incident.merged_into is not None:
        text = speech._("Incident #{number} merged into incident #{into}: {subject}")
    else:
        text = speech._("Incident #{number} closed: {subject} is not watched any more (settings were changed)")
    subject = _subject(incident.facts, speech)
    return f"{_BLIND} {text.format(number=incident.number, into=incident.merged_into, subject=subject)}"


def _taken(incident: Incident, speech: Speech, who: str) -> str:
    facts = incident.facts
    grave = any(one.interrupted and not one.closed for one in facts.stopped)
    icon = _BLIND if facts.blind else _INTERRUPTED if grave else _LIMITED
    subject = facts.what.of(speech.language) if facts.blind else _subject(facts, speech)
    return icon + " " + speech._("{who} is on it: {subject}").format(who=who, subject=subject)


def _details(incident: Incident, speech: Speech, who: str, now: datetime) -> list[str]:
    facts = incident.facts
    end = incident.mended_at or now
    lines = [
        f"{_number(incident, speech)} · {_status(incident, speech, who, now)}",
        speech._("Root cause: {fault}").format(fault=phrases.fault(facts, speech)),
        _since(incident, phrases.when(facts.since, now, speech) + _lasted(facts, end, speech), speech),
        *phrases.party(facts, speech),
    ]
    groups = phrases.by_service(phrases.gravest(facts.stopped))
    for hit in groups[:_DETAILED]:
        icon = _INTERRUPTED if hit[0].interrupted else _LIMITED
        name = f"{icon} {hit[0].service} · {phrases.places(hit, speech, room=LOCK_SCREEN)}"
        said = [phrases.citizens(hit, speech), phrases.redirect(hit, speech, name=False)]
        lines.append(f"{name}: {'; '.join(part for part in said if part)}")
    rest = len(groups) - _DETAILED
    if rest > 0:
        text = speech.plural("and {count} other service", "and {count} other services", rest)
        lines.append(text.format(count=rest))
    return [*lines, *_children(facts, speech), *_first_step(facts, speech), *_notes(incident, speech, now)]


def _notes(incident: Incident, speech: Speech, now: datetime) -> list[str]:
    said = speech._("Note ({who}, {time}): {text}")
    times = [(one, phrases.when(one.at, now, speech)) for one in incident.notes]
    return [said.format(who=one.who, time=time, text=one.text) for one, time in times]


def _status(incident: Incident, speech: Speech, who: str, now: datetime) -> str:
    if incident.mended_at is not None:
        return speech._("resolved {time}").format(time=phrases.when(incident.mended_at, now, speech))
    if incident.acknowledged_at is not None:
        at = phrases.when(incident.acknowledged_at, now, speech)
        return speech._("{who} is on it since {time}").format(who=who, time=at)
    return speech._("nobody is on it yet")


def _open_verbs(incident: Incident) -> tuple[str, ...]:
    if incident.status is IncidentStatus.OPEN:
        return ("ack", "escalate")
    return ("escalate",) if incident.status is IncidentStatus.ACKNOWLEDGED else ()


def _since(incident: Incident, since: str, speech: Speech) -> str:
    facts = incident.facts
    if facts.silent_since is not None:
        silent = phrases.when(facts.silent_since, facts.since, speech)
        said = speech._("Nothing has been sent since {time}").format(time=silent)
    elif facts.checked <= 0:
        said = speech._("Since {time}").format(time=since)
    else:
        text = speech._("Since {time}, checked {count}×")  # noqa: RUF001  # the sign for times
        said = text.format(time=since, count=facts.checked)
    if facts.unsure_time:
        said = f"{said} ({speech._('the server clock is not certain')})"
    if incident.times == 1:
        return said
    return f"{said}; {speech._('it keeps coming back, time {count}').format(count=incident.times)}"


def _impact(facts: Facts, speech: Speech) -> list[str]:
    hit = phrases.gravest(facts.stopped)
    if not hit:
        return []
    if phrases.nobody_waits(hit):
        return [speech._("Impact: {impact}").format(impact=speech._("outside service hours, no citizens are waiting"))]
    hit = [one for one in hit if not one.closed]
    stopped = [one for one in hit if one.interrupted]
    if stopped:
        several = len(stopped) > 1
        said = [phrases.citizens(stopped, speech), phrases.redirect(stopped, speech, name=several)]
    else:
        said = [speech._("still served, with limits"), phrases.citizens(hit, speech)]
    text = "; ".join(part for part in said if part)
    return [speech._("Impact: {impact}").format(impact=text)] if text else []


def _children(facts: Facts, speech: Speech) -> list[str]:
    count = len(facts.children)
    if not count:
        return []
    text = speech.plural("Also affected: {count} device ({names})", "Also affected: {count} devices ({names})", count)
    return [text.format(count=count, names=phrases.names(facts.children, speech))]


def _first_step(facts: Facts, speech: Speech) -> list[str]:
    step = facts.first_step.of(speech.language)
    return [speech._("First step: {step}").format(step=step)] if step else []


def _number(incident: Incident, speech: Speech) -> str:
    return speech._("Incident #{number}").format(number=incident.number)
