"""Recordings, and `mppmon profile`: what a profile reads of one, and what it does not find."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import recording
from collectors.snmp.recording import RecordingError
from collectors.snmp.wire import ber, oid
from mppmon.cli import main

_WALK = """.1.3.6.1.2.1.1.1.0 = STRING: "a printer
of two lines"
.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.99999.1
.1.3.6.1.2.1.1.3.0 = Timeticks: (123456) 0:20:34.56
.1.3.6.1.2.1.2.2.1.8.1 = INTEGER: up(1)
.1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 1B 2C
 3D 4E 5F
.1.3.6.1.2.1.2.2.1.10.1 = Counter32: 77
.1.3.6.1.2.1.4.20.1.1.10.0.0.1 = IpAddress: 10.0.0.1
.1.3.6.1.2.1.99.0 = No Such Object available on this agent at this OID
"""
_RECORDED = """1.3.6.1.2.1.2.2.1.10.1|65|77
1.3.6.1.2.1.2.2.1.8.1|2|1
1.3.6.1.2.1.1.1.0|4|a printer
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1
1.3.6.1.2.1.1.3.0|67:numeric|rate=100
1.3.6.1.2.1.1.3.0|67|123456
1.3.6.1.2.1.2.2.1.6.1|4x|001b2c3d4e5f
#a remark
"""
_PROFILE = """version: 1
name: ours
title: Ours
kind: printer
extends: [interfaces]
sysobjectid: [1.3.6.1.4.1.99999]
scalars:
  columns:
    pages: {oid: 1.3.6.1.4.1.99999.2.0, mib: "OURS-MIB::pages.0"}
  series:
    mppmon_printer_pages_total: {as: number, read: [{column: pages}]}
"""


@pytest.mark.parametrize("text", [_WALK, _RECORDED])
def test_both_forms_are_read_alike(text: str) -> None:
    found = {oid.decode(name): cell for name, cell in recording.read(text).items()}
    assert found["1.3.6.1.2.1.2.2.1.6.1"] == (ber.OCTETS, bytes.fromhex("001b2c3d4e5f"))
    assert found["1.3.6.1.2.1.1.2.0"] == (ber.OBJECT_ID, oid.encode("1.3.6.1.4.1.99999.1"))
    assert found["1.3.6.1.2.1.1.3.0"] == (ber.TIME_TICKS, 123456)
    assert found["1.3.6.1.2.1.2.2.1.8.1"] == (ber.INTEGER, 1)
    assert found["1.3.6.1.2.1.2.2.1.10.1"] == (ber.COUNTER32, 77)
    assert "1.3.6.1.2.1.99.0" not in found
    assert list(found) == sorted(found, key=lambda name: [int(arc) for arc in name.split(".")])


def test_types_in_capitals_are_the_same_types() -> None:
    assert recording.read(".1.3.6.1.2.1.1.3.0 = TIMETICKS: 26\n.1.3.6.1.2.1.2.2.1.6.1 = HEX-STRING: 00 1A\n") == {
        oid.encode("1.3.6.1.2.1.1.3.0"): (ber.TIME_TICKS, 26),
        oid.encode("1.3.6.1.2.1.2.2.1.6.1"): (ber.OCTETS, b"\x00\x1a"),
    }


def test_a_value_of_two_lines_is_one() -> None:
    assert recording.read(_WALK)[oid.encode("1.3.6.1.2.1.1.1.0")] == (ber.OCTETS, b"a printer\nof two lines")


@given(st.text(max_size=200))
def test_no_text_ends_in_anything_but_its_own_error(text: str) -> None:
    with suppress(RecordingError):
        assert recording.read(text)


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["profile", *map(str, arguments)])
    return done.exit_code, done.output


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    file = tmp_path / "ours.yaml"
    file.write_text(_PROFILE, encoding="utf-8")
    return file


def test_a_good_profile_is_ok(profile: Path) -> None:
    status, said = run("check", profile)
    assert (status, said.startswith("OK: profile ours reads a printer")) == (0, True)


def test_a_bad_profile_is_named_by_file_line_key_found_and_expected(profile: Path) -> None:
    profile.write_text(_PROFILE.replace("column: pages", "column: sheets"), encoding="utf-8")
    status, said = run("check", profile)
    assert status == 2
    assert "ours.yaml:" in said
    assert "'sheets'" in said
    profile.write_text(_PROFILE.replace("[interfaces]", "[ours]"), encoding="utf-8")
    status, said = run("check", profile, "--json")
    fault = json.loads(said)["faults"][0]
    assert (status, fault["key"], fault["file"]) == (2, "extends", "ours.yaml")


def test_a_profile_may_extend_what_lies_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "ours.yaml").write_text(_PROFILE, encoding="utf-8")
    leaf = folder / "leaf.yaml"
    leaf.write_text("version: 1\nname: leaf\ntitle: Leaf\nkind: printer\nextends: [ours]\n", encoding="utf-8")
    assert run("check", leaf)[0] == 0


@pytest.mark.parametrize("text", [_WALK, _RECORDED])
def test_a_recording_is_read_and_what_is_missing_is_said(profile: Path, tmp_path: Path, text: str) -> None:
    walk = tmp_path / "walk.txt"
    walk.write_text(text, encoding="utf-8")
    status, said = run("try", profile, "--walk", walk, "--json")
    found = json.loads(said)
    assert status == 0
    assert found["identity"]["profile"] == "ours"
    assert found["chosen"] == "ours"
    samples = {one["name"]: one["value"] for one in found["samples"]}
    assert samples["mppmon_device_uptime_seconds"] == 1234.56
    assert samples["mppmon_interface_oper_up"] == 1.0
    missing = {one["metric"]: one["objects"] for one in found["not_found"]}
    assert missing["mppmon_printer_pages_total"] == ["OURS-MIB::pages.0"]
    assert "mppmon_interface_oper_up" not in missing


def test_it_says_when_the_device_would_be_read_by_another(profile: Path, tmp_path: Path) -> None:
    profile.write_text(_PROFILE.replace("99999]", "99998]"), encoding="utf-8")
    walk = tmp_path / "walk.txt"
    walk.write_text(_WALK, encoding="utf-8")
    status, said = run("try", profile, "--walk", walk)
    assert status == 0
    assert "by itself this device is read by profile interfaces" in said
    assert "not found: mppmon_printer_pages_total (from OURS-MIB::pages.0)" in said


def test_no_recording_is_said_to_be_none(profile: Path) -> None:
    status, said = run("try", profile, "--walk", profile)
    assert status == 1
    assert "found no object in it, expected a .snmprec file" in said
