"""Rows 8, 23 and 32: daylight saving time, maintenance that begins or ends with a fault, a start in the past."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import yaml

from mppmon import control
from mppmon.clock import BUILT, Clock
from mppmon.state import control_socket
from tests.faults.processes import faked
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, edit, trial, until
from tests.servers.prometheus import pause

_SPRING = datetime(2027, 3, 28, 1, tzinfo=UTC)
"""In Berlin 02.00 becomes 03.00, when the window of 03.00 to 04.00 begins."""
_AUTUMN = datetime(2027, 10, 31, 1, tzinfo=UTC)
"""There 03.00 becomes 02.00: the same window begins an hour later."""
_MARK = "jam server belum pasti"


def in_berlin(config: Path) -> None:
    """Put the mall where clocks are changed, its printer under maintenance from 03.00 to 04.00 each night."""

    def site(whole: dict[str, Any]) -> None:
        whole["site"]["timezone"] = "Europe/Berlin"

    edit(config, "site.yaml", site)
    window = {
        "name": "Perawatan printer",
        "match": {"device": ["printer"]},
        "start": "2026-11-01 03:00",
        "end": "2026-11-01 04:00",
        "repeat": "FREQ=DAILY",
        "reason": "uji",
    }
    whole = {"version": 1, "windows": {"malam": window}}
    (config / "maintenance.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")


def _shows(here: Trial, at: datetime) -> None:
    """Let the daemon's clock show a time, from now on or from its start."""
    stamp = here.folder / "time"
    here.environment = here.environment or faked(stamp)
    offset = (at - Clock().now()).total_seconds()
    stamp.write_text(f"{offset:+.3f}\n")
    pause(1.5)  # faketime looks at its file once a second, also in the process that forks the daemons


def _jam(here: Trial, told: int, wrong: list[str], what: str, *, silent_for: float = 0.0) -> None:
    """Begin a fault; so many messages about services must come of it."""
    here.forget()
    here.simulator.begin("jam", "printer")
    if silent_for:
        seen = until(lambda: here.status().get("counts", {}).get("services", {}).get("delivered") == 1, 20)
        pause(silent_for)
        if not seen:
            wrong.append(f"{what}: not seen")
    else:
        until(lambda: len(here.about_services()) >= told, 25)
    if len(here.about_services()) != told:
        wrong.append(f"{what}: {len(here.about_services())} messages, expected {told}: {here.about_services()[-1:]}")


def _mend(here: Trial, wrong: list[str], what: str) -> None:
    """Mend it; what was told is told to be over."""
    told = bool(here.about_services())
    here.simulator.mend()
    if told and not until(lambda: len(here.about_services()) >= 2, 25):
        wrong.append(f"{what}: its end was not told")
    if not here.well():
        wrong.append(f"{what}: not well afterwards")


def daylight(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Let both changes of the clock pass, with a fault in the hour that one of them moves."""
    wrong: list[str] = []
    with trial(folder, in_berlin) as here:
        here.stop()
        _shows(here, _SPRING - timedelta(seconds=28))
        here.start()
        here.well()
        before = here.states("kk@a1")
        here.forget()
        _shows(here, _SPRING - timedelta(seconds=2))  # too little to be taken for time nobody watched
        pause(2.5)
        if here.states("kk@a1") != before or here.about_services():
            wrong.append("the change itself was seen as a change")
        _jam(here, 0, wrong, "spring, in the window", silent_for=3)
        _shows(here, _SPRING + timedelta(minutes=59, seconds=57))
        until(here.about_services, 30)
        if len(here.about_services()) != 1:
            wrong.append(f"spring, after the window: {len(here.about_services())} messages")
        _mend(here, wrong, "spring")
        if not short:
            _shows(here, _AUTUMN - timedelta(seconds=8))
            here.well()
            pause(9)
            here.well()
            _jam(here, 1, wrong, "autumn, before the window")
            _mend(here, wrong, "autumn, before the window")
            _shows(here, _AUTUMN + timedelta(hours=1, seconds=1))
            here.well()
            _jam(here, 0, wrong, "autumn, in the window", silent_for=5)
            _mend(here, wrong, "autumn, in the window")
    note = "; ".join(wrong) or "the window began and ended by the mall's clock"
    return Found(not wrong, len(wrong), "wrong", note)


def maintenance(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Begin maintenance with all well and end it in a fault, which pages then; and the reverse: its end is told."""
    wrong: list[str] = []
    seconds = 3.0 if short else 30.0
    with trial(folder) as here:
        here.start()
        here.well()
        begun = _plan(here, seconds)
        _jam(here, 0, wrong, "in it", silent_for=1)
        quiet = Clock().monotonic() - begun < seconds
        until(here.about_services, seconds + 25)
        late = Clock().monotonic() - begun - seconds
        if not quiet or len(here.about_services()) != 1 or not -1 < late < 5:  # s
            wrong.append(f"a fault that outlives it: {len(here.about_services())} messages, {late:.1f} s after its end")
        _mend(here, wrong, "after it")
        _jam(here, 1, wrong, "before the second")
        begun = _plan(here, seconds)
        _mend(here, wrong, "in the second")
        pause(max(0.0, seconds + 1 - (Clock().monotonic() - begun)))
        told, left = len(here.about_services()), here.status()["incidents"]
        if told != 2 or left:  # as above
            wrong.append(f"a recovery in it: {told} messages, {len(left)} incidents open")
    return Found(not wrong, late, "s from its end to the page", "; ".join(wrong))


def _plan(here: Trial, seconds: float) -> float:
    """Begin maintenance of the printer now; return the monotonic time."""
    wish = {"device": "printer", "seconds": seconds, "reason": "uji", "name": "Perawatan", "planned": "true"}
    path = f"/api/v1/silences?{urlencode(wish)}"
    answer = control.request(control_socket(here.state), "POST", path, headers={"Idempotency-Key": str(uuid4())})
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise RuntimeError(f"no maintenance: {answer.text}")
    return Clock().monotonic()


def past(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Start with a clock of before this program was written; a fault is told and its time marked; then it is set."""
    wrong: list[str] = []
    with trial(folder, in_berlin) as here:
        here.start()
        here.well()
        here.stop()
        seen = len(here.states("ktp@a1"))
        _shows(here, BUILT - timedelta(days=20))
        here.forget()
        here.start()
        if not here.well():
            wrong.append("not well in the past")
        if here.about_services() or not here.status().get("clock_unsure"):
            wrong.append("told, or not marked as uncertain")
        _jam(here, 1, wrong, "in the past")
        if not any(_MARK in one.text for one in here.about_services()):
            wrong.append("the message does not say that its time is uncertain")
        _mend(here, wrong, "in the past")
        here.forget()
        _shows(here, _AUTUMN + timedelta(hours=6))
        if not until(lambda: here.status().get("clock_unsure") is False, 25) or not here.well():
            wrong.append("not well after the clock was set")
        states = here.states("ktp@a1")[seen:]
        if here.about_services() or "interrupted" in states:
            wrong.append("a service was told or written as interrupted by it")
    return Found(not wrong, len(wrong), "wrong", "; ".join(wrong) or " ".join(states))


ROWS = (
    Row(8, "daylight saving, both ways", "windows by the mall's clock, no false page", daylight),
    Row(
        23,
        "maintenance begins up and ends down, and the reverse",
        "pages at its end; the recovery is told",
        maintenance,
    ),
    Row(32, "start in the past, no time service", "times marked, no false downtime", past),
)
