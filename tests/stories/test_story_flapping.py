"""A fault that comes and goes: one incident, few messages, and a real outage is never late."""

from datetime import timedelta
from pathlib import Path

from alerts.model import IncidentStatus, NoticeKind, Notification
from mppmon.engine.commands import Acknowledge
from mppmon.mall.principal import SYSTEM, Principal, Role
from tests.stories.house import MONDAY, House

TECHNICIAN = Principal(Role.TECHNICIAN, "Ani", person="ani")
HOUR = timedelta(hours=1)


def busiest_hour(told: list[Notification], person: str) -> int:
    """Return the most messages that beginnings and ends made one person get within an hour."""
    at = [one.created_at for one in told if one.recipient == person]
    return max(sum(start <= other < start + HOUR for other in at) for start in at)


def test_an_hour_of_flapping_is_one_incident_and_three_messages(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        for minute in range(60):
            house.turn(house.cards("a1", jammed=minute % 2 == 0))
            house.wait(60, step=20)
        told = [one for one in house.told() if one.recipient == "ani"]
        assert [one.kind for one in told] == [
            NoticeKind.PAGE,
            NoticeKind.RESOLVED,
            NoticeKind.PAGE,
        ]
        assert any("berulang, ke-2 kali" in line for line in told[2].message.lines)
        assert {incident.number for incident in house.store.incidents(SYSTEM, start=MONDAY, end=MONDAY + HOUR)} == {1}
        house.wait(120, step=20)
        assert house.told()[-1].kind == NoticeKind.RESOLVED, "its end is told when it may be"
        assert busiest_hour(house.told(), "ani") <= 3


def test_two_hours_of_flapping_never_exceed_three_messages_an_hour(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        for minute in range(150):
            house.turn(house.cards("a1", jammed=minute % 3 == 0))
            house.wait(60, step=20)
        assert busiest_hour(house.told(), "ani") <= 3


def test_a_real_outage_while_it_flaps_goes_on_escalating(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        for jammed in (True, False, True, False):
            house.turn(house.cards("a1", jammed=jammed))
            house.wait(60, step=20)
        assert not house.engine.snapshot.incidents, "mended, though nobody was told of this end yet"
        house.turn(house.cards("a1", jammed=True))
        assert house.engine.snapshot.incidents[0].number == 1
        house.wait(240, step=20)
        assert "citra" in {one.recipient for one in house.told(NoticeKind.PAGE)}


def test_who_has_it_keeps_it_over_a_pause_nobody_was_told_of(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        for jammed in (True, False, True):
            house.turn(house.cards("a1", jammed=jammed))
            house.wait(20, step=20)
        house.do(Acknowledge(id="c", principal=TECHNICIAN, incident=1))
        for jammed in (False, True):
            house.turn(house.cards("a1", jammed=jammed))
            house.wait(60, step=20)
        (incident,) = house.engine.snapshot.incidents
        assert (incident.status, incident.acknowledged_by, incident.times) == (IncidentStatus.ACKNOWLEDGED, "ani", 3)


def test_what_came_back_after_a_restart_is_the_same_incident(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.clock.pass_(60)
        house.turn(house.cards("a1"))
        house.clock.pass_(60)
        with house.killed() as again:
            again.all_well()
            again.turn(again.cards("a1", jammed=True))
            (incident,) = again.engine.snapshot.incidents
            assert (incident.number, incident.times) == (1, 2)


def test_after_the_window_it_is_another_incident(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.clock.pass_(60)
        house.turn(house.cards("a1"))
        house.clock.pass_(31 * 60)
        house.turn(house.cards("a1", jammed=True))
        (incident,) = house.engine.snapshot.incidents
        assert (incident.number, incident.times) == (2, 1)
