"""A stored configuration is built as it was."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from mppmon.almanac import almanac
from mppmon.config import ConfigErrors, from_normalised, load
from mppmon.mall.calendar import open_at

DAY = date(2026, 11, 23)
GOOD = Path(__file__).parent / "bad_configs" / "good"
TUESDAY = datetime(2026, 11, 24, 3, tzinfo=UTC)  # 10.00 WIB


def test_the_example_mall_comes_back_as_it_was() -> None:
    with as_file(files("mppmon.demo").joinpath("mall")) as directory:
        loaded = load(directory, today=DAY)
        again = from_normalised(loaded.normalised, today=DAY, directory=directory.absolute())
    assert again.revision == loaded.revision
    assert again.normalised == loaded.normalised
    for part in ("site", "agencies", "services", "devices", "hours"):
        assert getattr(again.mall, part) == getattr(loaded.mall, part)
    for name, counter in loaded.mall.counters.items():  # canonical JSON sorts the services of a counter
        assert set(again.mall.counters[name].offers) == set(counter.offers)
        assert again.mall.counters[name].roles == counter.roles
    assert again.rules == loaded.rules
    assert again.people == loaded.people
    assert again.rotations == loaded.rotations
    assert {one.check: one for one in again.targets} == {one.check: one for one in loaded.targets}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"rules": 1}', '{"rules": {}, "site.yaml": {}}'])
def test_what_is_no_configuration_is_refused(text: str) -> None:
    with pytest.raises(ConfigErrors, match="stored configuration"):
        from_normalised(text, today=DAY)


def test_a_newer_holidays_library_makes_a_new_revision_and_rewrites_no_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    before = load(GOOD, today=DAY)
    known = almanac("ID", joint_leave=True)
    newer = replace(known, days=known.days | {TUESDAY.date()})
    monkeypatch.setattr("mppmon.config.holidays.almanac", lambda _, **__: newer)
    after = load(GOOD, today=DAY)
    assert after.revision != before.revision
    assert not open_at(after.mall.hours["mall"], TUESDAY)
    again = from_normalised(before.normalised, today=DAY)
    assert again.revision == before.revision
    assert open_at(again.mall.hours["mall"], TUESDAY)
    assert from_normalised(after.normalised, today=DAY).mall.hours == after.mall.hours


def test_the_order_of_a_persons_channels_is_kept_and_is_part_of_the_revision(tmp_path: Path) -> None:
    place = Path(shutil.copytree(GOOD, tmp_path / "mall"))
    found = {}
    for first, second in (("mail: b@mpp.internal", "chat: 4711"), ("chat: 4711", "mail: b@mpp.internal")):
        people = (GOOD / "people.yaml").read_text("utf-8")
        (place / "people.yaml").write_text(people.replace('{chat: "4711"}', f"{{{first}, {second}}}"), "utf-8")
        loaded = load(place, today=DAY)
        again = from_normalised(loaded.normalised, today=DAY)
        assert list(again.people["sari"].addresses) == list(loaded.people["sari"].addresses)
        found[loaded.revision] = list(loaded.people["sari"].addresses)
    assert list(found.values()) == [["mail", "chat"], ["chat", "mail"]]
