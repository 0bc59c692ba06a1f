"""What the demo tells people to type works where it was installed, and the page says the same as the terminal."""

from pathlib import Path

import pytest

from mppmon.demo.page.render import render
from mppmon.demo.page.troubles import troubles
from mppmon.demo.typed import demo_command
from mppmon.demo.workplace import default_root
from mppmon.i18n import speech

SPEAK = speech("Asia/Jakarta")("id")


@pytest.mark.parametrize(
    ("path", "folder", "typed"),
    [
        ("with", None, "mppmon demo"),
        ("with", Path("/tmp/a b"), "mppmon demo --folder '/tmp/a b'"),  # noqa: S108  # only a name
        ("without", None, "'/opt/my tools/mppmon' demo"),
    ],
)
def test_the_page_says_what_can_be_typed_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str, folder: Path | None, typed: str
) -> None:
    """After a wheel install there is no `.venv/bin/mppmon`."""
    if path == "with":
        (tmp_path / "mppmon").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["/opt/my tools/mppmon", "demo"])
    command = demo_command(folder or default_root())
    assert command == typed
    values = {"offered": troubles(SPEAK), "lasting": {}, "others": (), "typed": command}
    page = render("faults.html", SPEAK, values)
    assert f"{typed} fault toner-low" in page.replace("&#39;", "'")
    assert ".venv" not in page
