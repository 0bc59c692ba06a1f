"""Everything that happened to an incident can be read afterwards: from the database, by whom it concerns."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from click.testing import CliRunner

from collectors.collector import Kind
from mppmon.cli import main
from mppmon.config import Loaded, load
from mppmon.engine.commands import Acknowledge, AddNote, Hush, Merge
from mppmon.i18n import speech
from mppmon.mall.model import DeviceKind
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.web.history import History, history
from mppmon.web.history_words import sentence
from tests.stories.house import JAM, House, small_config

ANI = Principal(Role.TECHNICIAN, "Ani", person="ani")
AGENCY = Principal(Role.AGENCY, "Dinas", agencies=frozenset({"dukcapil"}))
OTHER = Principal(Role.AGENCY, "Lain", agencies=frozenset({"imigrasi"}))


def read(house: House, number: int = 1, who: Principal = SYSTEM) -> History:
    found = history(house.store, who, number, house.loaded, now=house.clock.now())
    assert found is not None
    return found


def said(found: History, language: str = "id") -> list[str]:
    speak = speech("Asia/Jakarta")(language)
    return [f"{speak.time(one.at)} {sentence(one, speak)}" for one in found.entries]


def test_the_whole_story_of_a_jam_in_words(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(60)
        house.turn(house.cards("a1", jammed=True))
        house.told()
        house.clock.pass_(60)
        house.do(Acknowledge(id="a", principal=ANI, incident=1))
        house.clock.pass_(60)
        house.do(AddNote(id="n", principal=ANI, incident=1, text="rol diganti"))
        house.clock.pass_(60)
        house.turn(house.cards("a1"))
        house.told()
        assert said(read(house)) == [
            "08.31 WIB A1 Cards: tidak berfungsi",
            "08.31 WIB Cetak KTP-el · Loket A1: terhenti",
            "08.31 WIB Peringatan: A1 Cards: kartu macet",
            "08.31 WIB Gangguan dicatat",
            "08.31 WIB Panggilan kepada Ani lewat mail: terkirim 08.31 WIB",
            "08.32 WIB Mulai ditangani Ani",
            "08.33 WIB Catatan Ani: rol diganti",
            "08.34 WIB A1 Cards: berfungsi",
            "08.34 WIB Cetak KTP-el · Loket A1: berjalan normal",
            "08.34 WIB Peringatan selesai: A1 Cards: kartu macet",
            "08.34 WIB Pulih",
            "08.34 WIB Ditutup",
            "08.34 WIB Kabar pulih kepada Ani lewat mail: terkirim 08.34 WIB",
        ]
        english = said(read(house), "en")
        assert "08.33 WIB Note by Ani: rol diganti" in english
        assert "08.31 WIB Call to Ani by mail: sent 08.31 WIB" in english


def test_what_hangs_below_is_summed_up(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.fails("core", "a1-pc", "a2-pc", "a3-pc", "a3-printer")
        house.wait(10)
        house.turn(*(house.see(one) for one in ("core", "a1-pc", "a2-pc", "a3-pc", "a3-printer")))
        lines = said(read(house), "en")
        assert "08.30 WIB Core: does not answer" in lines
        assert [one for one in lines if "below it" in one] == [
            "08.30 WIB 6 devices below it: not known yet",
            "08.30 WIB 4 devices below it: answers",
        ]


def test_an_agency_reads_its_services_and_no_names(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.fails("core", "a1-pc", "a2-pc", "a3-pc", "a3-printer")
        house.wait(10)
        house.told()
        house.do(Acknowledge(id="a", principal=ANI, incident=1))
        house.do(AddNote(id="n", principal=ANI, incident=1, text="kabel putus"))
        lines = said(read(house, who=AGENCY))
        whole = "\n".join(lines)
        assert "Mulai ditangani MPP" in whole
        assert "Cetak KTP-el · Loket A1: terhenti" in whole
        assert "Panggilan: terkirim 08.30 WIB" in whole
        for secret in ("Ani", "Core", "kabel", "mail", "Peringatan"):
            assert secret not in whole
        assert history(house.store, OTHER, 1, house.loaded, now=house.clock.now()) is None


def test_a_message_that_stood_for_several_is_in_the_history_of_each(tmp_path: Path) -> None:
    loaded = _paced()
    with House(tmp_path, loaded) as house:
        house.all_well()
        printer = house.sees("a3-printer", {("mppmon_printer_error", JAM): 1.0})
        house.turn(house.cards("a1", jammed=True), house.cards("a2", jammed=True), printer)
        house.wait(40)
        house.told()
        calls = [[one for one in said(read(house, number)) if "Panggilan" in one] for number in (1, 2, 3)]
        assert sorted(len(one) for one in calls) == [1, 2, 2]
        held = next(one for one in calls if len(one) == 2)
        assert held[0].endswith("tidak terkirim, disampaikan bersama gangguan lain")
        assert "terkirim" in held[1]


def test_a_merge_is_told_from_both_sides(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True), house.cards("a2", jammed=True))
        house.do(Merge(id="m", principal=ANI, incident=2, into=1))
        assert "08.30 WIB Dilanjutkan di Gangguan #1" in said(read(house, 2))
        assert "08.30 WIB Gangguan #2 digabung ke sini" in said(read(house, 1))


def test_the_command_line_reads_it_while_the_daemon_is_off(tmp_path: Path) -> None:
    with as_file(files("mppmon.demo").joinpath("mall")) as directory:
        loaded = load(directory, today=date(2026, 11, 23))
    with House(tmp_path, loaded) as house:
        house.store.save_revision(SYSTEM, loaded.revision, loaded.normalised, house.clock.now(), "test")
        living = [one.device for one in loaded.targets if one.kind is Kind.LIVENESS]
        _answer(house, living)
        house.clock.pass_(10)
        broken = next(one for one in loaded.mall.devices.values() if one.kind is DeviceKind.SWITCH and one.parents)
        house.fails(broken.id)
        house.wait(30)
        assert [one.number for one in house.engine.snapshot.incidents] == [1]
        house.clock.pass_(60)
        _answer(house, living)
        house.wait(30)  # what is seen through a computer is never heard of here, and not waited for longer
    run = CliRunner().invoke(main, ["incident", "1", "--state", str(tmp_path)])
    assert run.exit_code == 0, run.output
    assert f"#1 {broken.name}: does not answer" in run.output
    assert "Incident opened" in run.output
    assert "Mended" in run.output
    assert "last word" in run.stderr
    as_json = CliRunner().invoke(main, ["incident", "1", "--json", "--state", str(tmp_path)])
    view = json.loads(as_json.stdout)
    assert view["status"] == "closed"
    assert view["timeline"][0]["said"]["id"]
    missing = CliRunner().invoke(main, ["incident", "7", "--state", str(tmp_path)])
    assert (missing.exit_code, "#7: no incident of this number" in missing.output) == (1, True)


def _answer(house: House, devices: Sequence[str]) -> None:
    for _ in range(4):  # what was down is believed after several answers
        house.clock.pass_(1)
        house.turn(*(house.see(one) for one in devices))


def _paced() -> Loaded:
    config = small_config()
    return replace(config, settings=replace(config.settings, pace_seconds=10.0))


def test_without_a_daemon_what_calls_nobody_is_listed_from_its_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_file(files("mppmon.demo").joinpath("mall")) as directory:
        loaded = load(directory, today=date(2026, 11, 23))
    with House(tmp_path, loaded) as house:
        house.store.save_revision(SYSTEM, loaded.revision, loaded.normalised, house.clock.now(), "test")
        match, root = (("device", ("a3-pc",)),), Principal(Role.ADMINISTRATOR, "root")
        house.do(Hush(id="s", principal=root, match=match, seconds=3600, reason="ganti monitor"))
        house.do(Hush(id="m", principal=root, match=match, seconds=3600, reason="bersih", name="Rawat", planned=True))
        house.turn()
    monkeypatch.setattr("mppmon.cli.offline.Clock", lambda: house.clock)
    for command, told in (
        ("silence", "a3-pc  (root: ganti monitor)"),
        ("maintenance", "Rawat: device a3-pc  (root: bersih)"),
    ):
        shown = CliRunner().invoke(main, [command, "list", "--state", str(tmp_path)])
        assert (shown.exit_code, "this is the database's last word" in shown.stderr) == (0, True), shown.output
        assert told in shown.stdout
    status = CliRunner().invoke(main, ["status", "--state", str(tmp_path)])
    assert "silenced until 2026-11-23 09:30:00 WIB: device a3-pc (root: ganti monitor)" in status.stdout
    house.clock.pass_(3600)
    assert "no silence is in force" in CliRunner().invoke(main, ["silence", "list", "--state", str(tmp_path)]).stdout
