"""The agency's report of the day, asked of the daemon as any program would, and worded for the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from mppmon.i18n import Speech
from mppmon.mall.model import Delivery
from mppmon.reports.agency import Cause
from mppmon.reports.text import clock as duration
from mppmon.reports.text import known_time, share, why

_TIMEOUT = 20.0
_MOST = 0.5
"""The share of the service time from which most of it is known."""


class NoReport(RuntimeError):
    """The daemon gave none; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One service at one counter. `times`: (css class, `h:mm:ss`) per state; `known`: the share of service time.

    `little`: most of the service time is not known, so that the uptime says little; `known_time`: how much,
    in words.
    """

    service: str
    counter: str
    times: tuple[tuple[str, str], ...]
    uptime: str
    known: str
    known_time: str
    little: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """One interruption; `end` is empty while it goes on."""

    service: str
    counter: str
    start: str
    end: str
    minutes: str
    cause: str


@dataclass(frozen=True, slots=True)
class DayReport:
    """All of it."""

    agency: str
    date: str
    until: str
    lines: tuple[Line, ...]
    stops: tuple[Stop, ...]


async def ask(port: int, agency: str, now: datetime, speak: Speech) -> DayReport:
    """Return an agency's report of today. Raises NoReport."""
    day = now.astimezone(ZoneInfo(speak.zone.key)).date().isoformat()
    query = {"day": day, "format": "json", "language": speak.language}
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
            answer = await client.get(f"http://127.0.0.1:{port}/api/v1/reports/agency/{agency}", params=query)
            answer.raise_for_status()
            return worded(answer.json(), speak)
    except (httpx.HTTPError, ValueError) as error:
        raise NoReport(str(error)) from error


def worded(report: Mapping[str, Any], speak: Speech) -> DayReport:
    """Return the daemon's JSON in words."""
    until = datetime.fromisoformat(report["accounted_until"])
    return DayReport(
        report["agency"]["name"],
        speak.date(until),
        speak.time(until),
        tuple(_line(one, speak) for one in report["services"]),
        tuple(_stop(one, stop, speak) for one in report["services"] for stop in one["interruptions"]),
    )


def _line(service: Mapping[str, Any], speak: Speech) -> Line:
    times = tuple((state.value, duration(service["seconds"][state.value])) for state in Delivery)
    uptime, known = ("-" if one is None else share(one, speak) for one in (service["ratio"], service["known_ratio"]))
    seconds = sum(service["seconds"][state.value] for state in Delivery if state is not Delivery.UNKNOWN)
    little = (service["known_ratio"] or 0.0) < _MOST
    return Line(
        service["service_name"],
        service["counter_name"],
        times,
        uptime,
        known,
        known_time(seconds, speak, little=little),
        little,
    )


def _stop(service: Mapping[str, Any], stop: Mapping[str, Any], speak: Speech) -> Stop:
    return Stop(
        service["service_name"],
        service["counter_name"],
        speak.time(datetime.fromisoformat(stop["start"])),
        "" if stop["ongoing"] else speak.time(datetime.fromisoformat(stop["end"])),
        speak.number(round(stop["seconds"] / 60, 1)),
        why(Cause(stop["cause"], stop["cause_name"], stop.get("party") or ""), speak),
    )
