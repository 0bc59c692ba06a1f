"""A report for programs: JSON and CSV. Times are ISO 8601 in mall time with their offset, durations in seconds."""

import csv
import io
import json
from datetime import datetime
from zoneinfo import ZoneInfo

from mppmon.mall.model import Delivery
from mppmon.reports.agency import AgencyReport

COLUMNS = (
    "record",
    "agency",
    "service",
    "service_name",
    "counter",
    "counter_name",
    "start",
    "end",
    "service_seconds",
    *(f"{one.value}_seconds" for one in Delivery),
    "ratio",
    "known_ratio",
    "cause",
    "planned_seconds",
    "party",
)
"""Of the CSV. `record` is `account` (one per service at a counter) or `interruption` (its `interrupted_seconds` lie
within service hours).
"""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_dict(report: AgencyReport) -> dict[str, object]:
    """Return the report as plain values, as in its JSON."""
    zone = ZoneInfo(report.timezone)
    return {
        "version": 1,
        "site": report.site,
        "agency": {"id": report.agency.id, "name": report.agency.name},
        "period": report.period.word,
        "start": _iso(report.period.start, zone),
        "end": _iso(report.period.end, zone),
        "accounted_until": _iso(report.until, zone),
        "recorded": report.recorded,
        "services": [
            {
                "service": line.service,
                "service_name": line.service_name,
                "counter": line.counter,
                "counter_name": line.counter_name,
                "planned_seconds": line.planned,
                "service_seconds": line.account.service_seconds,
                "seconds": {one.value: line.account.seconds[one.value] for one in Delivery},
                "ratio": line.account.ratio,
                "known_ratio": line.known,
                "interruptions": [
                    {
                        "start": _iso(stop.start, zone),
                        "end": _iso(stop.end, zone),
                        "seconds": stop.seconds,
                        "minutes": round(stop.seconds / 60, 1),
                        "ongoing": stop.ongoing,
                        "cause": stop.cause.subject,
                        "cause_name": stop.cause.device,
                        "party": stop.cause.party or None,
                    }
                    for stop in line.interruptions
                ],
            }
            for line in report.lines
        ],
    }


def to_json(report: AgencyReport) -> str:
    """Return the report as one JSON text."""
    return json.dumps(as_dict(report), ensure_ascii=False, indent=2) + "\n"


def to_csv(report: AgencyReport) -> str:
    """Return the report as CSV (RFC 4180). No cell can be taken for a formula by a spreadsheet.

    Without any record of the period there are no rows: a table of zeros would be read as figures.
    """
    zone = ZoneInfo(report.timezone)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in report.lines if report.recorded else ():
        names = [report.agency.id, line.service, line.service_name, line.counter, line.counter_name]
        seconds = [f"{line.account.seconds[one.value]:.6f}" for one in Delivery]
        span = [_iso(report.period.start, zone), _iso(report.until, zone)]
        ratios = ["" if one is None else f"{one:.6f}" for one in (line.account.ratio, line.known)]
        row = [
            "account",
            *names,
            *span,
            f"{line.account.service_seconds:.6f}",
            *seconds,
            *ratios,
            "",
            f"{line.planned:.6f}",
            "",
        ]
        writer.writerow([_safe(cell) for cell in row])
        for stop in line.interruptions:
            span = [_iso(stop.start, zone), _iso(stop.end, zone)]
            seconds = [f"{stop.seconds:.6f}" if one is Delivery.INTERRUPTED else "" for one in Delivery]
            why = [stop.cause.device or stop.cause.subject, "", stop.cause.party]
            row = ["interruption", *names, *span, "", *seconds, "", "", *why]
            writer.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def _iso(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
