"""Where the demo works: a mall of its own, on a Monday on which it serves, and never over somebody's files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mppmon.demo.workplace import FolderTaken, prepare
from mppmon.mall.calendar import open_at

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def test_it_is_monday_half_past_eight_and_the_mall_serves(tmp_path: Path) -> None:
    place = prepare(tmp_path / "demo", web_port=None, now=NOW)
    monday = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    assert place.offset_seconds == (monday - NOW).total_seconds()
    assert open_at(place.loaded.mall.hours[place.loaded.mall.site.id], monday)


def test_a_monday_that_is_a_holiday_is_passed_over(tmp_path: Path) -> None:
    # Monday 17 August 2026 is Independence Day.
    place = prepare(tmp_path / "demo", web_port=None, now=datetime(2026, 8, 18, 5, 0, tzinfo=UTC))
    assert (
        place.offset_seconds
        == (datetime(2026, 8, 10, 1, 30, tzinfo=UTC) - NOW.replace(month=8, day=18)).total_seconds()
    )


def test_what_an_earlier_demo_left_is_removed(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    prepare(root, web_port=None, now=NOW)
    (root / "old").touch()
    prepare(root, web_port=None, now=NOW)
    assert not (root / "old").exists()


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert prepare(tmp_path, web_port=8741, now=NOW).ports.web == 8741


def test_somebodys_files_are_never_removed(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").touch()
    with pytest.raises(FolderTaken, match="holds things that are not a demo's"):
        prepare(tmp_path, web_port=None, now=NOW)
    assert (tmp_path / "thesis.odt").exists()


@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_what_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    root, target = tmp_path / "demo", tmp_path / "target"
    if kind == "file":
        root.touch()
    else:
        if kind == "link":
            target.mkdir()
        root.symlink_to(target)
    with pytest.raises(FolderTaken, match="expected no such thing yet"):
        prepare(root, web_port=None, now=NOW)
    assert root.is_symlink() or root.is_file()


def test_secrets_are_nobody_elses(tmp_path: Path) -> None:
    place = prepare(tmp_path / "demo", web_port=None, now=NOW)
    assert (place.config / "secrets/telegram-token").stat().st_mode & 0o077 == 0
    assert place.root.stat().st_mode & 0o077 == 0
