"""What a reader is shown, as plain values for JSON: filtered by principal, worded by page, command line or chat."""

from collections.abc import Mapping
from datetime import datetime

from alerts.model import Alert, AlertStatus, Incident, Words
from alerts.roster import shifts
from alerts.words import fill
from mppmon.engine.snapshot import Snapshot
from mppmon.mall.impact import Verdict
from mppmon.mall.model import Delivery, Device, State
from mppmon.mall.principal import MALL, Principal
from mppmon.store.scope import incident_for
from mppmon.web.quiet import quiet_view


def status_view(snapshot: Snapshot, who: Principal, *, now: datetime) -> dict[str, object]:
    """Return the whole picture: counts, services, devices that do not function, incidents, alerts, who is on duty,
    what calls nobody.
    """
    services = services_view(snapshot, who)
    devices = devices_view(snapshot, who)
    names = {one.id: one.name for one in snapshot.loaded.people.values()}
    return {
        "version": snapshot.version,
        "at": snapshot.at.isoformat(),
        "site": snapshot.loaded.mall.site.name,
        "revision": snapshot.loaded.revision,
        "rejected": snapshot.rejected if who.sees_all else 0,
        "timezone": snapshot.loaded.mall.site.timezone,
        "clock_unsure": snapshot.clock_unsure,
        "blind": snapshot.blind,
        "line_cut": snapshot.line_cut,
        "counts": {
            "services": {state.value: sum(one["delivery"] == state for one in services) for state in Delivery},
            "devices": {
                **{state.value: sum(one["function"] == state and not one["off"] for one in devices) for state in State},
                "off": sum(bool(one["off"]) for one in devices),
            },
        },
        "services": services,
        "devices": devices,
        "incidents": [incident_view(one, names) for one in incidents_of(snapshot, who)],
        "alerts": [
            {
                "rule": alert.key.rule,
                "incident": alert.incident is not None,
                "name": snapshot.subject(alert).name,
                "what": _in_both(what_of(snapshot, alert)),
                "device": alert.key.subject,
                "labels": dict(alert.key.labels),
                "status": alert.status.value,
                "since": alert.since.isoformat(),
                "value": alert.value,
            }
            for alert in snapshot.alerts
            if who.sees(snapshot.subject(alert).agency)
        ],
        "duty": _duty(snapshot) if who.sees_all else {},
        "quiet": quiet_view(snapshot, now) if who.sees_all else [],
    }


def services_view(snapshot: Snapshot, who: Principal) -> list[dict[str, object]]:
    """Return each service at each counter, in the order of the counters."""
    mall = snapshot.loaded.mall
    found: list[dict[str, object]] = []
    for (service_id, counter_id), verdict in snapshot.deliveries.items():
        service, counter = mall.services[service_id], mall.counters[counter_id]
        if not who.sees(service.agency):
            continue
        cause = cause_seen(snapshot, who, verdict)
        rate = next((one.citizens_per_hour for one in counter.offers if one.service == service_id), 0.0)
        found.append(
            {
                "service": service_id,
                "name": service.name,
                "agency": service.agency,
                "agency_name": mall.agencies[service.agency].short,
                "counter": counter_id,
                "counter_name": counter.name,
                "place": counter.place,
                "delivery": verdict.delivery.value,
                "open": (service_id, counter_id) not in snapshot.closed,
                "since": snapshot.delivery_since[service_id, counter_id].isoformat(),
                "cause": cause.id if isinstance(cause, Device) else cause,
                "cause_name": cause.name if isinstance(cause, Device) else None,
                "citizens_per_hour": rate,
            }
        )
    return sorted(found, key=lambda one: (str(one["counter"]), str(one["service"])))


def cause_seen(snapshot: Snapshot, who: Principal, verdict: Verdict) -> Device | str | None:
    """Return the device to blame, where this reader may know it; else `mall` (its own), or nothing (another agency's,
    and where there is no cause).
    """
    device = snapshot.loaded.mall.devices.get(verdict.cause or "")
    if device is None or who.sees(device.agency):
        return device
    return MALL if device.agency is None else None


