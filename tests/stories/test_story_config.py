"""The configuration was changed while something is wrong: what is not watched any more ends, and says why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.model import NoticeKind, Operator
from collectors.collector import Kind, Way
from collectors.observation import Outcome
from mppmon.config import Loaded
from mppmon.engine.commands import Acknowledge
from mppmon.engine.watching import unwatched
from mppmon.mall.model import DeviceKind, Uplink
from mppmon.mall.principal import SYSTEM, Principal, Role
from tests.stories.house import JAM, MONDAY, RULES, House, small_config

TECHNICIAN = Principal(Role.TECHNICIAN, "Ani", person="ani")
WEEK = timedelta(days=7)


def without_printer(loaded: Loaded) -> Loaded:
    """Return a configuration without the card printer of counter A1, which nothing needs there any more."""
    mall = loaded.mall
    devices = {name: one for name, one in mall.devices.items() if name != "a1-cards"}
    counters = {**mall.counters, "a1": replace(mall.counters["a1"], roles={"pc": ("a1-pc",)})}
    return replace(loaded, revision="c" * 12, mall=replace(mall, devices=devices, counters=counters))


def test_a_device_that_was_removed_ends_its_incident(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.told()
        house.loaded = without_printer(house.loaded)
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


def asking_otherwise(loaded: Loaded) -> Loaded:
    """Return a configuration whose rule about jams asks for another metric under the same name."""
    jam, *others = loaded.rules
    jam = replace(jam, condition=replace(jam.condition, metric="mppmon_printer_jams"))
    return replace(loaded, revision="d" * 12, rules=(jam, *others))


def read_otherwise(loaded: Loaded) -> Loaded:
    """Return a configuration in which counter A1's PC is asked another way, and so its printer is."""
    targets = (
        replace(one, way=Way.AGENT) if one.device == "a1-pc" and one.kind is Kind.TELEMETRY else one
        for one in loaded.targets
    )
    return replace(loaded, revision="e" * 12, targets=tuple(targets))


@pytest.mark.parametrize("change", [asking_otherwise, read_otherwise])
def test_an_alert_of_readings_that_come_no_more_ends_at_a_start_as_at_a_reload(
    tmp_path: Path, change: Callable[[Loaded], Loaded]
) -> None:
    """Edited while the daemon was off, such a rule left its incident open, and the service stopped, for ever."""
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.told()
        with house.edited(change(house.loaded)) as again:
            again.turn()
            assert again.engine.snapshot.incidents == ()
            assert [one.kind for one in again.told()] == [NoticeKind.WITHDRAWN]
            again.all_well()
            assert again.engine.snapshot.deliveries["ktp", "a1"].delivery == "delivered"


