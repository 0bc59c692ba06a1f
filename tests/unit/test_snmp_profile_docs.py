"""docs/profiles.md: its example is read as it says, its fault is said as it says, and no key is left out."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import BaseModel, ValidationError

from collectors.snmp import profile, series
from collectors.snmp.located import ProfileError, locate, parse
from collectors.snmp.profile import Profile
from mppmon.cli import main
from mppmon.config.profiles import problems_of

PAGE = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text("utf-8")
_EXAMPLE, _WALK, _FAULT = re.findall(r"```(?:yaml|text)\n(.*?)```", PAGE, re.DOTALL)
MODELS: list[type[BaseModel]] = [profile.Profile, profile.Sign, profile.Table, profile.Column, series.Reading]
MODELS += [series.Number, series.Flag, series.States, series.Bits, series.Level, series.Age, series.Records]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    file = tmp_path / "contoh-card.yaml"
    file.write_text(_EXAMPLE, "utf-8")
    return file


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["profile", *map(str, arguments)])
    return done.exit_code, done.output


def test_the_example_reads_the_walk_beside_it(example: Path) -> None:
    assert run("check", example)[0] == 0
    walk = example.with_name("device.walk")
    walk.write_text(_WALK, "utf-8")
    status, told = run("try", example, "--walk", walk, "--json")
    found = json.loads(told)
    assert (status, found["not_found"], found["chosen"]) == (0, [], "contoh-card")
    identity = {key: found["identity"][key] for key in ("kind", "model", "serial")}
    assert identity == {"kind": "card-printer", "model": "C300", "serial": "SN-0042"}
    samples = {(one["name"], *one["labels"].values()): one["value"] for one in found["samples"]}
    assert samples["mppmon_printer_pages_total",] == 1204
    assert samples["mppmon_printer_cover_open", "1"] == 0
    assert samples["mppmon_printer_status", "idle"] == 1
    assert samples["mppmon_printer_supply_ratio", "1", "ink-ribbon"] == pytest.approx(0.35)


def test_the_fault_is_said_as_the_page_says(example: Path) -> None:
    example.write_text(_EXAMPLE.replace("{column: pages}", "{column: page}"), "utf-8")
    status, told = run("check", example)
    assert (status, told.splitlines()[0]) == (2, _FAULT.strip())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_key_is_left_out(model: type[BaseModel]) -> None:
    cells = " ".join(line for line in PAGE.splitlines() if line.startswith("|"))
    keys = {field.alias or name for name, field in model.model_fields.items()} - {"where"}
    assert {key for key in keys if f"`{key}`" not in cells} == set()


_BENT = ["", "[]", "{}", "Nothing good!", "[a, 1]", "{a: b}", "-1", "mppmon_printer_pages"]
_RAW = re.compile(r"Input should|valid|should match|String should|Extra inputs|Field required|discriminator|pydantic")


def said(text: str) -> list[str]:
    """Return the faults of a text as it stands, without ours beside it (which would take a tenth of a second each)."""
    try:
        raw, node = parse(text, "x.yaml")
        Profile.model_validate(raw)
    except ProfileError as error:
        return [str(one) for one in problems_of(error, lambda _: text.encode())]
    except ValidationError as error:
        faults = ProfileError(*(locate(one, "x.yaml", node) for one in error.errors()))
        return [str(one) for one in problems_of(faults, lambda _: text.encode())]
    return []


@pytest.mark.parametrize("bent", _BENT)
def test_no_fault_is_said_in_the_words_of_the_validator(bent: str) -> None:
    """Each value of the example in turn is something else."""
    spots = [*re.finditer(r"(?<=: )[^\s{\[][^,}\n]*(?=[,}\n])", _EXAMPLE)]
    spots += re.finditer(r"(?<=\w: )[{\[].*(?=\n)", _EXAMPLE)
    faults = 0
    for spot in spots:
        lines = said(_EXAMPLE[: spot.start()] + bent + _EXAMPLE[spot.end() :])
        faults += bool(lines)
        for line in lines:
            assert not _RAW.search(line), line
            assert re.match(r"x\.yaml:\d+:\d+ ?\S*: found .+, expected .+", line), line
    assert faults > len(spots) // 2


def test_a_metric_or_label_that_is_never_exported_is_an_error(example: Path) -> None:
    example.write_text(_EXAMPLE.replace("mppmon_printer_pages_total:", "mppmon_printer_pages:"), "utf-8")
    status, told = run("check", example)
    assert status == 2
    assert "found 'mppmon_printer_pages', which no device gives (did you mean 'mppmon_printer_pages_total'?)" in told
    example.write_text(_EXAMPLE.replace("label: cover", "label: door"), "utf-8")
    status, told = run("check", example)
    assert status == 2
    assert "found 'door', a label that mppmon_printer_cover_open has not, expected cover" in told
