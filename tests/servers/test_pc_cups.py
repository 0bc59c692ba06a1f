"""A real CUPS: a job that does not come out, a printer that is off, one that is paused, and a spooler that stops."""

import time
from pathlib import Path

import pytest

from collectors.observation import Observation, Outcome
from collectors.pc.agent.readers.printing import Cups as Reader
from tests.servers.cups_server import cups
from tests.servers.pc_programs import agent
from tests.servers.test_pc_collector import run, target, values

pytestmark = pytest.mark.server

CONFIG = """\
[peripherals.a3-card]
queue = "Evolis"
[peripherals.a3-till]
queue = "Struk"
[peripherals.a3-laser]
queue = "Laser"
[peripherals.a3-old]
queue = "Removed"
"""


def test_what_a_real_spooler_says_reaches_the_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cups() as spooler:
        monkeypatch.setenv("CUPS_SERVER", str(spooler.socket))
        spooler.say("/usr/sbin/lpadmin", "-p", "Evolis", "-E", "-v", "ipp://127.0.0.1:1/off", "-m", "raw")
        for name in ("Struk", "Laser"):
            spooler.say("/usr/sbin/lpadmin", "-p", name, "-E", "-v", "file:///dev/null", "-m", "raw")
        spooler.say("/usr/sbin/cupsdisable", "Struk")
        for _ in range(2):
            spooler.say("lp", "-d", "Struk", text="struk")
        spooler.say("lp", "-d", "Evolis", text="kartu")
        while "offline" not in Reader().read().queues["Evolis"].errors:  # its backend has to try; pytest bounds this
            time.sleep(0.05)  # noqa: TID251  # likewise

        with agent(tmp_path, CONFIG) as running:
            told = target(running.port, "a3-card", "a3-till", "a3-laser", "a3-old")
            seen = run(lambda collector: collector.poll(told))
        assert values(seen)["mppmon_pc_spooler_running"] == 1.0
        parts = {part.device: part for part in seen.parts}
        assert jobs_and_errors(parts["a3-card"]) == (1.0, {"offline"})
        assert jobs_and_errors(parts["a3-till"]) == (2.0, {"offline"})
        assert jobs_and_errors(parts["a3-laser"]) == (0.0, set())
        assert parts["a3-old"].outcome is Outcome.ABSENT
        waits = values(parts["a3-card"])["mppmon_printer_oldest_job_seconds"]
        assert 0.0 <= waits < 60.0
        assert values(parts["a3-laser"])["mppmon_printer_oldest_job_seconds"] == 0.0

        spooler.say("/usr/sbin/cupsenable", "Struk")
        while Reader().read().queues["Struk"].jobs:  # they come out
            time.sleep(0.05)  # noqa: TID251  # likewise
        spooler.stop()
        stopped = Reader().read()
        assert (stopped.spooler_running, stopped.queues) == (False, {})


def jobs_and_errors(part: Observation) -> tuple[float, set[str]]:
    found = values(part)
    errors = {name.rpartition(",")[2] for name, value in found.items() if "printer_error" in name and value}
    return found["mppmon_printer_jobs"], errors
