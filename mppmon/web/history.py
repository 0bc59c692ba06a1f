"""Everything that is known of one incident, in the order in which it happened, as this reader may see it.

Read from the database only, so that it is the same after its end and while the daemon is off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.model import Alert, Incident
from alerts.timeline import Event, EventKind
from alerts.words import fill
from mppmon.config import Loaded
from mppmon.mall.model import Delivery, Mall, State, Transition, delivery_subject
from mppmon.mall.principal import Principal
from mppmon.mall.topology import below
from mppmon.store import Store, Told

_BEFORE = timedelta(seconds=15)
"""What hangs below a cause may have failed its own probes first."""

_AFTER = timedelta(minutes=1)
"""What hangs below is asked again after the cause is well."""

_WELL = frozenset({State.UP.value, Delivery.DELIVERED.value})

_ORDER = {"state": 0, "service": 0, "below": 0, "alert-firing": 1, "alert-resolved": 1, "notification": 3}
"""Of one instant: first what was seen, then what follows from it, then who was told."""

_NUMBERED = {
    EventKind.MERGED: "number",
    EventKind.JOINED: "number",
    EventKind.RETURNED: "count",
    EventKind.REOPENED: "count",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline. `detail` is plain JSON; `mppmon.web.history_words` makes a sentence of it."""

    at: datetime
    kind: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """An incident with all that happened to it, oldest first."""

    incident: Incident
    entries: tuple[Entry, ...]


def history(store: Store, who: Principal, number: int, loaded: Loaded, *, now: datetime) -> History | None:
    """Return the history of incident `#number`; None when there is none that this reader may see.

    `loaded`: names of what is in the present configuration; of what is not, the ids.
    """
    incident = store.incident(who, number, mall=loaded.mall)
    if incident is None:
        return None
    found: list[Entry] = []
    for one in store.timeline(who, incident.id):
        if isinstance(one, Event):
            found.append(_event(one, loaded))
        elif isinstance(one, Alert):
            found.extend(_alert(one, loaded))
        elif isinstance(one, Told):
            found.append(_told(one, loaded))
    found.extend(_states(store, who, incident, loaded.mall, now=now))
    return History(incident, tuple(sorted(found, key=lambda one: (one.at, _ORDER.get(one.kind, 2)))))


def _event(one: Event, loaded: Loaded) -> Entry:
    detail: dict[str, object] = {"by": one.who, "name": _name(loaded, one.who)} if one.who else {}
    if one.kind in _NUMBERED:
        detail[_NUMBERED[one.kind]] = int(one.text)
    elif one.kind is EventKind.SILENCED:
        until, _, reason = one.text.partition(" ")
        detail |= {"until": until, "reason": reason}
    elif one.text:
        detail["text"] = one.text
    return Entry(one.at, one.kind.value, detail)


def _alert(one: Alert, loaded: Loaded) -> Iterator[Entry]:
    rule = next((rule for rule in loaded.rules if rule.name == one.key.rule), None)
    device = loaded.mall.devices.get(one.key.subject)
    what = fill(rule.summary, one.key.labels, one.value, kind=device.kind) if rule and device else None
    detail: dict[str, object] = {
        "rule": one.key.rule,
        "device": one.key.subject,
        "device_name": device.name if device else one.key.subject,
        "what": {"id": what.id, "en": what.en} if what else {"id": one.key.rule, "en": one.key.rule},
    }
    if one.fired_at is not None:
        yield Entry(one.fired_at, "alert-firing", detail)
    if one.resolved_at is not None:
        yield Entry(one.resolved_at, "alert-resolved", detail)


def _told(one: Told, loaded: Loaded) -> Entry:
    detail: dict[str, object] = {
        "about": one.kind.value,
        "status": one.status,
        "attempts": one.attempts,
        "finished_at": one.finished_at.isoformat() if one.finished_at else None,
    }
    if one.recipient:
        name = _name(loaded, one.recipient)
        detail |= {"to": one.recipient, "name": name, "channel": one.channel, "reason": one.reason}
    return Entry(one.at, "notification", detail)


def _states(store: Store, who: Principal, incident: Incident, mall: Mall, *, now: datetime) -> Iterator[Entry]:
    """Yield what its cause, the services it stopped and (summed up) what hangs below became meanwhile."""
    since = min(incident.opened_at, incident.facts.since)
    start, end = since - _BEFORE, (incident.closed_at or now) + _AFTER
    root = incident.root if incident.root in mall.devices else None
    services = {
        delivery_subject(offer.service, counter.id): (mall.services[offer.service].name, counter.name)
        for counter in mall.counters.values()
        for offer in counter.offers
        if any(
            (stop.agency, stop.service, stop.place)
            == (mall.services[offer.service].agency, mall.services[offer.service].name, counter.name)
            for stop in incident.facts.stopped
        )
    }
    children = {f"{child}/reach" for child in below(mall, root)} if root else set()
    own = {f"{root}/reach", f"{root}/function"} if root else set()
    wanted = own | children | services.keys()
    ranks: dict[str, list[Transition]] = {}
    for one in store.transitions(who, start=start, end=end, subjects=wanted) if wanted else ():
        if one.at < since and one.new in _WELL:
            continue
        if one.subject in own:
            device, _, what = one.subject.partition("/")
            name = mall.devices[device].name
            yield Entry(one.at, "state", _change(one) | {"device": device, "device_name": name, "of": what})
        elif one.subject in services:
            service, counter = services[one.subject]
            yield Entry(one.at, "service", _change(one) | {"service_name": service, "counter_name": counter})
        else:
            ranks.setdefault(one.new, []).append(one)
    for state, many in ranks.items():
        count = len({one.subject for one in many})
        yield Entry(many[0].at, "below", {"new": state, "count": count, "last_at": many[-1].at.isoformat()})


def _change(one: Transition) -> dict[str, object]:
    return {"subject": one.subject, "old": one.old, "new": one.new, "cause": one.cause}


def _name(loaded: Loaded, person: str) -> str:
    known = loaded.people.get(person)
    return known.name if known is not None else person
