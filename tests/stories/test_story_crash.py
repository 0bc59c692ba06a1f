"""kill -9 between any two turns: open stays open, and the time nobody watched is unknown."""

from datetime import timedelta
from pathlib import Path

from alerts.model import NoticeKind
from mppmon.engine.commands import Acknowledge
from mppmon.mall.principal import SYSTEM, Principal, Role
from tests.stories.house import MONDAY, House


def test_the_gap_after_a_kill_is_unknown_from_the_last_sign_of_life(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.all_well()
    house.wait(25)
    last_seen = house.store.last_seen(Principal(Role.ADMINISTRATOR, "test"))
    assert last_seen == MONDAY + timedelta(seconds=20)
    house.clock.pass_(95)
    with house.killed() as again:
        again.turn()
        assert again.history("ktp@a1")[-1] == ("unknown", last_seen)
        again.clock.pass_(5)
        again.all_well()
        assert again.history("ktp@a1")[-1] == ("delivered", MONDAY + timedelta(seconds=125))
        assert again.told() == []


def test_an_incident_survives_with_its_number_page_and_acknowledgement(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.all_well()
    house.turn(house.cards("a1", jammed=True))
    house.do(Acknowledge(id="c1", principal=Principal(Role.TECHNICIAN, "Ani", person="ani"), incident=1))
    told = house.told()
    with house.killed() as again:
        (incident,) = again.engine.snapshot.incidents
        assert (incident.number, incident.acknowledged_by) == (1, "ani")
        again.all_well()
        assert [one.kind for one in again.told()] == [NoticeKind.RESOLVED]
        assert not {one.key for one in again.told()} & {one.key for one in told}


def test_an_escalation_that_was_due_while_we_were_off_happens_at_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.all_well()
    house.turn(house.cards("a1", jammed=True))
    house.clock.pass_(600)
    with house.killed() as again:
        again.turn()
        assert [one.recipient for one in again.told(NoticeKind.PAGE)] == ["ani", "citra"]


def test_a_fault_mended_while_we_were_off_is_resolved_by_the_first_reading(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.all_well()
    house.fails("a3-printer")
    house.turn(house.see("core"))
    house.wait(6)
    house.clock.pass_(60)
    with house.killed() as again:
        again.turn()
        assert [one.number for one in again.engine.snapshot.incidents] == [1]
        again.all_well()
        assert len(again.told(NoticeKind.RESOLVED)) == 1
        assert not again.engine.snapshot.incidents


def test_a_message_that_was_being_sent_is_sent_again_under_its_key(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.all_well()
    house.turn(house.cards("a1", jammed=True))
    soon = house.clock.now() + timedelta(seconds=1)
    late = soon + timedelta(seconds=60)
    ((first, attempt),) = house.store.lease(SYSTEM, now=soon, until=late, limit=9, channels=["mail"])
    with house.killed() as again:
        assert again.store.lease(SYSTEM, now=soon, until=late, limit=9, channels=["mail"]) == []
        assert again.store.release(SYSTEM) == 1
        ((second, next_attempt),) = again.store.lease(SYSTEM, now=soon, until=late, limit=9, channels=["mail"])
        assert (second, next_attempt) == (first, attempt + 1)
        assert not again.store.mark(SYSTEM, first.key, now=soon, sent="too late", attempt=attempt)
