"""Agency A never sees agency B, nor whose the mall's equipment is: random malls, random faults, everything we render.

Every name, id, place and person carries its owner's word, so a leak is a word that is found.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.message import render as message
from alerts.model import (
    Alert,
    AlertKey,
    AlertStatus,
    Facts,
    Incident,
    IncidentStatus,
    NoticeKind,
    Person,
    Stopped,
    Words,
)
from mppmon.engine.snapshot import Snapshot
from mppmon.i18n import LANGUAGES, speech
from mppmon.mall.impact import Verdict, impact
from mppmon.mall.model import (
    Agency,
    Counter,
    Delivery,
    Device,
    DeviceKind,
    Mall,
    Offer,
    Service,
    Site,
    Span,
    State,
    Transition,
    delivery_subject,
)
from mppmon.mall.principal import Principal, Role
from mppmon.reports.agency import History, Segment, report
from mppmon.reports.data import to_csv, to_json
from mppmon.reports.period import Period
from mppmon.reports.text import table
from mppmon.store.scope import incident_for
from mppmon.web.pages import render
from mppmon.web.status_page import page_of, visible
from mppmon.web.views import incident_view, incidents_of, status_view
from tests.stories.house import MONDAY, small_config

OWNERS = ("alfa", "bravo", "charlie")
MALLS = "gedung"
HOUR = timedelta(hours=1)
SPEAK = speech("Asia/Jakarta")


@dataclass(frozen=True)
class Scene:
    """A mall in trouble."""

    snapshot: Snapshot
    history: tuple[Transition, ...]


def device(owner: str, number: int, via: str | None) -> Device:
    name = f"{owner}-dev{number}"
    agency = None if owner == MALLS else owner
    return Device(name, DeviceKind.PC, f"{owner} unit {number}", place=f"{owner} room", agency=agency, via=via)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    owners = draw(st.lists(st.sampled_from((*OWNERS, MALLS)), min_size=3, max_size=8))
    devices: dict[str, Device] = {}
    for number, owner in enumerate(owners):
        via = draw(st.sampled_from([None, *devices]))
        one = device(owner, number, via)
        devices[one.id] = one
    any_device = st.sampled_from(sorted(devices))
    services = {
        f"{one}-service": Service(
            f"{one}-service",
            f"{one} service",
            one,
            needs=("pc",),
            systems=tuple(draw(st.lists(any_device, max_size=1))),
        )
        for one in OWNERS
    }
    counters = {
        f"{one}-counter": Counter(
            f"{one}-counter",
            f"{one} counter",
            one,
            f"{one} floor",
            {"pc": (draw(any_device),)},
            (Offer(f"{one}-service", 12.0),),
        )
        for one in OWNERS
    }
    # A counter of one agency where another's service is to be had: its place is that service's own.
    host, guest = draw(st.permutations(OWNERS))[:2]
    counters["shared"] = Counter(
        "shared", "Loket S", host, "Lt. 1", {"pc": (draw(any_device),)}, (Offer(f"{guest}-service", 9.0),)
    )
    mall = Mall(
        Site("mpp", "MPP", "Asia/Jakarta"),
        {one: Agency(one, f"{one} agency", f"{one} short") for one in OWNERS},
        services,
        counters,
        devices,
        {"mpp": (Span(MONDAY - HOUR, MONDAY + 7 * HOUR),)},
    )
    functions = {one: draw(st.sampled_from(State)) for one in devices}
    deliveries = impact(mall, functions, reaches=functions, at=MONDAY).deliveries
    people = {f"{one}-person": Person(f"{one}-person", f"{one} person") for one in (*OWNERS, MALLS)}
    taken = st.sampled_from([None, *people])
    incidents = [fault(mall, root, deliveries, number, draw(taken)) for number, root in enumerate(devices, start=1)]
    snapshot = Snapshot(
        version=1,
        at=MONDAY + HOUR,
        loaded=replace(small_config(), mall=mall, people=people),
        reaches=functions,
        functions=functions,
        since=dict.fromkeys(devices, MONDAY),
        deliveries=deliveries,
        delivery_since=dict.fromkeys(deliveries, MONDAY),
        incidents=tuple(incidents),
        alerts=tuple(
            Alert(f"alert-{one}", AlertKey("DeviceDown", one), AlertStatus.FIRING, MONDAY, MONDAY, 1.0)
            for one in devices
        ),
        duty={"teknisi": f"{MALLS}-person"},
    )
    return Scene(snapshot, tuple(happened(mall, deliveries)))


def fault(
    mall: Mall, root: str, deliveries: Mapping[tuple[str, str], Verdict], number: int, taken: str | None
) -> Incident:
    """Return an incident as the engine words it, everything in it by its owner's word."""
    cause = mall.devices[root]
    owner = cause.agency or MALLS
    stopped = tuple(
        Stopped(
            mall.services[service].name,
            mall.counters[counter].name,
            mall.services[service].agency,
            interrupted=verdict.delivery is Delivery.INTERRUPTED,
            citizens_per_hour=9.0,
        )
        for (service, counter), verdict in deliveries.items()
        if root in verdict.causes
    )
    facts = Facts(
        cause.name,
        f"{owner} short, {cause.place}",
        Words(f"{owner} rusak", f"{owner} broken"),
        Words(f"{owner} buka", f"{owner} open"),
        MONDAY,
        checked=3,
        stopped=stopped,
        children=tuple(one.name for one in mall.devices.values()),
        blind=number % 3 == 0,
    )
    agencies = {one.agency for one in stopped} | ({cause.agency} if cause.agency else set())
    return Incident(
        f"id-{number}",
        number,
        root,
        IncidentStatus.OPEN,
        MONDAY,
        facts,
        tuple(sorted(agencies)),
        acknowledged_by=taken,
        acknowledged_at=MONDAY if taken else None,
    )


