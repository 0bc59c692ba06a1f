"""Breaking any of the contracts A to E turns import-linter red, by its name: tried on a copy of the tree."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")
PACKAGES = ("mppmon", "collectors", "alerts")

OFFENCES: dict[str, tuple[tuple[str, str], ...]] = {  # contract -> importer, imported
    "A": (
        ("alerts.model", "mppmon.clock"),
        ("collectors.observation", "mppmon.mall.model"),
        ("alerts.rule", "collectors.observation"),
        ("collectors.collector", "alerts.model"),
    ),
    "B": (
        ("mppmon.mall.model", "mppmon.clock"),
        ("mppmon.store", "mppmon.engine"),
        ("mppmon.reports", "mppmon.engine"),
        ("mppmon.config", "mppmon.store"),
        ("mppmon.daemon", "mppmon.cli"),
    ),
    "C": (
        ("mppmon.mall.health", "asyncio"),
        ("alerts.state", "time"),
        ("alerts.escalation", "requests"),
        ("collectors.snmp.decode", "socket"),
        ("collectors.snmp.wire.codec", "os"),
    ),
    "C-mall": (("mppmon.mall.model", "pydantic"),),
    "D": (
        ("collectors.pc.agent", "collectors.observation"),
        ("collectors.pc.agent", "mppmon.clock"),
    ),
    "E": (("mppmon.engine", "apscheduler"),),
}


def only_code(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".py") and not Path(folder, name).is_dir()} | {"__pycache__"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def offend(tree: Path, importer: str, imported: str) -> None:
    place = tree.joinpath(*importer.split("."))
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    file.write_text(f"{file.read_text()}\nimport {imported}\n")


def lint(tree: Path, *contracts: str) -> tuple[int, str]:
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    done = subprocess.run(
        [LINT, "--no-cache", "--no-logo", *chosen], cwd=tree, capture_output=True, text=True, check=False
    )
    return done.returncode, " ".join(done.stdout.split())


def names() -> dict[str, str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return {contract["id"]: contract["name"] for contract in contracts}


def test_every_contract_has_an_offence() -> None:
    assert set(names()) == set(OFFENCES)


def test_the_tree_as_it_is_keeps_them_all(tree: Path) -> None:
    code, said = lint(tree)
    assert code == 0, said
    assert f"Contracts: {len(OFFENCES)} kept, 0 broken." in said


@pytest.mark.parametrize("contract", OFFENCES)
def test_an_offence_is_red_and_named(tree: Path, contract: str) -> None:
    for importer, imported in OFFENCES[contract]:
        offend(tree, importer, imported)
    code, said = lint(tree, contract)
    assert code == 1, said
    assert f"{names()[contract]} BROKEN" in said
    for importer, imported in OFFENCES[contract]:
        assert f"{importer} -> {imported} (l." in said


def test_a_room_on_no_floor_is_red(tree: Path) -> None:
    (tree / "mppmon/attic.py").write_text('"""A room on no floor."""\n')
    code, said = lint(tree, "B")
    assert code == 1
    assert "mppmon.attic" in said
