"""Printing by CUPS, from one call of `lpstat` in the C locale (its forms: systemv/lpstat.c of CUPS 2.4)."""

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from . import Printing, Queue, SourceMissing
from .command import output

_ARGV = ("lpstat", "-r", "-l", "-p", "-W", "not-completed", "-o")
_PRINTER = re.compile(r"printer (\S+) (is idle|now printing|disabled since|is holding)")
_JOB = re.compile(r"(\S+)-\d+ +\S.* (\w{3} \w{3} +\d{1,2} \d\d:\d\d:\d\d \d{4})")
_QUEUES = Path("/etc/cups/ppd")  # names only: what is in the files is for root
_DATE = "%a %b %d %H:%M:%S %Y"  # strftime %c in the C locale
_UNREACHED = re.compile(
    r"\t.*(?:may not exist or is unavailable|is not responding|Waiting for printer to become|Unable to locate printer)"
)
"""What CUPS' backends (usb, ipp, socket) say of a printer that is off or unplugged: words only, never a reason."""
_SUFFIX = re.compile(r"-(?:error|warning|report)$")

ERRORS = {  # printer-state-reasons (RFC 8011, PWG 5100.9, CUPS) -> RFC 3805 hrPrinterDetectedErrorState
    "media-low": "low-paper",
    "media-empty": "no-paper",
    "media-needed": "no-paper",
    "toner-low": "low-toner",
    "marker-supply-low": "low-toner",
    "toner-empty": "no-toner",
    "marker-supply-empty": "no-toner",
    "cover-open": "door-open",
    "door-open": "door-open",
    "interlock-open": "door-open",
    "media-jam": "jammed",
    "offline": "offline",
    "shutdown": "offline",
    "timed-out": "offline",
    "paused": "offline",
    "input-tray-missing": "input-tray-missing",
    "output-tray-missing": "output-tray-missing",
    "marker-supply-missing": "marker-supply-missing",
    "output-area-almost-full": "output-near-full",
    "output-area-full": "output-full",
    "fuser-over-temp": "service-requested",
    "developer-empty": "service-requested",
    "opc-life-over": "overdue-maintenance",
}


class Cups:
    """`run` and `queues` are the seams of its tests. `queues`: where CUPS keeps a file for each queue."""

    def __init__(self, run: Callable[[Sequence[str]], str] = output, queues: Path = _QUEUES) -> None:
        self._run = run
        self._queues = queues

    def read(self) -> Printing:
        """Return the queues. SourceMissing without CUPS, or when it gives no answer."""
        printing = parse(self._run(_ARGV))
        return printing if printing.queues else printing._replace(kept=any(self._queues.glob("*.ppd")))


def parse(text: str) -> Printing:
    """Return what lpstat said. SourceMissing when it is not lpstat's form."""
    lines = text.splitlines()
    if not lines or not lines[0].startswith("scheduler is "):
        raise SourceMissing("lpstat: not the expected form")
    queues: dict[str, Queue] = {}
    current: Queue | None = None
    for line in lines[1:]:
        if line.startswith("\t"):
            if current is not None and line.startswith("\tAlerts: "):
                current.errors |= _errors(line.removeprefix("\tAlerts: ").split())
            elif current is not None and _UNREACHED.match(line):
                current.errors.add("offline")
            continue
        current = None
        if printer := _PRINTER.match(line):
            current = queues.setdefault(printer[1], Queue())
            if printer[2] == "disabled since":  # the spooler gave up on it: whatever is sent waits
                current.errors.add("offline")
        elif (job := _JOB.match(line)) and job[1] in queues:
            queues[job[1]].jobs.append(time.mktime(time.strptime(job[2], _DATE)))
    return Printing(lines[0] == "scheduler is running", queues)


def _errors(reasons: Sequence[str]) -> set[str]:
    plain = (_SUFFIX.sub("", reason) for reason in reasons)
    return {ERRORS[reason] for reason in plain if reason in ERRORS}