def happened(mall: Mall, deliveries: Mapping[tuple[str, str], Verdict]) -> Sequence[Transition]:
    return [
        Transition(
            f"t-{key}",
            delivery_subject(*key),
            "delivered",
            "interrupted",
            MONDAY,
            MONDAY,
            f"{verdict.cause or 'alfa-gone'}/function",
            "r1",
            mall.services[key[0]].agency,
        )
        for key, verdict in deliveries.items()
    ]


def everything(scene: Scene, who: Principal) -> str:
    """Return all that is rendered for this reader."""
    snapshot, mall = scene.snapshot, scene.snapshot.loaded.mall
    names = {one.id: one.name for one in snapshot.loaded.people.values()}
    seen = incidents_of(snapshot, who)
    stored = [one for given in snapshot.incidents if (one := incident_for(given, who)) is not None]
    said = [json.dumps(status_view(snapshot, who, now=snapshot.at)), repr(seen), repr(stored)]
    said += [json.dumps(incident_view(one, names)) for one in (*seen, *stored)]
    ids = {
        *mall.devices,
        *(delivery_subject(*key) for key in snapshot.deliveries),
        *(one.id for one in snapshot.incidents),
    }
    said.append(repr(visible(snapshot, who, ids)))
    period = Period("2026-11-23", date(2026, 11, 23), date(2026, 11, 23), MONDAY - HOUR, MONDAY + 7 * HOUR)
    histories = {one.subject: History(None, (one,)) for one in scene.history}
    for agency in who.agencies:
        made = report(
            [Segment(period.start, period.end, mall)],
            histories,
            agency=mall.agencies[agency],
            period=period,
            until=period.end,
            known_until=period.end,
        )
        said += [to_json(made), to_csv(made), *(table(made, SPEAK(language)) for language in LANGUAGES)]
    for language in LANGUAGES:
        speak = SPEAK(language)
        said.append(render("live.html", speak, {"page": page_of(snapshot, who, speak)}))
        said += [
            message(kind, one, speech=speak, now=snapshot.at).text for one in (*seen, *stored) for kind in NoticeKind
        ]
    return "\n".join(said).lower()


@pytest.mark.parametrize("own", OWNERS)
@given(scene=scenes())
def test_nothing_of_another_party_is_in_anything_rendered(own: str, scene: Scene) -> None:
    text = everything(scene, Principal(Role.AGENCY, "reader", agencies=frozenset({own})))
    for line in text.splitlines():
        for foreign in {*OWNERS, MALLS} - {own}:
            assert foreign not in line
    assert f"{own} service" in text, "its own is there"


@given(scene=scenes())
def test_staff_are_told_everything(scene: Scene) -> None:
    text = everything(scene, Principal(Role.COORDINATOR, "reader"))
    assert all(f"{one} short" in text for one in OWNERS)
    assert f"{MALLS} person" in text


def test_a_stranger_to_all_agencies_sees_none() -> None:
    scene_of_none = Principal(Role.AGENCY, "reader")
    facts = Facts("x", "y", Words("a", "b"), Words("", ""), MONDAY)
    assert incident_for(Incident("i", 1, "x", IncidentStatus.OPEN, MONDAY, facts, ("alfa",)), scene_of_none) is None
