"""The account of an agency, to the second, against a second way of counting."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mppmon.mall.model import Delivery, Mall, Span
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.reports import ReportError, Request
from mppmon.reports.agency import AgencyReport, Cause, History, Segment, line
from mppmon.reports.gather import ALIVE, agency_report
from mppmon.reports.period import Period, parse
from mppmon.store import Batch, Store
from tests.unit.report_kit import DAY, HOUR, mall, span
from tests.unit.store_kit import MINUTE, MONDAY, incident, new_database, transition

JAKARTA = ZoneInfo("Asia/Jakarta")
AGENCY = Principal(Role.AGENCY, "dukcapil", agencies=frozenset({"disdukcapil"}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(new_database(tmp_path / "mppmon.db")) as opened:
        opened.save_revision(SYSTEM, "r1", "r1", MONDAY, "budi")
        opened.commit(SYSTEM, Batch(last_seen=MONDAY + 9 * HOUR))
        yield opened


def put(store: Store, *changes: tuple[float, str, str], subject: str = "ktp@a1") -> None:
    """Record changes: hours after the start, new delivery, cause."""
    rows = [
        transition(subject, new, MONDAY + at * HOUR, cause=cause, agency="disdukcapil") for at, new, cause in changes
    ]
    store.commit(SYSTEM, Batch(transitions=rows))


def ask(store: Store, malls: dict[str, Mall] | None = None, **fields: object) -> AgencyReport:
    asked = Request("", AGENCY, "disdukcapil", "2026-11-23", MONDAY + 9 * HOUR)
    built = malls or {"r1": mall(counters=("a1",))}
    return agency_report(store, replace(asked, **fields), lambda text, _: built[text])  # type: ignore[arg-type]  # by name


def test_a_day(store: Store) -> None:
    put(store, (0, "delivered", "start"), (1, "interrupted", "a1-pc/function"), (1.5, "delivered", "a1-pc/function"))
    put(store, (3, "degraded", "sw-core/function"), (4, "unknown", "daemon-off"), (5, "delivered", "start"))
    (found,) = ask(store).lines
    assert (found.service_name, found.counter_name) == ("Cetak KTP-el", "Loket A1")
    assert found.account.service_seconds == 7 * 3600
    assert found.account.seconds == {"delivered": 4.5 * 3600, "degraded": 3600, "interrupted": 1800, "unknown": 3600}
    assert found.account.ratio == pytest.approx(5.5 / 6)
    (stop,) = found.interruptions
    assert (stop.start, stop.end, stop.seconds) == (MONDAY + HOUR, MONDAY + 1.5 * HOUR, 1800)
    assert (stop.cause, stop.ongoing) == (Cause("a1-pc/function", "PC Loket A1"), False)


def test_the_state_a_day_begins_with_is_the_one_of_the_evening_before(store: Store) -> None:
    put(store, (-20, "interrupted", "sw-core/function"), (0.25, "delivered", "sw-core/function"))
    (found,) = ask(store).lines
    assert found.account.seconds["interrupted"] == 900
    (stop,) = found.interruptions
    assert (stop.start, stop.seconds) == (MONDAY - 8 * HOUR, 900), "minutes count within service hours"
    assert stop.cause == Cause("mall", ""), "the mall's own equipment is not named to an agency"


def test_who_had_to_act_is_what_the_incident_of_that_time_says(store: Store) -> None:
    put(store, (0, "delivered", "start"), (1, "interrupted", "a1-pc/reach"), (1.5, "delivered", "recovered"))
    put(store, (3, "interrupted", "sw-core/reach"), (4, "delivered", "recovered"))
    put(store, (5, "interrupted", "a1-pc/reach"), (5.5, "delivered", "recovered"))
    put(store, (6, "interrupted", "b1-pc/reach"), (6.5, "delivered", "recovered"))
    told = [(1, "a1-pc", 1, "agency"), (2, "sw-core", 3, "mall"), (3, "b1-pc", 6, "agency")]
    incidents = [
        replace(
            one := incident(number, "disdukcapil", opened_at=MONDAY + at * HOUR, closed_at=MONDAY + (at + 1) * HOUR),
            root=root,
            facts=replace(one.facts, party=party),
        )
        for number, root, at, party in told
    ]
    store.commit(SYSTEM, Batch(incidents=incidents))
    (found,) = ask(store).lines
    assert [(one.cause.subject, one.cause.party) for one in found.interruptions] == [
        ("a1-pc/reach", "agency"),
        ("mall", "mall"),
        ("a1-pc/reach", ""),  # hours later, of which no incident tells
        ("", ""),  # another agency's: not told
    ]


def test_an_interruption_outside_service_hours_is_none(store: Store) -> None:
    put(store, (-1, "interrupted", "sw-core/function"), (-0.5, "delivered", "sw-core/function"))
    (found,) = ask(store).lines
    assert (found.interruptions, found.account.ratio) == ((), 1.0)


def test_what_goes_on_ends_with_the_asking(store: Store) -> None:
    put(store, (0, "delivered", "start"), (2, "interrupted", "a1-pc/function"))
    found = ask(store, now=MONDAY + 3 * HOUR)
    assert found.until == MONDAY + 3 * HOUR
    (only,) = found.lines
    assert only.account.seconds["interrupted"] == 3600
    assert only.account.seconds["unknown"] == 0, "the hours still to come are not accounted yet"
    assert only.interruptions[0].ongoing


def test_while_the_daemon_is_off_nothing_is_known(store: Store) -> None:
    put(store, (0, "delivered", "start"), (1, "interrupted", "a1-pc/function"))
    store.commit(SYSTEM, Batch(last_seen=MONDAY + 2 * HOUR))
    (alive,) = ask(store, now=MONDAY + 2 * HOUR + ALIVE).lines
    assert alive.account.seconds["interrupted"] == 3600 + ALIVE.total_seconds()
    (off,) = ask(store, now=MONDAY + 2 * HOUR + ALIVE + MINUTE).lines
    assert off.account.seconds["interrupted"] == 3600
    assert not off.interruptions[0].ongoing


def test_a_later_edit_of_the_hours_never_rewrites_the_past(store: Store) -> None:
    put(store, (0, "delivered", "start"))
    before = ask(store)
    store.save_revision(SYSTEM, "r2", "r2", MONDAY + 4 * HOUR, "budi")
    malls = {"r1": mall(counters=("a1",)), "r2": mall({"mpp": (span(0, 5),)}, counters=("a1", "a3"))}
    first, added = ask(store, malls).lines
    assert before.lines[0].account.service_seconds == 7 * 3600
    assert first.account.service_seconds == 5 * 3600, "4 h by the old hours, 1 h by the new ones"
    assert (added.counter, added.account.service_seconds) == ("a3", 3600), "hours count from when it is offered"
    store.save_revision(SYSTEM, "r3", "r3", MONDAY + 30 * HOUR, "budi")
    assert ask(store, malls | {"r3": mall({"mpp": ()})}, now=MONDAY + 40 * HOUR).lines == (first, added)


def test_before_the_first_config_its_hours_count_and_are_unknown(store: Store) -> None:
    report = ask(store, period="2026-10", malls={"r1": mall({"mpp": (span(0, 7, at=MONDAY - 30 * DAY),)})})
    assert [one.account.seconds["unknown"] for one in report.lines] == [7 * 3600.0] * 2
    assert report.lines[0].account.ratio is None
    assert not report.recorded
    put(store, (0, "delivered", "start"))
    assert ask(store).recorded
    assert not ask(store, period="2026-11-22").recorded


def test_the_nearest_hours_win(store: Store) -> None:
    hours = {"mpp": (span(0, 7),), "a1": (span(0, 3),), "ktp@a2": (span(1, 2),)}
    put(store, (0, "delivered", "start"))
    built = {"r1": mall(hours, counters=("a1", "a2", "a3"))}
    assert [one.account.service_seconds / 3600 for one in ask(store, built).lines] == [3, 1, 7]
    shut = {"r1": mall(hours | {"ktp@a1": ()}, counters=("a1",))}
    assert ask(store, shut).lines[0].account.service_seconds == 0, "closed is not the same as not said"


def test_another_agencys_equipment_is_not_named(store: Store) -> None:
    put(store, (0, "interrupted", "b1-pc/function"), (1, "delivered", "x"), (2, "interrupted", "uplink"))
    (found,) = ask(store).lines
    assert [one.cause for one in found.interruptions] == [Cause("", ""), Cause("uplink", "")]


def test_an_agency_reads_its_own_report_only(store: Store) -> None:
    with pytest.raises(ReportError, match="may not read") as caught:
        ask(store, agency="polres")
    assert caught.value.word == "refused"
    with pytest.raises(ReportError, match="may not read"):
        ask(store, agency="no-such-agency")  # the same words: nothing is learnt of who else is there
    staff = Principal(Role.COORDINATOR, "siti")
    assert [one.service for one in ask(store, principal=staff, agency="polres").lines] == ["sim"]
    with pytest.raises(ReportError, match=r"expected one of disdukcapil, polres \(did you mean 'polres'\?\)") as caught:
        ask(store, principal=staff, agency="polrse")
    assert caught.value.word == "unknown-agency"


def test_without_a_config_there_is_nothing_to_report(tmp_path: Path) -> None:
    with Store.open(new_database(tmp_path / "mppmon.db")) as empty, pytest.raises(ReportError) as caught:
        ask(empty)
    assert caught.value.word == "no-config"


@pytest.mark.parametrize(
    "word", ["", "2026", "2026-13", "2026-11-31", "2026-1-1", "20261101", "2026-W10", "9999-12", "x" * 99]
)
def test_a_period_that_is_none(word: str) -> None:
    with pytest.raises(ReportError, match="expected YYYY-MM or YYYY-MM-DD") as caught:
        parse(word, JAKARTA)
    assert caught.value.word == "period"


def test_a_period_is_local_days() -> None:
    december = parse("2026-12", JAKARTA)
    assert (december.first, december.last) == (date(2026, 12, 1), date(2026, 12, 31))
    assert december.end - december.start == 31 * DAY
    assert december.start.isoformat() == "2026-11-30T17:00:00+00:00"
    spring = parse("2026-03-29", ZoneInfo("Europe/Amsterdam"))
    assert spring.end - spring.start == 23 * HOUR, "a day of 23 hours"


MINUTES = st.integers(0, 120)
SPANS = st.lists(st.tuples(MINUTES, MINUTES), max_size=4)


@given(
    changes=st.lists(st.tuples(st.integers(-30, 130), st.sampled_from(Delivery), st.integers(0, 40)), max_size=8),
    first=SPANS,
    second=SPANS,
    border=MINUTES,
    until=MINUTES,
    known=MINUTES,
)
def test_every_minute_is_counted_as_a_plain_walk_counts_it(
    changes: list[tuple[int, Delivery, int]],
    first: list[tuple[int, int]],
    second: list[tuple[int, int]],
    border: int,
    until: int,
    known: int,
) -> None:
    """Changes `(takes effect, new, decided so much later)` in minutes; two configs with hours of their own."""

    def at(minute: int) -> datetime:
        return MONDAY + minute * MINUTE

    period = Period("2026-11-23", date(2026, 11, 23), date(2026, 11, 23), at(0), at(120))
    segments = [
        Segment(at(start), at(end), mall({"mpp": tuple(Span(at(one), at(other)) for one, other in spans)}))
        for start, end, spans in ((0, border, first), (border, 120, second))
    ]
    made = [
        transition("ktp@a1", new, at(effect), decided=at(effect + late) + timedelta(microseconds=place), cause="x")
        for place, (effect, new, late) in enumerate(changes)
    ]
    made.sort(key=lambda one: one.decided_at)
    old = [one for one in made if one.at < period.start]
    within = tuple(one for one in made if period.start <= one.at < at(until))
    found = line(
        segments,
        ("ktp", "a1"),
        ("", ""),
        History(old[-1] if old else None, within),
        agency="disdukcapil",
        period=period,
        until=at(until),
        known_until=at(known),
    )
    expected = dict.fromkeys((one.value for one in Delivery), 0)
    for minute in range(120):
        spans = first if minute < border else second
        if minute < until and any(start <= minute < end for start, end in spans):
            said = [one.new for one in made if one.at <= at(minute)]
            known_now = said and minute < min(known, until)
            expected[said[-1] if known_now else "unknown"] += 60
    assert found.account.seconds == expected
    assert sum(one.seconds for one in found.interruptions) == expected["interrupted"]
