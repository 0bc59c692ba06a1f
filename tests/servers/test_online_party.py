"""The real daemon in a mall of network namespaces: whatever is cut, the party that has to act is named, once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
WANTED = {
    "uplink": [["internet", "provider"]],
    "behind-the-hop": [["internet", "provider"]],
    "gateway": [["router", "mall"]],
    "resolver": [["dns", "resolver"]],
    "system": [["dukcapil", "agency"]],
    "all-systems": [["beyond", "provider"]],
    "vlan": [["vlan-sw", "mall"]],
    "vlan-of-an-agency": [["vlan-pajak", "mall"]],
}


def test_each_cut_names_who_has_to_act(tmp_path: Path) -> None:
    argv = ["unshare", "--net", sys.executable, "-m", "tests.servers.mall_network", str(tmp_path)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180)
    log = tmp_path / "daemon.log"
    assert done.returncode == 0, done.stderr[-3000:] + (log.read_text()[-3000:] if log.exists() else "")
    assert json.loads(done.stdout) == WANTED