def test_an_alert_whose_rule_only_has_another_threshold_goes_on_over_a_start(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        jam, *others = house.loaded.rules
        jam = replace(jam, condition=replace(jam.condition, operator=Operator.AT_LEAST))
        with house.edited(replace(house.loaded, revision="f" * 12, rules=(jam, *others))) as again:
            again.turn()
            assert [one.number for one in again.engine.snapshot.incidents] == [1]


def reload(house: House, loaded: Loaded) -> None:
    """Take over a configuration while the engine works."""
    future = house.engine.adopt(loaded, author="root")
    house.engine.turn(house.engine.intake.take())
    future.result(timeout=0)


def test_a_reload_drops_no_state_no_timer_and_no_acknowledgement(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.wait(60, step=10)
        house.turn(house.cards("a2", jammed=True))
        house.do(Acknowledge(id="c", principal=TECHNICIAN, incident=2))
        before = house.engine.snapshot
        reload(house, replace(small_config(), revision="bbbbccccdddd"))
        after = house.engine.snapshot
        assert after.loaded.revision == "bbbbccccdddd"
        assert (after.reaches, after.functions, after.since) == (before.reaches, before.functions, before.since)
        assert (after.deliveries, after.delivery_since) == (before.deliveries, before.delivery_since)
        assert (after.incidents, after.alerts) == (before.incidents, before.alerts)
        house.wait(235, step=5)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani", "ani"]
        house.wait(10, step=5)
        assert [one.recipient for one in house.told(NoticeKind.PAGE)] == ["ani", "ani", "citra"], "at its old time"
        assert [one.revision for one in house.store.revisions(SYSTEM, start=MONDAY, end=MONDAY + WEEK)] == [
            "bbbbccccdddd"
        ]


def test_a_suspicion_is_confirmed_over_a_reload(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.fails("a3-printer", probes=2)
        reload(house, replace(small_config(), revision="b" * 12))
        for delay in (1.0, 1.5):
            house.clock.pass_(delay)
            house.turn(house.see("a3-printer", Outcome.TIMEOUT))
        house.turn(house.see("core"))
        assert [state for state, _ in house.history("a3-printer/reach")] == ["up", "down"]


def test_a_removed_device_ends_its_incident_at_the_reload(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.told()
        reload(house, without_printer(house.loaded))
        assert house.engine.snapshot.incidents == ()
        assert [one.kind for one in house.told()] == [NoticeKind.PAGE, NoticeKind.WITHDRAWN]
        assert house.history("a1-cards/function")[-1][0] == "unknown"
        assert house.history("ktp@a1")[-1][0] == "unknown", "nothing there says whether cards can be printed"
        house.turn(house.cards("a1", jammed=True))  # its answer was on the way
        house.wait(5)
        assert house.engine.snapshot.incidents == ()


def test_a_new_device_is_watched_and_a_new_rule_fires(tmp_path: Path) -> None:
    with House(tmp_path, replace(without_printer(small_config()), rules=RULES[1:])) as house:
        house.all_well()
        house.turn(house.cards("a2", jammed=True))
        assert not house.engine.snapshot.incidents
        reload(house, replace(small_config(), revision="b" * 12))
        assert house.engine.snapshot.deliveries["ktp", "a1"].delivery == "unknown", "its printer was not seen yet"
        house.turn(house.cards("a1"), house.cards("a2", jammed=True))
        assert [one.root for one in house.engine.snapshot.incidents] == ["a2-cards"]
        assert house.engine.snapshot.deliveries["ktp", "a1"].delivery == "delivered"


def test_what_a_service_needs_is_judged_anew(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        loaded = small_config()
        ktp = replace(loaded.mall.services["ktp"], needs=("pc",), uses=("cards",))
        house.clock.pass_(60)
        reload(house, replace(loaded, mall=replace(loaded.mall, services={**loaded.mall.services, "ktp": ktp})))
        assert house.history("ktp@a1")[-1] == ("degraded", MONDAY + timedelta(seconds=60))


def otherwise(loaded: Loaded, device: str, **change: object) -> Loaded:
    """Return a configuration in which a device is something else."""
    mall = loaded.mall
    devices = {**mall.devices, device: replace(mall.devices[device], **change)}  # type: ignore[arg-type]  # of Device
    return replace(loaded, revision="d" * 12, mall=replace(mall, devices=devices))


def roots(house: House) -> list[str]:
    """Return the causes of the open incidents."""
    return [one.root for one in house.engine.snapshot.incidents]


def test_an_incident_ends_whose_rule_is_not_for_the_device_any_more(tmp_path: Path) -> None:
    kinds = frozenset({"pc", "printer"})
    rules = tuple(replace(one, kinds=kinds) if one.name == "DeviceDown" else one for one in RULES)
    with House(tmp_path, replace(small_config(), rules=rules)) as house:
        house.all_well()
        house.fails("a3-printer")
        house.turn(house.see("core"))
        assert len(house.engine.snapshot.incidents) == 1
        reload(house, otherwise(house.loaded, "a3-printer", kind=DeviceKind.SCANNER))
        assert roots(house) == []
        reload(house, otherwise(house.loaded, "a3-printer", kind=DeviceKind.PRINTER))
        assert roots(house) == ["a3-printer"], "it is still down, and watched again"


def test_an_incident_ends_whose_readings_nobody_takes_any_more(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.sees("a3-printer", {("mppmon_printer_error", JAM): 1.0}))
        assert house.engine.snapshot.deliveries["surat", "a3"].delivery == "interrupted"
        targets = tuple(one for one in house.loaded.targets if one.check != "a3-printer:telemetry")
        less = replace(house.loaded, revision="e" * 12, targets=targets)
        assert unwatched(less, house.engine.snapshot.alerts)
        reload(house, less)
        assert house.engine.snapshot.incidents == ()
        assert house.engine.snapshot.deliveries["surat", "a3"].delivery == "delivered"


def test_the_line_of_another_device_ends_the_cut_of_the_old_one(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.fails("anchor-1", "anchor-2", "system")
        house.turn(house.see("router"))
        house.wait(6)
        assert [one.root for one in house.engine.snapshot.incidents] == ["line"]
        mall = house.loaded.mall
        devices = {**mall.devices, "modem": replace(mall.devices["line"], id="modem", name="Modem")}
        site = replace(mall.site, uplink=Uplink("modem", "router", ("anchor-1", "anchor-2")))
        reload(house, replace(house.loaded, revision="f" * 12, mall=replace(mall, devices=devices, site=site)))
        house.fails("anchor-1", "anchor-2", "system")
        house.wait(6)
        assert [one.root for one in house.engine.snapshot.incidents] == ["modem"]


def test_a_stop_and_a_reload_in_one_turn(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(120)
        house.engine.tick()
        house.engine.adopt(without_printer(house.loaded), author="root")
        house.engine.adopt(replace(small_config(), revision="b" * 12), author="root")
        house.engine.adopt(without_printer(house.loaded), author="root")
        house.engine.turn(house.engine.intake.take())
        house.all_well()
        assert "a1-cards" not in house.engine.snapshot.reaches
        assert house.history("a2-pc/reach")[-2:] == [("unknown", MONDAY), ("up", MONDAY + timedelta(seconds=120))]


@settings(max_examples=settings().max_examples // 10)  # each plays on two databases
@given(st.lists(st.sampled_from(["reload", "jam", "clear", "wait", "ack"]), max_size=25))
def test_reloads_between_anything_change_nothing_that_stays(deeds: list[str]) -> None:
    """The same story with and without reloads of the same configuration ends alike."""
    with (
        TemporaryDirectory() as first,
        TemporaryDirectory() as second,
        House(Path(first)) as reloaded,
        House(Path(second)) as left_alone,
    ):
        ends: list[tuple[object, ...]] = []
        for house in (reloaded, left_alone):
            house.all_well()
            for number, deed in enumerate(deeds):
                play(house, deed, number, reloading=house is reloaded)
            now = house.engine.snapshot
            incidents = [(one.number, one.status, one.facts) for one in now.incidents]
            told = [(one.recipient, one.kind, one.message, one.created_at) for one in house.told()]
            ends.append((now.reaches, now.functions, now.deliveries, incidents, told, house.history("ktp@a1")))
        assert ends[0] == ends[1]


def play(house: House, deed: str, number: int, *, reloading: bool) -> None:
    """Do one thing; `reload` only where this house reloads."""
    house.clock.pass_(20)
    match deed:
        case "reload":
            if reloading:
                reload(house, replace(small_config(), revision=f"{number:012d}"))
        case "jam" | "clear":
            house.turn(house.cards("a1", jammed=deed == "jam"))
        case "ack":
            house.do(Acknowledge(id=f"c{number}", principal=TECHNICIAN, incident=1))
        case _:
            house.wait(100, step=20)