def devices_view(snapshot: Snapshot, who: Principal) -> list[dict[str, object]]:
    """Return each device with its two states."""
    return [
        {
            "device": device.id,
            "name": device.name,
            "kind": device.kind.value,
            "place": device.place,
            "agency": device.agency,
            "reach": snapshot.reaches[device.id].value,
            "function": snapshot.functions[device.id].value,
            "off": device.id in snapshot.off,
            "since": snapshot.since[device.id].isoformat(),
        }
        for device in snapshot.loaded.mall.devices.values()
        if who.sees(device.agency)
    ]


def incidents_of(snapshot: Snapshot, who: Principal) -> list[Incident]:
    """Return the open incidents as this reader may see them."""
    return [seen for one in snapshot.incidents if (seen := incident_for(one, who, snapshot.loaded.mall)) is not None]


def incident_view(incident: Incident, names: Mapping[str, str]) -> dict[str, object]:
    """Return an incident with what a message says of it, in both languages. `names`: of people, by id."""
    facts = incident.facts
    return {
        "number": incident.number,
        "root": incident.root,
        "status": incident.status.value,
        "opened_at": incident.opened_at.isoformat(),
        "since": facts.since.isoformat(),
        "device": facts.device,
        "where": facts.where,
        "suspected": facts.suspected,
        "what": {"id": facts.what.id, "en": facts.what.en},
        "party": facts.party or None,
        "first_step": {"id": facts.first_step.id, "en": facts.first_step.en},
        "acknowledged_by": incident.acknowledged_by,
        "acknowledged_name": names.get(incident.acknowledged_by or "", incident.acknowledged_by),
        "acknowledged_at": incident.acknowledged_at.isoformat() if incident.acknowledged_at else None,
        "services": [
            {
                "service": one.service,
                "place": one.place,
                "agency": one.agency,
                "interrupted": one.interrupted,
                "citizens_per_hour": one.citizens_per_hour,
                "closed": one.closed,
                "elsewhere": list(one.elsewhere),
            }
            for one in facts.stopped
        ],
        "children": list(facts.children),
        "below": [{"device": one, "name": name} for one, name in zip(facts.below, facts.children, strict=False)],
        "times": incident.times,
        "notes": [{"at": one.at.isoformat(), "by": one.who, "text": one.text} for one in incident.notes],
    }


def what_of(snapshot: Snapshot, alert: Alert) -> Words:
    """Return what an alert says of its device, in few words."""
    rule = next((one for one in snapshot.loaded.rules if one.name == alert.key.rule), None)
    device = snapshot.subject(alert)
    return fill(rule.summary, alert.key.labels, alert.value, kind=device.kind) if rule else Words("", "")


def listed(snapshot: Snapshot, who: Principal) -> list[Alert]:
    """Return the alerts that wait for the list: nobody was called for them, and somebody should look."""
    return sorted(
        (
            one
            for one in snapshot.alerts
            if one.status is AlertStatus.FIRING
            and one.incident is None
            and one.key.subject not in snapshot.off
            and who.sees(snapshot.subject(one).agency)
        ),
        key=lambda one: (one.since, one.key.subject, one.key.rule),
    )


def _in_both(words: Words) -> dict[str, str]:
    return {"id": words.id, "en": words.en}


def on_call_view(snapshot: Snapshot, who: Principal, now: datetime) -> dict[str, object]:
    """Return roster -> present and coming shifts; agencies do not see who is on duty."""
    who.require(who.sees_all, "read the roster")
    people = snapshot.loaded.people
    view = {}
    for rotation in snapshot.loaded.rotations.values():
        coming = [one for one in rotation.boundaries if one > now][:3]
        begun = max((one for one in rotation.boundaries if one <= now), default=now)
        view[rotation.id] = {
            "name": rotation.name,
            "shifts": [
                {"from": start.isoformat(), "to": end.isoformat(), "person": person, "name": people[person].name}
                for start, end, person in shifts(rotation, begun, coming[-1] if coming else now)
            ],
        }
    return {"at": now.isoformat(), "timezone": snapshot.loaded.mall.site.timezone, "rosters": view}


def _duty(snapshot: Snapshot) -> dict[str, object]:
    people = snapshot.loaded.people
    return {
        roster: {"person": person, "name": people[person].name if person is not None else None}
        for roster, person in snapshot.duty.items()
    }
