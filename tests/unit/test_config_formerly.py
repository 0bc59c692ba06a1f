"""`formerly:` out of real files: what `mppmon diff` says of it, and a start that obeys it once."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from mppmon.config import ConfigErrors, Loaded, from_normalised, load
from mppmon.config.plan import compare
from mppmon.config.renaming import meant, names
from mppmon.daemon.taking import take
from mppmon.mall.principal import SYSTEM
from mppmon.mall.rename import Named
from mppmon.store import Batch, Store
from tests.unit.store_kit import MONDAY, new_database, transition
from tests.unit.test_config_bad import HERE

TODAY = date(2026, 11, 24)


class Mall:
    """The good configuration, edited."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(HERE / "good", folder)

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text("utf-8")
        assert old in text
        (self.folder / file).write_text(text.replace(old, new), "utf-8")

    def load(self) -> Loaded:
        return load(self.folder, today=TODAY)


@pytest.fixture
def mall(tmp_path: Path) -> Mall:
    return Mall(tmp_path / "mall")


def renamed(mall: Mall) -> tuple[Loaded, Loaded]:
    """Return the configuration before and after a PC and a service got other ids."""
    before = mall.load()
    mall.edit("devices.yaml", "a1-pc: {kind: pc", "a1-komputer: {formerly: a1-pc, kind: pc")
    mall.edit("devices.yaml", "via: a1-pc", "via: a1-komputer")
    mall.edit("counters.yaml", "ktp: {", "ktp-el: {")
    mall.edit("agencies.yaml", "      ktp:\n", "      ktp-el:\n        formerly: ktp\n")
    mall.edit("counters.yaml", "pc: a1-pc", "pc: a1-komputer")
    return before, mall.load()


def test_a_diff_says_renamed_and_no_more(mall: Mall) -> None:
    before, after = renamed(mall)
    assert [str(one) for one in compare(before, after).lines] == [
        "~ device a1-komputer renamed: it was a1-pc, and its history goes on",
        "~ service ktp-el renamed: it was ktp, and its history goes on",
    ]
    assert [str(one) for one in compare(after, before).lines] == [
        "~ device a1-pc renamed: it was a1-komputer, and its history goes on",
        "~ service ktp renamed: it was ktp-el, and its history goes on",
    ]
    assert not names(after, after)


def test_what_was_kept_of_a_revision_says_it_too(mall: Mall) -> None:
    _, after = renamed(mall)
    kept = from_normalised(after.normalised, today=TODAY)
    assert {(one.what, one.id, one.former) for one in kept.formerly} == {
        (one.what, one.id, one.former) for one in after.formerly
    }
    assert len(kept.formerly) == 2


def test_a_start_renames_once(mall: Mall, tmp_path: Path) -> None:
    before, after = renamed(mall)
    with Store.open(new_database(tmp_path / "mppmon.db")) as store:
        take(store, before, MONDAY)
        store.commit(SYSTEM, Batch(transitions=[transition("a1-pc/reach", "up", MONDAY)]))
        mall.edit("agencies.yaml", "short: Samsat", "short: Pajak")
        other = mall.load()
        for at, loaded in enumerate((after, after, other, other), start=1):
            take(store, loaded, MONDAY + timedelta(hours=at))
            assert list(store.saved(SYSTEM).states) == ["a1-komputer/reach"]
        first, *_, last = store.revisions(SYSTEM, start=MONDAY, end=MONDAY + timedelta(days=1))
        (called,) = store.names_after(SYSTEM, first)
        assert [(one.old, one.new) for one in called.said] == [("a1-pc", "a1-komputer"), ("ktp", "ktp-el")]
        assert store.names_after(SYSTEM, last) == []
        assert store.verify_audit(SYSTEM) == 2


def test_a_start_refuses_what_a_reload_would(mall: Mall, tmp_path: Path) -> None:
    before = mall.load()
    mall.edit("devices.yaml", "  b1-pc: {kind: pc", "  b1-komputer: {formerly: a1-card, kind: pc")
    mall.edit("counters.yaml", "b1-pc", "b1-komputer")
    mall.edit("counters.yaml", "card-printer: [a1-card]", "card-printer: [a1-pc]")
    mall.edit("devices.yaml", "  a1-card: {kind: card-printer, name: Printer kartu, via: a1-pc}\n", "")
    after = mall.load()
    with Store.open(new_database(tmp_path / "mppmon.db")) as store:
        take(store, before, MONDAY)
        with pytest.raises(ConfigErrors, match=r"devices.yaml:16:27 devices.b1-komputer.formerly.0: found 'a1-card'"):
            take(store, after, MONDAY)
        unreadable = replace(before, normalised='{"formerly":["x"]}', revision="0" * 12)
        take(store, unreadable, MONDAY + timedelta(hours=1))
        take(store, before, MONDAY + timedelta(hours=2))


def test_who_says_a_former_id_is_told_the_one_of_now_and_not_another_counters_device(mall: Mall) -> None:
    before, after = renamed(mall)
    assert meant(before, Named.DEVICE, "b1-p", before.mall.devices) == "b1-pc"
    assert meant(after, Named.DEVICE, "a1-pc", after.mall.devices) == "a1-komputer"  # and not b1-pc, of another counter
    mall.edit("counters.yaml", "pc: a1-komputer", "pc: a1-pc")
    with pytest.raises(ConfigErrors, match=r"'a1-pc', expected .*\(did you mean 'a1-komputer'\?\)"):
        mall.load()


def test_a_pc_is_asked_with_what_its_own_file_may_still_call_its_peripherals(mall: Mall) -> None:
    mall.edit("devices.yaml", "a1-card: {", "a1-kartu: {formerly: a1-card, ")
    mall.edit("counters.yaml", "a1-card", "a1-kartu")
    mall.edit("devices.yaml", "a1-pc: {kind: pc", "a1-pc: {agent: {}, kind: pc")
    (asked,) = [one for one in mall.load().targets if one.check == "a1-pc:telemetry"]
    assert ("a1-card", "a1-kartu") in asked.formerly
