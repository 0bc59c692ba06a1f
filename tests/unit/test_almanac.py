"""What the `holidays` library knows comes from a child process, and is the same as from the library itself."""

import subprocess
import sys
from datetime import date

import pytest

from mppmon.almanac import Almanac, almanac, look_up


def test_the_childs_answer_is_the_librarys_and_the_library_is_not_loaded_here() -> None:
    code = (
        "import sys; from mppmon.almanac import almanac; found = almanac('ID', joint_leave=True);"
        "print('holidays' in sys.modules, len(found.days), found.known)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = look_up("ID", joint_leave=True)
    assert done.stdout.split() == ["False", str(len(expected.days)), "()"]
    assert almanac("ID", joint_leave=True) == expected
    assert date(2026, 8, 17) in expected.days


def test_of_an_unknown_country_the_known_ones_are_told() -> None:
    found = almanac("XX", joint_leave=False)
    assert found == look_up("XX", joint_leave=False)
    assert not found.days
    assert "ID" in found.known


@pytest.mark.parametrize("answer", [OSError("no process can be had"), b"", b"[]", b'[["x"], []]'])
def test_where_no_child_can_be_had_the_library_is_asked_here(
    monkeypatch: pytest.MonkeyPatch, answer: bytes | OSError
) -> None:
    def run(*_: object, **__: object) -> subprocess.CompletedProcess[bytes]:
        if isinstance(answer, OSError):
            raise answer
        return subprocess.CompletedProcess([], 0, answer)

    here = Almanac(frozenset({date(2026, 1, 1)}))
    monkeypatch.setattr("mppmon.almanac.look_up", lambda _, **__: here)
    monkeypatch.setattr(subprocess, "run", run)
    assert almanac.__wrapped__("ID", joint_leave=True) == here
