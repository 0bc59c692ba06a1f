"""One root cause, one page; own blindness is nobody's downtime."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import NoticeKind
from collectors.observation import Outcome
from mppmon.mall.model import State
from tests.stories.house import MONDAY, House

BELOW_CORE = ("a1-pc", "a2-pc", "a3-pc", "a3-printer")


def test_a_first_failure_is_a_suspicion_with_re_polls_and_a_look_at_the_parents(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.fails("a3-printer", probes=1)
        assert ("a3-printer:liveness", (0.5, 1.0, 2.0)) in house.effects.repolls
        assert "core" in house.effects.expedites
        assert house.told() == []
        house.turn(house.see("a3-printer"))
        assert [state for state, _ in house.history("a3-printer/reach")] == ["up"]


def test_a_device_down_is_down_from_its_first_failure(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.turn(house.see("core"))
        house.fails("a3-printer")
        house.turn(house.see("core"))
        assert house.history("a3-printer/reach")[-1] == ("down", MONDAY + timedelta(seconds=10))
        (page,) = house.told()
        assert page.message.lines[0] == "🔴 Surat Pindah TERHENTI · Loket A3"


def test_the_core_switch_off_is_exactly_one_page_with_its_children_listed(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.turn(house.see("router"))
        house.fails(*BELOW_CORE, "core")
        house.turn(house.see("router"))
        house.wait(10)
        (page,) = house.told()
        (incident,) = house.engine.snapshot.incidents
        assert incident.root == "core"
        assert set(incident.facts.children) >= {"A1 Pc", "A1 Cards", "A3 Printer"}
        assert {one for one, _ in house.history("a1-pc/reach")} == {"up", "unknown"}
        assert house.history("ktp@a1")[-1][0] == "interrupted"
        assert page.kind is NoticeKind.PAGE


def test_children_still_failing_when_the_cause_recovers_are_judged_anew(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.fails(*BELOW_CORE, "core")
        house.turn(house.see("router"))
        house.wait(10)
        house.answers("core", *(one for one in BELOW_CORE if one != "a3-printer"))
        assert "a3-printer" in house.effects.expedites
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.wait(6)
        assert house.history("a3-printer/reach")[-1][0] == "down"
        assert [one.message.lines[0] for one in house.told(NoticeKind.PAGE)][-1].startswith("🔴 Surat Pindah TERHENTI")
        assert len(house.told(NoticeKind.PAGE)) == 2


def test_our_own_line_cut_is_one_page_and_nobodys_downtime(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.fails("anchor-1", "anchor-2", "system")
        house.turn(house.see("router"))
        house.wait(10)
        (page,) = house.told()
        assert page.message.lines[0].startswith("⚪ Pemantauan terputus: internet mal putus sejak 08.30 WIB.")
        assert house.engine.snapshot.reaches["system"] is State.UNKNOWN
        assert house.history("ktp@a1")[-1][0] == "unknown"
        assert house.history("surat@a3") == [("delivered", MONDAY)]
        house.turn(house.see("anchor-1"), house.see("anchor-2"), house.see("system"))
        house.wait(2)
        assert house.history("ktp@a1")[-1][0] == "delivered"
        assert len(house.told(NoticeKind.RESOLVED)) == 1


def test_one_anchor_alone_says_nothing_about_the_line(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.fails("anchor-1")
        house.turn(house.see("anchor-2"))
        house.wait(10)
        assert house.engine.snapshot.reaches["line"] is State.UP
        assert not house.engine.snapshot.blind


def test_a_pc_that_stops_giving_readings_leaves_its_peripherals_unknown(tmp_path: Path) -> None:
    from collectors.collector import Kind  # noqa: PLC0415  # used here only

    with House(tmp_path) as house:
        house.all_well()
        for delay in (60.0, 0.5, 1.0, 1.5):
            house.clock.pass_(delay)
            house.turn(house.see("a1-pc", Outcome.REFUSED, kind=Kind.TELEMETRY), house.see("a1-pc"))
        assert house.history("a1-cards/reach")[-1] == ("unknown", MONDAY + timedelta(seconds=60))
        assert house.history("ktp@a1")[-1][0] == "unknown"
        assert house.told() == []


def test_anchors_that_fail_while_something_else_outside_answers_are_no_cut_line(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.fails("anchor-1", "anchor-2", probes=3)
        house.turn(house.see("system"))
        house.fails("anchor-1", "anchor-2", probes=1)
        house.turn(house.see("router"))
        house.wait(10)
        assert not house.engine.snapshot.blind
        assert house.history("ktp@a1") == [("delivered", MONDAY)]
        assert house.engine.snapshot.reaches["line"] is State.UP


def test_the_first_answer_from_outside_ends_the_blindness(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.fails("anchor-1", "anchor-2", "system")
        house.turn(house.see("router"))
        house.wait(60, step=10)
        assert house.engine.snapshot.blind
        house.turn(house.see("system"))
        answered = house.clock.now()
        assert house.effects.snapshots[-1].blind is False
        assert house.history("ktp@a1")[-1] == ("delivered", answered)


def test_a_parents_answer_that_lay_unread_proves_nothing_of_what_came_after_its_asking(tmp_path: Path) -> None:
    """On a busy machine the switch's last answer is read when the PCs behind it have begun to fail already."""
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        unread = replace(house.see("core"), seconds=0.6)
        house.clock.pass_(0.2)
        house.turn(*(house.see(one, Outcome.TIMEOUT) for one in BELOW_CORE))
        house.clock.pass_(0.4)
        house.turn(unread, *(house.see(one, Outcome.TIMEOUT) for one in BELOW_CORE))
        for _ in range(2):
            house.clock.pass_(1.0)
            house.turn(*(house.see(one, Outcome.TIMEOUT) for one in BELOW_CORE))
        assert house.told() == []
        house.fails("core")
        house.turn(house.see("router"))
        house.wait(6)
        assert [one.root for one in house.engine.snapshot.incidents] == ["core"]
        assert len(house.told()) == 1
