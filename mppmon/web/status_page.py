"""What the status page says, worded for one reader: headline, incidents, counters by place, faults, who is on duty."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from alerts.message import render
from alerts.model import Alert, Incident, NoticeKind
from alerts.phrases import when
from mppmon.config.maintenance import covered
from mppmon.engine.snapshot import Snapshot
from mppmon.i18n import Speech
from mppmon.mall.impact import Verdict
from mppmon.mall.model import Counter, Delivered, Delivery, Device, State, delivery_subject
from mppmon.mall.principal import MALL, Principal
from mppmon.web.views import cause_seen, incidents_of, listed, what_of

_GRAVITY = {Delivery.INTERRUPTED: 0, Delivery.DEGRADED: 1, Delivery.UNKNOWN: 2, Delivery.DELIVERED: 3}
_CLOSED = "closed"
"""State of a service outside its hours: whatever its equipment does, nobody is kept waiting."""

MAX_LISTED = 50
"""Incidents, and devices, that are listed; of the others only the number, for no phone shows them all."""


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service at a counter. `state` is a css class, `word` what people read; `agency`: where not the counter's."""

    id: str
    name: str
    agency: str
    state: str
    word: str
    detail: str


@dataclass(frozen=True, slots=True)
class CounterCard:
    """A counter with its services; `state` is its worst."""

    name: str
    agency: str
    state: str
    services: tuple[ServiceLine, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A floor or hall; `tally`: how many of its counters deliver everything, in words."""

    name: str
    tally: str
    counters: tuple[CounterCard, ...]


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """An open incident, in the words of the message. `by`: who took it on, empty while nobody has."""

    id: str
    number: int
    head: str
    lines: tuple[str, ...]
    urgent: bool
    by: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A device that does not function. `where`: its place, or the PC that it hangs on."""

    id: str
    name: str
    where: str
    word: str
    since: str


@dataclass(frozen=True, slots=True)
class Page:
    """All of it. `more_incidents`, `more_faults`: how many are not listed."""

    headline: str
    state: str
    time: str
    blind: bool
    tally: tuple[tuple[str, str, int], ...]
    incidents: tuple[IncidentCard, ...]
    more_incidents: int
    places: tuple[Place, ...]
    faults: tuple[Fault, ...]
    more_faults: int
    duty: tuple[tuple[str, str], ...]
    listed: tuple[Fault, ...] = ()
    rejected: str = ""
    clock: str = ""
    maintenance: tuple[str, ...] = ()


def page_of(snapshot: Snapshot, who: Principal, speak: Speech) -> Page:
    """Return what this reader may see of a snapshot, in words."""
    mall = snapshot.loaded.mall
    seen = [key for key in snapshot.deliveries if who.sees(mall.services[key[0]].agency)]
    by_state = {
        state: [key for key in seen if key not in snapshot.closed and snapshot.deliveries[key].delivery is state]
        for state in Delivery
    }
    closed = sum(key in snapshot.closed for key in seen)
    headline, state = _headline(by_state, speak, closed=closed)
    words = delivery_words(speak)
    tally = [(one.value, words[one], len(by_state[one])) for one in Delivery]
    incidents = incidents_of(snapshot, who)
    broken = [one for one in mall.devices.values() if _broken(one, snapshot, who)]
    return Page(
        headline=headline,
        state=state,
        time=speak.time(snapshot.at),
        blind=snapshot.line_cut,
        tally=(*tally, (_CLOSED, speak._("closed"), closed)) if closed else tuple(tally),
        incidents=tuple(_incident(one, snapshot, speak) for one in incidents[:MAX_LISTED]),
        more_incidents=len(incidents[MAX_LISTED:]),
        places=_places(snapshot, seen, who, speak),
        faults=tuple(_fault(one, snapshot, who, speak) for one in broken[:MAX_LISTED]),
        more_faults=len(broken[MAX_LISTED:]),
        duty=_duty(snapshot, speak) if who.sees_all else (),
        rejected=_rejected(snapshot.rejected, speak) if who.sees_all else "",
        clock=speak._("The server clock is not certain: times may be wrong") if snapshot.clock_unsure else "",
        maintenance=_maintenance(snapshot, who, speak),
        listed=tuple(_listed(one, snapshot, speak) for one in listed(snapshot, who)[:MAX_LISTED]),
    )


def _maintenance(snapshot: Snapshot, who: Principal, speak: Speech) -> tuple[str, ...]:
    """Say which maintenance is under way; an agency reads until when its own devices are worked on, and no names."""
    found = []
    mall = snapshot.loaded.mall
    for one in snapshot.covering:
        if not one.planned:
            continue
        until = when(one.end, snapshot.at, speak)
        if who.sees_all:
            found.append(speak._("maintenance: {name}, until {time}").format(name=one.name, time=until))
        elif any(who.sees(mall.devices[device].agency) for device in covered(one, mall)):
            found.append(speak._("maintenance of your equipment, until {time}").format(time=until))
    return tuple(dict.fromkeys(found))


def _rejected(problems: int, speak: Speech) -> str:
    """Say that the files were changed to something that is not in use."""
    if not problems:
        return ""
    text = speak.plural(
        "The changed settings have {count} mistake; the old ones stay in use. See: mppmon check-config",
        "The changed settings have {count} mistakes; the old ones stay in use. See: mppmon check-config",
        problems,
    )
    return text.format(count=problems)


def visible(snapshot: Snapshot, who: Principal, ids: Iterable[str]) -> frozenset[str]:
    """Return those of the changed ids that this reader may know of: devices, `service@counter`, open incidents."""
    if who.sees_all:
        return frozenset(ids)
    mall = snapshot.loaded.mall
    own = {one.id for one in mall.devices.values() if who.sees(one.agency)}
    own |= {delivery_subject(*key) for key in snapshot.deliveries if who.sees(mall.services[key[0]].agency)}
    own |= {one.id for one in incidents_of(snapshot, who)}
    return frozenset(own.intersection(ids))


def delivery_words(speak: Speech) -> dict[Delivery, str]:
    """Return what people call the states of a service."""
    return {
        Delivery.DELIVERED: speak._("running normally"),
        Delivery.DEGRADED: speak._("limited"),
        Delivery.INTERRUPTED: speak._("stopped"),
        Delivery.UNKNOWN: speak._("not known yet"),
    }


def function_words(speak: Speech) -> dict[State, str]:
    """Return what people call the states of a device."""
    return {State.UP: speak._("working"), State.DOWN: speak._("not working"), State.UNKNOWN: speak._("not known yet")}


def _headline(by_state: Mapping[Delivery, Sequence[Delivered]], speak: Speech, *, closed: int) -> tuple[str, str]:
    """Return the worst in words and its state. Services are counted as messages count them: each once, however many
    counters give it.
    """
    for state in (Delivery.INTERRUPTED, Delivery.DEGRADED, Delivery.UNKNOWN):
        if keys := by_state[state]:
            return _counted(state, keys, speak), state.value
    if closed and not by_state[Delivery.DELIVERED]:
        return speak._("Outside service hours"), _CLOSED
    return speak._("All services are running normally"), "delivered"


def _counted(state: Delivery, keys: Sequence[Delivered], speak: Speech) -> str:
    services, counters = len({service for service, _ in keys}), len({counter for _, counter in keys})
    if state is Delivery.INTERRUPTED:
        text = speak.plural("{count} service stopped", "{count} services stopped", services)
    elif state is Delivery.DEGRADED:
        text = speak.plural("{count} service limited", "{count} services limited", services)
    else:
        text = speak.plural("{count} service not known yet", "{count} services not known yet", services)
    there = speak.plural("at {count} counter", "at {count} counters", counters).format(count=counters)
    return f"{text.format(count=services)} {there}"


def _incident(incident: Incident, snapshot: Snapshot, speak: Speech) -> IncidentCard:
    message = render(NoticeKind.PAGE, incident, speech=speak, now=snapshot.at)
    taken = incident.acknowledged_by or ""
    person = snapshot.loaded.people.get(taken)
    by = person.name if person else taken and speak._("administrator ({login})").format(login=taken)
    urgent = any(one.interrupted and not one.closed for one in incident.facts.stopped)
    return IncidentCard(incident.id, incident.number, message.lines[0], message.lines[1:], urgent, by)


def _places(snapshot: Snapshot, seen: Sequence[tuple[str, str]], who: Principal, speak: Speech) -> tuple[Place, ...]:
    at: dict[str, list[tuple[str, str]]] = {}
    for key in seen:
        at.setdefault(key[1], []).append(key)
    counters = [one for one in snapshot.loaded.mall.counters.values() if one.id in at]
    counters.sort(key=lambda one: one.place)
    return tuple(
        _place(place, [_counter(one, at[one.id], snapshot, who, speak) for one in group], speak)
        for place, group in groupby(counters, key=lambda one: one.place)
    )


def _place(name: str, cards: Sequence[CounterCard], speak: Speech) -> Place:
    if all(card.state == _CLOSED for card in cards):
        return Place(name, speak._("closed"), tuple(cards))
    well = sum(card.state == Delivery.DELIVERED for card in cards)
    tally = speak._("{well} of {all} counters running normally").format(well=well, all=len(cards))
    return Place(name, tally, tuple(cards))


def _counter(
    counter: Counter,
    keys: Sequence[tuple[str, str]],
    snapshot: Snapshot,
    who: Principal,
    speak: Speech,
) -> CounterCard:
    lines = tuple(_service(key, counter, snapshot, who, speak) for key in keys)
    served = [snapshot.deliveries[key].delivery for key in keys if key not in snapshot.closed]
    worst = min(served, key=_GRAVITY.__getitem__).value if served else _CLOSED
    agency = snapshot.loaded.mall.agencies[counter.agency].short if who.sees(counter.agency) else ""
    return CounterCard(counter.name, agency, worst, lines)


def _service(key: Delivered, counter: Counter, snapshot: Snapshot, who: Principal, speak: Speech) -> ServiceLine:
    mall, verdict = snapshot.loaded.mall, snapshot.deliveries[key]
    service = mall.services[key[0]]
    detail = ""
    if verdict.delivery is not Delivery.DELIVERED:
        since = speak._("since {time}").format(time=speak.time(snapshot.delivery_since[key]))
        detail = " · ".join(part for part in (_cause(snapshot, who, verdict, speak), since) if part)
    agency = "" if service.agency == counter.agency else mall.agencies[service.agency].short
    state, word = verdict.delivery.value, delivery_words(speak)[verdict.delivery]
    if key in snapshot.closed:
        state, word = _CLOSED, speak._("closed")
        if verdict.delivery is Delivery.INTERRUPTED:
            detail = speak._("has to be mended before opening: {what}").format(what=detail)
    return ServiceLine(delivery_subject(*key), service.name, agency, state, word, detail)


def _cause(snapshot: Snapshot, who: Principal, verdict: Verdict, speak: Speech) -> str:
    cause = cause_seen(snapshot, who, verdict)
    if isinstance(cause, Device):
        return cause.name
    if verdict.cause not in snapshot.loaded.mall.devices:
        return ""
    return speak._("the mall's equipment") if cause == MALL else speak._("another party's equipment")


def _broken(device: Device, snapshot: Snapshot, who: Principal) -> bool:
    down = snapshot.functions[device.id] is State.DOWN and device.id not in snapshot.off
    return down and who.sees(device.agency)


def _fault(device: Device, snapshot: Snapshot, who: Principal, speak: Speech) -> Fault:
    word = function_words(speak)[snapshot.functions[device.id]]
    since = speak._("since {time}").format(time=speak.time(snapshot.since[device.id]))
    host = snapshot.loaded.mall.devices.get(device.via or "")
    return Fault(device.id, device.name, host.name if host and who.sees(host.agency) else device.place, word, since)


def _listed(alert: Alert, snapshot: Snapshot, speak: Speech) -> Fault:
    device = snapshot.subject(alert)
    since = speak._("since {time}").format(time=speak.time(alert.since))
    return Fault(device.id, device.name, device.place, what_of(snapshot, alert).of(speak.language), since)


def _duty(snapshot: Snapshot, speak: Speech) -> tuple[tuple[str, str], ...]:
    loaded = snapshot.loaded
    return tuple(
        (loaded.rotations[roster].name, loaded.people[person].name if person else speak._("nobody"))
        for roster, person in snapshot.duty.items()
    )
