"""A person or an agency was taken out of the configuration while an incident of theirs is open: nothing is lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from alerts.model import NoticeKind
from mppmon.config import Loaded
from mppmon.engine.commands import Acknowledge
from mppmon.mall.principal import Principal, Role
from tests.stories.house import House, small_config
from tests.stories.test_story_config import reload


def without_ani(loaded: Loaded) -> Loaded:
    """Return a configuration in which budi alone is on the roster."""
    people = {name: one for name, one in loaded.people.items() if name != "ani"}
    rotations = {name: replace(one, members=("budi",)) for name, one in loaded.rotations.items()}
    return replace(loaded, revision="9" * 12, people=people, rotations=rotations)


def without_agency(loaded: Loaded) -> Loaded:
    """Return a configuration without the agency of counter A1, its counters and its services."""
    mall = loaded.mall
    gone = mall.counters["a1"].agency
    kept = {name: one for name, one in mall.counters.items() if one.agency != gone}
    return replace(
        loaded,
        revision="8" * 12,
        mall=replace(
            mall,
            agencies={name: one for name, one in mall.agencies.items() if name != gone},
            services={name: one for name, one in mall.services.items() if one.agency != gone},
            counters=kept,
        ),
    )


def test_when_who_was_called_is_taken_out_the_next_step_comes_at_its_time(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(10, step=5)
        reload(house, without_ani(small_config()))
        assert [one.root for one in house.engine.snapshot.incidents] == ["a1-cards"]
        house.wait(285, step=5)
        assert [one.recipient for one in house.told()] == ["ani"], "her message was on its way, it is not taken back"
        house.wait(10, step=5)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani", "citra"]
        house.turn(house.cards("a1"))
        house.wait(120, step=5)
        assert [one.recipient for one in house.told(NoticeKind.RESOLVED)] == ["citra"], "ani is not with us any more"
        assert house.engine.snapshot.incidents == ()


@pytest.mark.parametrize("way", ["reload", "start"])
def test_when_who_has_taken_it_is_taken_out_it_is_passed_on(way: str, tmp_path: Path) -> None:
    """It was hers for ever: nobody else was called, and nobody heard of its end."""
    ani = Principal(Role.TECHNICIAN, "Ani", person="ani")
    house = House(tmp_path)
    house.all_well()
    house.turn(house.cards("a1", jammed=True))
    assert house.do(Acknowledge(id="c1", principal=ani, incident=1)).ok
    house.told()
    if way == "reload":
        reload(house, without_ani(small_config()))
    else:
        house = house.edited(without_ani(small_config()))
    house.wait(2)
    assert [(one.recipient, one.kind) for one in house.told()][-1] == ("citra", NoticeKind.PAGE)
    assert house.engine.snapshot.incidents[0].acknowledged_by is None
    house.turn(house.cards("a1"))
    house.wait(120, step=5)
    assert [one.recipient for one in house.told(NoticeKind.RESOLVED)] == ["citra"]
    house.store.close()


def test_what_an_administrator_has_taken_stays_his(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        assert house.do(Acknowledge(id="c1", principal=Principal(Role.ADMINISTRATOR, "root"), incident=1)).ok
        reload(house, without_ani(small_config()))
        house.wait(2)
        assert house.engine.snapshot.incidents[0].acknowledged_by == "root"


def test_when_the_last_step_is_taken_out_the_fallback_is_called(tmp_path: Path) -> None:
    config = small_config()
    with House(
        tmp_path, replace(config, policies={"utama": replace(config.policies["utama"], fallback=("budi",))})
    ) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(10, step=5)
        people = {name: one for name, one in house.loaded.people.items() if name != "citra"}
        reload(house, replace(house.loaded, revision="7" * 12, people=people))
        house.wait(300, step=5)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani", "budi"]


def test_when_an_agency_is_taken_out_its_incident_stays_with_the_device_and_ends_with_it(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(10, step=5)
        reload(house, without_agency(small_config()))
        assert [one.root for one in house.engine.snapshot.incidents] == ["a1-cards"]
        assert house.engine.snapshot.deliveries == {}
        house.wait(300, step=5)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani", "citra"]
        with house.killed() as again:
            again.turn(again.cards("a1"))
            again.wait(120, step=5)
            assert [one.recipient for one in again.told(NoticeKind.RESOLVED)] == ["ani", "citra"]
            assert again.engine.snapshot.incidents == ()
