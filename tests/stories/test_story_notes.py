"""What people say of an incident: that two are one, and what colleagues should know. All of it stays."""

from pathlib import Path

import pytest

from alerts.model import IncidentStatus, NoticeKind, Page
from alerts.timeline import Event, EventKind
from mppmon.engine.commands import Acknowledge, AddNote, Details, Escalate, Merge
from mppmon.mall.principal import SYSTEM, Principal, Role
from tests.stories.house import MONDAY, House

ANI = Principal(Role.TECHNICIAN, "Ani", person="ani")
AGENCY = Principal(Role.AGENCY, "Dinas", agencies=frozenset({"dukcapil"}))


def events(house: House, number: int, who: Principal = SYSTEM) -> list[Event]:
    incident = house.store.incident(who, number)
    assert incident is not None
    return [one for one in house.store.timeline(who, incident.id) if isinstance(one, Event)]


def kinds(house: House, number: int, who: Principal = SYSTEM) -> list[tuple[str, str]]:
    return [(one.kind.value, one.text) for one in events(house, number, who)]


def test_a_person_merges_and_what_fails_again_joins(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.turn(house.cards("a2", jammed=True))
        answer = house.do(Merge(id="m", principal=ANI, incident=2, into=1))
        assert (answer.ok, answer.text) == (True, "#2 -> #1")
        house.turn(house.cards("a2"))
        house.clock.pass_(60)
        house.turn(house.cards("a2", jammed=True))
        (left,) = house.engine.snapshot.incidents
        assert left.number == 1, "the same fault, as the person said: no new incident"
        assert left.facts.device == "A1 Cards"
        assert kinds(house, 2) == [("opened", ""), ("merged", "1")]
        assert kinds(house, 1) == [("opened", ""), ("joined", "2")]
        assert [one.who for one in events(house, 1)] == ["", "ani"]
        assert house.store.verify_audit(SYSTEM) == 1


@pytest.mark.parametrize(
    ("source", "into", "code", "said"),
    [
        (1, 1, "invalid", "#1: found the same number twice"),
        (9, 1, "unknown-incident", "#9: no incident of this number that is not closed"),
        (1, 9, "unknown-incident", "#9: no incident"),
        (8, 9, "unknown-incident", "#8 and #9: no incident"),
        (2, 1, "unknown-incident", "#2: no incident"),
    ],
)
def test_what_cannot_be_merged_is_named(tmp_path: Path, source: int, into: int, code: str, said: str) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.turn(house.cards("a2", jammed=True))
        house.turn(house.cards("a2"))  # the second is mended and closed
        answer = house.do(Merge(id="m", principal=ANI, incident=source, into=into))
        assert (answer.ok, answer.code) == (False, code)
        assert said in answer.text
        assert [one.number for one in house.engine.snapshot.incidents] == [1]


@pytest.mark.parametrize("who", [AGENCY, Principal(Role.COORDINATOR, "Hendra")])
def test_who_does_not_act_neither_merges_nor_notes(tmp_path: Path, who: Principal) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True), house.cards("a2", jammed=True))
        assert house.do(Merge(id="m", principal=who, incident=2, into=1)).code == "refused"
        assert house.do(AddNote(id="n", principal=who, incident=1, text="x")).code == "refused"
        assert len(house.engine.snapshot.incidents) == 2
        assert house.store.verify_audit(SYSTEM) == 2


def test_a_note_is_read_in_details_and_after_a_kill_but_not_by_the_agency(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.clock.pass_(300)
        assert house.do(AddNote(id="n", principal=ANI, incident=1, text=" rol diganti ")).ok
        with house.killed() as again:
            details = again.do(Details(id="d", principal=ANI, incident=1))
            assert "Catatan (Ani, 08.35 WIB): rol diganti" in details.text
            assert ("note", "rol diganti") in kinds(again, 1)
            assert "rol diganti" not in str(again.store.incident(AGENCY, 1))
            assert kinds(again, 1, AGENCY) == [("opened", "")]
            (incident,) = again.engine.snapshot.incidents
            assert incident.notes[0].at == MONDAY.replace(minute=35)


def test_details_show_the_newest_three_notes_and_the_timeline_all(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        for number in range(5):
            house.do(AddNote(id=f"n{number}", principal=ANI, incident=1, text=f"kata {number}"))
        (incident,) = house.engine.snapshot.incidents
        assert [one.text for one in incident.notes] == ["kata 2", "kata 3", "kata 4"]
        assert len([one for one in kinds(house, 1) if one[0] == "note"]) == 5


def test_a_note_may_be_written_when_it_is_mended_already(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.turn(house.cards("a1"))
        assert house.do(AddNote(id="n", principal=ANI, incident=1, text="sensor dibersihkan")).ok
        assert house.do(AddNote(id="o", principal=ANI, incident=7, text="x")).code == "unknown-incident"
        assert ("note", "sensor dibersihkan") in kinds(house, 1)
        closed = house.store.incident(SYSTEM, 1)
        assert closed is not None
        assert closed.status is IncidentStatus.CLOSED


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\x1b[31m", "x" * 501])
def test_a_note_that_cannot_be_shown_is_refused(tmp_path: Path, text: str) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        assert house.do(AddNote(id="n", principal=ANI, incident=1, text=text)).code == "invalid"
        assert [one for one in kinds(house, 1) if one[0] == "note"] == []


def test_the_whole_life_of_an_incident_is_in_its_timeline(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.do(Acknowledge(id="a", principal=ANI, incident=1))
        house.do(Escalate(id="e", principal=ANI, incident=1))
        house.turn(house.cards("a1"))
        house.clock.pass_(60)
        house.turn(house.cards("a1", jammed=True))
        found = kinds(house, 1)
        assert [kind for kind, _ in found] == ["opened", "acknowledged", "passed", "mended", "closed", "reopened"]
        assert found[-1] == (EventKind.REOPENED, "2")
        (page, *_) = [one for one in house.store.timeline(SYSTEM, _id(house)) if isinstance(one, Page)]
        assert page.told == ("ani", "citra")
        assert len(house.told(NoticeKind.PAGE)) == 3


def _id(house: House) -> str:
    return house.engine.snapshot.incidents[0].id
