"""`mppmon import`: what is shown, what is written, and when nothing is."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mppmon.cli.import_ import command
from mppmon.clock import Clock
from mppmon.config import load
from tests.unit.setup_kit import demo_copy, workbook

HEAD = ["Nama Barang", "Jenis", "No. Seri", "Loket", "Alamat IP", "Terhubung ke", "Ket"]
GOOD: list[object] = ["Kamera pintu", "CCTV", "SN9", None, "10.0.0.9", "Switch inti", "baru"]
BAD: list[object] = ["PC x", "PC", "SN8", "Z9", "10.0.0.300", None, None]


@pytest.fixture
def mall(tmp_path: Path) -> Path:
    return demo_copy(tmp_path)


def run(mall: Path, rows: list[list[object]], *options: str) -> Result:
    file = mall.parent / "list.xlsx"
    file.write_bytes(workbook([HEAD, *rows]))
    return CliRunner().invoke(command, ["inventory", str(file), "--config", str(mall), *options])


def files(mall: Path) -> dict[str, bytes]:
    return {path.relative_to(mall).as_posix(): path.read_bytes() for path in mall.rglob("*") if path.is_file()}


def test_good_rows_are_written_faulty_ones_named_and_all_else_stays(mall: Path) -> None:
    before = files(mall)
    result = run(mall, [BAD, GOOD], "--yes")
    assert result.exit_code == 0, result.output
    assert "! baris 2, kolom D 'Loket': tertulis 'Z9', seharusnya loket di counters.yaml" in result.output
    assert (
        "! baris 2, kolom E 'Alamat IP': tertulis '10.0.0.300', seharusnya alamat IP, misalnya 192.168.1.10"
        in result.output
    )
    assert "1 ditambah, 0 berubah, 0 tetap, 62 tidak ada di daftar tetapi dibiarkan; 1 baris dilewati" in result.output
    said = "jenis Kamera, nama Kamera pintu, nomor seri SN9, alamat 10.0.0.9, terhubung ke [sw-core]"
    assert said in result.output  # in one language
    after = files(mall)
    mapping = json.loads(after.pop("import-mapping.json"))
    assert mapping["columns"]["no seri"] == "serial"
    assert after.pop("devices.yaml") == before.pop("devices.yaml") + (
        b"  kamera-pintu:\n    kind: camera\n    name: Kamera pintu\n    serial: SN9\n    address: 10.0.0.9\n"
        b"    parents: [sw-core]\n"
    )
    assert after == before
    assert "kamera-pintu" in load(mall, today=Clock().now().date()).mall.devices


def test_a_second_time_changes_nothing(mall: Path) -> None:
    assert run(mall, [GOOD], "--yes").exit_code == 0
    before = files(mall)
    again = run(mall, [GOOD])
    assert (again.exit_code, "Tidak ada yang perlu diubah." in again.output) == (0, True)
    assert files(mall) == before


@pytest.mark.parametrize(
    ("rows", "options", "code", "said"),
    [
        ([GOOD], (), 2, "nobody is there to say yes. Add --yes"),
        ([GOOD], ("--dry-run",), 0, "Nothing was written (--dry-run)"),
        ([GOOD, BAD], ("--strict", "--yes"), 2, "some rows are faulty (--strict)"),
        ([GOOD], ("--map", "Ket=serail", "--yes"), 2, "'serail' is no field"),
        ([GOOD], ("--sheet", "Lain", "--yes"), 2, "There is no sheet 'Lain'. Sheets: 'Daftar'."),
        ([GOOD], ("--header-row", "9", "--yes"), 2, "Row 9 of sheet 'Daftar' is empty."),
        ([["", "PC", "", "", "10.0.0.4", "a1-fingerprint", ""], ["", "sidik jari", "S", "A1", "", "", ""]],
         ("--yes",), 0, "Written to"),
        ([["Loop", "Switch", "", "", "127.20.0.2", "sw-lt1", ""]], ("--yes",), 2, "row 2 (devices.sw"),
    ],
)  # fmt: skip
def test_when_nothing_is_written_it_says_why(
    mall: Path, rows: list[list[object]], options: tuple[str, ...], code: int, said: str
) -> None:
    before = files(mall)
    result = run(mall, rows, "--language", "en", *options)
    assert said in result.output
    assert result.exit_code == code
    if "Written to" not in said:
        assert files(mall) == before


def test_a_bad_configuration_is_not_built_upon(mall: Path) -> None:
    (mall / "site.yaml").write_text("version: 1\n")
    result = run(mall, [GOOD], "--yes", "--language", "en")
    assert result.exit_code == 2
    assert f"See: mppmon check-config {mall}" in result.output


def test_where_no_configuration_is_yet_init_is_named(mall: Path) -> None:
    result = CliRunner().invoke(command, ["inventory", str(mall / "x.xlsx"), "--config", str(mall.parent / "baru")])
    place = mall.parent / "baru"
    assert (result.exit_code, result.output) == (
        2, f"Error: Di {place} belum ada konfigurasi. Buat dahulu dengan: mppmon init {place}\n"
    )  # fmt: skip


def test_a_service_that_a_faulty_row_leaves_unwatched_is_named(mall: Path) -> None:
    text = (mall / "agencies.yaml").read_text("utf-8")
    needs = "        needs: [pc, receipt-printer]\n        systems: [samsat-online]\n"
    assert text.count(needs) >= 1
    (mall / "agencies.yaml").write_text(text.replace(needs, ""), "utf-8")
    counters = (mall / "counters.yaml").read_text("utf-8")
    before, c2, after = counters.partition("  c2:\n")
    (mall / "counters.yaml").write_text(before + c2 + after.replace("pc: c2-pc", "display: c2-pc", 1), "utf-8")
    result = run(mall, [GOOD], "--dry-run")
    assert "? layanan Pajak Kendaraan Tahunan (Samsat) belum terikat perangkat apa pun" in result.output
    assert "belum ada PC di Loket C2" in result.output


def test_what_a_column_is_is_asked_when_unclear_and_remembered(mall: Path) -> None:
    file = mall.parent / "list.csv"
    file.write_text("Nama;Jenis;Serial Numbr;Alamat\nKamera pintu;CCTV;SN9;10.0.0.9\n")
    arguments = ["inventory", str(file), "--config", str(mall), "--language", "en", "--yes"]
    refused = CliRunner().invoke(command, arguments)
    assert refused.exit_code == 2
    assert '--map "Serial Numbr=serial" --map "Alamat=address"' in refused.output
    said = CliRunner().invoke(command, [*arguments, "--map", "Serial Numbr=serial", "--map", "Alamat=address"])
    assert said.exit_code == 0, said.output
    again = CliRunner().invoke(command, arguments)
    assert (again.exit_code, "Nothing to change." in again.output) == (0, True)


def test_a_device_written_in_an_overlay_is_changed_there(mall: Path) -> None:
    overlay = mall / "local.d" / "devices.yaml"
    overlay.parent.mkdir()
    overlay.write_text("version: 1\ndevices:\n  a1-pc: {name: PC depan} # ours\n")
    main = (mall / "devices.yaml").read_bytes()
    row: list[object] = ["", "PC", "SN1", "A1", "127.20.1.11", None, None]
    assert run(mall, [row], "--yes").exit_code == 0
    assert overlay.read_text().splitlines()[2] == "  a1-pc: {name: PC depan, serial: SN1} # ours"
    assert (mall / "devices.yaml").read_bytes() == main


def test_json_has_everything(mall: Path) -> None:
    result = run(mall, [GOOD, BAD], "--json", "--yes", "--language", "en")
    report = json.loads(result.stdout)
    assert (report["written"], [one["id"] for one in report["added"]]) == (True, ["kamera-pintu"])
    assert report["columns"]["serial"] == "No. Seri"
    assert {(one["row"], one["column"]) for one in report["bad"]} == {(3, "D 'Loket'"), (3, "E 'Alamat IP'")}


def test_the_template_is_written_once_and_its_example_is_passed_by(mall: Path) -> None:
    file = mall.parent / "inventaris.xlsx"
    written = CliRunner().invoke(command, ["template", str(file)])
    assert written.exit_code == 0
    assert f"mppmon import inventory {file}" in written.output
    again = CliRunner().invoke(command, ["template", str(file)])
    assert (again.exit_code, "sudah ada" in again.output) == (2, True)
    empty = CliRunner().invoke(command, ["inventory", str(file), "--config", str(mall)])
    assert (empty.exit_code, "0 ditambah" in empty.output) == (0, True), empty.output


def test_a_thousand_rows_at_once(mall: Path) -> None:
    rows: list[list[object]] = [
        [
            f"Kamera {number}",
            "CCTV",
            f"SN{number}",
            None,
            f"10.1.{number // 250}.{number % 250 + 1}",
            "Switch inti",
            None,
        ]
        for number in range(1000)
    ]
    clock = Clock()
    before = clock.monotonic()
    result = run(mall, rows, "--yes", "--language", "en")
    assert "1000 added" in result.output
    assert clock.monotonic() - before < 20  # the budget is 5 s of a free machine
