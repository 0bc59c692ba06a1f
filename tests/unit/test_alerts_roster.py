"""Who is on call, at hand-overs and over changes of summer time."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.model import Rotation
from alerts.roster import on_call, shifts

US = timedelta(microseconds=1)
MEMBERS = ("sari", "budi", "tono")


def rotation(zone: str, first: date, *, turns: int, days: int = 7, at: time = time(8)) -> Rotation:
    """Resolve hand-overs at a local time, as the config does."""
    place = ZoneInfo(zone)
    local = (datetime.combine(first + timedelta(days=days * turn), at, place) for turn in range(turns + 1))
    return Rotation("it", "Piket TI", MEMBERS, tuple(one.astimezone(UTC) for one in local))


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_turn_begins_at_its_hand_over_and_not_a_microsecond_before(zone: str) -> None:
    found = rotation(zone, date(2026, 3, 2), turns=60)
    for turn, instant in enumerate(found.boundaries[:-1]):
        assert instant.astimezone(ZoneInfo(zone)).time() == time(8)  # also after summer time began
        assert on_call(found, instant) == MEMBERS[turn % 3]
        if turn:
            assert on_call(found, instant - US) == MEMBERS[(turn - 1) % 3]


def test_outside_the_resolved_turns_nobody_is_on_call() -> None:
    found = rotation("Asia/Jakarta", date(2026, 11, 2), turns=3)
    assert on_call(found, found.boundaries[0] - US) is None
    assert on_call(found, found.boundaries[-1] - US) == "tono"
    assert on_call(found, found.boundaries[-1]) is None
    assert on_call(Rotation("it", "", (), found.boundaries), found.boundaries[0]) is None
    assert on_call(Rotation("it", "", MEMBERS, ()), found.boundaries[0]) is None


def test_a_week_with_a_change_of_summer_time_is_an_hour_longer_or_shorter() -> None:
    autumn = shifts(
        rotation("Europe/Berlin", date(2026, 10, 19), turns=2),
        datetime(2026, 10, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert [(end - start, who) for start, end, who in autumn] == [
        (timedelta(days=7, hours=1), "sari"),
        (timedelta(days=7), "budi"),
    ]


@given(start=st.integers(-400, 2000), hours=st.integers(0, 2000), days=st.integers(1, 14))
def test_shifts_cover_the_span_without_gap_and_agree_with_who_is_on_call(start: int, hours: int, days: int) -> None:
    found = rotation("Europe/Berlin", date(2026, 3, 1), turns=20, days=days)
    begin = found.boundaries[0] + timedelta(hours=start)
    end = begin + timedelta(hours=hours)
    listed = shifts(found, begin, end)
    covered = sum(((over - since) for since, over, _ in listed), timedelta())
    inside = min(end, found.boundaries[-1]) - max(begin, found.boundaries[0])
    assert covered == max(inside, timedelta())
    for (_, over, _), (since, _, _) in pairwise(listed):
        assert over == since
    for since, over, who in listed:
        assert on_call(found, since) == on_call(found, over - US) == who
