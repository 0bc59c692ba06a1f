"""Maintenance that is planned calls nobody, hides nothing, and ends when the mall's clock says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.model import NoticeKind
from alerts.silence import Silence
from mppmon.config import Loaded
from mppmon.config.maintenance import resolve_windows
from mppmon.config.settings_maintenance import MaintenanceFile
from mppmon.engine.commands import Hush, Speak
from mppmon.i18n import speech
from mppmon.mall.principal import Principal, Role
from mppmon.web.status_page import page_of
from tests.stories.house import MONDAY, HandClock, House, small_config
from tests.stories.test_story_notes import events, kinds

ANI = Principal(Role.TECHNICIAN, "Ani", person="ani")
AGENCY = Principal(Role.AGENCY, "Dinas", agencies=frozenset({"dukcapil"}))
PRINTER = (("device", ("a1-cards",)),)
MINUTE = timedelta(minutes=1)


def window(start: datetime, end: datetime, name: str = "Ganti rol") -> Silence:
    return Silence(f"w@{start:%H%M}", PRINTER, start, end, "config", "rutin", name, planned=True)


def planned(*windows: Silence) -> Loaded:
    return replace(small_config(), windows=windows)


def test_begins_up_and_ends_down_calls_at_its_end(tmp_path: Path) -> None:
    loaded = planned(window(MONDAY + 10 * MINUTE, MONDAY + 40 * MINUTE))
    with House(tmp_path, loaded) as house:
        house.all_well()
        house.wait(15 * 60, step=60)
        house.turn(house.cards("a1", jammed=True))
        house.wait(24 * 60, step=60)
        assert house.told() == []
        assert house.engine.snapshot.deliveries["ktp", "a1"].delivery == "interrupted", "it is watched as ever"
        house.wait(60, step=10)
        (page,) = house.told()
        assert page.created_at == MONDAY + 40 * MINUTE
        found = sorted(events(house, 1), key=lambda one: one.at)
        assert [one.kind.value for one in found] == ["silenced", "opened"]
        assert found[0].at == MONDAY + 15 * MINUTE
        assert found[0].text == f"{(MONDAY + 40 * MINUTE).isoformat()} Ganti rol"


def test_begins_down_and_ends_up_is_told_to_who_knew(tmp_path: Path) -> None:
    loaded = planned(window(MONDAY + 10 * MINUTE, MONDAY + 40 * MINUTE))
    with House(tmp_path, loaded) as house:
        house.all_well()
        house.wait(8 * 60, step=60)
        house.turn(house.cards("a1", jammed=True))
        house.wait(10 * 60, step=10)
        assert [one.recipient for one in house.told()] == ["ani"], "nobody more is called within the window"
        house.turn(house.cards("a1"))
        assert [one.kind for one in house.told()] == [NoticeKind.PAGE, NoticeKind.RESOLVED]
        assert [kind for kind, _ in kinds(house, 1)] == ["opened", "silenced", "mended", "closed"]


def test_mended_within_it_never_calls_and_stays_on_record(tmp_path: Path) -> None:
    loaded = planned(window(MONDAY + 10 * MINUTE, MONDAY + 40 * MINUTE))
    with House(tmp_path, loaded) as house:
        house.all_well()
        house.wait(15 * 60, step=60)
        house.turn(house.cards("a1", jammed=True))
        house.wait(600, step=60)
        house.turn(house.cards("a1"))
        house.wait(3600, step=60)
        assert house.told() == []
        stopped = house.history("ktp@a1")
        assert ("interrupted", MONDAY + 15 * MINUTE) in stopped
        assert ("delivered", MONDAY + 25 * MINUTE) in stopped


def test_it_comes_again_and_again(tmp_path: Path) -> None:
    loaded = planned(*(window(MONDAY + n * 60 * MINUTE, MONDAY + (n * 60 + 10) * MINUTE) for n in (1, 2)))
    with House(tmp_path, loaded) as house:
        house.all_well()
        house.turn(house.cards("a1"))
        for jam_at, told in ((65, 0), (125, 0), (140, 1)):
            house.clock.at[0] = MONDAY + jam_at * MINUTE
            house.turn(house.cards("a1", jammed=True))
            assert len(house.told(NoticeKind.PAGE)) == told, jam_at
            house.clock.pass_(60)
            house.turn(house.cards("a1"))


@pytest.mark.parametrize(
    ("written", "calls_at"),
    [  # Berlin, 25 October 2026: 03:00 becomes 02:00 again; 29 March: 02:00 becomes 03:00
        ({"start": "2026-10-24 22:00", "end": "2026-10-25 04:00"}, datetime(2026, 10, 25, 3, tzinfo=UTC)),
        ({"start": "2026-10-24 22:00", "duration": "6h"}, datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ({"start": "2026-03-28 22:00", "end": "2026-03-29 04:00"}, datetime(2026, 3, 29, 2, tzinfo=UTC)),
        ({"start": "2026-03-28 22:00", "duration": "6h"}, datetime(2026, 3, 29, 3, tzinfo=UTC)),
    ],
)
def test_on_the_night_on_which_clocks_are_turned(tmp_path: Path, written: dict[str, str], calls_at: datetime) -> None:
    whole = {"name": "n", "match": {"device": ["a1-cards"]}, "reason": "r", **written}
    file = MaintenanceFile.model_validate({"windows": {"w": whole}})
    windows = resolve_windows(file, zone=ZoneInfo("Europe/Berlin"), today=calls_at.date())
    clock = HandClock(at=[calls_at - timedelta(hours=10)])
    with House(tmp_path, planned(*windows), clock=clock) as house:
        house.all_well()
        clock.at[0] = calls_at - timedelta(hours=3)
        house.turn(house.cards("a1", jammed=True))
        house.wait(3 * 3600 - 60, step=60)
        assert house.told() == []
        house.wait(60, step=10)
        (page,) = house.told()
        assert page.created_at == calls_at


def test_announced_by_command_ahead_of_time_and_over_a_kill(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        wish = Hush(
            id="m",
            principal=ANI,
            match=PRINTER,
            seconds=1800,
            reason="rol habis",
            start=MONDAY + 10 * MINUTE,
            name="Ganti rol",
            planned=True,
        )
        assert house.do(wish).ok
        house.turn(house.cards("a1", jammed=True))
        assert len(house.told()) == 1, "before it begins, everybody is called as ever"
        house.turn(house.cards("a1"))
        with house.killed() as again:
            again.all_well()
            again.clock.at[0] = MONDAY + 15 * MINUTE
            again.turn(again.cards("a1", jammed=True))
            again.wait(60, step=10)
            assert len(again.told(NoticeKind.PAGE)) == 0
            page = page_of(again.engine.snapshot, ANI, speech("Asia/Jakarta")("id"))
            assert page.maintenance == ("pemeliharaan: Ganti rol, sampai 09.10 WIB",)
            agency = page_of(again.engine.snapshot, AGENCY, speech("Asia/Jakarta")("id"))
            assert agency.maintenance == ("pemeliharaan perangkat Anda, sampai 09.10 WIB",)
            (one,) = again.engine.snapshot.silences
            assert again.do(Speak(id="s", principal=ANI, silence=one.id)).ok
            assert len(again.told(NoticeKind.PAGE)) == 1, "taken back, it calls at once"


def test_what_stands_in_the_file_is_changed_there(tmp_path: Path) -> None:
    with House(tmp_path, planned(window(MONDAY, MONDAY + 40 * MINUTE))) as house:
        house.all_well()
        for name in ("w", house.loaded.windows[0].id):
            answer = house.do(Speak(id=f"s{name}", principal=ANI, silence=name))
            assert (answer.ok, "maintenance.yaml" in answer.text) == (False, True)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"start": MONDAY - 60 * MINUTE}, "over already"),
        ({"start": MONDAY + timedelta(days=401)}, "400 days ahead"),
        ({"name": "a\nb"}, "a name with a line break"),
        ({"name": " ", "planned": True}, "found no name"),
        ({"name": "x" * 121}, "found a name of 121 characters"),
    ],
)
def test_a_window_that_cannot_be_is_refused(tmp_path: Path, wish: dict[str, object], said: str) -> None:
    with House(tmp_path) as house:
        house.all_well()
        whole = {"match": PRINTER, "seconds": 600.0, "reason": "r", **wish}
        answer = house.do(Hush(id="h", principal=ANI, **whole))  # type: ignore[arg-type]  # keywords of Hush
        assert not answer.ok
        assert said in answer.text


def test_the_nightly_renewal_brings_new_windows(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.engine.renew(planned(window(MONDAY, MONDAY + 40 * MINUTE)))
        house.engine.turn(house.engine.intake.take())
        house.turn(house.cards("a1", jammed=True))
        assert house.told() == []


def test_a_fault_that_comes_back_later_than_the_configured_time_is_another_incident(tmp_path: Path) -> None:
    config = small_config()
    with House(
        tmp_path, replace(config, settings=replace(config.settings, reopen_seconds=60.0, calm_seconds=0.0))
    ) as house:
        house.all_well()
        for pause in (0, 59, 61):
            house.clock.pass_(pause)
            house.turn(house.cards("a1", jammed=True))
            house.turn(house.cards("a1"))
        assert [kind for kind, _ in kinds(house, 1)].count("reopened") == 1
        assert kinds(house, 2)[0] == ("opened", "")
