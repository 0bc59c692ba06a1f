"""Maintenance windows as the mall's clock shows them -> intervals of UTC, also when clocks are turned."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.model import AlertKey
from alerts.silence import silenced
from mppmon import config
from mppmon.config.maintenance import resolve_windows
from mppmon.config.settings_maintenance import MaintenanceFile

GOOD = Path(__file__).parent / "bad_configs" / "good"
TODAY = date(2026, 11, 24)
HOUR = timedelta(hours=1)


def file(**window: object) -> MaintenanceFile:
    whole = {"name": "n", "match": {"device": ["sw"]}, "reason": "r", **window}
    return MaintenanceFile.model_validate({"windows": {"w": whole}})


def spans(zone: str = "Asia/Jakarta", today: date = TODAY, **window: object) -> list[tuple[str, str]]:
    found = resolve_windows(file(**window), zone=ZoneInfo(zone), today=today)
    return [(f"{one.start:%m-%d %H:%M}", f"{one.end:%m-%d %H:%M}") for one in found]


def test_once_and_every_sunday_by_the_malls_clock() -> None:
    assert spans(start="2026-11-29 20:00", duration="2h") == [("11-29 13:00", "11-29 15:00")]
    weekly = spans(start="2026-11-29 20.00", end="2026-11-29 22:30", repeat="freq=weekly;byday=su")
    assert weekly[:2] == [("11-29 13:00", "11-29 15:30"), ("12-06 13:00", "12-06 15:30")]
    assert weekly[-1][0] == "01-24 13:00", "two months ahead, as far as service hours are resolved"
    until = spans(start="2026-11-29 20:00", duration="2h", repeat="FREQ=DAILY", until="2026-12-01 20:00")
    assert [start for start, _ in until] == ["11-29 13:00", "11-30 13:00", "12-01 13:00"]


def test_a_window_that_began_before_the_kept_days_is_kept_while_it_lasts() -> None:
    (one,) = spans(start="2025-10-19 20:00", duration="3d", today=TODAY)
    assert one == ("10-19 13:00", "10-22 13:00")
    assert spans(start="2025-10-15 20:00", duration="3d", today=TODAY) == []


@pytest.mark.parametrize(
    ("start", "how", "expected"),
    [  # Berlin: 29 March 2026 02:00 -> 03:00; 25 October 2026 03:00 -> 02:00
        ("2026-03-28 22:00", {"duration": "6h"}, ("03-28 21:00", "03-29 03:00")),  # six hours pass, the clock shows 5
        ("2026-03-28 22:00", {"end": "2026-03-29 04:00"}, ("03-28 21:00", "03-29 02:00")),  # five hours pass
        ("2026-03-29 02:30", {"duration": "1h"}, ("03-29 01:00", "03-29 02:00")),  # never shown: from the jump on
        ("2026-10-24 22:00", {"duration": "6h"}, ("10-24 20:00", "10-25 02:00")),
        ("2026-10-24 22:00", {"end": "2026-10-25 04:00"}, ("10-24 20:00", "10-25 03:00")),  # seven hours pass
        ("2026-10-25 02:30", {"end": "2026-10-25 03:30"}, ("10-25 00:30", "10-25 02:30")),  # from the first 02:30 on
    ],
)
def test_clocks_that_are_turned(start: str, how: dict[str, str], expected: tuple[str, str]) -> None:
    today = date(2026, 10, 1)
    assert spans("Europe/Berlin", today, start=start, **how) == [expected]


def test_a_window_within_the_hour_that_is_jumped_over_is_none() -> None:
    today = date(2026, 3, 1)
    assert spans("Europe/Berlin", today, start="2026-03-29 02:10", end="2026-03-29 02:50") == []


@given(
    day=st.dates(date(2026, 1, 1), date(2026, 12, 1)),
    hour=st.integers(0, 23),
    length=st.integers(1, 48),
    zone=st.sampled_from(["Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_against_a_walk_over_the_minutes(day: date, hour: int, length: int, zone: str) -> None:
    """The oracle: the minutes at which the mall's clock shows a time of the window, or has already shown its start."""
    place = ZoneInfo(zone)
    found = resolve_windows(
        file(start=f"{day} {hour:02}:00", duration=f"{length}h"), zone=place, today=day + timedelta(days=3)
    )
    wall = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001  # wall-clock
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    while at.astimezone(place).replace(tzinfo=None) < wall:
        at += timedelta(minutes=1)
    (one,) = found
    assert one.start == at
    assert one.end - one.start == length * HOUR


