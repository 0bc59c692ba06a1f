"""Rows 25 to 27: signals, and a second daemon on the same database."""

import atexit
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path

from mppmon.clock import Clock
from mppmon.state import database_file
from tests.faults.provider import HANG
from tests.faults.row import Found, Row
from tests.faults.trial import READY, fresh, trial, until
from tests.servers.prometheus import pause
from tests.servers.test_schedule_clock import LIBRARY


def stopped(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """SIGSTOP for two minutes. Short: the clock is moved on while the process is stopped (faketime)."""
    stamp = clock_file()
    with fresh(folder) as here:
        here.start_under(faked(stamp) if short else {})
        here.well()
        here.forget()
        before = len(here.states("ktp@a1"))
        assert here.process is not None
        os.kill(here.process.pid, signal.SIGSTOP)
        pause(1 if short else 120)
        stamp.write_text("+120\n")
        os.kill(here.process.pid, signal.SIGCONT)
        until(lambda: here.states("ktp@a1")[before:].count("delivered"), READY)
        well = here.well()
        states = here.states("ktp@a1")[before:]
        messages = len(here.news())
    ok = well and "interrupted" not in states and messages == 0 and states == ["unknown", "delivered"]
    return Found(ok, messages, "false pages", " ".join(states))


@cache
def clock_file() -> Path:
    """Return the file that moves the clock of daemons under `faked`: one for this process, as their nursery is."""
    made = tempfile.TemporaryDirectory(prefix="faults-clock-")
    atexit.register(made.cleanup)
    return Path(made.name) / "time"


def faked(stamp: Path) -> dict[str, str]:
    """Return the environment of a process whose clock `stamp` moves, while durations stay true; now it is right."""
    stamp.write_text("+0\n")
    return {
        "LD_PRELOAD": str(LIBRARY[0]),
        "FAKETIME_TIMESTAMP_FILE": str(stamp),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def terminated(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """SIGTERM while a page is due: drained within 5 s, nothing lost over the restart."""
    worst = 0.0
    with trial(folder) as here:
        for mode in ("ok", HANG)[: 1 if short else 2]:
            here.start()
            here.well()
            here.forget()
            here.provider.mode = mode
            here.simulator.begin("jam", "printer")
            here.incident()
            begun = Clock().monotonic()
            code = here.stop(within=20)
            worst = max(worst, Clock().monotonic() - begun, 99.0 if code != 0 else 0.0)
            here.start()
            here.provider.mode = "ok"
            here.simulator.mend()
            here.arrived(2, 40)
            here.well()
            here.stop()
        found = here.judge()
    return Found(worst <= 5 and found.lost == 0, worst, "s", f"{found.lost} lost, {found.repeats} repeats")  # as asked


def terminated_locked(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """SIGTERM while another program holds the database and somebody acknowledges: it ends in time, the answer is no
    lie, and what was to be told is told after the next start.
    """
    worst, said, wrong = 0.0, "", []
    with trial(folder) as here, ThreadPoolExecutor(1) as pool:
        for place in range(1 if short else 5):
            here.start()
            here.well()
            here.forget()
            here.simulator.begin("jam", "printer")
            number = here.incident() or 0
            here.arrived(1)
            until(lambda: here.owed()[-1].status == "sent", 20)  # and that is kept
            with closing(sqlite3.connect(database_file(here.state), isolation_level=None, timeout=10)) as other:
                other.execute("BEGIN IMMEDIATE")
                answer = pool.submit(here.acknowledge, number, f"locked-{place}")
                here.simulator.begin("power-off", "pc")  # another root, another page
                pause(1.0 + place)  # it tries to commit, and waits for the lock in another place each time
                begun = Clock().monotonic()
                code = here.stop(within=20)
                worst = max(worst, Clock().monotonic() - begun)
                other.execute("ROLLBACK")
            if code is None:
                here.stop(signal.SIGKILL)
                wrong.append("it did not end")
            kept, said = here.taken(), answer.result()
            if said == "ok" and not kept:
                wrong.append("acknowledged and not kept")
            here.start()
            if not here.arrived(2, 40):
                wrong.append("the second fault was never told")
            here.simulator.mend()
            here.well()
        until(lambda: not here.judge().lost, 20)
        found = here.judge()
    note = "; ".join([f"{found.lost} lost, {found.repeats} repeats, answered {said}", *wrong])
    return Found(worst <= 5 and found.ok and not wrong, worst, "s", note)  # as asked


def second(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Start a second daemon on one database: it refuses with its own status; the first goes on and pages."""
    with trial(folder) as here:
        here.start()
        here.well()
        here.forget()
        done = subprocess.run(
            [sys.executable, "-m", "mppmon", "run", str(here.config), "--state", str(here.state)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        here.simulator.begin("jam", "printer")
        paged = here.arrived(1)
    return Found(
        done.returncode == 4 and paged, done.returncode, "exit status of the second", done.stderr.strip()[-120:]
    )  # as documented


ROWS = (
    Row(25, "SIGSTOP 2 minutes", "unknown, no false page, no false downtime", stopped),
    Row(26, "SIGTERM", "drained within 5 s", terminated),
    Row(26, "SIGTERM with the database locked", "ended within 5 s, nothing lost", terminated_locked),
    Row(27, "two daemons on one database file", "the second refuses", second),
)
