"""Rows about what is below the daemon: its database, its clock, its configuration, the network and the power."""

import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from mppmon.clock import Clock
from mppmon.state import database_file
from tests.faults.processes import clock_file, faked
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, edit, fresh, trial, until
from tests.servers.prometheus import pause


def locked(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Lock the database for 60 s (short: 6.5 s): no device goes down by it; a fault meanwhile is told afterwards."""
    with trial(folder) as here:
        here.start()
        here.well()
        here.forget()
        before = len(here.states("pc/reach"))
        with closing(sqlite3.connect(database_file(here.state), isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN IMMEDIATE")
            pause(1)
            here.simulator.begin("jam", "printer")
            pause(5.5 if short else 59)
            early = len(here.news())
            other.execute("ROLLBACK")
        begun = Clock().monotonic()
        paged = here.arrived(1 if short else 2, 40)
        seconds = Clock().monotonic() - begun
        false = here.states("pc/reach")[before:].count("down")
        here.simulator.mend()
        here.well()
    return Found(
        paged and not false, false, "devices down by it", f"{early} told meanwhile, page {seconds:.1f} s after"
    )


def clock(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Set the clock an hour on, an hour back, to 2185 and back: no false page; a fault is told each time."""
    stamp = clock_file()
    false, slowest = 0, 0.0
    wrong: list[str] = []
    with fresh(folder) as here:
        here.start_under(faked(stamp))
        here.well()
        every = ("+3600", "+0", "-3600", "+0", "+5000000000", "+0")
        for offset in every[:2] if short else every:
            here.forget()
            stamp.write_text(f"{offset}\n")
            pause(1.2)  # it is read once a second
            if not here.well():
                wrong.append(f"not well at {offset}")
            false += len(here.about_services())
            begun = Clock().monotonic()
            here.simulator.begin("power-off", "printer")
            if not until(here.about_services, 25):
                wrong.append(f"no page at {offset}")
            slowest = max(slowest, Clock().monotonic() - begun)
            here.simulator.mend()
            if not (here.well() and until(lambda: len(here.about_services()) >= 2, 25)):
                wrong.append(f"no recovery at {offset}")
    note = f"slowest page {slowest:.1f} s; {'; '.join(wrong)}"
    return Found(false == 0 and not wrong, false, "false pages", note)


def away(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Start after two hours off: no page, the two hours are unknown."""
    stamp = clock_file()
    with fresh(folder) as here:
        here.start_under(faked(stamp))
        here.well()
        pause(1.2)  # a sign of life
        before = len(here.states("ktp@a1"))
        here.stop()
        stamp.write_text("+7200\n")
        here.forget()
        here.start()
        well = here.well()
        pause(1.2)
        states, told = here.states("ktp@a1")[before:], len(here.news())
    return Found(well and told == 0 and states == ["unknown", "delivered"], told, "pages", " ".join(states))


def switch(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Cut the switch above everything: one page for it; at its return one word."""
    return _one_page(folder, "network-off")


def power(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Take the power of the switch and so of everything below; it returns to everything at once."""
    return _one_page(folder, "power-off")


def _one_page(folder: Path, fault: str) -> Found:
    with trial(folder) as here:
        here.start()
        here.well()
        here.forget()
        here.simulator.begin(fault, "core")
        paged = here.arrived(1)
        pause(1.2)  # two rounds of polls
        pages = len(here.news())
        root = [one["root"] for one in here.status()["incidents"]]
        here.simulator.mend()
        here.well()
        here.arrived(2)
        pause(1.2)
        total = len(here.news())
    return Found(paged and pages == 1 and total == 2 and root == ["core"], pages, "pages", f"{total} messages in all")


def reload(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Change the configuration while a page is open: nothing is told twice, the recovery arrives."""
    with trial(folder, reloaded) as here:
        here.start()
        here.well()
        here.forget()
        here.simulator.begin("jam", "printer")
        here.arrived(1)
        for number in range(1 if short else 20):
            _rename(here, f"Printer {number}")
        pages = len(here.news())
        here.simulator.mend()
        back = here.arrived(2) and here.well()
        found = here.judge()
    return Found(pages == 1 and back and found.ok and not found.repeats, pages, "messages over the reloads")


def reloaded(_config: Path) -> None:
    """Name a trial whose configuration is changed."""


def _rename(here: Trial, name: str) -> None:
    def devices(whole: dict[str, Any]) -> None:
        whole["devices"]["card"]["name"] = name

    edit(here.config, "devices.yaml", devices)
    assert here.process is not None
    before = here.log().count("reload by SIGHUP")
    here.process.send_signal(signal.SIGHUP)
    until(lambda: here.log().count("reload by SIGHUP") > before, 20)


def newer(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Start on a database of a newer mppmon: refused, and not a byte of it is changed."""
    with trial(folder) as here:
        state = here.folder / "newer"
        state.mkdir(exist_ok=True)
        file = database_file(state)
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("create table if not exists alembic_version (version_num text)")
            database.execute("insert into alembic_version values ('9999')")
            database.commit()
        before = file.read_bytes()
        argv = [sys.executable, "-m", "mppmon", "run", str(here.config), "--state", str(state)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
        same = file.read_bytes() == before
    return Found(done.returncode == 5 and same, done.returncode, "exit status", done.stderr.strip()[-80:])


def full(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Fill the disk below the database, begin a fault, free it: the page comes, with the time of the fault."""
    with fresh(folder) as here:
        here.state.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "mppmon-faults", str(here.state)], check=True)
        try:
            here.start()
            here.well()
            here.forget()
            filler = here.state / "filler"
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(b"x" * 4096):
                    pass
            here.simulator.begin("jam", "printer")
            refused = until(lambda: "full" in here.log() or "no space" in here.log(), 20)
            pause(1 if short else 60)
            early = len([one for one in here.news() if "TERHENTI" in one.text])
            filler.unlink()
            paged = bool(until(lambda: [one for one in here.news() if "TERHENTI" in one.text], 40))
            here.simulator.mend()
            here.well()
            until(lambda: not here.judge().lost, 40)  # of the full disk itself an administrator is told as well
            found = here.judge()
            here.stop()
        finally:
            subprocess.run(["umount", "--lazy", str(here.state)], check=True)
    return Found(paged and bool(refused) and not found.lost, found.lost, "lost", f"{early} told while full")


def starved(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Allow 96 descriptors and take them by idle connections to the page: a fault is told all the same."""
    with trial(folder) as here:
        here.start()
        here.well()
        here.forget()
        assert here.process is not None
        before, usual = len(here.states("pc/reach")), resource.prlimit(here.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(here.process.pid, resource.RLIMIT_NOFILE, (96, usual[1]))
        idle = []
        try:
            for _ in range(120):
                with suppress(OSError):
                    idle.append(socket.create_connection(("127.0.0.1", here.port), 1))
            here.simulator.begin("jam", "printer")
            begun = Clock().monotonic()
            paged = here.arrived(1, 40)
            seconds = Clock().monotonic() - begun
            false = here.states("pc/reach")[before:].count("down")
        finally:
            for one in idle:
                one.close()
        alive = here.process.poll() is None
        if alive:
            resource.prlimit(here.process.pid, resource.RLIMIT_NOFILE, usual)
    return Found(paged and alive and not false, seconds, "s to the page", f"{false} devices down by it")


ROWS = (
    Row(4, "disk full, then freed", "kept in memory, told afterwards, nothing lost", full),
    Row(24, "96 descriptors, 120 idle connections", "told all the same", starved),
    Row(5, "database locked 60 s", "no device goes down by it", locked),
    Row(7, "clock +1 h, -1 h, to 2185 and back", "no false page, faults still told", clock),
    Row(18, "parent switch down", "one page", switch),
    Row(21, "configuration reloaded while firing", "nothing told twice", reload),
    Row(22, "restart after 2 hours off", "unknown, no page", away),
    Row(30, "newer schema", "refused, untouched", newer),
    Row(33, "power returns to everything at once", "one page, one word of the return", power),
)