def load(place: Path, text: str) -> list[str]:
    shutil.copytree(GOOD, place)
    (place / "maintenance.yaml").write_text(f"version: 1\nwindows:\n{text}")
    loaded = config.load(place, today=TODAY)
    again = config.from_normalised(loaded.normalised, today=TODAY, directory=place)
    assert again.windows == loaded.windows
    return [str(one) for one in loaded.warnings]


def test_what_is_unwise_is_warned_of(tmp_path: Path) -> None:
    said = load(
        tmp_path / "mall",
        """\
  nowhere: {name: n, match: {device: sw, kind: ups}, start: 2026-11-29 20:00, duration: 2h, reason: r}
  never: {name: n, match: {device: sw}, start: 2026-11-29 20:00, duration: 2h, reason: r,
          repeat: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29, until: 2027-12-01 20:00}
  crowded: {name: n, match: {device: gw}, start: 2026-12-01 20:00, duration: 2d, reason: r,
            repeat: FREQ=DAILY, until: 2026-12-03 20:00}
  one: {name: n, match: {device: sw}, start: 2026-12-10 20:00, duration: 2h, reason: r}
  two: {name: n, match: {kind: switch}, start: 2026-12-10 21:00, duration: 2h, reason: r}
  past: {name: n, match: {kind: switch}, start: 2026-11-10 20:00, duration: 2h, reason: r}
  past-too: {name: n, match: {kind: switch}, start: 2026-11-10 20:00, duration: 2h, reason: r}
""",
    )
    assert [one.split(": found ")[1].split(", expected")[0] for one in said] == [
        "a window that covers no device",
        "a window that never comes",
        "a window that begins again before it ends",
        "a window that overlaps `one` on sw",
    ]


def test_windows_of_other_rules_do_not_overlap(tmp_path: Path) -> None:
    said = load(
        tmp_path / "mall",
        """\
  one: {name: n, match: {device: sw, rule: DeviceDown}, start: 2026-12-10 20:00, duration: 2h, reason: r}
  two: {name: n, match: {device: sw, rule: ReadingsMissing}, start: 2026-12-10 20:00, duration: 2h, reason: r}
""",
    )
    assert said == []


def test_a_window_for_a_channel_covers_what_the_monitor_says_of_it_and_no_service(tmp_path: Path) -> None:
    written = """\
  mail: {name: n, match: {channel: mail}, start: 2026-12-10 20:00, duration: 2h, reason: r}
  by-snmp: {name: n, match: {way: snmp, rule: MonitorWayStale}, start: 2026-12-11 20:00, duration: 2h, reason: r}
  switch: {name: n, match: {device: sw}, start: 2026-12-12 20:00, duration: 2h, reason: r}
"""
    assert load(tmp_path / "mall", written) == []
    loaded = config.load(tmp_path / "mall", today=TODAY)
    mail, _, switch = loaded.windows
    ours = AlertKey("MonitorChannelFailing", "mppmon", (("channel", "mail"),))
    other = AlertKey("MonitorChannelFailing", "mppmon", (("channel", "sms"),))
    device = AlertKey("DeviceDown", "sw")
    assert silenced(ours, loaded.windows, now=mail.start) is mail
    assert silenced(other, loaded.windows, now=mail.start) is None
    assert silenced(device, loaded.windows, now=mail.start) is None
    assert {span.start for spans in loaded.mall.planned.values() for span in spans} == {switch.start}


def test_a_window_names_only_what_is_there(tmp_path: Path) -> None:
    match = "match: {channel: fax, person: nobody, way: x}"
    written = f"  w: {{name: n, {match}, start: 2026-12-10 20:00, duration: 2h, reason: r}}\n"
    with pytest.raises(config.ConfigErrors) as caught:
        load(tmp_path / "mall", written)
    assert {str(one).split(": ")[0].split(" ")[1] for one in caught.value.problems} == {"windows.w.match.way"}
    with pytest.raises(config.ConfigErrors) as caught:
        load(tmp_path / "other", written.replace(", way: x", ""))
    assert {str(one).split(": ")[0].split(" ")[1] for one in caught.value.problems} == {
        "windows.w.match.channel",
        "windows.w.match.person",
    }
