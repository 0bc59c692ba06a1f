"""`mppmon schema`: what the schemas take and refuse, against a validator that is not ours."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from mppmon import config
from mppmon.cli.check_config import example
from mppmon.cli.schema import command
from mppmon.config.settings import FILES

HERE = Path(__file__).parent / "bad_configs"
SCHEMAS = config.schemas()
CASES: dict[str, dict[str, Any]] = {
    case["name"]: case for case in yaml.load((HERE / "cases.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
}
BY_CODE = frozenset({"value_error", "date_from_datetime_parsing", "date_parsing", "finite_number", "string_too_short"})
"""What a model's own code refuses (spaces alone, too), or a format that a schema only names: these may be missed."""


def as_text(path: str) -> Any:  # noqa: ANN401  # whatever the file holds
    """Read YAML as mppmon does: every scalar is text, `~` is nothing."""
    return without_empty(yaml.load(path, Loader=yaml.BaseLoader))  # noqa: S506  # BaseLoader makes nothing but texts


def without_empty(value: Any) -> Any:  # noqa: ANN401  # whatever the file holds
    if isinstance(value, dict):
        return {key: without_empty(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_empty(one) for one in value]
    return None if value in {"", "~", "null"} else value


def as_editor(value: Any) -> Any:  # noqa: ANN401  # whatever the file holds
    """Type scalars as YAML 1.2 (core) does, and so an editor."""
    if isinstance(value, dict):
        return {key: as_editor(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_editor(one) for one in value]
    if value is None or value in {"true", "false"}:
        return None if value is None else value == "true"
    if re.fullmatch(r"[-+]?[0-9]+", value):
        return int(value)
    return float(value) if re.fullmatch(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", value) else value


def faults(name: str, text: str) -> Iterator[str]:
    validator = Draft202012Validator(SCHEMAS[name])
    for read in (as_text(text), as_editor(as_text(text))):
        yield from (error.message for error in validator.iter_errors(read))


def test_there_is_one_for_every_file_and_each_is_valid() -> None:
    assert set(SCHEMAS) == {path.name for path in example().glob("*.yaml")}
    for schema in SCHEMAS.values():
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_example_and_the_good_one_are_good(name: str) -> None:
    for path in (example() / name, HERE / "good" / name):
        if path.exists():
            assert list(faults(name, path.read_text("utf-8"))) == []


def spoilt() -> Iterator[tuple[str, str, Any]]:
    """Yield case, file and content of every bad configuration that is YAML."""
    for name, one in CASES.items():
        good = HERE / "good" / one["file"]
        if "says" not in one or "replace" not in one or "times" in one or one["file"] not in SCHEMAS:
            continue
        text = good.read_text("utf-8").replace(one["replace"], one["with"])
        with suppress(yaml.YAMLError):
            yield name, one["file"], as_text(text)


def test_every_fault_of_a_kind_that_a_schema_can_say_is_refused() -> None:
    """Which those are, the models say: by the kind of their error."""
    validators = {name: Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
    sayable, missed = set(), []
    for case, file, content in spoilt():
        if not isinstance(content, dict):
            continue
        try:
            FILES[file].model_validate({key: value for key, value in content.items() if key != "version"})
        except ValidationError as error:
            if {one["type"] for one in error.errors()} <= BY_CODE:
                continue
            sayable.add(case)
            if validators[file].is_valid(as_editor(content)):
                missed.append(case)
    assert missed == []
    assert len(sayable) > 50
    assert {"unknown-key", "missing-key", "unknown-kind", "port-too-large", "bad-slug", "yes-or-no"} <= sayable


@pytest.mark.parametrize("case", ["no-version", "newer-version"])
def test_a_version_is_wanted(case: str) -> None:
    one = CASES[case]
    text = (HERE / "good" / one["file"]).read_text("utf-8").replace(one["replace"], one["with"])
    assert not Draft202012Validator(SCHEMAS[one["file"]]).is_valid(as_editor(as_text(text)))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("people.yaml", 'handover: "08:00"', "handover: 08.00"),
        ("people.yaml", "wait: 300", 'wait: "300"'),
        ("people.yaml", "members: [budi, sari]", "members: budi"),
        ("people.yaml", "name: Budi", "name: 007"),
        ("people.yaml", '"4711"', "4711"),
        ("channels.yaml", "needs_internet: false", "needs_internet: no"),
        ("channels.yaml", "needs_internet: false", "needs_internet: Yes"),
        ("devices.yaml", "    snmp: {}", "    snmp: {version: 1, timeout: 1e0, port: '161'}"),
        ("devices.yaml", "parents: [gw]", "parents: gw"),
        ("site.yaml", "hours:\n", "holidays: {country: ~, remove: 2026-12-25}\nhours:\n"),
        ("site.yaml", "mon-fri: 08:00-15:30", "senin: [08.00-12.00, 13.00-15.30]"),
    ],
)
def test_what_we_take_an_editor_takes(name: str, old: str, new: str) -> None:
    text = (HERE / "good" / name).read_text("utf-8")
    assert old in text
    assert list(faults(name, text.replace(old, new))) == []


def objects(node: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # any part of a schema
    if isinstance(node, dict):
        yield from ([node] if "properties" in node else [])
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from objects(one)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_says_what_it_means(name: str) -> None:
    assert [
        key
        for one in objects(SCHEMAS[name])
        if isinstance(one["properties"], dict)
        for key, place in one["properties"].items()
        if isinstance(place, dict) and not place.get("description")
    ] == []


def test_the_command_prints_one_or_all() -> None:
    assert json.loads(CliRunner().invoke(command, []).output) == SCHEMAS
    assert json.loads(CliRunner().invoke(command, ["people.yaml"]).output) == SCHEMAS["people.yaml"]
    result = CliRunner().invoke(command, ["device.yaml"])
    assert result.exit_code == 1
    assert "did you mean 'devices.yaml'?" in result.output


def test_the_command_writes_files_and_the_line_for_each(tmp_path: Path) -> None:
    place = tmp_path / "a" / "schema"
    result = CliRunner().invoke(command, ["--output", str(place)])
    assert result.exit_code == 0, result.output
    assert {path.name for path in place.iterdir()} == {name.replace(".yaml", ".schema.json") for name in SCHEMAS}
    assert json.loads((place / "site.schema.json").read_text("utf-8")) == SCHEMAS["site.yaml"]
    assert f"site.yaml: # yaml-language-server: $schema={place}/site.schema.json" in result.output
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(command, ["--output", str(tmp_path / "file" / "below")])
    assert result.exit_code == 1
    assert "not a directory" in result.output
