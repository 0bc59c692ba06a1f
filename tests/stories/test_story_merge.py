"""Two incidents become one: nothing of either is lost, and nobody is called twice for it."""

from dataclasses import replace
from pathlib import Path

import pytest

from alerts.model import Incident, IncidentStatus, NoticeKind, Page, PageStatus
from mppmon.engine.commands import Acknowledge
from mppmon.engine.merging import merge
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.web.views import incident_view
from tests.stories.house import House, small_config

ANI = Principal(Role.TECHNICIAN, "Ani", person="ani")


def joined(house: House, source: int, into: int, *, by: str = "mppmon") -> None:
    """Merge as a decision of the engine does it: in its thread, within a turn."""

    def work() -> None:
        turn = house.engine._turn  # noqa: SLF001  # what a decision is handed
        merge(turn, numbered(house, source), numbered(house, into), by=by)

    house.engine.turn([work])


def numbered(house: House, number: int) -> Incident:
    return next(one for one in house.engine.snapshot.incidents if one.number == number)


def two_jams(house: House) -> None:
    house.all_well()
    house.turn(house.cards("a1", jammed=True))
    house.turn(house.cards("a2", jammed=True))


def test_everything_of_the_one_goes_on_in_the_other(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        two_jams(house)
        house.clock.pass_(1)
        joined(house, 2, 1)
        (left,) = house.engine.snapshot.incidents
        assert (left.number, {one.place for one in left.facts.stopped}) == (1, {"Loket A1", "Loket A2"})
        assert {one.incident for one in house.engine.snapshot.alerts} == {left.id}
        gone = house.store.incident(SYSTEM, 2)
        assert gone is not None
        assert (gone.status, gone.closed_because, gone.merged_into) == (IncidentStatus.CLOSED, "merged", 1)
        assert gone.closed_at == house.clock.now()
        house.turn(house.cards("a1"))
        assert house.engine.snapshot.incidents, "the other half still fails"
        house.turn(house.cards("a2"))
        assert house.engine.snapshot.incidents == ()
        kinds = [(one.recipient, one.kind) for one in house.told()]
        assert kinds == [("ani", NoticeKind.PAGE), ("ani", NoticeKind.PAGE), ("ani", NoticeKind.RESOLVED)]


def test_who_knew_only_of_the_merged_one_is_told_once_where_it_goes_on(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(300, step=10)  # citra is told of the first
        house.turn(house.cards("a2", jammed=True))
        joined(house, 1, 2)
        (said,) = house.told(NoticeKind.MERGED)
        assert (said.recipient, said.message.text) == (
            "citra",
            "⚪ Gangguan #1 digabung ke Gangguan #2: Cetak KTP-el, Loket A1",
        )
        house.turn(house.cards("a1"), house.cards("a2"))
        assert {one.recipient for one in house.told(NoticeKind.RESOLVED)} == {"ani", "citra"}


def test_who_merges_needs_no_message(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(300, step=10)
        house.turn(house.cards("a2", jammed=True))
        joined(house, 1, 2, by="citra")
        assert house.told(NoticeKind.MERGED) == []


def test_a_page_of_the_same_turn_says_it_already(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))

        def work() -> None:
            turn = house.engine._turn  # noqa: SLF001  # what a decision is handed
            first = numbered(house, 1)
            newer = replace(first, id="newer", number=2, root="a1-pc")
            turn.world.next_number = 3
            turn.world.incidents[newer.id] = newer
            page = turn.world.pages[first.id]
            turn.world.pages[newer.id] = replace(
                page, id="its-page", incident=newer.id, told=(), told_in_round=(), step=0, next_at=turn.now
            )
            merge(turn, first, newer, by="mppmon")

        house.engine.turn([work])
        assert [(one.recipient, one.kind) for one in house.told()] == [("ani", NoticeKind.PAGE)] * 2


@pytest.mark.parametrize("taken", [1, 2])
def test_who_has_either_has_what_is_left(tmp_path: Path, taken: int) -> None:
    with House(tmp_path) as house:
        two_jams(house)
        house.do(Acknowledge(id="c", principal=ANI, incident=taken))
        joined(house, 2, 1)
        (left,) = house.engine.snapshot.incidents
        assert (left.status, left.acknowledged_by) == (IncidentStatus.ACKNOWLEDGED, "ani")
        house.wait(900, step=10)
        assert {one.recipient for one in house.told(NoticeKind.PAGE)} == {"ani"}, "nobody else is called"


def test_a_merge_outlives_a_kill_and_is_not_undone(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        two_jams(house)
        joined(house, 2, 1)
        with house.killed() as again:
            (left,) = again.engine.snapshot.incidents
            assert left.number == 1
            assert {one.incident for one in again.engine.snapshot.alerts} == {left.id}
            pages = again.store.timeline(SYSTEM, again_id := _id_of(again, 2))
            assert again_id
            assert [one.status for one in pages if isinstance(one, Page)] == [PageStatus.DONE]
            again.all_well()
            again.turn(again.cards("a1"), again.cards("a2"))
            assert again.engine.snapshot.incidents == ()


def _id_of(house: House, number: int) -> str:
    found = house.store.incident(SYSTEM, number)
    assert found is not None
    return found.id


def test_what_was_held_back_is_never_sent_also_after_a_kill(tmp_path: Path) -> None:
    config = small_config()
    loaded = replace(config, settings=replace(config.settings, pace_seconds=30.0))
    with House(tmp_path, loaded) as house:
        two_jams(house)
        with house.killed() as again:
            joined(again, 2, 1)
            again.wait(60)
            assert [one.kind for one in again.told()] == [NoticeKind.PAGE]
            assert "Loket A1" in again.told()[0].message.lines[0]


def test_a_mended_incident_wakes_up_by_what_joins_it(tmp_path: Path) -> None:
    config = small_config()
    with House(tmp_path, config) as house:
        house.all_well()
        for _ in range(3):  # too often to tell each end: the incident rests as mended
            house.turn(house.cards("a1", jammed=True))
            house.clock.pass_(5)
            house.turn(house.cards("a1"))
            house.clock.pass_(5)
        house.turn(house.cards("a2", jammed=True))

        def work() -> None:
            turn = house.engine._turn  # noqa: SLF001  # what a decision is handed
            first, second = sorted(turn.world.incidents.values(), key=lambda one: one.number)
            assert first.status is IncidentStatus.MENDED
            merge(turn, second, first, by="mppmon")

        house.engine.turn([work])
        (left,) = house.engine.snapshot.incidents
        assert (left.number, left.status, left.mended_at) == (1, IncidentStatus.OPEN, None)


def test_an_incident_is_not_merged_into_itself(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        two_jams(house)
        one = numbered(house, 1)
        with pytest.raises(ValueError, match="the same incident twice"):
            merge(house.engine._turn, one, one, by="mppmon")  # noqa: SLF001  # what a decision is handed


def test_what_hangs_below_both_is_counted_once_and_by_id(tmp_path: Path) -> None:
    """Two devices may have one name: they are two. A cause does not hang below itself."""
    with House(tmp_path) as house:
        two_jams(house)

        def work() -> None:
            world = house.engine._turn.world  # noqa: SLF001  # what a decision is handed
            first = {"p1": "Printer", "p2": "PC"}
            second = {"p1": "Printer", "p3": "Printer", "a1-cards": "A1 Cards"}  # the other one's cause
            for number, below in ((1, first), (2, second)):
                one = numbered(house, number)
                facts = replace(one.facts, children=tuple(below.values()), below=tuple(below))
                world.incidents[one.id] = replace(one, facts=facts)

        house.engine.turn([work])

        def join() -> None:
            turn = house.engine._turn  # noqa: SLF001  # as above
            first, second = sorted(turn.world.incidents.values(), key=lambda one: one.number)
            merge(turn, second, first, by="mppmon")

        house.engine.turn([join])
        (left,) = house.engine.snapshot.incidents
        names = {"p1": "Printer", "p2": "PC", "p3": "Printer"}
        assert dict(zip(left.facts.below, left.facts.children, strict=True)) == names
        shown = incident_view(left, {})["below"]
        assert shown == [{"device": one, "name": names[one]} for one in left.facts.below]
