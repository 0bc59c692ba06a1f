"""Once a day a test message goes to everybody who may be called, by every channel, and who did not get it is named."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from alerts.channels.telegram import compose
from alerts.model import NoticeKind
from mppmon.cli.status import mall_clock, show_canary
from mppmon.daemon.canary import Canary
from mppmon.mall.principal import SYSTEM, Principal, Refused, Role
from mppmon.web.canaries import canary_view
from tests.stories.house import HandClock, House
from tests.stories.test_story_itself import take, watching_itself
from tests.stories.test_story_refused import due, refuse

TODAY = date(2026, 11, 23)


def sent(house: House) -> None:
    house.engine.send_canary(TODAY)
    house.engine.turn(house.engine.intake.take())


def test_who_is_on_duty_and_who_is_behind_get_one_line_by_every_channel(tmp_path: Path) -> None:
    with House(tmp_path, watching_itself()) as house:
        sent(house)
        chats, mails = take(house), take(house, "mail")
        assert {one.recipient for one in chats} == {one.recipient for one in mails} >= {"ani", "citra"}
        assert {(one.kind, one.urgent, len(one.message.lines)) for one in chats} == {(NoticeKind.CANARY, False, 1)}
        assert chats[0].message.text == (
            "✅ Uji harian mppmon 23 November 2026, 08.30 WIB: pesan gangguan akan sampai lewat saluran ini."
        )
        assert compose("1", chats[0].message)["text"] == chats[0].message.text


def test_a_restart_on_the_same_day_repeats_none(tmp_path: Path) -> None:
    with House(tmp_path, watching_itself()) as house:
        sent(house)
        first = take(house)
        with house.killed() as again:
            sent(again)
            assert first
            assert take(again) == []


def look(house: House) -> dict[tuple[str, str], bool]:
    canary = Canary(house.engine, lambda: house.loaded, house.clock.now)

    async def ask() -> dict[tuple[str, str], bool]:
        asked = asyncio.create_task(canary.look())
        await asyncio.sleep(0)
        house.engine.turn(house.engine.intake.take())
        return {(person, channel): failed for person, channel, failed in await asked}

    return asyncio.run(ask())


def test_what_was_refused_or_not_taken_in_ten_minutes_is_a_failure_of_that_channel_alone(tmp_path: Path) -> None:
    loaded = watching_itself()
    loaded = replace(loaded, settings=replace(loaded.settings, canary=time(8, 30)))
    with House(tmp_path, loaded) as house:
        sent(house)
        mine = next(one for one in due(house, "chat") if one.recipient == "citra")
        refuse(house, mine)
        take(house, "mail")
        assert house.store.fates(SYSTEM, [mine.key]) == {mine.key: "dead"}
        assert {pair for pair, failed in look(house).items() if failed} == {("citra", "chat")}
        house.clock.pass_(601)
        everybody = {(one, "chat") for one in ("ani", "budi", "citra")}  # Budi hands over today
        assert {pair for pair, failed in look(house).items() if failed} == everybody


def test_it_runs_at_its_time_of_the_mall_and_not_at_all_where_it_is_off(tmp_path: Path) -> None:
    loaded = watching_itself()
    with House(tmp_path, loaded, clock=HandClock(at=[datetime(2026, 11, 23, tzinfo=UTC)])) as house:
        canary = Canary(house.engine, lambda: house.loaded, house.clock.now)
        at = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)  # 07.30 WIB
        assert canary.next_run(datetime(2026, 11, 23, 1, tzinfo=UTC)) == at
        assert canary.next_run(at).day == 25
        house.loaded = replace(loaded, settings=replace(loaded.settings, canary=None))
        canary.send()
        assert len(house.engine.intake) == 0


def canary_of(house: House) -> Canary:
    return Canary(house.engine, lambda: house.loaded, house.clock.now)


def test_a_daemon_that_was_off_at_its_time_sends_it_a_minute_after_its_start_and_once(tmp_path: Path) -> None:
    with House(tmp_path, watching_itself()) as house:  # starts at 08.30 WIB
        canary = canary_of(house)
        start = house.clock.now()
        late = canary.next_run(start)
        assert late == start + timedelta(minutes=1)
        house.clock.at[0] = late
        canary.send()
        house.engine.turn(house.engine.intake.take())
        assert take(house)
        assert take(house, "mail")
        tomorrow = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
        assert canary.next_run(house.clock.now()) == tomorrow
        with house.killed() as again:
            repeated = canary_of(again)
            again.clock.at[0] = repeated.next_run(again.clock.now())
            repeated.send()
            again.engine.turn(again.engine.intake.take())
            assert take(again) == take(again, "mail") == [], "the same day, the same keys"


@pytest.mark.parametrize(("hour", "today"), [(0, True), (8, True), (9, False)])
def test_it_is_late_by_a_working_day_at_most(tmp_path: Path, hour: int, *, today: bool) -> None:
    clock = HandClock(at=[datetime(2026, 11, 23, hour, 29, tzinfo=UTC)])  # 07.30 WIB is 00.30
    with House(tmp_path, watching_itself(), clock=clock) as house:
        assert (canary_of(house).next_run(clock.now()).day == 23) is today


def test_a_late_one_has_its_ten_minutes_too(tmp_path: Path) -> None:
    with House(tmp_path, watching_itself()) as house:
        canary = canary_of(house)
        canary.send()
        house.engine.turn(house.engine.intake.take())

        async def failed() -> int:
            asked = asyncio.create_task(canary.look())
            await asyncio.sleep(0)
            house.engine.turn(house.engine.intake.take())
            return sum(lost for _, _, lost in await asked)

        assert asyncio.run(failed()) == 0
        house.clock.pass_(601)
        assert asyncio.run(failed()) > 0


def test_which_channels_took_it_is_told_to_the_staff(tmp_path: Path) -> None:
    loaded = watching_itself()
    with House(tmp_path, loaded) as house:
        assert canary_view(house.store.canaries(SYSTEM), loaded) == {"at": None, "messages": []}
        house.engine.send_canary(TODAY - timedelta(days=1))
        house.engine.turn(house.engine.intake.take())
        take(house)
        take(house, "mail")
        house.clock.pass_(86_400)
        sent(house)
        refuse(house, next(one for one in due(house, "chat") if one.recipient == "citra"))
        take(house, "mail")
        view = canary_view(house.store.canaries(SYSTEM), loaded)
        assert view is not None
        out = StringIO()
        show_canary(view, Console(file=out, width=200), mall_clock("Asia/Jakarta"))
        first, second = out.getvalue().splitlines()
        assert first == (
            "Daily test messages of 2026-11-24 08:30:00 WIB: chat took 0 of 3, 2 waiting; mail took 3 of 3"
        )
        assert second == "  not taken: Citra by chat (refused); see: mppmon doctor"
        quiet = replace(loaded, settings=replace(loaded.settings, canary=None))
        assert canary_view(house.store.canaries(SYSTEM), quiet) is None
        with pytest.raises(Refused):
            house.store.canaries(Principal(Role.AGENCY, "kantor", agencies=frozenset({"dukcapil"})))
