"""The wheel, installed into an empty venv by the runtime lock, runs: nothing of the checkout is needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stdout[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with nothing but `venv`, into which the wheel is installed."""
    home = tmp_path_factory.mktemp("wheel")
    run(Path(sys.executable).with_name("hatchling"), "build", "-t", "wheel", "-d", home / "dist", cwd=ROOT)
    (wheel,) = (home / "dist").glob("*.whl")
    run(sys.executable, "-m", "venv", home / "venv", cwd=home)
    pip = (home / "venv/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "deploy/requirements.lock", cwd=home)
    run(*pip, "--no-deps", wheel, cwd=home)
    return home


def test_help(folder: Path) -> None:
    said = run(folder / "venv/bin/mppmon", "--help", cwd=folder)
    assert "check-config" in said
    assert "demo" in said


def test_the_example_mall_comes_along_and_is_valid(folder: Path) -> None:
    find = "from importlib.resources import files; print(files('mppmon.demo') / 'mall')"
    mall = Path(run(folder / "venv/bin/python", "-c", find, cwd=folder).strip())
    assert folder in mall.parents
    run(folder / "venv/bin/mppmon", "check-config", mall, cwd=folder)


def test_the_agent_comes_along(folder: Path) -> None:
    assert "usage" in run(folder / "venv/bin/mppmon-agent", "--help", cwd=folder).lower()


def test_installed_packages_agree_with_each_other(folder: Path) -> None:
    run(folder / "venv/bin/python", "-m", "pip", "check", cwd=folder)


@pytest.mark.nightly
def test_the_demo_plays_its_story_out_of_the_wheel(folder: Path) -> None:
    run(folder / "venv/bin/mppmon", "demo", "--check", cwd=folder)
