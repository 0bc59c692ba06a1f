"""The agent's own wheel in an empty venv, with nothing beside but what its lock names."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import pc_programs
from tests.servers.test_deploy_wheel import ROOT, run

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]


def test_the_agent_alone(tmp_path: Path) -> None:
    build = (Path(sys.executable).with_name("hatchling"), "build", "-t", "wheel", "-d", tmp_path / "dist")
    run(*build, cwd=ROOT / "deploy" / "agent")
    (wheel,) = (tmp_path / "dist").glob("mppmon_agent-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv/bin/python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-q", "--disable-pip-version-check")
    lock = ROOT / "deploy/agent/requirements.lock"
    run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", lock, cwd=tmp_path)
    run(*pip, "--no-deps", wheel, cwd=tmp_path)
    names = "from importlib.metadata import distributions; print(*sorted(d.name for d in distributions()))"
    assert run(python, "-c", names, cwd=tmp_path).split() == ["mppmon-agent", "prometheus_client", "psutil"]
    program = (str(tmp_path / "venv/bin/mppmon-agent"), "--listen", "127.0.0.1:0")
    with pc_programs.started(program, tmp_path / "agent.log", "listens on ", {"PATH": "/usr/bin:/bin"}) as running:
        assert "mppmon_pc_memory_size_bytes" in running.get().text
        assert running.status("VmRSS") <= 35 * 1024
    identity = subprocess.run((program[0], "--machine-id"), check=True, capture_output=True, text=True)
    assert identity.stdout.strip()
