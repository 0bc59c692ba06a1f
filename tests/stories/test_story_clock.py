"""The process was stopped, or the clock was set: nobody watched is unknown, and timers keep their distance."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.model import NoticeKind
from collectors.observation import Outcome
from mppmon.config import DaemonSettings
from mppmon.engine.commands import Acknowledge
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.mall.uptime import intervals
from tests.stories.house import MONDAY, House, small_config

TECHNICIAN = Principal(Role.TECHNICIAN, "Ani", person="ani")


def beating(house: House, seconds: float, *, step: float = 5.0) -> None:
    """Let time pass as the poll loop ticks."""
    for _ in range(round(seconds / step)):
        house.clock.pass_(step)
        house.engine.tick()
        house.engine.turn(house.engine.intake.take())


def states(house: House, subject: str, start: datetime, end: datetime) -> list[tuple[str, datetime]]:
    """Return what a report says of a subject: its states from `start` to `end` and since when."""
    heard = house.store.transitions(SYSTEM, start=start, end=end, subjects=(subject,))
    return [(one.state, one.start) for one in intervals(heard, start=start, end=end)]


def test_time_the_process_was_stopped_is_unknown_not_delivered(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        beating(house, 20)
        house.clock.pass_(120)  # SIGSTOP
        house.engine.tick()
        house.engine.turn(house.engine.intake.take())
        assert house.engine.snapshot.deliveries["ktp", "a1"].delivery == "unknown"
        assert house.effects.jumps == 1, "hours and hand-overs are resolved anew"
        house.all_well()
        assert house.history("ktp@a1") == [
            ("delivered", MONDAY),
            ("unknown", MONDAY + timedelta(seconds=20)),
            ("delivered", MONDAY + timedelta(seconds=140)),
        ]
        assert house.told() == []


def test_an_answer_from_before_the_stop_does_not_hide_it(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        early = house.see("a1-pc")
        house.engine.observe(early)  # good news waits for the tick, and the stop comes first
        house.clock.pass_(300)
        house.engine.tick()
        house.engine.turn(house.engine.intake.take())
        assert house.history("a1-pc/reach") == [("up", MONDAY), ("unknown", MONDAY)]


def test_a_fault_that_lasts_over_the_stop_is_one_incident_and_down_again_from_its_first_new_failure(
    tmp_path: Path,
) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.clock.pass_(600)
        house.engine.tick()
        house.engine.turn(house.engine.intake.take())
        back = house.clock.now()
        house.fails("a3-printer")
        house.wait(6)
        assert [state for state, _ in house.history("a3-printer/reach")] == ["up", "down", "unknown", "down"]
        assert house.history("a3-printer/reach")[-1] == ("down", back)
        assert len(house.engine.snapshot.incidents) == 1


def test_a_short_pause_is_only_a_busy_machine(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(29)
        house.engine.tick()
        house.engine.turn(house.engine.intake.take())
        assert house.history("ktp@a1") == [("delivered", MONDAY)]


def test_a_clock_set_back_deafens_nobody(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        beating(house, 60)
        house.clock.pass_(-3600)
        set_at = house.clock.now()
        house.engine.tick()
        house.engine.turn(house.engine.intake.take())
        house.all_well()
        house.clock.pass_(10)
        house.turn(house.cards("a1", jammed=True))
        (page,) = house.told(NoticeKind.PAGE)
        assert page.recipient == "budi", "who is on duty at that time"
        told = states(house, "ktp@a1", set_at - timedelta(minutes=1), MONDAY + timedelta(hours=2))
        assert told == [
            ("unknown", set_at - timedelta(minutes=1)),
            ("delivered", set_at),
            ("interrupted", set_at + timedelta(seconds=10)),
        ], "what the wrong clock had recorded of later times counts no more"


def test_escalation_goes_on_at_its_pace_over_a_clock_set_back(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        beating(house, 120)
        house.clock.pass_(-7 * 3600)
        house.engine.tick()
        house.engine.turn(house.engine.intake.take())
        beating(house, 170)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani"]
        beating(house, 15)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani", "citra"]
        house.turn(house.cards("a1"))
        (mended, _) = house.told(NoticeKind.RESOLVED)
        assert "(5 menit)" in mended.message.text, "its age is what really passed"


def test_what_waits_in_the_outbox_is_due_as_soon_as_before(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        now = house.clock.now()
        ((page, attempt),) = house.store.lease(
            SYSTEM, now=now, until=now + timedelta(seconds=60), limit=1, channels=("mail",)
        )
        house.store.mark(SYSTEM, page.key, now=now, retry_at=now + timedelta(seconds=30), attempt=attempt)
        beating(house, 10)
        house.clock.pass_(-3600)
        house.engine.tick()
        house.engine.turn(house.engine.intake.take())
        assert house.store.next_due(SYSTEM, house.clock.now()) == house.clock.now() + timedelta(seconds=20)


def test_to_the_year_2200_and_back(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.do(Acknowledge(id="c", principal=TECHNICIAN, incident=1))
        beating(house, 60)
        far = datetime(2200, 1, 1, tzinfo=UTC) - house.clock.now()
        house.clock.pass_(far.total_seconds())
        beating(house, 10)
        house.clock.pass_(-far.total_seconds())
        house.engine.tick()
        house.engine.turn(house.engine.intake.take())
        back = house.clock.now()
        house.all_well()
        assert house.engine.snapshot.incidents == ()
        told = states(house, "ktp@a1", MONDAY, back + timedelta(hours=1))
        assert told[-1] == ("delivered", back)
        assert [one.at for one in house.store.revisions(SYSTEM, start=back, end=back + timedelta(hours=1))] == [back]
        (mended,) = house.told(NoticeKind.RESOLVED)
        assert "tahun" not in mended.message.text


def test_a_boot_with_an_empty_clock_keeps_history(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        beating(house, 60)
        house.turn(house.cards("a1", jammed=True))
        right = house.clock.now()
        house.clock.pass_(-20 * 365 * 86_400)  # its battery is empty
        with house.killed() as again:
            again.all_well()
            assert not again.engine.snapshot.incidents, "it hears, whatever the clock says"
            again.turn(again.cards("a2", jammed=True))
            assert [one.root for one in again.engine.snapshot.incidents] == ["a2-cards"]
            again.clock.at[0] = right + timedelta(minutes=5)  # the time service answers
            again.engine.tick()
            again.engine.turn(again.engine.intake.take())
            again.all_well()
            now = again.clock.now()
            told = states(again, "ktp@a1", MONDAY, now + timedelta(minutes=1))
            assert told[0] == ("delivered", MONDAY)
            assert told[-1] == ("delivered", now)
            between = [state for state, at in told if right < at < now]
            assert set(between) <= {"unknown", "delivered"}


def test_escalation_goes_on_at_its_pace_when_an_empty_clock_is_set_at_last(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        right = house.clock.now()
        house.clock.at[0] = datetime(1971, 3, 1, tzinfo=UTC)
        with house.killed() as again:
            again.all_well()
            again.turn(again.cards("a1", jammed=True))
            beating(again, 120)
            (first,) = again.told(NoticeKind.PAGE)
            again.clock.at[0] = right + timedelta(minutes=5)  # the time service answers
            beating(again, 170)
            assert again.told(NoticeKind.PAGE) == [first], "its person has had two minutes, not 55 years"
            beating(again, 15)
            assert len(again.told(NoticeKind.PAGE)) > 1


def test_a_clock_that_was_a_year_ahead_until_the_last_stop_is_put_right(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.clock.pass_(365 * 86_400)
        house.all_well()
        beating(house, 60)
        house.clock.pass_(-365 * 86_400)
        with house.killed() as again:
            again.all_well()
            now = again.clock.now()
            assert states(again, "ktp@a1", MONDAY, now + timedelta(hours=1))[-1] == ("delivered", now)


def test_an_observation_of_the_future_is_left_out(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        seen = house.see("a1-pc", Outcome.TIMEOUT)
        house.clock.pass_(-1.0)
        house.turn(house.see("a2-pc"))
        house.clock.pass_(-9.0)
        house.turn(seen)
        assert house.history("a1-pc/reach") == [("up", MONDAY)]


def test_what_was_told_at_a_later_clock_does_not_hold_back_a_recovery_at_an_earlier_one(tmp_path: Path) -> None:
    calm = replace(small_config(), settings=DaemonSettings(pace_seconds=0, calm_seconds=0))
    with House(tmp_path, calm) as house:
        house.all_well()
        house.engine.tick()
        for jump in (-3600, -3600, 3600):
            before = len(house.told())
            house.turn(house.cards("a1", jammed=True))
            house.wait(3)
            for _ in range(2):
                house.turn(house.cards("a1"))
                house.wait(3)
            assert [one.kind for one in house.told()[before:]] == [NoticeKind.PAGE, NoticeKind.RESOLVED]
            house.clock.pass_(jump)
            house.engine.tick()
            house.turn()
            house.all_well()
            house.wait(2)
            house.all_well()
