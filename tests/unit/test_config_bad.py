"""Configurations with one fault each: `bad_configs/cases.yaml`."""

import resource
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mppmon import config

HERE = Path(__file__).parent / "bad_configs"
TODAY = date(2026, 11, 24)
ALL: list[dict[str, Any]] = yaml.load((HERE / "cases.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
CASES = [case for case in ALL if "says" in case]
UNWISE = [case for case in ALL if "warns" in case]


def spoil(case: dict[str, Any], place: Path) -> None:
    """Copy the good configuration and make this one fault."""
    shutil.copytree(HERE / "good", place)
    path = place / case["file"]
    if "append" in case:
        path.parent.mkdir(exist_ok=True)
        path.write_text(case["append"], "utf-8")
        return
    text = path.read_text("utf-8")
    assert text.count(case["replace"]) == 1, f"{case['name']}: replaces {text.count(case['replace'])} places"
    new = case["with"] * case.get("times", 1)
    path.write_bytes(text.replace(case["replace"], new).encode(case.get("encoding", "utf-8")))


def test_the_good_one_is_good() -> None:
    loaded = config.load(HERE / "good", today=TODAY)
    assert [str(one) for one in loaded.warnings] == []


@pytest.mark.parametrize("case", UNWISE, ids=[case["name"] for case in UNWISE])
def test_what_is_unwise_is_taken_over_with_a_warning(case: dict[str, Any], tmp_path: Path) -> None:
    spoil(case, tmp_path / "mall")
    loaded = config.load(tmp_path / "mall", today=TODAY)
    assert [str(one) for one in loaded.warnings] == case["warns"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_each_fault_is_named_once_with_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    spoil(case, tmp_path / "mall")
    with pytest.raises(config.ConfigErrors) as caught:
        config.load(tmp_path / "mall", today=TODAY)
    assert sorted(str(one) for one in caught.value.problems) == sorted(case["says"])


def test_all_faults_are_said_in_one_run(tmp_path: Path) -> None:
    cases = [
        case
        for case in CASES
        if case["name"] in {"unknown-kind", "unknown-zone", "no-mail-address", "unknown-agency", "tag"}
    ]
    shutil.copytree(HERE / "good", tmp_path / "mall")
    for case in cases:
        path = tmp_path / "mall" / case["file"]
        path.write_text(path.read_text("utf-8").replace(case["replace"], case["with"]), "utf-8")
    with pytest.raises(config.ConfigErrors) as caught:
        config.load(tmp_path / "mall", today=TODAY)
    assert sorted(str(one) for one in caught.value.problems) == sorted(line for case in cases for line in case["says"])


def test_no_secret_is_ever_repeated(tmp_path: Path) -> None:
    shutil.copytree(HERE / "good", tmp_path / "mall")
    devices = tmp_path / "mall" / "devices.yaml"
    devices.write_text(
        devices.read_text("utf-8").replace("    snmp: {}", "    snmp: {community: [hunter2], community_file: [1]}")
    )
    daemon = tmp_path / "mall" / "daemon.yaml"
    daemon.write_text("version: 1\ndatabase: mysql://u:hunter2@h/d\npublic_url: http://u:hunter2@h/\n")
    channels = tmp_path / "mall" / "channels.yaml"
    channels.write_text(channels.read_text("utf-8").replace("sender:", "password: hunter2\n    sender:"))
    with pytest.raises(config.ConfigErrors) as caught:
        config.load(tmp_path / "mall", today=TODAY)
    assert len(caught.value.problems) == 5
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.problems)


def test_a_fault_in_each_of_many_lines_is_found_in_time(tmp_path: Path) -> None:
    """Four times the faults may take four times as long: it was sixteen, and ten thousand lines took half an hour."""
    shutil.copytree(HERE / "good", tmp_path / "mall")

    def seconds(count: int) -> float:
        lines = (f"  - {{alert: Y{one}, bad: 1}}\n" for one in range(count))
        (tmp_path / "mall" / "rules.yaml").write_text(f"version: 1\nrules:\n{''.join(lines)}", "utf-8")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        with pytest.raises(config.ConfigErrors) as caught:
            config.load(tmp_path / "mall", today=TODAY)
        assert len(caught.value.problems) == 4 * count
        return resource.getrusage(resource.RUSAGE_SELF).ru_utime - before

    seconds(10)  # what is read once
    assert seconds(1600) < 9 * seconds(400)
