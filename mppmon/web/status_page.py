"""What the status page says, worded for one reader: headline, incidents, counters by place, faults, who is on duty."""

from dataclasses import dataclass
from itertools import groupby

from alerts.message import render
from alerts.model import Incident, NoticeKind
from mppmon.engine.snapshot import Snapshot
from mppmon.i18n import Speech
from mppmon.mall.model import Delivery, Device, State
from mppmon.mall.principal import Principal

_GRAVITY = {Delivery.INTERRUPTED: 0, Delivery.DEGRADED: 1, Delivery.UNKNOWN: 2, Delivery.DELIVERED: 3}


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service at a counter. `state` is a css class, `word` what people read."""

    name: str
    agency: str
    state: str
    word: str
    detail: str


@dataclass(frozen=True, slots=True)
class CounterCard:
    """A counter with its services; `state` is its worst."""

    name: str
    state: str
    services: tuple[ServiceLine, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A floor or hall."""

    name: str
    counters: tuple[CounterCard, ...]


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """An open incident, in the words of the message."""

    number: int
    lines: tuple[str, ...]
    taken: bool
    by: str


@dataclass(frozen=True, slots=True)
class Page:
    """All of it."""

    headline: str
    state: str
    time: str
    blind: bool
    tally: tuple[tuple[str, str, int], ...]
    incidents: tuple[IncidentCard, ...]
    places: tuple[Place, ...]
    faults: tuple[tuple[str, str, str, str], ...]
    duty: tuple[tuple[str, str], ...]


def page_of(snapshot: Snapshot, who: Principal, speak: Speech) -> Page:
    """Return what this reader may see of a snapshot, in words."""
    mall = snapshot.loaded.mall
    seen = [key for key in snapshot.deliveries if who.sees(mall.services[key[0]].agency)]
    tally = {state: sum(snapshot.deliveries[key].delivery is state for key in seen) for state in Delivery}
    headline, state = _headline(tally, speak)
    words = delivery_words(speak)
    return Page(
        headline=headline,
        state=state,
        time=speak.time(snapshot.at),
        blind=snapshot.blind,
        tally=tuple((one.value, words[one], tally[one]) for one in Delivery),
        incidents=tuple(
            _incident(one, snapshot, speak)
            for one in snapshot.incidents
            if who.sees_all or any(who.sees(agency) for agency in one.agencies)
        ),
        places=_places(snapshot, seen, speak),
        faults=tuple(_fault(one, snapshot, speak) for one in mall.devices.values() if _broken(one, snapshot, who)),
        duty=_duty(snapshot, speak) if who.sees_all else (),
    )


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


def _headline(tally: dict[Delivery, int], speak: Speech) -> tuple[str, str]:
    stopped, limited, unknown = (tally[one] for one in (Delivery.INTERRUPTED, Delivery.DEGRADED, Delivery.UNKNOWN))
    if stopped:
        text = speak.plural("{count} service stopped", "{count} services stopped", stopped)
        return text.format(count=stopped), "interrupted"
    if limited:
        text = speak.plural("{count} service limited", "{count} services limited", limited)
        return text.format(count=limited), "degraded"
    if unknown:
        text = speak.plural("{count} service not known yet", "{count} services not known yet", unknown)
        return text.format(count=unknown), "unknown"
    return speak._("All services are running normally"), "delivered"


def _incident(incident: Incident, snapshot: Snapshot, speak: Speech) -> IncidentCard:
    message = render(NoticeKind.PAGE, incident, speech=speak, now=snapshot.at)
    person = snapshot.loaded.people.get(incident.acknowledged_by or "")
    by = person.name if person else incident.acknowledged_by or ""
    return IncidentCard(incident.number, message.lines, incident.acknowledged_by is not None, by)


def _places(snapshot: Snapshot, seen: list[tuple[str, str]], speak: Speech) -> tuple[Place, ...]:
    mall, words = snapshot.loaded.mall, delivery_words(speak)
    cards: list[tuple[str, CounterCard]] = []
    for counter in mall.counters.values():
        lines = []
        for key in seen:
            if key[1] != counter.id:
                continue
            verdict, service = snapshot.deliveries[key], mall.services[key[0]]
            cause = mall.devices.get(verdict.cause or "")
            detail = ""
            if verdict.delivery is not Delivery.DELIVERED:
                since = speak._("since {time}").format(time=speak.time(snapshot.delivery_since[key]))
                detail = " · ".join(part for part in (cause.name if cause else "", since) if part)
            agency = mall.agencies[service.agency].short
            lines.append(ServiceLine(service.name, agency, verdict.delivery.value, words[verdict.delivery], detail))
        if lines:
            worst = min(lines, key=lambda one: _GRAVITY[Delivery(one.state)]).state
            cards.append((counter.place, CounterCard(counter.name, worst, tuple(lines))))
    cards.sort(key=lambda one: one[0])
    grouped = groupby(cards, key=lambda one: one[0])
    return tuple(Place(place, tuple(card for _, card in group)) for place, group in grouped)


def _broken(device: Device, snapshot: Snapshot, who: Principal) -> bool:
    return who.sees(device.agency) and snapshot.functions[device.id] is State.DOWN


def _fault(device: Device, snapshot: Snapshot, speak: Speech) -> tuple[str, str, str, str]:
    word = function_words(speak)[snapshot.functions[device.id]]
    since = speak._("since {time}").format(time=speak.time(snapshot.since[device.id]))
    return device.name, device.place, word, since


def _duty(snapshot: Snapshot, speak: Speech) -> tuple[tuple[str, str], ...]:
    loaded = snapshot.loaded
    return tuple(
        (loaded.rotations[roster].name, loaded.people[person].name if person else speak._("nobody"))
        for roster, person in snapshot.duty.items()
    )
