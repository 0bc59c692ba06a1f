"""`mppmon check-config`."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from mppmon.cli.check_config import command
from mppmon.clock import Clock

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
    assert lines[0].startswith(
        "error: devices.yaml:8:11 devices.sw.kind: found 'swich' (did you mean 'switch'?), expected one of "
    )
    assert lines[1] == "    8 |     kind: swich"
    assert lines[2].index("^") == lines[1].index("swich")
    assert lines[3] == "1 problem"


def test_colour_only_where_it_is_wanted(place: Path) -> None:
    (place / "device.yaml").write_text("version: 1\n")
    assert "\x1b[" not in CliRunner().invoke(command, [str(place)]).output
    assert "\x1b[31m" in CliRunner().invoke(command, [str(place)], color=True).output


def test_no_color_is_heard(place: Path) -> None:
    (place / "device.yaml").write_text("version: 1\n")
    runner = CliRunner(env={"NO_COLOR": "1"})
    assert "\x1b[" not in runner.invoke(command, [str(place)], color=True).output
    assert "\x1b[31m" in CliRunner(env={"NO_COLOR": ""}).invoke(command, [str(place)], color=True).output


@pytest.mark.parametrize("columns", ["80", "60", "1"])
def test_a_long_line_is_cut_around_its_caret(place: Path, columns: str) -> None:
    devices = place / "devices.yaml"
    before = "  far: {kind: server, name: Jangkar, outside: true, address: 127.0.0.3, liveness: {way: "
    assert before + "tcp" in devices.read_text()
    devices.write_text(devices.read_text().replace(before + "tcp", before + "tpc"))
    lines = CliRunner(env={"COLUMNS": columns}).invoke(command, [str(place)]).output.splitlines()
    assert len(lines[1]) <= max(int(columns), 48)
    assert lines[1].startswith("   13 | …")
    assert lines[1][lines[2].index("^") :].startswith("tpc")


@pytest.mark.parametrize("at", [0, 1, 5, 20, 39])
def test_the_caret_is_right_wherever_the_fault_is(place: Path, at: int) -> None:
    entries = [f"r{number:02}: {'xxx' if number == at else 'far'}" for number in range(40)]
    counters = place / "counters.yaml"
    counters.write_text(
        counters.read_text().replace("roles: {pc: b1-pc}", f"roles: {{{', '.join(entries)}, pc: b1-pc}}")
    )
    lines = CliRunner(env={"COLUMNS": "60"}).invoke(command, [str(place)]).output.splitlines()
    assert len(lines[1]) <= 60
    assert lines[1][lines[2].index("^") :].startswith("xxx")


def test_a_line_as_long_as_a_file_is_read_once(place: Path) -> None:
    devices, clock = place / "devices.yaml", Clock()
    devices.write_text(devices.read_text().replace("kind: switch", f"kind: {'x' * 60_000}"))
    begun = clock.monotonic()
    result = CliRunner().invoke(command, [str(place)])
    assert "found 'xxx" in result.output
    assert clock.monotonic() - begun < 20  # it was three minutes: a search begun anew at each letter


def test_the_caret_stands_below_what_is_wide(place: Path) -> None:
    (place / "local.d").mkdir()
    (place / "local.d" / "devices.yaml").write_text("version: 1\ndevices: {sw: {name: 交換機, port: 1}}\n", "utf-8")
    lines = CliRunner().invoke(command, [str(place)]).output.splitlines()
    assert lines[2].index("^") == cell_len(lines[1][: lines[1].index("port")])


def test_a_byte_order_mark_does_not_move_the_caret(place: Path) -> None:
    (place / "people.yaml").write_bytes(b"\xef\xbb\xbf" + (place / "people.yaml").read_bytes().replace(b"1", b"9", 1))
    lines = CliRunner().invoke(command, [str(place)]).output.splitlines()
    assert lines[1][lines[2].index("^")] == "9"


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


def test_json_has_all_that_people_see(place: Path) -> None:
    devices = place / "devices.yaml"
    devices.write_text(devices.read_text().replace("kind: switch", "kind: swich"))
    (problem,) = json.loads(CliRunner().invoke(command, [str(place), "--json"]).output)["problems"]
    assert set(problem) == {
        "file", "line", "column", "key", "found", "expected", "hint", "nearest", "message", "source"
    }  # fmt: skip
    assert (problem["file"], problem["line"], problem["column"]) == ("devices.yaml", 8, 11)
    assert (problem["key"], problem["found"], problem["nearest"]) == ("devices.sw.kind", "'swich'", "switch")
    assert problem["source"] == "    kind: swich"
    assert problem["message"].startswith(
        "devices.yaml:8:11 devices.sw.kind: found 'swich' (did you mean 'switch'?), expected one of "
    )


def test_secret_files_are_judged_and_never_shown(place: Path) -> None:
    token = place / "token"
    assert "no such file or directory" in CliRunner().invoke(command, [str(place)]).output
    token.write_text("123456789:hunter2AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")
    token.chmod(0o644)
    result = CliRunner().invoke(command, [str(place)])
    assert result.exit_code == 0
    said = "warning: channels.yaml:8:38 channels.chat.token_file: found a file that everybody can read: "
    assert f"{said}{token}, expected mode 0640 or 0600" in result.output
    assert "hunter2" not in result.output
    token.chmod(0o640)
    assert "0 warnings" in CliRunner().invoke(command, [str(place)]).output
    token.unlink()
    token.mkdir()
    result = CliRunner().invoke(command, [str(place)])
    assert result.exit_code == 2
    assert "channels.chat.token_file: found a directory, expected a file with one secret" in result.output


def test_a_secret_file_that_can_never_be_right_is_an_error_at_the_line_that_names_it(place: Path) -> None:
    devices = place / "devices.yaml"
    v3 = "snmp: {version: 3, user: mppmon, auth_protocol: sha256, auth_file: v3}"
    devices.write_text(devices.read_text().replace("snmp: {}", v3))
    (place / "token").write_text("hunter2\n")
    (place / "v3").write_text("hunter2\n")
    result = CliRunner().invoke(command, [str(place)])
    assert result.exit_code == 2
    assert (
        f"error: devices.yaml:6:123 devices.gw.snmp.auth_file: found fewer than 8 octets, in {place / 'v3'}, "
        "expected an SNMPv3 passphrase (RFC 3414): one line, 8 to 255 octets"
    ) in result.output
    assert "channels.yaml:8:38 channels.chat.token_file: found a text of another form" in result.output
    assert "hunter2" not in result.output
    report = json.loads(CliRunner().invoke(command, [str(place), "--json"]).output)
    assert (report["ok"], len(report["problems"]), "hunter2" in str(report)) == (False, 2, False)


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("devices.yaml", "    snmp: {}", "    snmp: {community: hunter2, port: x}"),
        ("devices.yaml", "    snmp: {}", "    snmp: {comunity: hunter2}"),
        ("devices.yaml", "    snmp: {}", "    snmp: {community: [hunter2]}"),
        ("channels.yaml", "    sender:", "    pasword: hunter2\n    sender:"),
        ("channels.yaml", "    sender:", '    "password" : hunter2\n    sender:'),
        ("channels.yaml", "token_file: token", "token_file: 123456789:hunter2AAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("site.yaml", "version: 1\n", "version: 1\ndatabase: postgresql://u:hunter2@h/d\n"),
        ("site.yaml", "version: 1\n", "version: 1\ndatabase: postgresql://h/d?password=hunter2\n"),
    ],
)  # fmt: skip
def test_a_line_with_a_secret_is_not_printed(place: Path, file: str, old: str, new: str, form: list[str]) -> None:
    path = place / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    result = CliRunner().invoke(command, [str(place), *form])
    assert result.exit_code == 2
    assert file in result.output
    assert "hunter2" not in result.output


def test_a_hostile_line_cannot_move_the_terminal(place: Path) -> None:
    (place / "site.yaml").write_text("version: 1\nsite: \x1b[2Jx\n")
    result = CliRunner().invoke(command, [str(place)])
    assert result.exit_code == 2
    assert "\x1b" not in result.output
