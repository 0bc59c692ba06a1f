"""Peripherals seen through their PC, and the busy share between two readings."""

from datetime import UTC, datetime

import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Outcome
from collectors.pc.clock import ERROR, with_clock_error
from collectors.pc.cpu import Spent, busy_ratio, spent
from collectors.pc.parts import split, unasked
from collectors.pc.reader import Names, read
from collectors.settings import AgentSettings

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
PARTS = ("a3-card", "a3-finger", "a3-scanner")
TARGET = Target("a3-pc:telemetry", "a3-pc", Kind.TELEMETRY, Way.AGENT, "127.0.0.1", 60.0, AgentSettings(), PARTS)
BODY = b"""\
mppmon_pc_cpu_ratio 0.25
mppmon_pc_peripheral_present{peripheral="a3-card"} 1
mppmon_pc_peripheral_present{peripheral="a3-finger"} 0
mppmon_pc_printer_error{peripheral="a3-card",error="jammed"} 1
mppmon_pc_printer_error{peripheral="a3-card",error="no-paper"} 0
mppmon_pc_printer_jobs{peripheral="a3-card"} 3
mppmon_pc_printer_oldest_job_seconds{peripheral="a3-card"} 95
mppmon_pc_source_available{source="usb"} 1
mppmon_pc_source_available{source="services"} 0
"""


def test_each_part_gets_its_own_observation_and_the_pc_keeps_the_rest() -> None:
    own, (card, finger, scanner) = split(TARGET, read(BODY, "", Names(frozenset(PARTS))), AT, 0.5)
    assert (card.check, card.device, card.outcome) == ("a3-card:telemetry", "a3-card", Outcome.OK)
    assert card.samples() == [
        ("mppmon_printer_error", (("error", "jammed"),), 1.0),
        ("mppmon_printer_error", (("error", "no-paper"),), 0.0),
        ("mppmon_printer_jobs", (), 3.0),
        ("mppmon_printer_oldest_job_seconds", (), 95.0),
    ]
    assert (finger.outcome, finger.detail, finger.values) == (Outcome.ABSENT, "its PC does not see it", ())
    assert (scanner.outcome, scanner.detail) == (Outcome.LOCAL, "its PC has no source: services")
    assert {part.at for part in (card, finger, scanner)} == {AT}
    names = {name for name, _ in own.schema.series}
    assert names == {"mppmon_pc_cpu_ratio", "mppmon_pc_peripheral_present", "mppmon_pc_source_available"}
    assert len(own.values) == len(own.schema.series) == 5


def test_an_exporter_that_knows_no_peripherals_says_nothing_about_them() -> None:
    reading = read(b"node_boot_time_seconds 1.7e9\n", "", Names(frozenset(PARTS)))
    _, parts = split(TARGET, reading, AT, 0.5)
    assert {part.outcome for part in parts} == {Outcome.LOCAL}
    assert {part.detail for part in parts} == {"its PC does not report it"}
    assert {part.outcome.reached for part in unasked(TARGET, AT, 5.0)} == {None}
    assert tuple(part.device for part in unasked(TARGET, AT, 5.0)) == PARTS


@pytest.mark.parametrize(
    ("before", "after", "ratio"),
    [
        (Spent(100, 200), Spent(107.5, 210), 0.25),
        (Spent(100, 200), Spent(100, 210), 1.0),
        (Spent(100, 200), Spent(111, 210), 0.0),  # idle is counted a little ahead of the rest
        (Spent(100, 200), Spent(1, 2), None),  # the PC was started anew
        (Spent(100, 200), Spent(100, 200), None),
    ],
)
def test_busy_share(before: Spent, after: Spent, ratio: float | None) -> None:
    assert busy_ratio(before, after) == ratio


def test_busy_share_needs_an_idle_count() -> None:
    assert spent({"user": 1.0}) is None
    assert spent({"user": 1.0, "idle": 2.0, "other": 0.5}) == Spent(2.0, 3.5)


@pytest.mark.parametrize(("theirs", "wrong"), [(100.0, 0.0), (102.0, 0.0), (101.0, 0.0), (90.0, 10.0), (105.0, 3.0)])
def test_a_clock_is_wrong_by_what_the_way_of_the_answer_does_not_explain(theirs: float, wrong: float) -> None:
    reading = read(b"mppmon_pc_time_seconds %f\n" % theirs, "text/plain", Names())
    seen = with_clock_error(reading, (100.0, 2.0))
    assert dict(zip(seen.schema.series, seen.values, strict=True))[ERROR] == wrong
    silent = read(b"mppmon_pc_spooler_running 1\n", "text/plain", Names())
    assert with_clock_error(silent, (100.0, 2.0)) is silent


_FORMERLY = {"a3-kartu": "a3-card", "lama": "dukcapil-pusat"}
_RENAMED = Names(frozenset(PARTS), systems=frozenset({"dukcapil-pusat"}), formerly=_FORMERLY)


def test_a_pc_whose_file_says_former_ids_is_read_as_if_it_said_those_of_now() -> None:
    old = BODY.replace(b"a3-card", b"a3-kartu") + b'mppmon_pc_system_ok{system="lama"} 1\n'
    new = BODY + b'mppmon_pc_system_ok{system="dukcapil-pusat"} 1\n'
    assert split(TARGET, read(old, "", _RENAMED), AT, 0.5) == split(TARGET, read(new, "", _RENAMED), AT, 0.5)
    assert read(old, "", Names(frozenset(PARTS))).dropped == 6  # who has no such former id does not take it


@pytest.mark.parametrize("first", ["a3-kartu", "a3-card"])
def test_of_a_former_id_and_the_one_of_now_that_of_now_is_believed(first: str) -> None:
    lines = {"a3-kartu": b'mppmon_pc_peripheral_present{peripheral="a3-kartu"} 0\n'}
    lines["a3-card"] = b'mppmon_pc_peripheral_present{peripheral="a3-card"} 1\n'
    body = lines.pop(first) + b"".join(lines.values())
    _, (card, *_) = split(TARGET, read(body, "", _RENAMED), AT, 0.5)
    assert card.outcome is Outcome.OK
