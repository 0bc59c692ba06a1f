"""A report as aligned text for people, in their language."""

import math
from collections.abc import Sequence

from alerts import phrases
from mppmon.i18n import Speech
from mppmon.mall.cause import Because
from mppmon.mall.model import Delivery
from mppmon.mall.principal import MALL
from mppmon.reports.agency import AgencyReport, Cause

_GAP = "  "
_MINUTE = 60


def table(report: AgencyReport, speech: Speech) -> str:
    """Return the whole report as lines of text. Unknown time has its own column; times are the mall's."""
    _ = speech._  # gettext's usual name
    first, last = speech.date(report.period.start), _last_day(report, speech)
    head = [
        f"{_('Service uptime')}: {report.agency.name}",
        f"{report.site} · {first}" + ("" if first == last else f" - {last}"),
    ]
    if report.until < report.period.end:
        head.append(_("Accounted until {time}").format(time=_moment(report, speech)))
    if not report.lines:
        return "\n".join([*head, "", _("This agency has no services at a counter."), ""])
    if not report.recorded:
        text = _("There are no records for this period: mppmon was not at work then, or could see nothing.")
        return "\n".join([*head, "", text, ""])
    return "\n".join([*head, "", *_services(report, speech), "", *_interruptions(report, speech), ""])


def _services(report: AgencyReport, speech: Speech) -> list[str]:
    _ = speech._  # gettext's usual name
    rows = [
        [
            _("Service"),
            _("Counter"),
            _("Service hours"),
            _("Delivered"),
            _("Degraded"),
            _("Interrupted"),
            _("Unknown"),
            _("Uptime"),
            _("Known"),
        ]
    ]
    announced = any(line.planned for line in report.lines)
    if announced:
        rows[0].append(_("Planned"))
    for line in report.lines:
        times = [clock(line.account.seconds[one.value]) for one in Delivery]
        shares = ["-" if one is None else share(one, speech) for one in (line.account.ratio, line.known)]
        planned = [clock(line.planned)] if announced else []
        hours = clock(line.account.service_seconds)
        rows.append([line.service_name, line.counter_name, hours, *times, *shares, *planned])
    notes = _("Within service hours, as hours:minutes:seconds. Uptime is delivered and degraded of all known time.")
    known = _("Known is the share of the service hours of which mppmon knows anything.")
    planned_note = _("Planned is maintenance that had been announced; its time counts as it was.")
    return [*aligned(rows, left=2), notes, known, *([planned_note] if announced else [])]


def _interruptions(report: AgencyReport, speech: Speech) -> list[str]:
    _ = speech._  # gettext's usual name
    found = sorted(
        ((stop, line) for line in report.lines for stop in line.interruptions), key=lambda pair: pair[0].start
    )
    if not found:
        return [_("No interruptions within service hours.")]
    rows = [[_("Start"), _("End"), _("Service"), _("Counter"), _("Cause"), _("Minutes")]]
    for stop, line in found:
        end = _("still going on") if stop.ongoing else speech.time(stop.end)
        if not stop.ongoing and speech.date(stop.end) != speech.date(stop.start):
            end = f"{speech.date(stop.end)} {end}"
        start = f"{speech.date(stop.start)} {speech.time(stop.start)}"
        minutes = speech.number(round(stop.seconds / 60, 1))
        rows.append([start, end, line.service_name, line.counter_name, why(stop.cause, speech), minutes])
    return [f"{_('Interruptions')}:", *aligned(rows, left=5)]


def why(cause: Cause, speech: Speech) -> str:
    """Return a cause in words, and who had to act. What has neither name nor word here keeps its recorded subject."""
    act = phrases.to_mend(cause.party, speech)
    return " · ".join((cause.device or _subject(cause, speech), *act))


def _subject(cause: Cause, speech: Speech) -> str:
    _ = speech._  # gettext's usual name
    words = {
        "": _("another party's equipment"),
        MALL: _("the mall's equipment"),
        Because.ANSWERED: _("it answers again"),
        Because.PROBES: _("it did not answer"),
        Because.MALL: _("the mall's own network did not work"),
        Because.PROVIDER: _("the internet provider's line did not work"),
        Because.RESOLVER: _("names were not resolved"),
        Because.AGENCY: _("the agency's system did not answer"),
        Because.SUSPECTED: _("suspected: nothing that hangs on it answered"),
        Because.RECOVERED: _("recovered"),
        Because.BOOT: _("the device was still starting"),
        Because.STRANGER: _("another computer answered at its address"),
        Because.STALE: _("nothing was heard of it for a while"),
        Because.SILENT: _("it sent nothing for too long"),
        Because.DAEMON_OFF: _("monitoring was off"),
        Because.NOT_WATCHED: _("monitoring stood still for a while"),
        Because.CLOCK_SET: _("the clock of the monitoring server was set back"),
        Because.CONFIG: _("the settings were changed"),
        "uplink": _("the mall's internet line was cut"),
        "start": _("already so when monitoring began"),
    }
    return words.get(cause.subject, cause.subject)


def share(ratio: float, speech: Speech) -> str:
    """Return a share as a percentage, rounded down: only what is whole is said to be 100%."""
    return speech.percent(math.floor(ratio * 10_000 + 1e-6) / 10_000)


def known_time(seconds: float, speech: Speech, *, little: bool) -> str:
    """Return how much time is known, in words for a narrow place, rounded down; `little`: too little to judge by."""
    whole = int(seconds)
    unit = (
        speech.plural("{count} second", "{count} seconds", whole).format(count=whole)
        if whole < _MINUTE
        else speech.plural("{count} minute", "{count} minutes", whole // _MINUTE).format(count=whole // _MINUTE)
    )
    text = speech._("only {time} of data") if little else speech._("{time} known")
    return text.format(time=unit)


def clock(seconds: float) -> str:
    """Return a duration as `h:mm:ss`, rounded to the second."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def aligned(rows: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Return rows as lines with columns of equal width, the first `left` ones left-aligned, the others right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        _GAP.join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _last_day(report: AgencyReport, speech: Speech) -> str:
    return speech.date(report.period.end - report.period.end.resolution)


def _moment(report: AgencyReport, speech: Speech) -> str:
    return f"{speech.date(report.until)}, {speech.time(report.until)}"
