"""Room that is kept back for a start on a full disk."""

import os
from pathlib import Path

import pytest

from mppmon.store import reserve


def disk(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """Let the disk say that so many bytes are free."""
    real = os.statvfs

    def statvfs(path: Path) -> os.statvfs_result:
        found = list(real(path))
        found[1], found[4] = 1, free  # f_frsize, f_bavail
        return os.statvfs_result(found)

    monkeypatch.setattr(os, "statvfs", statvfs)


def test_it_is_kept_where_there_is_plenty_and_given_back_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk(monkeypatch, 15 * reserve.SIZE)
    reserve.keep(tmp_path)
    assert list(tmp_path.iterdir()) == [], "the last of it is not ours to take"
    disk(monkeypatch, 100 * reserve.SIZE)
    reserve.keep(tmp_path)
    reserve.keep(tmp_path)
    (kept,) = tmp_path.iterdir()
    assert kept.stat().st_size == reserve.SIZE
    assert not reserve.give_back(tmp_path)
    assert kept.exists()
    disk(monkeypatch, 0)
    assert reserve.give_back(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not reserve.give_back(tmp_path), "there is nothing more to give"


def test_where_nothing_can_be_kept_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: Path, _: bytes) -> int:
        file.touch()
        raise OSError(28, "No space left on device")

    disk(monkeypatch, 100 * reserve.SIZE)
    monkeypatch.setattr(Path, "write_bytes", full)
    reserve.keep(tmp_path)
    assert list(tmp_path.iterdir()) == []
