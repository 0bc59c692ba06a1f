"""`mppmon check-config`."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from mppmon.cli.check_config import command

GOOD = Path(__file__).parent / "bad_configs" / "good"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "mall"))


def test_the_example_is_usable() -> None:
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 0, result.output
    assert "OK: 6 agencies, 20 counters, 62 devices, 87 checks" in result.output


def test_a_fault_has_its_line_and_a_caret(place: Path) -> None:
    devices = place / "devices.yaml"
    devices.write_text(devices.read_text().replace("kind: switch", "kind: swich"))
    result = CliRunner().invoke(command, [str(place)])
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert lines[0].startswith("error: devices.yaml:8:11 devices.sw.kind: found 'swich', expected one of ")
    assert lines[1] == "    8 |     kind: swich"
    assert lines[2].index("^") == lines[1].index("swich")
    assert lines[3] == "1 problem"


def test_colour_only_where_it_is_wanted(place: Path) -> None:
    (place / "device.yaml").write_text("version: 1\n")
    assert "\x1b[" not in CliRunner().invoke(command, [str(place)]).output
    assert "\x1b[31m" in CliRunner().invoke(command, [str(place)], color=True).output


def test_json_for_editors(place: Path) -> None:
    result = CliRunner().invoke(command, [str(place), "--json"])
    assert result.exit_code == 0
    report = json.loads(result.output)
    assert (report["ok"], report["problems"], report["counters"]) == (True, [], 2)
    (place / "site.yaml").write_text("version: 1\nsite: [a\n")
    result = CliRunner().invoke(command, [str(place), "--json"])
    assert result.exit_code == 2
    (problem,) = json.loads(result.output)["problems"]
    assert problem["file"] == "site.yaml"
    assert problem["line"] == 2


def test_secret_files_are_judged_and_never_shown(place: Path) -> None:
    token = place / "token"
    assert "no such file or directory" in CliRunner().invoke(command, [str(place)]).output
    token.write_text("hunter2\n")
    token.chmod(0o644)
    result = CliRunner().invoke(command, [str(place)])
    assert result.exit_code == 0
    assert "channels.chat: found a file that everybody can read, expected mode 0640 or 0600" in result.output
    assert "hunter2" not in result.output
    token.chmod(0o640)
    assert "0 warnings" in CliRunner().invoke(command, [str(place)]).output
    token.unlink()
    token.mkdir()
    result = CliRunner().invoke(command, [str(place)])
    assert result.exit_code == 2
    assert "channels.chat.token_file: found a directory, expected a file with one secret" in result.output


def test_a_line_with_a_secret_is_not_printed(place: Path) -> None:
    devices = place / "devices.yaml"
    devices.write_text(devices.read_text().replace("    snmp: {}", "    snmp: {community: hunter2, port: x}"))
    result = CliRunner().invoke(command, [str(place)])
    assert result.exit_code == 2
    assert "devices.sw.snmp.port: found 'x'" in result.output
    assert "hunter2" not in result.output


def test_a_hostile_line_cannot_move_the_terminal(place: Path) -> None:
    (place / "site.yaml").write_text("version: 1\nsite: \x1b[2Jx\n")
    result = CliRunner().invoke(command, [str(place)])
    assert result.exit_code == 2
    assert "\x1b" not in result.output
