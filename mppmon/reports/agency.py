"""An agency's account of one period: pure arithmetic on transitions and service hours.

The hours of each instant are those of the config revision in use then, so that a later edit never rewrites a past
report. Before the first revision (mppmon was not there yet) the first one's hours count, and the time is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mppmon.mall.model import Agency, Delivery, Mall, Span, Transition, delivery_subject
from mppmon.mall.principal import MALL
from mppmon.mall.uptime import Account, Interval, account, intervals
from mppmon.reports.period import Period

_PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Segment:
    """The mall as configured during `[start, end)`; `mall.hours` covers that time."""

    start: datetime
    end: datetime
    mall: Mall


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a service stopped: `subject` as recorded, and the name of that device, where it is the agency's own.

    The subject is `mall` for the mall's own equipment, and empty for another agency's. `party`: who had to act, where
    that is known (`mppmon.mall.party.Party`).
    """

    subject: str
    device: str
    party: str = ""


@dataclass(frozen=True, slots=True)
class Blame:
    """Who had to act about a device during `[start, end)`; without `end` it goes on."""

    device: str
    start: datetime
    end: datetime | None
    party: str


@dataclass(frozen=True, slots=True)
class Interruption:
    """`[start, end)` interrupted; `seconds` of it lay within service hours. `ongoing`: not over when accounted."""

    start: datetime
    end: datetime
    seconds: float
    cause: Cause
    ongoing: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One service at one counter."""

    service: str
    service_name: str
    counter: str
    counter_name: str
    account: Account
    interruptions: tuple[Interruption, ...]
    recorded: bool = True
    """Whether anything was known of it in the period, within service hours or not."""
    planned: float = 0.0
    """Seconds of the service hours in which maintenance had been announced. They are accounted as they were."""

    @property
    def known(self) -> float | None:
        """The share of the service time that is known, 0 to 1; None when there were no service hours."""
        hours = self.account.service_seconds
        return (hours - self.account.seconds[Delivery.UNKNOWN.value]) / hours if hours else None


@dataclass(frozen=True, slots=True)
class AgencyReport:
    """The whole report. `until`: accounted up to here (the end of the period, or the time of asking)."""

    site: str
    timezone: str
    agency: Agency
    period: Period
    until: datetime
    lines: tuple[Line, ...]

    @property
    def recorded(self) -> bool:
        """Whether there is any record of the period: figures made of none say nothing."""
        return any(one.recorded for one in self.lines)


@dataclass(frozen=True, slots=True)
class History:
    """What was recorded of one subject: the newest transition before the period, and those within."""

    before: Transition | None
    within: tuple[Transition, ...]


def offered(segments: Sequence[Segment], agency: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Return `(service, counter)` -> their names, for all that this agency offered in any segment; the newest names
    win.
    """
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for segment in segments:
        mall = segment.mall
        for counter in mall.counters.values():
            for offer in counter.offers:
                service = mall.services[offer.service]
                if service.agency == agency:
                    found[service.id, counter.id] = (service.name, counter.name)
    return dict(sorted(found.items()))


def hours(segments: Sequence[Segment], service: str, counter: str) -> list[Span]:
    """Return the service hours of a service at a counter, each segment by its own config; none where not offered."""
    found: list[Span] = []
    for segment in segments:
        mall = segment.mall
        place = mall.counters.get(counter)
        if place is None or all(offer.service != service for offer in place.offers):
            continue
        keys = (delivery_subject(service, counter), counter, mall.site.id)
        spans = next((mall.hours[key] for key in keys if key in mall.hours), ())
        clipped = (Span(max(one.start, segment.start), min(one.end, segment.end)) for one in spans)
        found.extend(one for one in clipped if one.start < one.end)
    return found


