"""A mall's own profiles: laid over ours, known to check-config, followed by a reload."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collectors.snmp.collector import SnmpCollector
from collectors.snmp.library import builtin
from mppmon import config

GOOD = Path(__file__).parent / "bad_configs" / "good"
TODAY = date(2026, 11, 24)
OWN = "version: 1\nname: {name}\ntitle: Our printers\nkind: printer\nextends: [printer]\nrank: 99\n"


@pytest.fixture
def mall(tmp_path: Path) -> Path:
    shutil.copytree(GOOD, tmp_path / "mall")
    (tmp_path / "mall" / "profiles").mkdir()
    return tmp_path / "mall"


def test_without_any_ours_are_used() -> None:
    assert config.load(GOOD, today=TODAY).profiles is None


def test_a_new_one_can_be_named_and_one_of_the_same_name_goes_over_ours(mall: Path) -> None:
    (mall / "profiles" / "mine.yaml").write_text(OWN.format(name="mine"))
    (mall / "profiles" / "brother.yaml").write_text(OWN.format(name="brother"))
    (mall / "profiles" / "notes.txt").write_text("no profile")
    devices = mall / "devices.yaml"
    devices.write_text(devices.read_text().replace("    snmp: {}", "    snmp: {profile: mine}", 1))
    profiles = config.load(mall, today=TODAY).profiles
    assert profiles is not None
    assert profiles.named("mine").tables["supplies"] == builtin().named("printer").tables["supplies"]
    assert profiles.named("brother").title == "Our printers"
    assert profiles.named("printer") == builtin().named("printer")


def test_two_of_one_name_and_what_cannot_be_read_are_named(mall: Path) -> None:
    (mall / "profiles" / "a.yaml").write_text(OWN.format(name="mine"))
    (mall / "profiles" / "b.yaml").write_text(OWN.format(name="mine"))
    with pytest.raises(config.ConfigErrors) as twice:
        config.load(mall, today=TODAY)
    assert [str(one) for one in twice.value.problems] == [
        "profiles/b.yaml name: found 'mine', which profiles/a.yaml has too, expected another name"
    ]
    (mall / "profiles" / "b.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(config.ConfigErrors) as unread:
        config.load(mall, today=TODAY)
    assert [(one.file, one.found) for one in unread.value.problems] == [("profiles/b.yaml", "no UTF-8")]


def test_every_fault_of_every_file_is_said_at_once(mall: Path) -> None:
    (mall / "profiles" / "a.yaml").write_text(OWN.format(name="One"))
    (mall / "profiles" / "b.yaml").write_text(OWN.format(name="two") + "x: 1\ny: 2\n")
    with pytest.raises(config.ConfigErrors) as caught:
        config.load(mall, today=TODAY)
    assert [(one.file, one.line, one.key) for one in caught.value.problems] == [
        ("profiles/a.yaml", 2, "name"),
        ("profiles/b.yaml", 7, "x"),
        ("profiles/b.yaml", 8, "y"),
    ]


def test_the_collector_follows(mall: Path) -> None:
    (mall / "profiles" / "mine.yaml").write_text(OWN.format(name="mine"))
    collector = SnmpCollector(now=lambda: datetime(2026, 11, 24, tzinfo=UTC))
    profiles = config.load(mall, today=TODAY).profiles
    collector.use(profiles)
    assert collector.profiles is profiles
    collector.use(None)
    assert collector.profiles is builtin()
