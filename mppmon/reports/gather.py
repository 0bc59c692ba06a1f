"""From the store to an agency's report: which configs were in use, and what was recorded."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from alerts.silence import Silence
from mppmon.config.maintenance import planned_times
from mppmon.config.problem import listed, nearest, quoted
from mppmon.mall.model import Mall, Transition, delivery_subject
from mppmon.mall.principal import SYSTEM, Principal
from mppmon.mall.rename import rename_mall
from mppmon.reports import agency as account
from mppmon.reports.period import Period, days, parse
from mppmon.reports.request import ReportError, Request
from mppmon.store import Store, Used

Malls = Callable[[str, date], Mall]
"""Normalised config text and a local day -> the mall, with its service hours resolved for the months up to that day."""

_INCIDENTS = 10_000
"""Of a period, the newest, that are looked through for the party at fault: far more than a year of one mall has."""
ALIVE = timedelta(seconds=30)
"""A last-seen row (written every 10 s) that is older means that the daemon is off, and what came after is unknown."""


def agency_report(store: Store, request: Request, malls: Malls) -> account.AgencyReport:
    """Return the report that was asked for. ReportError when the principal may not read it or there is nothing to read.

    Config and history are read as the daemon itself, because whose device a cause is only the whole config says: only
    what concerns this agency leaves this function.
    """
    principal = request.principal
    if not principal.sees(request.agency):
        raise ReportError("refused", f"role {principal.role.value} may not read this agency's report")
    first, last = days(request.period)
    if first > (request.now + timedelta(days=1)).date():  # wherever the mall is; to reckon years ahead takes long
        raise _not_begun(request.period)
    latest = store.revisions(SYSTEM, start=request.now, end=request.now + timedelta(microseconds=1))
    if not latest:
        raise ReportError("no-config", "no config revision is stored; it is when the daemon starts")
    mall_of = cache(malls)  # most reports need but one
    period = parse(request.period, ZoneInfo(mall_of(_text(store, latest[-1]), last).site.timezone))
    if period.start > request.now:
        raise _not_begun(request.period)
    segments = _segments(store, period, mall_of)
    agency = next(
        (one.mall.agencies[request.agency] for one in reversed(segments) if request.agency in one.mall.agencies), None
    )
    if agency is None:
        known = {code for one in segments for code in one.mall.agencies}
        hint = nearest(request.agency, known)
        text = f"agency: found {quoted(request.agency)}, expected {listed(known)}"
        raise ReportError("unknown-agency", f"{text} ({hint})" if hint else text)
    until = min(period.end, max(request.now, period.start))
    subjects = [delivery_subject(*key) for key in account.offered(segments, agency.id)]
    return account.report(
        segments,
        _histories(store, agency.id, subjects, period, until),
        agency=agency,
        period=period,
        until=until,
        blames=_blames(store, period, until),
        known_until=max(_known_until(store, principal, request.now, until), period.start),
    )


def _not_begun(word: str) -> ReportError:
    """Return what is said of a period that lies ahead."""
    return ReportError("period", f"period: found {word}, which has not begun yet")


def _text(store: Store, used: Used) -> str:
    text = store.revision(SYSTEM, used.revision)
    if text is None:
        raise ReportError("no-config", f"config revision {used.revision} is not stored")
    return text


def _segments(store: Store, period: Period, malls: Malls) -> list[account.Segment]:
    """Return the configs in use during the period. The first reaches back to its start."""
    used = store.revisions(SYSTEM, start=period.start, end=period.end)
    if not used:  # the whole period lies before the first config
        used = store.revisions(SYSTEM, start=period.start, end=datetime.max.replace(tzinfo=period.end.tzinfo))[:1]
    found: list[account.Segment] = []
    for place, one in enumerate(used):
        start = max(one.at, period.start) if place else period.start
        end = used[place + 1].at if place + 1 < len(used) else period.end
        mall = malls(_text(store, one), period.last)
        for names in store.names_after(SYSTEM, one):
            mall = rename_mall(mall, names)
        found.append(account.Segment(start, end, _with_announced(mall, store.planned(SYSTEM, start=start, end=end))))
    return found


def _with_announced(mall: Mall, windows: Sequence[Silence]) -> Mall:
    """Return the mall with the maintenance that was announced by command, beside that of its configuration."""
    by_hand = planned_times(windows, mall)
    both = {key: (*mall.planned.get(key, ()), *by_hand.get(key, ())) for key in mall.planned.keys() | by_hand.keys()}
    return replace(mall, planned=both) if by_hand else mall


def _histories(
    store: Store, agency: str, subjects: list[str], period: Period, until: datetime
) -> dict[str, account.History]:
    """Return what was recorded while the service was this agency's: what was another's before is not its to read."""
    before = store.before(SYSTEM, at=period.start, subjects=subjects)
    old = {subject: one for subject, one in before.items() if one.agency == agency}
    within: dict[str, list[Transition]] = {subject: [] for subject in subjects}
    for one in store.transitions(SYSTEM, start=period.start, end=until, subjects=subjects):
        if one.agency == agency:
            within[one.subject].append(one)
    return {subject: account.History(old.get(subject), tuple(within[subject])) for subject in subjects}


def _blames(store: Store, period: Period, until: datetime) -> list[account.Blame]:
    """Return who had to act about what, as the incidents of the period say."""
    return [
        account.Blame(one.root, one.facts.since, one.closed_at or one.mended_at, one.facts.party)
        for one in store.incidents(SYSTEM, start=period.start, end=until, limit=_INCIDENTS)
        if one.facts.party
    ]


def _known_until(store: Store, principal: Principal, now: datetime, until: datetime) -> datetime:
    """Return up to when something is known: while the daemon is off, nothing after it was last seen."""
    seen = store.last_seen(principal)
    if seen is None:
        return datetime.min.replace(tzinfo=until.tzinfo)
    return until if now - seen <= ALIVE else min(seen, until)
