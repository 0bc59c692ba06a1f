"""What people write, in quotes or not, and what YAML itself would have made something else of: all of it is taken."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mppmon import config
from mppmon.mall.calendar import open_at

GOOD = Path(__file__).parent / "bad_configs" / "good"
TODAY = date(2026, 11, 24)


def load(tmp_path: Path, file: str, old: str, new: str) -> config.Loaded:
    """Load the good configuration with one change."""
    place = Path(shutil.copytree(GOOD, tmp_path / "mall"))
    text = (place / file).read_text("utf-8")
    assert text.count(old) == 1
    (place / file).write_bytes(text.replace(old, new).encode())
    return config.load(place, today=TODAY)


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize("time", ["08:00", "08.00", "8.00", "8:00"])
def test_a_hand_over(tmp_path: Path, time: str, quote: str) -> None:
    loaded = load(tmp_path, "people.yaml", 'handover: "08:00"', f"handover: {quote}{time}{quote}")
    assert loaded.rotations["duty"].boundaries[0].astimezone(UTC).hour == 1
    assert loaded.revision == config.load(GOOD, today=TODAY).revision


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize(
    "hours",
    ["08:00-15:30", "08.00-15.30", "8.00 - 15.30", "08.00\N{EN DASH}15.30", "08.00 s.d. 15.30", "08.00 s/d 15.30"],
)
def test_service_hours(tmp_path: Path, hours: str, quote: str) -> None:
    loaded = load(tmp_path, "site.yaml", "08:00-15:30", f"{quote}{hours}{quote}")
    assert loaded.revision == config.load(GOOD, today=TODAY).revision


@pytest.mark.parametrize("days", ["mon-fri", "Senin-Jumat", "senin-jum'at", "sen-jum", "monday-friday", "Mon-Fri"])
def test_weekdays(tmp_path: Path, days: str) -> None:
    loaded = load(tmp_path, "site.yaml", "mon-fri: ", f"{days}: ")
    assert open_at(loaded.mall.hours["mall"], datetime(2026, 11, 24, 3, tzinfo=UTC))
    assert not open_at(loaded.mall.hours["mall"], datetime(2026, 11, 29, 3, tzinfo=UTC))


@pytest.mark.parametrize("word", ["no", "No", "NO", "off", "false", "FALSE", "n", '"no"', "'false'"])
def test_no(tmp_path: Path, word: str) -> None:
    loaded = load(tmp_path, "channels.yaml", "needs_internet: false", f"needs_internet: {word}")
    assert not loaded.channels["mail"].needs_internet


@pytest.mark.parametrize(
    "name", ["no", "Yes", "on", "NO", "1e3", "0x10", "12:30", "1_000", "2026-11-24", "+62812", "007"]
)
def test_a_name_stays_what_was_written(tmp_path: Path, name: str) -> None:
    assert load(tmp_path, "site.yaml", "Mal Kecil", name).mall.site.name == name


def test_norway_is_a_country(tmp_path: Path) -> None:
    loaded = load(tmp_path, "site.yaml", "hours:\n", "holidays: {country: NO}\nhours:\n")
    assert not open_at(loaded.mall.hours["mall"], datetime(2027, 5, 17, 3, tzinfo=UTC))


@pytest.mark.parametrize("number", ["4711", '"4711"', "'4711'", "-1001234567890"])
def test_a_chat_number(tmp_path: Path, number: str) -> None:
    loaded = load(tmp_path, "people.yaml", '"4711"', number)
    assert loaded.people["sari"].addresses == {"chat": number.strip("\"'")}


def test_lines_may_end_as_in_windows_and_begin_with_a_mark(tmp_path: Path) -> None:
    place = Path(shutil.copytree(GOOD, tmp_path / "mall"))
    for path in place.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert config.load(place, today=TODAY).revision == config.load(GOOD, today=TODAY).revision


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("people.yaml", "members: [budi, sari]", "members: budi"),
        ("people.yaml", "[roster:duty]", "roster:duty"),
        ("people.yaml", "fallback: [budi]", "fallback: budi"),
        ("devices.yaml", "parents: [gw]", "parents: gw"),
        ("devices.yaml", 'url: "http://127.0.0.4:8080/"', 'url: "http://127.0.0.4:8080/", status: 204'),
        ("agencies.yaml", "systems: [siak]", "systems: siak"),
        ("site.yaml", "anchors: [far]", "anchors: far"),
    ],
)
def test_one_alone_is_a_list(tmp_path: Path, file: str, old: str, new: str) -> None:
    assert load(tmp_path, file, old, new).warnings == ()
