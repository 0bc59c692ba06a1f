"""Once a day a test message goes to everybody who may be called, by every channel, and who did not get it is named."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from alerts.channels.telegram import compose
from alerts.model import NoticeKind
from mppmon.daemon.canary import Canary
from mppmon.mall.principal import SYSTEM
from tests.stories.house import House
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
    with House(tmp_path, loaded) as house:
        canary = Canary(house.engine, lambda: house.loaded, house.clock.now)
        at = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)  # 07.30 WIB
        assert canary.next_run(datetime(2026, 11, 23, 1, tzinfo=UTC)) == at
        assert canary.next_run(at).day == 25
        house.loaded = replace(loaded, settings=replace(loaded.settings, canary=None))
        canary.send()
        assert len(house.engine.intake) == 0
