"""An old number works: what is done to an incident that goes on in another one is done there, and that is said."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.inbox import Reply
from alerts.model import IncidentStatus, NoticeKind, Step
from alerts.timeline import Event, EventKind
from mppmon.engine.commands import Acknowledge, AddNote, Command, Details, Escalate, Merge
from mppmon.mall.principal import SYSTEM, Principal, Role
from tests.stories.house import House, small_config
from tests.stories.test_story_chat import Phone

ANI = Principal(Role.TECHNICIAN, "Ani", person="ani")
CITRA = Principal(Role.TECHNICIAN, "Citra", person="citra")
ROOT = Principal(Role.ADMINISTRATOR, "root")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Three incidents; #3 goes on in #2, and #2 in #1."""
    with House(tmp_path) as house:
        house.all_well()
        for counter in ("a1", "a2"):
            house.turn(house.cards(counter, jammed=True))
        house.fails("a3-printer")
        house.turn(house.see("core"))
        assert [one.number for one in house.engine.snapshot.incidents] == [1, 2, 3]
        assert house.do(Merge(id="m3", principal=ANI, incident=3, into=2)).ok
        assert house.do(Merge(id="m2", principal=ANI, incident=2, into=1)).ok
        yield house


def passed(house: House, number: int) -> list[tuple[str, str]]:
    incident = house.store.incident(SYSTEM, number)
    assert incident is not None
    entries = house.store.timeline(SYSTEM, incident.id)
    return [(one.who, one.text) for one in entries if isinstance(one, Event) and one.kind is EventKind.PASSED]


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (Acknowledge(id="c", principal=ANI, incident=3), "#3 goes on in #1: acknowledged"),
        (Escalate(id="c", principal=ROOT, incident=3), "#3 goes on in #1: passed on to Citra (by mail)"),
        (AddNote(id="c", principal=ANI, incident=2, text="rol"), "#2 goes on in #1: noted"),
    ],
)
def test_what_is_done_to_an_old_number_is_done_where_it_goes_on(
    house: House, command: Command, said: str, *, killed: bool
) -> None:
    now = house.killed() if killed else house
    answer = now.do(command)
    assert (answer.ok, answer.text, answer.incident) == (True, said, 1)
    assert now.do(command) == answer, "sent again"
    if killed:
        now.__exit__()


def test_details_of_an_old_number_are_those_of_where_it_goes_on(house: House) -> None:
    answer = house.do(Details(id="d", principal=ANI, incident=3))
    assert (answer.ok, answer.incident) == (True, 1)
    assert "Gangguan #1" in answer.text


def test_what_goes_on_in_one_already_is_not_merged_again(house: House) -> None:
    answer = house.do(Merge(id="m", principal=ANI, incident=3, into=2))
    assert (answer.code, answer.text) == ("already", "#2 and #3: part of #1 already; nothing changed")


def test_where_it_went_on_is_closed_too_and_since_when_is_said(house: House) -> None:
    house.turn(house.cards("a1"), house.cards("a2"))
    house.answers("a3-printer")
    assert house.engine.snapshot.incidents == ()
    answer = house.do(Acknowledge(id="a", principal=ANI, incident=3))
    assert answer.code == "unknown-incident"
    assert answer.text == "#3 goes on in #1, which was closed on 23 November at 08.30 WIB; nothing changed"
    assert house.do(AddNote(id="n", principal=ANI, incident=3, text="drum diganti")).text == "#3 goes on in #1: noted"


def test_days_later_and_after_a_restart_it_is_still_said_since_when(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.turn(house.cards("a1"), house.cards("a2"))
    house.answers("a3-printer")
    house.clock.pass_(3 * 86_400)
    other = Principal(Role.AGENCY, "Lain", agencies=frozenset({"imigrasi"}))
    with house.killed() as later:
        said = later.do(Acknowledge(id="a", principal=ANI, incident=3)).text
        assert said == "#3 goes on in #1, which was closed on 23 November at 08.30 WIB; nothing changed"
        assert later.do(Details(id="d", principal=other, incident=1)).text == "#1: no open incident of this number"
        pressed = Phone(later, monkeypatch).presses(Reply("mail", "ani@mall.test", "ack", 3, "7", "", "ani@mall.test"))
        assert pressed.text == (
            "Gangguan #3 digabung ke gangguan #1.\n"
            "Gangguan #1 sudah ditutup sejak 23 November 2026 pukul 08.30 WIB; tidak ada yang diubah."
        )


def test_a_button_under_an_old_message_works_and_says_where(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Phone(house, monkeypatch)
    said = phone.presses(Reply("mail", "ani@mall.test", "ack", 3, "7", "", "ani@mall.test"))
    assert (said.ok, said.text) == (True, "Gangguan #3 digabung ke gangguan #1.\nBaik, Gangguan #1 sudah dicatat.")
    (incident,) = house.engine.snapshot.incidents
    assert (incident.status, incident.acknowledged_by) == (IncidentStatus.ACKNOWLEDGED, "ani")
    assert phone.types("/senyapkan #3 30 menit ganti drum").ok


def test_who_passes_it_on_is_not_called_nor_who_had_taken_it(house: House) -> None:
    house.do(Acknowledge(id="a", principal=ANI, incident=1))
    before = len(house.told(NoticeKind.PAGE))
    answer = house.do(Escalate(id="e", principal=ANI, incident=1))
    assert (answer.text, answer.called) == ("#1: passed on to Citra (by mail)", ("Citra",))
    assert [one.recipient for one in house.told(NoticeKind.PAGE)[before:]] == ["citra"]
    assert passed(house, 1) == [("ani", "Citra")]


def test_whom_no_channel_reaches_is_passed_over_and_who_had_it_stays_uncalled(tmp_path: Path) -> None:
    """The step of somebody without a channel fell back to the policy's fallback: citra, who had just given it away."""
    loaded = small_config()
    steps = tuple(Step((one,), timedelta(minutes=5)) for one in ("person:citra", "person:budi", "person:ani"))
    people = {**loaded.people, "budi": replace(loaded.people["budi"], addresses={})}
    walk = replace(loaded.policies["utama"], steps=steps, fallback=("citra",))
    with House(tmp_path, replace(loaded, people=people, policies={"utama": walk})) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.do(Acknowledge(id="a", principal=CITRA, incident=1))
        assert house.do(Escalate(id="e", principal=CITRA, incident=1)).called == ("Ani",)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["citra", "ani"]


def test_with_nobody_else_to_call_it_stays_with_whom_it_is(tmp_path: Path) -> None:
    loaded = small_config()
    alone = replace(loaded.policies["utama"], steps=loaded.policies["utama"].steps[:1], fallback=())
    with House(tmp_path, replace(loaded, policies={"utama": alone})) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.do(Acknowledge(id="a", principal=ANI, incident=1))
        answer = house.do(Escalate(id="e", principal=ANI, incident=1))
        assert (answer.ok, answer.code) == (False, "nobody")
        assert answer.text == "#1: nobody else can be called, so it stays with whom it is; nothing changed"
        (incident,) = house.engine.snapshot.incidents
        assert incident.acknowledged_by == "ani"
        assert passed(house, 1) == []


def test_from_the_phone_it_is_said_whom_it_was_passed_on_to(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Phone(house, monkeypatch)
    said = phone.presses(Reply("mail", "ani@mall.test", "escalate", 1, "7", "", "ani@mall.test"))
    assert (said.ok, said.text) == (True, "Gangguan #1 diteruskan kepada Citra.")
