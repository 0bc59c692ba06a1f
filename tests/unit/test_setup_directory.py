"""The edge of an import: files that appear whole, keep their mode, and are not written over somebody's work."""

import stat
from pathlib import Path

import pytest

from mppmon.config import ConfigErrors
from mppmon.setup.files import replace_file
from mppmon.setup.inventory.apply import CannotApply, apply
from mppmon.setup.inventory.directory import MAPPING, Directory, Moved
from mppmon.setup.inventory.known import Known
from tests.unit.setup_kit import TODAY, demo_copy, english, plan_of

ROW = {"Jenis": "PC", "Loket": "A1", "Nomor Seri": "SN1", "Alamat IP": "127.20.1.11"}


@pytest.fixture
def mall(tmp_path: Path) -> Path:
    return demo_copy(tmp_path)


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert (real.read_text(), stat.S_IMODE(real.stat().st_mode)) == ("new", 0o640)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


def test_a_file_that_somebody_changed_meanwhile_is_not_written_over(mall: Path) -> None:
    place = Directory.open(mall, today=TODAY)
    (mall / "devices.yaml").write_bytes((mall / "devices.yaml").read_bytes() + b"# mine\n")
    with pytest.raises(Moved, match=r"devices\.yaml"):
        place.write({"devices.yaml": "version: 1\n"})
    assert (mall / "devices.yaml").read_bytes().endswith(b"# mine\n")


def test_a_result_that_is_not_valid_is_seen_on_a_copy(mall: Path) -> None:
    place = Directory.open(mall, today=TODAY)
    before = (mall / "devices.yaml").read_bytes()
    with pytest.raises(ConfigErrors):
        place.check({"devices.yaml": "version: 1\ndevices: {}\n"}, today=TODAY)
    assert (mall / "devices.yaml").read_bytes() == before


def test_a_mark_at_the_beginning_stays(mall: Path) -> None:
    path = mall / "devices.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    place = Directory.open(mall, today=TODAY)
    place.write({"devices.yaml": place.texts["devices.yaml"] + "# end\n"})
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    assert path.read_bytes().count(b"\xef\xbb\xbf") == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"columns": 1}', '{"columns": {"a": 1}}'])
def test_a_note_of_columns_that_cannot_be_read_is_no_note(mall: Path, text: str) -> None:
    (mall / MAPPING).write_text(text)
    place = Directory.open(mall, today=TODAY)
    assert place.remembered() == ({"a": "1"} if "a" in text else {})
    place.remember({"ip": "address"})
    assert place.remembered()["ip"] == "address"


def test_a_device_behind_an_alias_has_to_be_changed_by_hand(mall: Path) -> None:
    path = mall / "devices.yaml"
    text = path.read_text()
    line = next(one for one in text.splitlines() if one.startswith("  a1-pc:"))
    path.write_text(
        text.replace(line, "  a1-pc: *first").replace(
            "devices:\n", f"x-first: &first {line.partition(': ')[2]}\ndevices:\n", 1
        )
    )
    place_texts = {"devices.yaml": path.read_text(), "counters.yaml": "", "agencies.yaml": ""}
    with pytest.raises(CannotApply, match=r"devices\.yaml: 'devices\.a1-pc' is written in a way"):
        apply(plan_of([ROW]), place_texts, english)


def test_files_are_written_in_an_order_that_is_valid_at_every_step(mall: Path) -> None:
    place = Directory.open(mall, today=TODAY)
    known = Known.of(place.loaded.normalised)
    plan = plan_of([{"Jenis": "sidik jari", "Loket": "F3"}], known)
    assert list(apply(plan, place.texts, english)) == ["devices.yaml", "counters.yaml"]
