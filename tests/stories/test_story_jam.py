"""A card printer jams; the right person is called, takes it, and is told when it is mended."""

from datetime import timedelta
from pathlib import Path

from alerts.model import NoticeKind
from mppmon.engine.commands import Acknowledge
from mppmon.mall.principal import Principal, Role
from tests.stories.house import MONDAY, House

TECHNICIAN = Principal(Role.TECHNICIAN, "Ani", person="ani")


def test_a_jam_names_the_service_and_calls_who_is_on_duty(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        assert house.told() == []
        house.clock.pass_(60)
        house.turn(house.cards("a1", jammed=True))
        (page,) = house.told()
        assert (page.recipient, page.kind, page.address) == ("ani", NoticeKind.PAGE, "ani@mall.test")
        assert page.message.lines[0] == "🔴 Cetak KTP-el TERHENTI · Loket A1"
        assert any("12 warga/jam" in line and "Loket A2" in line for line in page.message.lines)
        assert house.history("ktp@a1") == [("delivered", MONDAY), ("interrupted", MONDAY + timedelta(seconds=60))]
        assert house.history("ktp@a2") == [("delivered", MONDAY)]


def test_an_acknowledged_page_does_not_escalate_and_is_resolved_when_mended(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        answer = house.do(Acknowledge(id="c1", principal=TECHNICIAN, incident=1))
        assert answer.ok
        house.wait(900, step=60)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani"]
        house.turn(house.cards("a1"))
        (resolved,) = house.told(NoticeKind.RESOLVED)
        assert resolved.message.lines[0].startswith("✅ Pulih: Cetak KTP-el, Loket A1")
        assert "(15 menit)" in resolved.message.lines[0]
        assert house.engine.snapshot.incidents == ()


def test_an_unanswered_page_reaches_the_second_person(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(299)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani"]
        house.wait(2)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani", "citra"]
        house.turn(house.cards("a1"))
        assert [one.recipient for one in house.told(NoticeKind.RESOLVED)] == ["ani", "citra"]


def test_a_command_sent_twice_is_done_once(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        first = house.do(Acknowledge(id="same", principal=TECHNICIAN, incident=1))
        again = house.do(Acknowledge(id="same", principal=TECHNICIAN, incident=1))
        other = house.do(Acknowledge(id="other", principal=TECHNICIAN, incident=1))
        assert first == again
        assert other.code == "already"


def test_an_agency_may_read_but_not_act(tmp_path: Path) -> None:
    agency = Principal(Role.AGENCY, "dukcapil", agencies=frozenset({"dukcapil"}))
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        assert house.do(Acknowledge(id="c1", principal=agency, incident=1)).code == "refused"
        (incident,) = house.engine.snapshot.incidents
        assert incident.acknowledged_by is None