def planned(segments: Sequence[Segment], service: str, counter: str, until: datetime) -> list[Interval]:
    """Return when maintenance had been announced, each segment by its own config, touching times joined."""
    subject = delivery_subject(service, counter)
    found: list[Interval] = []
    for segment in segments:
        end = min(segment.end, until)
        for one in sorted(segment.mall.planned.get(subject, ()), key=lambda span: span.start):
            start, stop = max(one.start, segment.start), min(one.end, end)
            if found and start <= found[-1].end:
                found[-1] = Interval(found[-1].start, max(found[-1].end, stop), _PLANNED)
            elif start < stop:
                found.append(Interval(start, stop, _PLANNED))
    return found


def line(
    segments: Sequence[Segment],
    key: tuple[str, str],
    names: tuple[str, str],
    history: History,
    *,
    agency: str,
    period: Period,
    until: datetime,
    known_until: datetime,
    blames: Sequence[Blame] = (),
) -> Line:
    """Account for one service at one counter over `[period.start, until)`; from `known_until` on nothing is known."""
    transitions = (*((history.before,) if history.before else ()), *history.within)
    states = intervals(transitions, start=period.start, end=min(known_until, until))
    if known_until < until:
        states.append(Interval(max(known_until, period.start), until, Delivery.UNKNOWN.value))
    serving = [Span(one.start, min(one.end, until)) for one in hours(segments, *key) if one.start < until]
    stops = [
        Interruption(
            start=one.start,
            end=one.end,
            seconds=account([one], serving).seconds[Delivery.INTERRUPTED.value],
            cause=cause(segments, transitions, one, agency, blames),
            ongoing=one.end == until < period.end,
        )
        for one in states
        if one.state == Delivery.INTERRUPTED.value
    ]
    return Line(
        service=key[0],
        service_name=names[0],
        counter=key[1],
        counter_name=names[1],
        account=account(states, serving),
        interruptions=tuple(stop for stop in stops if stop.seconds > 0),
        planned=account(planned(segments, *key, until), serving).seconds.get(_PLANNED, 0.0),
        recorded=any(one.state != Delivery.UNKNOWN.value for one in states),
    )


def cause(
    segments: Sequence[Segment], transitions: Sequence[Transition], span: Interval, agency: str, blames: Sequence[Blame]
) -> Cause:
    """Return the cause of the state that holds when a span begins, by the newest device name.

    The report is the agency's to read, whoever asks for it: other parties' devices are not named.
    """
    past = [one for one in transitions if one.at <= span.start]
    if not past:
        return Cause("", "")
    subject = max(reversed(past), key=lambda one: one.decided_at).cause  # of equals, the one stored last
    name, slash, _ = subject.partition("/")
    if not slash:
        return Cause(subject, "")
    device = next((one.mall.devices[name] for one in reversed(segments) if name in one.mall.devices), None)
    if device is not None and device.agency == agency:
        return Cause(subject, device.name, _party(name, span, blames))
    if device is not None and device.agency is None:
        return Cause(MALL, "", _party(name, span, blames))
    return Cause("", "")


def _party(device: str, span: Interval, blames: Sequence[Blame]) -> str:
    """Return whom the newest blame names that touches the span."""
    touching = (
        one
        for one in blames
        if one.device == device and one.start <= span.end and (one.end is None or one.end >= span.start)
    )
    return max(touching, key=lambda one: one.start, default=Blame("", span.start, None, "")).party


def report(
    segments: Sequence[Segment],
    histories: Mapping[str, History],
    *,
    agency: Agency,
    period: Period,
    until: datetime,
    known_until: datetime,
    blames: Sequence[Blame] = (),
) -> AgencyReport:
    """Return the report of an agency. `segments` (at least one) are in order and cover `[period.start, until)`."""
    site = segments[-1].mall.site
    nothing = History(None, ())
    lines = tuple(
        line(
            segments,
            key,
            names,
            histories.get(delivery_subject(*key), nothing),
            agency=agency.id,
            period=period,
            until=until,
            known_until=known_until,
            blames=blames,
        )
        for key, names in offered(segments, agency.id).items()
    )
    return AgencyReport(site.name, site.timezone, agency, period, until, lines)
