"""A good configuration: what it becomes. The example mall, and the small good one beside the bad ones."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from alerts.roster import on_call
from alerts.settings import RotationSettings, TelegramSettings
from collectors.collector import Target, Way
from collectors.settings import AgentSettings, LivenessSettings, SnmpSettings
from mppmon import config
from mppmon.cli.check_config import example
from mppmon.config.pager import build_rotation
from mppmon.config.problem import nearest
from mppmon.mall.calendar import open_at
from mppmon.mall.model import DeviceKind, ExpectedOn

GOOD = Path(__file__).parent / "bad_configs" / "good"
TODAY = date(2026, 11, 24)
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture(scope="module")
def mall() -> config.Loaded:
    return config.load(example(), today=TODAY)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "mall"))


def overlay(place: Path, name: str, text: str) -> None:
    folder = place / "local.d"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("version: 1\n" + text, "utf-8")


def target(loaded: config.Loaded, check: str) -> Target:
    return next(one for one in loaded.targets if one.check == check)


def test_the_example_is_a_mall_of_the_promised_size(mall: config.Loaded) -> None:
    assert len(mall.mall.agencies) == 6
    assert len(mall.mall.counters) == 20
    assert 55 <= len(mall.mall.devices) <= 65
    assert len({one.kind for one in mall.mall.devices.values()}) >= 12
    assert len(mall.people) == 4
    assert mall.warnings == ()
    assert all(offer.citizens_per_hour > 0 for one in mall.mall.counters.values() for offer in one.offers)
    ktp = {one.id for one in mall.mall.counters.values() if any(offer.service == "ktp-el" for offer in one.offers)}
    assert ktp == {"a2", "a3", "a4"}


def test_the_example_stays_on_loopback(mall: config.Loaded) -> None:
    assert {one.address.split(".")[0] for one in mall.targets} == {"127"}


def test_every_polled_device_has_its_checks_and_no_other_has_any(mall: config.Loaded) -> None:
    checks = [one.check for one in mall.targets]
    assert len(checks) == len(set(checks))
    polled = {one.device for one in mall.targets}
    for device in mall.mall.devices.values():
        silent = device.via is not None or device.kind is DeviceKind.PASSIVE
        assert (device.id in polled) is not silent, device.id


def test_what_stands_at_a_counter_takes_agency_and_place_from_it(mall: config.Loaded) -> None:
    printer = mall.mall.devices["a3-card-printer"]
    assert (printer.agency, printer.place, printer.via) == ("disdukcapil", "Lt. 1", "a3-pc")
    assert printer.expected_on is ExpectedOn.SERVICE_HOURS
    assert mall.mall.devices["sw-core"].agency is None
    assert mall.mall.devices["kiosk-struk"].place == "Lobi"  # by its PC


def test_what_is_outside_hangs_on_the_uplink(mall: config.Loaded) -> None:
    assert mall.mall.devices["siak"].parents == ("internet",)
    assert mall.mall.devices["anchor-dns"].parents == ("internet",)


def test_targets_say_how_to_ask(mall: config.Loaded) -> None:
    pc = target(mall, "a3-pc:telemetry")
    assert pc.way is Way.AGENT
    assert isinstance(pc.settings, AgentSettings)
    assert pc.parts == ("a3-card-printer", "a3-fingerprint")
    assert target(mall, "router:liveness").way is Way.SNMP
    assert isinstance(target(mall, "router:liveness").settings, SnmpSettings)
    online = target(mall, "siak:liveness")
    assert (online.way, online.address) == (Way.TCP, "127.30.0.1")
    assert isinstance(online.settings, LivenessSettings)
    assert online.settings.port == 18080
    assert target(mall, "siak:telemetry").way is Way.HTTP


def test_auto_liveness_leaves_the_choice_to_the_daemon_with_a_port_to_fall_back_on(place: Path) -> None:
    loaded = config.load(place, today=TODAY)
    pc = target(loaded, "a1-pc:liveness")
    assert pc.way is Way.ICMP
    assert pc.settings == LivenessSettings(way="auto", port=9182)
    assert target(loaded, "sw:liveness").settings == LivenessSettings(way="auto")


def test_intervals_may_differ_by_kind(place: Path) -> None:
    overlay(place, "daemon.yaml", "intervals: {liveness: 1, confirm: [0.1, 0.2], kinds: {pc: {telemetry: 7}}}\n")
    loaded = config.load(place, today=TODAY)
    assert target(loaded, "a1-pc:telemetry").interval == 7
    assert target(loaded, "a1-pc:liveness").interval == 1
    assert target(loaded, "sw:telemetry").interval == 60
    assert loaded.timings[DeviceKind.PC].confirm == (0.1, 0.2)


def test_a_pc_with_peripherals_is_read_often_enough_to_miss_one(place: Path) -> None:
    loaded = config.load(place, today=TODAY)
    assert (target(loaded, "a1-pc:telemetry").interval, target(loaded, "b1-pc:telemetry").interval) == (15, 60)
    overlay(place, "daemon.yaml", "intervals: {kinds: {pc: {telemetry: 60}}}\n")
    assert target(config.load(place, today=TODAY), "a1-pc:telemetry").interval == 60
    overlay(place, "daemon.yaml", "intervals: {telemetry: 5}\n")
    assert target(config.load(place, today=TODAY), "a1-pc:telemetry").interval == 5


def test_confirmation_recovery_and_boot_may_differ_by_kind_and_are_kept(place: Path) -> None:
    kinds = "{camera: {confirm: [1, 2], recover: 3, boot_seconds: 0}, pc: {boot_seconds: 60}}"
    overlay(place, "daemon.yaml", f"intervals: {{recover: 4, kinds: {kinds}}}\n")
    loaded = config.load(place, today=TODAY)
    for one in (loaded, config.from_normalised(loaded.normalised, today=TODAY)):
        camera, pc, server = (one.timings[kind] for kind in (DeviceKind.CAMERA, DeviceKind.PC, DeviceKind.SERVER))
        assert (list(camera.confirm), camera.needed, camera.recover) == ([1, 2], 3, 3)
        assert camera.boot == timedelta()
        assert list(camera.again) == [1, 2]
        assert (list(pc.confirm), pc.recover, pc.boot.total_seconds()) == ([0.5, 1.0, 2.0], 4, 60)
        assert server.boot == timedelta(seconds=600)


def test_power_is_a_group_of_its_own(place: Path) -> None:
    overlay(place, "devices.yaml", "devices: {mcb: {kind: passive, name: Sakelar}, sw: {power: [mcb, gw]}}\n")
    loaded = config.load(place, today=TODAY)
    for one in (loaded, config.from_normalised(loaded.normalised, today=TODAY)):
        assert one.mall.devices["sw"].power == ("mcb", "gw")
        assert one.mall.devices["sw"].parents == ("gw",)
        assert one.mall.children["mcb"] == ("sw",)
        assert one.mall.children["gw"].count("sw") == 1


def test_power_may_be_said_of_a_kind(place: Path) -> None:
    overlay(place, "devices.yaml", "defaults: {pc: {power: [mcb]}}\ndevices: {mcb: {kind: passive, name: Sakelar}}\n")
    assert config.load(place, today=TODAY).mall.devices["a1-pc"].power == ("mcb",)


def test_service_hours_are_resolved(mall: config.Loaded) -> None:
    hours = mall.mall.hours
    expected = {mall.mall.site.id, *mall.mall.agencies, *mall.mall.counters}
    expected |= {f"{offer.service}@{one.id}" for one in mall.mall.counters.values() for offer in one.offers}
    assert set(hours) == expected

    def at(key: str, text: str) -> bool:
        return open_at(hours[key], datetime.fromisoformat(text).replace(tzinfo=JAKARTA).astimezone(UTC))

    assert at("a3", "2026-11-23T08:30")
    assert not at("a3", "2026-11-23T12:30")  # break
    assert not at("a3", "2026-11-22T08:30")  # Sunday
    assert not at("a3", "2026-12-25T08:30")  # holiday
    assert not at("a3", "2026-12-24T08:30")  # joint leave
    assert not at("a3", "2026-12-31T08:30")  # closure
    assert at("c1", "2026-11-28T09:00")  # Samsat serves on Saturdays
    assert not at("perekaman@a4", "2026-11-23T14:30")  # this service ends earlier
    assert at("ktp-el@a4", "2026-11-23T14:30")


def test_ramadan_and_joint_leave(place: Path) -> None:
    text = (
        "hours: {special: [{name: Ramadan, on: 2026-12-01..2026-12-10, open: {mon-fri: 08.00-12.00}}]}\n"
        "holidays: {joint_leave: no, add: {2026-11-30: HUT}, remove: [2026-12-25]}\n"
    )
    overlay(place, "site.yaml", text)
    hours = config.load(place, today=TODAY).mall.hours["mall"]

    def at(day: int, hour: int, month: int = 12) -> bool:
        return open_at(hours, datetime(2026, month, day, hour, tzinfo=JAKARTA))

    assert at(1, 9)
    assert not at(1, 14)
    assert at(11, 14)
    assert at(24, 9)  # joint leave is not taken
    assert at(25, 9)  # removed
    assert not at(30, 9, month=11)  # added


def test_the_roster_turns_every_week(mall: config.Loaded) -> None:
    rotation = mall.rotations["teknisi"]
    monday = datetime(2026, 11, 23, 7, 30, tzinfo=JAKARTA).astimezone(UTC)
    first = on_call(rotation, monday)
    assert {first, on_call(rotation, monday + timedelta(days=7))} == {"budi", "sari"}
    assert on_call(rotation, monday - timedelta(seconds=1)) != first
    assert on_call(rotation, monday + timedelta(days=14)) == first


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Europe/Berlin", "America/New_York"])
def test_hand_overs_keep_their_wall_clock_time_and_their_member(zone: str) -> None:
    settings = RotationSettings(name="x", start=date(2020, 1, 6), handover="07:30", members=("a", "b", "c"))
    place = ZoneInfo(zone)
    for today in (date(2020, 1, 1), date(2026, 3, 29), date(2026, 11, 24)):
        rotation = build_rotation("x", settings, zone=place, today=today)
        for turn, at in enumerate(rotation.boundaries):
            local = at.astimezone(place)
            weeks, rest = divmod((local.date() - settings.start).days, 7)
            assert (local.hour, local.minute, rest) == (7, 30, 0)
            assert weeks % 3 == turn % 3  # the member does not depend on the day the configuration was loaded
        assert rotation.boundaries[0] <= datetime.combine(
            max(today, settings.start), datetime.min.time(), UTC
        ) + timedelta(days=1)
        assert rotation.boundaries[-1].date() >= today + timedelta(days=390)


def test_rules_may_be_replaced_and_disabled(place: Path, mall: config.Loaded) -> None:
    names = [rule.name for rule in config.load(place, today=TODAY).rules]
    assert names == sorted(names)
    assert len(names) >= 5
    (place / "rules.yaml").write_text(
        f"version: 1\ndisable: [{names[0]}]\nrules:\n"
        f"  - {{alert: {names[1]}, condition: {{metric: mppmon_device_down, threshold: 1}}, for: 9, "
        "summary: {id: a, en: b}, first_step: {id: a, en: b}}\n"
    )
    rules = {rule.name: rule for rule in config.load(place, today=TODAY).rules}
    assert names[0] not in rules
    assert rules[names[1]].wait == timedelta(seconds=9)
    assert "QueueServerDiskFilling" in {rule.name for rule in mall.rules}


def test_a_disabled_rule_that_does_not_exist_is_an_error(place: Path) -> None:
    (place / "rules.yaml").write_text("version: 1\ndisable: [Nothing]\n")
    with pytest.raises(config.ConfigErrors, match=r"rules.yaml:2:11 disable.0: found 'Nothing', expected one of"):
        config.load(place, today=TODAY)


def test_secret_files_are_found_from_the_directory_and_never_opened(place: Path) -> None:
    overlay(place, "devices.yaml", "devices: {sw: {snmp: {community_file: secrets/sw}}}\n")
    loaded = config.load(place, today=TODAY)
    snmp = target(loaded, "sw:telemetry").settings
    assert isinstance(snmp, SnmpSettings)
    assert snmp.community_file == place / "secrets" / "sw"
    chat = loaded.channels["chat"]
    assert isinstance(chat, TelegramSettings)
    assert chat.token_file == place / "token"
    assert str(place) not in loaded.normalised


def test_the_normalised_text_knows_no_community(place: Path) -> None:
    plain = config.load(place, today=TODAY)
    assert json.loads(plain.normalised)["devices.yaml"]["devices"]["sw"]["snmp"]["community"] == "public"
    revisions = set()
    for word in ("hunter2", "hunter3"):
        overlay(place, "devices.yaml", f"devices: {{sw: {{snmp: {{community: {word}}}}}}}\n")
        loaded = config.load(place, today=TODAY)
        assert word not in loaded.normalised
        assert word not in repr(loaded)
        (warning,) = loaded.warnings
        assert word not in str(warning)
        revisions.add(loaded.revision)
    assert len(revisions) == 1
    assert plain.revision not in revisions


def test_the_revision_is_of_what_was_written_not_of_the_day_or_the_order(place: Path, mall: config.Loaded) -> None:
    assert config.load(example(), today=date(2027, 5, 5)).revision == mall.revision
    before = config.load(place, today=TODAY)
    agencies = place / "agencies.yaml"
    agencies.write_text(
        agencies.read_text()
        .replace("    short: Samsat\n", "")
        .replace("    name: Samsat\n", "    short: Samsat\n    name: Samsat\n")
    )
    assert config.load(place, today=TODAY).revision == before.revision
    overlay(place, "site.yaml", "site: {name: Mal Lain}\n")
    after = config.load(place, today=TODAY)
    assert after.revision != before.revision
    assert config.from_normalised(after.normalised, today=TODAY).revision == after.revision


def test_a_list_of_one_may_be_a_lone_text(place: Path) -> None:
    overlay(place, "devices.yaml", "devices: {sw: {parents: gw}}\n")
    assert config.load(place, today=TODAY).mall.devices["sw"].parents == ("gw",)


def test_unwise_things_are_warned_of(place: Path) -> None:
    overlay(place, "channels.yaml", "channels: {mail: {needs_internet: yes}}\n")
    overlay(place, "devices.yaml", "devices: {b1-pc: {address: 127.0.0.5}, a1-pc: {snmp: {}}}\n")
    overlay(place, "people.yaml", "policies: {main: {fallback: []}}\n")
    said = {
        f"{one.file}:{one.line}:{one.column} {one.key}": one.found for one in config.load(place, today=TODAY).warnings
    }
    assert said == {
        "local.d/channels.yaml:2:1 channels": "no channel that works without internet",
        "devices.yaml:16:54 devices.a1-card.via": "'a1-pc', which has no agent",
        "local.d/people.yaml:2:12 policies.main": "no fallback",
    }


def test_services_that_hang_on_nothing_are_warned_of_once_per_agency(place: Path) -> None:
    text = (place / "agencies.yaml").read_text()
    (place / "agencies.yaml").write_text(text.replace("{name: Pajak, needs: [pc]}", "{name: Pajak}"))
    (warning,) = config.load(place, today=TODAY).warnings
    assert (warning.key, warning.found) == ("agencies.samsat.services", "hanging on no device: pajak")
    assert warning.expected == "`needs: [pc]` there, so that a fault shows on them"
    counters = (place / "counters.yaml").read_text()
    (place / "counters.yaml").write_text(counters.replace("{pc: b1-pc}", "{}"))
    (warning,) = config.load(place, today=TODAY).warnings
    assert warning.expected.endswith("; no PC yet at Loket B1")


def test_a_missing_directory_and_missing_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigErrors, match="no such directory") as caught:
        config.load(tmp_path / "none", today=TODAY)
    assert len(caught.value.problems) == 1
    with pytest.raises(config.ConfigErrors) as caught:
        config.load(tmp_path, today=TODAY)
    assert [one.file for one in caught.value.problems] == [
        "agencies.yaml", "channels.yaml", "counters.yaml", "devices.yaml", "people.yaml", "site.yaml"
    ]  # fmt: skip


def test_references_into_an_unreadable_file_are_not_judged(place: Path) -> None:
    (place / "devices.yaml").write_text("a: [")
    with pytest.raises(config.ConfigErrors) as caught:
        config.load(place, today=TODAY)
    assert [one.file for one in caught.value.problems] == ["devices.yaml"]


def test_nearest_keeps_the_case_of_what_it_names() -> None:
    assert nearest("printerjamed", ["PrinterJammed", "Other"]) == "did you mean 'PrinterJammed'?"
    assert nearest("zzz", ["PrinterJammed"]) == ""


def test_a_thousand_devices_load_in_well_under_a_second(place: Path) -> None:
    rows = [
        f"  pc-{n}: {{kind: pc, name: PC {n}, address: 127.1.{n // 250}.{n % 250 + 1}, parents: [sw], place: Lt. 1}}"
        for n in range(1000)
    ]
    overlay(place, "devices.yaml", "devices:\n" + "\n".join(rows) + "\n")
    config.load(place, today=TODAY)  # libraries and their tables
    began = process_time()
    loaded = config.load(place, today=TODAY)
    assert len(loaded.targets) > 2000
    assert process_time() - began < 1.0
    assert len({id(target.settings) for target in loaded.targets}) < 20  # who is asked alike shares them: 1 KB each


def test_a_thousand_wrong_names_are_said_in_little_time(place: Path) -> None:
    rows = [f"  pc-{n}: {{kind: pc, name: PC {n}, address: 127.1.0.1, parents: [sww-{n}]}}" for n in range(1000)]
    overlay(place, "devices.yaml", "devices:\n" + "\n".join(rows) + "\n")
    began = process_time()
    with pytest.raises(config.ConfigErrors) as caught:
        config.load(place, today=TODAY)
    assert len(caught.value.problems) == 1000
    assert process_time() - began < 4.0


def test_one_line_copied_and_not_changed_is_warned_of(place: Path) -> None:
    overlay(place, "devices.yaml", "devices: {b1-pc: {address: 127.0.0.5}}\n")
    (warning,) = config.load(place, today=TODAY).warnings
    assert str(warning) == (
        "local.d/devices.yaml:2:19 devices.b1-pc.address: found '127.0.0.5' port 9182 like a1-pc, "
        "expected an address of its own"
    )
