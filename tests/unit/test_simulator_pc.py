"""The simulated PC shows what our agent shows, and nothing else."""

import re
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from mppmon.demo.simulator.pc import Plugged, exposition, tells
from mppmon.demo.simulator.world import Scene

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
PC = Scene("a3-pc", 5, "", 7200.0, 7200.0, frozenset())
DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"


def read(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_name_is_of_the_documented_ones() -> None:
    documented = set(re.findall(r"`(mppmon_pc_[a-z_]+)`", DOCS.read_text("utf-8")))
    shown = {name for name, _ in read(exposition(PC, [Plugged("card", "card-printer", frozenset())], now=NOW))}
    by_the_reader = {"mppmon_pc_clock_error_seconds", "mppmon_pc_printer_jobs_stopped", "mppmon_pc_pushed_time_seconds"}
    of_systems = {name for name in documented if "_system_" in name}  # the simulated PCs look at none
    assert shown == documented - by_the_reader - of_systems


def test_a_jam_behind_the_pc() -> None:
    plugged = [
        Plugged("card", "card-printer", frozenset({"jammed"}), 90.0),
        Plugged("finger", "peripheral", frozenset()),
    ]
    values = read(exposition(PC, plugged, now=NOW))
    assert values["mppmon_pc_printer_error", (("error", "jammed"), ("peripheral", "card"))] == 1
    assert values["mppmon_pc_printer_error", (("error", "no-paper"), ("peripheral", "card"))] == 0
    assert values["mppmon_pc_printer_oldest_job_seconds", (("peripheral", "card"),)] == 90
    assert values["mppmon_pc_printer_jobs", (("peripheral", "card"),)] == 2
    assert values["mppmon_pc_peripheral_present", (("peripheral", "finger"),)] == 1
    assert tells(PC, plugged) == {"a3-pc": frozenset(), "card": {"jammed"}, "finger": frozenset()}


def test_what_is_unplugged_says_nothing_but_that_it_is_not_there() -> None:
    values = read(exposition(PC, [Plugged("card", "card-printer", frozenset({"absent"}))], now=NOW))
    assert values["mppmon_pc_peripheral_present", (("peripheral", "card"),)] == 0
    assert not [name for name, _ in values if name.startswith("mppmon_pc_printer")]


def test_a_stopped_spooler() -> None:
    stopped = Scene("a3-pc", 5, "", 7200.0, 7200.0, frozenset({"spooler-stopped"}))
    values = read(exposition(stopped, [], now=NOW))
    assert values["mppmon_pc_spooler_running", ()] == 0
    assert values["mppmon_pc_service_running", (("service", "spooler"),)] == 0


def test_the_clock_of_the_pc_is_the_one_handed_in() -> None:
    values = read(exposition(PC, [], now=NOW))
    assert values["mppmon_pc_time_seconds", ()] == NOW.timestamp()
    assert values["mppmon_pc_boot_time_seconds", ()] == NOW.timestamp() - 7200
