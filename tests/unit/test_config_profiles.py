"""A mall's own profiles: laid over ours, known to check-config, followed by a reload."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collectors.snmp.collector import SnmpCollector
from collectors.snmp.library import builtin
from mppmon import config
from mppmon.config.plan import compare

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
    assert [(one.file, one.found) for one in unread.value.problems] == [
        ("profiles/b.yaml", "text saved as UTF-16 (`Unicode`)")
    ]


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


def test_a_change_of_one_is_a_new_revision_that_can_be_kept_and_is_told(mall: Path) -> None:
    none = config.load(mall, today=TODAY)
    file = mall / "profiles" / "mine.yaml"
    text = OWN.format(name="mine") + "enumerations:\n  ours: {1: a, '2': b}\n"
    file.write_text(text)
    first = config.load(mall, today=TODAY)
    file.write_text(f"# a remark is no change\n{text}")
    assert config.load(mall, today=TODAY).revision == first.revision
    file.write_text(text.replace("rank: 99", "rank: 98"))
    second = config.load(mall, today=TODAY)
    assert len({none.revision, first.revision, second.revision}) == 3
    for one in (none, first, second):
        kept = config.from_normalised(one.normalised, today=TODAY)
        assert (kept.revision, kept.normalised) == (one.revision, one.normalised)
    assert [str(line) for line in compare(none, first).lines] == ["+ profile mine"]
    assert [str(line) for line in compare(first, second).lines] == ["~ profile mine rank: 99 -> 98"]
    file.unlink()
    assert config.load(mall, today=TODAY).revision == none.revision, "as if it had never been"


def test_own_vendors_are_part_of_the_revision_too(mall: Path) -> None:
    before = config.load(mall, today=TODAY).revision
    (mall / "profiles" / "vendors.yaml").write_text("version: 1\nenterprises: {99999: Ours}\n")
    after = config.load(mall, today=TODAY)
    assert after.revision != before
    assert after.profiles is not None
    assert after.profiles.vendor("1.3.6.1.4.1.99999.1") == "Ours"


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("mine.yml", lambda file: file.write_text(OWN.format(name="mine")), "profiles/mine.yml: found this name"),
        ("mine.yaml", os.mkfifo, "profiles/mine.yaml: found no plain file"),
        ("mine.yaml", lambda file: file.mkdir(), "profiles/mine.yaml: found no plain file"),
        ("mine.yaml", lambda file: file.symlink_to("nowhere"), "profiles/mine.yaml: found no plain file"),
        (
            "mine.yaml",
            lambda file: file.write_text("a: " + "[" * 60_000),
            "profiles/mine.yaml:1:35: found more than 32",
        ),
        ("mine.yaml", lambda file: file.write_text("a: [1"), "profiles/mine.yaml:"),
    ],
)
def test_what_is_no_profile_is_refused_and_ends_nothing(
    mall: Path, name: str, make: Callable[[Path], object], said: str
) -> None:
    make(mall / "profiles" / name)
    with pytest.raises(config.ConfigErrors) as refused:
        config.load(mall, today=TODAY)
    (problem,) = refused.value.problems
    assert str(problem).startswith(said), problem


def test_a_file_in_the_place_of_the_folder_is_refused(mall: Path) -> None:
    (mall / "profiles").rmdir()
    (mall / "profiles").write_text("version: 1\n")
    with pytest.raises(config.ConfigErrors, match="what is no directory"):
        config.load(mall, today=TODAY)
