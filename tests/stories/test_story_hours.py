"""Off outside its hours is off, not broken; still off when they begin, it is a fault."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import Severity
from mppmon.cli.check_config import example
from mppmon.config import load
from mppmon.i18n import speech
from mppmon.mall.model import ExpectedOn, Span
from mppmon.mall.principal import Principal, Role
from mppmon.web.status_page import page_of
from mppmon.web.views import listed
from tests.stories.house import MONDAY, House, small_config

READER = Principal(Role.COORDINATOR, "test")
INDONESIAN = speech("Asia/Jakarta")("id")
DELIVERED = {one.name: one for one in load(example(), today=MONDAY.date()).rules}
HOUR = timedelta(hours=1)


def before_opening(tmp_path: Path) -> House:
    """Return a mall that opens in an hour, whose printer may be off until then."""
    loaded = small_config()
    printer = replace(loaded.mall.devices["a3-printer"], expected_on=ExpectedOn.SERVICE_HOURS)
    devices = {**loaded.mall.devices, "a3-printer": printer}
    mall = replace(loaded.mall, devices=devices, hours={"mpp": (Span(MONDAY + HOUR, MONDAY + 8 * HOUR),)})
    return House(tmp_path, replace(loaded, mall=mall))


def test_a_printer_that_is_off_before_opening_calls_nobody(tmp_path: Path) -> None:
    with before_opening(tmp_path) as house:
        house.all_well()
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.wait(600, step=60)
        assert house.told() == []
        assert house.engine.snapshot.off == {"a3-printer"}
        house.answers("a3-printer")
        house.wait(3600, step=60)
        assert house.told() == []
        assert house.engine.snapshot.off == frozenset()


def test_still_off_when_service_begins_it_is_paged(tmp_path: Path) -> None:
    with before_opening(tmp_path) as house:
        house.all_well()
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.wait(3540, step=60)
        assert house.told() == []
        house.wait(120, step=60)
        (page,) = house.told()
        assert page.message.lines[0] == "🔴 Surat Pindah TERHENTI · Loket A3"


def test_hours_resolved_anew_are_taken_over(tmp_path: Path) -> None:
    with before_opening(tmp_path) as house:
        house.all_well()
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.wait(60, step=60)
        assert house.told() == []
        open_now = replace(house.loaded.mall, hours={"mpp": (Span(MONDAY, MONDAY + 8 * HOUR),)})
        house.engine.renew(replace(house.loaded, mall=open_now))
        house.turn(*house.engine.intake.take())  # type: ignore[arg-type]  # a call, as the queue holds it
        assert len(house.told()) == 1


def night(tmp_path: Path) -> House:
    """Return a mall that opens in an hour, where a jam waits until then."""
    loaded = small_config()
    rules = tuple(replace(one, outside_hours=Severity.ROUTINE) if one.blocks else one for one in loaded.rules)
    mall = replace(loaded.mall, hours={"mpp": (Span(MONDAY + HOUR, MONDAY + 8 * HOUR),)})
    return House(tmp_path, replace(loaded, mall=mall, rules=rules))


def test_a_jam_at_night_waits_for_the_morning_and_is_listed(tmp_path: Path) -> None:
    with night(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(3540, step=60)
        assert house.told() == []
        reader = Principal(Role.COORDINATOR, "test")
        assert [one.key.rule for one in listed(house.engine.snapshot, reader)] == ["PrinterNeedsPerson"]
        house.wait(120, step=60)
        (page,) = house.told()
        assert page.message.lines[0] == "🔴 Cetak KTP-el TERHENTI · Loket A1"


def test_a_jam_that_is_cleared_before_opening_calls_nobody(tmp_path: Path) -> None:
    with night(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(600, step=60)
        house.turn(house.cards("a1"))
        house.wait(2 * 3600, step=60)
        assert house.told() == []


def test_a_fault_that_is_urgent_at_night_says_that_nobody_waits_and_counts_citizens_from_opening_on(
    tmp_path: Path,
) -> None:
    with night(tmp_path) as house:
        house.all_well()
        house.fails("core")
        house.turn(house.see("router"))
        (page,) = house.told()
        assert page.message.lines[0] == "🟡 Cetak KTP-el dan 1 layanan lain terganggu (sedang tutup)"
        assert "Dampak: di luar jam pelayanan, tidak ada warga yang menunggu" in page.message.lines
        shown = page_of(house.engine.snapshot, READER, INDONESIAN)
        assert (shown.headline, shown.state, shown.incidents[0].urgent) == ("Di luar jam pelayanan", "closed", False)
        assert {line.word for place in shown.places for card in place.counters for line in card.services} == {"tutup"}
        assert shown.tally[-1] == ("closed", "tutup", 3)
        for one in ("a1-pc", "a2-pc", "a3-pc", "a3-printer"):
            house.fails(one)
        house.wait(3660, step=60)
        shown = page_of(house.engine.snapshot, READER, INDONESIAN)
        assert (shown.headline, shown.state) == ("2 layanan terhenti di 3 loket", "interrupted")
        assert shown.incidents[0].urgent
        assert "Dampak: sekitar 44 warga/jam" in " ".join(shown.incidents[0].lines)


def quiet_nights(tmp_path: Path, **hours: Span) -> House:
    """Return a mall that opens in an hour, with the rules as they are delivered; more hours by id."""
    loaded = small_config()
    rules = tuple(replace(one, outside_hours=DELIVERED[one.name].outside_hours) for one in loaded.rules)
    spans = {"mpp": (Span(MONDAY + HOUR, MONDAY + 8 * HOUR),), **{key: (span,) for key, span in hours.items()}}
    return House(tmp_path, replace(loaded, mall=replace(loaded.mall, hours=spans), rules=rules))


def test_a_dead_switch_waits_for_the_morning_and_then_calls_with_all_it_stops(tmp_path: Path) -> None:
    with quiet_nights(tmp_path) as house:
        house.all_well()
        house.fails("core")
        house.turn(house.see("router"))
        house.wait(3540, step=60)
        assert house.told() == []
        house.wait(120, step=60)
        (page,) = house.told()
        assert page.message.lines[0] == "🔴 Cetak KTP-el dan 1 layanan lain TERHENTI"
        assert any("sekitar 44 warga/jam" in line for line in page.message.lines)


def test_a_switch_calls_while_one_counter_behind_it_serves_though_the_mall_is_closed(tmp_path: Path) -> None:
    with quiet_nights(tmp_path, a3=Span(MONDAY, MONDAY + HOUR)) as house:
        house.all_well()
        house.fails("core")
        house.turn(house.see("router"))
        (page,) = house.told()
        assert page.message.lines[0] == "🔴 Surat Pindah TERHENTI · Loket A3"
        (known,) = house.engine.snapshot.incidents
        assert {one.service: one.citizens_per_hour for one in known.facts.stopped} == {
            "Cetak KTP-el": 0.0,
            "Surat Pindah": 20.0,
        }
        assert "Dampak: sekitar 20 warga/jam; saat ini tidak ada loket lain yang melayani" in page.message.lines
