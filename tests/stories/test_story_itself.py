"""The daemon pages its own administrators, by the ordinary road, and by a channel that still works."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.model import NoticeKind, Notification
from alerts.rule import from_settings
from mppmon.config import Loaded
from mppmon.config.rules import delivered
from mppmon.engine.commands import Acknowledge
from mppmon.engine.itself import Figure
from mppmon.engine.watching import SELF
from mppmon.i18n import speech
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.web.status_page import page_of
from mppmon.web.views import status_view
from tests.stories.house import House
from tests.stories.test_story_refused import due, two_ways

DISK, QUEUE = "mppmon_daemon_disk_free_bytes", "mppmon_daemon_queue_depth"
CHANNEL = "mppmon_daemon_channel_failing_seconds"


def watching_itself() -> Loaded:
    """Return the small mall with the delivered rules about the daemon; Citra is its administrator."""
    loaded = two_ways()
    rules = tuple(from_settings(one) for one in delivered().values() if "daemon" in one.kinds)
    people = {**loaded.people, "citra": replace(loaded.people["citra"], role="administrator")}
    return replace(loaded, rules=(*loaded.rules, *rules), people=people)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, watching_itself()) as house:
        house.all_well()
        yield house


def look(house: House, *figures: Figure, seconds: int = 10, times: int = 1) -> None:
    """Let the daemon look at itself every ten seconds."""
    for _ in range(times):
        house.wait(seconds, step=seconds)
        house.engine.look_at_itself(figures, host="pemantau")
        house.engine.turn(house.engine.intake.take())


def take(house: House, channel: str = "chat") -> list[Notification]:
    """Return what is due by a channel, and hand it over."""
    found = due(house, channel)
    for one in found:
        house.store.mark(SYSTEM, one.key, now=house.clock.now(), sent="x", attempt=1)
    return found


def disk(free: float) -> Figure:
    return Figure(DISK, (), free)


def test_a_full_disk_pages_the_administrator_alone_and_the_end_is_told(house: House) -> None:
    look(house, disk(1e8), times=6)
    assert take(house) == []
    look(house, disk(1e8), times=2)
    (page,) = take(house)
    assert (page.recipient, page.kind) == ("citra", NoticeKind.PAGE)
    assert page.message.lines[0] == "🟡 mppmon: cakram server pemantau hampir penuh"
    assert "pemantau" in page.message.text
    assert "journalctl" in page.message.text
    look(house, disk(9e9), times=8)
    (end,) = take(house)
    assert (end.recipient, end.kind) == ("citra", NoticeKind.RESOLVED)
    assert house.history(f"{SELF}/function") == []


def test_it_is_one_incident_and_can_be_acknowledged(house: House) -> None:
    look(house, disk(1e8), Figure(QUEUE, (), 5000.0), times=8)
    (incident,) = house.engine.snapshot.incidents
    assert (incident.root, incident.facts.where, incident.agencies) == (SELF, "pemantau", ())
    assert "menumpuk (5000)" in incident.facts.what.id
    assert "hampir penuh" in incident.facts.what.id
    who = Principal(Role.ADMINISTRATOR, "Citra", person="citra")
    assert house.do(Acknowledge(id="1", principal=who, incident=incident.number)).ok


def test_news_of_a_broken_channel_takes_another(house: House) -> None:
    look(house, Figure(CHANNEL, (("channel", "chat"),), 601.0), Figure(CHANNEL, (("channel", "mail"),), 0.0), times=2)
    assert take(house) == []
    (page,) = take(house, "mail")
    assert page.message.lines[0] == "🟡 mppmon: saluran chat gagal mengirim lebih dari 10 menit"


def test_without_an_administrator_the_policys_fallback_is_called(tmp_path: Path) -> None:
    loaded = watching_itself()
    people = {name: replace(one, role="technician") for name, one in loaded.people.items()}
    with House(tmp_path, replace(loaded, people=people)) as house:
        house.all_well()
        look(house, disk(1e8), times=8)
        assert [one.recipient for one in take(house)] == ["citra"]


def test_a_restart_goes_on_with_it_and_a_clean_look_ends_it(house: House) -> None:
    look(house, disk(1e8), times=8)
    number = house.engine.snapshot.incidents[0].number
    with house.killed() as again:
        again.turn()
        assert [one.number for one in again.engine.snapshot.incidents] == [number]
        look(again, disk(9e9), times=8)
        assert again.engine.snapshot.incidents == ()


def test_agencies_see_nothing_of_it(house: House) -> None:
    look(house, disk(1e8), Figure("mppmon_daemon_clock_synchronised", (), 0.0), times=8)
    look(house, disk(1e8), Figure("mppmon_daemon_clock_synchronised", (), 0.0), seconds=60, times=62)
    snapshot = house.engine.snapshot
    agency = Principal(Role.AGENCY, "Disdukcapil", agencies=frozenset({"dukcapil"}))
    view = status_view(snapshot, agency, now=snapshot.at)
    assert (view["incidents"], view["alerts"]) == ([], [])
    assert page_of(snapshot, agency, speech("Asia/Jakarta")("id")).listed == ()
    (listed,) = page_of(snapshot, Principal(Role.ADMINISTRATOR, "x"), speech("Asia/Jakarta")("id")).listed
    assert (listed.name, listed.word) == (SELF, "jam server pemantau tidak diselaraskan")


def test_a_rule_of_the_mall_that_blocks_does_no_harm(tmp_path: Path) -> None:
    loaded = watching_itself()
    rules = tuple(replace(one, blocks=True) for one in loaded.rules)
    with House(tmp_path, replace(loaded, rules=rules)) as house:
        house.all_well()
        look(house, disk(1e8), times=8)
        with house.killed() as again:
            again.turn()
            assert len(again.engine.snapshot.incidents) == 1
