"""A real daemon is stopped, and its clock is set (faketime; a file says the time)."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mppmon.mall.principal import SYSTEM
from mppmon.mall.uptime import Interval, intervals
from mppmon.store import Store
from mppmon.store.paths import database_url
from tests.servers.daemon_process import Line, daemon, until
from tests.servers.prometheus import pause
from tests.servers.test_schedule_clock import LIBRARY

pytestmark = pytest.mark.server


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    stamp = tmp_path / "time"
    stamp.write_text("+0\n")
    return stamp


@pytest.fixture
def line(tmp_path: Path, clock: Path) -> Iterator[Line]:
    environment = {
        "LD_PRELOAD": str(LIBRARY[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with daemon(tmp_path, environment) as running:
        yield running


def states(line: Line, subject: str, start: datetime, end: datetime) -> list[Interval]:
    """Return what a report says of a subject."""
    with Store.open(database_url(line.state), read_only=True) as store:
        found = store.transitions(SYSTEM, start=start, end=end, subjects=(subject,))
    return intervals(found, start=start, end=end)


def test_two_minutes_of_sigstop_are_unknown(line: Line, clock: Path) -> None:
    start = datetime.now(UTC) - timedelta(minutes=1)  # noqa: TID251  # the daemon's real time
    pause(2)  # two rounds of answers: what was just begun when it stopped was delivered for no time
    os.kill(line.process.pid, signal.SIGSTOP)
    pause(1)
    clock.write_text("+120\n")
    os.kill(line.process.pid, signal.SIGCONT)
    end = start + timedelta(minutes=10)
    found = until(
        lambda: states(line, "ktp@a1", start, end),
        lambda found: [one.state for one in found] == ["unknown", "delivered"] * 2,
    )
    blank = found[-2].end - found[-2].start
    assert timedelta(seconds=118) < blank < timedelta(seconds=130), found
    assert line.mails() == []


def told(line: Line) -> list[dict[str, Any]]:
    """Return the mails about the mall: that its own clock jumped is told too."""
    return [one for one in line.mails() if "jam server pemantau melompat" not in one["text"]]


def test_an_hour_back_and_a_fault_is_still_told_at_once(line: Line, clock: Path) -> None:
    clock.write_text("-3600\n")
    pause(2)
    until(line.status, lambda view: view["counts"]["services"]["delivered"] == 2)
    line.control.begin("power-off", "printer")
    (mail,) = until(lambda: told(line), bool, 10)
    assert "TERHENTI" in mail["text"]
    line.control.mend()
    until(lambda: told(line), lambda found: len(found) == 2, 10)
    clock.write_text("+5000000000\n")  # 2185
    pause(2)
    clock.write_text("+0\n")
    pause(2)
    until(line.status, lambda view: view["counts"]["services"]["delivered"] == 2)
    line.control.begin("power-off", "printer")
    until(lambda: told(line), lambda found: len(found) == 3, 10)
    assert line.process.poll() is None
