"""Many faults at once are one message, and a channel that does not take a page is not the only one."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.model import NoticeKind, Notification
from collectors.observation import Outcome
from mppmon.config import Loaded
from mppmon.engine.commands import Acknowledge
from mppmon.mall.model import Device, DeviceKind
from mppmon.mall.principal import SYSTEM, Principal, Role
from tests.stories.house import House, small_config
from tests.stories.test_story_refused import refuse, two_ways

TECHNICIAN = Principal(Role.TECHNICIAN, "Ani", person="ani")


def paced(loaded: Loaded) -> Loaded:
    """Return a configuration that gathers what comes within ten seconds."""
    return replace(loaded, settings=replace(loaded.settings, pace_seconds=10.0))


def many(count: int) -> Loaded:
    """Return the small mall with this many more printers, each a cause of its own."""
    loaded = small_config()
    template = next(one for one in loaded.targets if one.device == "a3-printer")
    names = [f"p{number}" for number in range(count)]
    devices = {
        name: Device(name, DeviceKind.PRINTER, f"Printer {name}", place="Lt. 2", address="127.0.0.1") for name in names
    }
    targets = tuple(replace(template, check=f"{name}:liveness", device=name) for name in names)
    mall = replace(loaded.mall, devices={**loaded.mall.devices, **devices})
    return paced(replace(loaded, mall=mall, targets=(*loaded.targets, *targets)))


def due(house: House, channel: str = "mail") -> list[Notification]:
    """Send what is due by a channel."""
    now = house.clock.now()
    rows = house.store.lease(SYSTEM, now=now, until=now + timedelta(seconds=60), limit=500, channels=(channel,))
    for notification, attempt in rows:

        def work(_store: object, _now: object, key: str = notification.key, number: int = attempt) -> None:
            house.store.mark(SYSTEM, key, now=now, sent="x", attempt=number)
            house.engine.delivered(key)

        house.engine.call(work)
    house.engine.turn(house.engine.intake.take() if rows else [None])
    return [notification for notification, _ in rows]


def send_all(house: House, seconds: int) -> list[Notification]:
    """Let time pass, and send what becomes due each second."""
    sent = due(house)
    for _ in range(seconds):
        house.clock.pass_(1)
        house.engine.turn([None])
        sent.extend(due(house))
    return sent


@pytest.mark.parametrize("count", [3, 40])
def test_many_faults_are_one_page_and_one_summary_and_their_ends_too(tmp_path: Path, count: int) -> None:
    with House(tmp_path, many(count)) as house:
        house.all_well()
        names = [f"p{number}" for number in range(count)]
        house.fails(*names)
        sent = send_all(house, 20)
        assert [one.kind for one in sent] == [NoticeKind.PAGE, NoticeKind.PAGE]
        first, summary = sent
        assert first.message.lines[0].startswith("🟡 Printer p")
        assert summary.message.lines[0] == f"🟡 {count - 1} gangguan baru"
        assert len(summary.message.lines) <= 9, "it fits one phone screen"
        assert len(house.engine.snapshot.incidents) == count, "all are listed"
        house.answers(*names)
        ends = send_all(house, 20)
        assert len(ends) == 2
        assert ends[1].message.lines[0] == f"✅ {count - 1} gangguan pulih"


def test_a_second_fault_within_the_window_waits_no_longer_than_it(tmp_path: Path) -> None:
    with House(tmp_path, paced(small_config())) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        (first,) = due(house)
        house.clock.pass_(3)
        house.turn(house.cards("a2", jammed=True))
        assert due(house) == []
        (second,) = send_all(house, 10)
        assert "Loket A2" in second.message.lines[0]
        assert first.recipient == second.recipient == "ani"


def test_a_fault_that_is_over_before_anybody_was_told_is_told_to_nobody(tmp_path: Path) -> None:
    with House(tmp_path, paced(small_config())) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        due(house)
        house.turn(house.cards("a2", jammed=True))
        house.clock.pass_(3)
        house.turn(house.cards("a2"))
        assert send_all(house, 30) == []
        assert [one.number for one in house.engine.snapshot.incidents] == [1]


def test_a_crash_loses_neither_the_summary_nor_a_fault_of_it(tmp_path: Path) -> None:
    with House(tmp_path, many(5)) as house:
        house.all_well()
        house.fails(*(f"p{number}" for number in range(5)))
        with house.killed() as again:
            first, summary = send_all(again, 15)
            assert {first.incident, *summary.about} == {one.id for one in again.engine.snapshot.incidents}
            assert len(summary.about) == 4


def test_a_crash_keeps_a_single_held_fault_no_longer_than_it_takes_to_see_that_it_is_alone(tmp_path: Path) -> None:
    with House(tmp_path, paced(small_config())) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        assert len(due(house)) == 1
        house.turn(house.cards("a2", jammed=True))
        with house.killed() as again:
            (second,) = send_all(again, 8)
            assert "Loket A2" in second.message.lines[0]


def test_a_storm_that_goes_on_is_summed_up_when_it_has_settled(tmp_path: Path) -> None:
    with House(tmp_path, many(60)) as house:
        house.all_well()
        sent = []
        for number in range(12):  # one more every three seconds
            house.fails(f"p{number}")
            sent.extend(due(house))
        sent.extend(send_all(house, 20))
        first, summary = sent
        assert len(summary.about) == 11
        assert first.incident not in summary.about


def test_a_storm_without_an_end_is_summed_up_all_the_same(tmp_path: Path) -> None:
    with House(tmp_path, many(60)) as house:
        house.all_well()
        begun = house.clock.now()
        sent: list[tuple[timedelta, Notification]] = []
        for number in range(40):
            house.fails(f"p{number}")
            sent.extend((house.clock.now() - begun, one) for one in due(house))
        assert any(one.about for at, one in sent if at < timedelta(seconds=60))


def test_a_slow_turn_sends_nothing_beside_its_summary(tmp_path: Path) -> None:
    with House(tmp_path, many(5)) as house:
        house.all_well()
        house.fails(*(f"p{number}" for number in range(5)))
        assert len(due(house)) == 1
        house.clock.pass_(25)  # one turn took all this time, and what was queued meanwhile asks for what is due
        assert due(house) == []
        house.engine.turn([None])
        assert [len(one.about) for one in send_all(house, 10)] == [4]


def test_what_a_channel_does_not_take_in_a_minute_goes_out_by_the_next_one_too(tmp_path: Path) -> None:
    with House(tmp_path, two_ways()) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(55, step=5)
        assert due(house, "mail") == []
        house.wait(10, step=5)
        (mail,) = due(house, "mail")
        assert (mail.recipient, mail.tried) == ("ani", ("chat",))
        assert due(house, "chat") == [], "what one channel took, the other need not bring any more"


def test_a_page_somebody_has_taken_on_needs_no_second_channel(tmp_path: Path) -> None:
    with House(tmp_path, two_ways()) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.do(Acknowledge(id="c", principal=TECHNICIAN, incident=1))
        house.wait(90, step=5)
        assert due(house, "mail") == []


def test_the_minute_counts_over_a_restart(tmp_path: Path) -> None:
    with House(tmp_path, two_ways()) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.clock.pass_(70)
        with house.killed() as again:
            again.turn(again.see("a3-printer", Outcome.OK))
            assert [one.recipient for one in due(again, "mail")] == ["ani"]


def test_a_summary_that_no_channel_takes_calls_the_next_person_for_each_of_its_faults(tmp_path: Path) -> None:
    with House(tmp_path, many(4)) as house:
        house.all_well()
        house.fails("p0", "p1", "p2", "p3")
        told: dict[str, set[str]] = {}
        for _ in range(40):
            for one in due_unmarked(house):
                if one.recipient == "ani":
                    refuse(house, one)
                else:
                    told.setdefault(one.recipient, set()).update(one.about or (one.incident,))
            house.clock.pass_(1)
            house.engine.turn([None])
        assert told == {"citra": {one.id for one in house.engine.snapshot.incidents}}
        assert len(told["citra"]) == 4


def due_unmarked(house: House) -> list[Notification]:
    """Lease what is due, and leave it so."""
    now = house.clock.now()
    rows = house.store.lease(SYSTEM, now=now, until=now + timedelta(hours=1), limit=99, channels=("mail",))
    return [notification for notification, _ in rows]
