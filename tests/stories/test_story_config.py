"""The configuration was changed while something is wrong: what is not watched any more ends, and says why."""

from dataclasses import replace
from pathlib import Path

from alerts.model import NoticeKind
from tests.stories.house import RULES, House, small_config


def test_a_device_that_was_removed_ends_its_incident(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.told()
        mall = house.loaded.mall
        devices = {name: one for name, one in mall.devices.items() if name != "a1-cards"}
        counters = {**mall.counters, "a1": replace(mall.counters["a1"], roles={"pc": ("a1-pc",)})}
        house.loaded = replace(house.loaded, mall=replace(mall, devices=devices, counters=counters))
        with house.killed() as again:
            again.turn()
            assert again.engine.snapshot.incidents == ()
            (closed,) = again.told(NoticeKind.WITHDRAWN)
            assert closed.recipient == "ani"
            assert closed.message.text == (
                "⚪ Gangguan #1 ditutup: Cetak KTP-el, Loket A1 tidak dipantau lagi (pengaturan diubah)"
            )
            with again.killed() as third:
                third.turn()
                assert len(third.told(NoticeKind.WITHDRAWN)) == 0, "said once"


def test_a_rule_that_was_switched_off_ends_its_incident(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.told()
        house.loaded = replace(small_config(), rules=RULES[1:])
        with house.killed() as again:
            again.all_well()
            assert again.engine.snapshot.incidents == ()
            assert again.engine.snapshot.deliveries["ktp", "a1"].delivery == "delivered"
            assert [one.kind for one in again.told()] == [NoticeKind.WITHDRAWN]
