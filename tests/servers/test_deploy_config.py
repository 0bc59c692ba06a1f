"""What `deploy/` ships is read by the programs it is for: promtool, amtool, systemd-analyze."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mppmon.doctor.traps import GRANT

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd/mppmon.service"
AGENTS_UNIT = DEPLOY / "agent/mppmon-agent.service"
EXPOSURE = 20  # systemd-analyze's 2.0 of 10: an Internet service without capabilities gets 1.6


def run(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


def installed_unit(folder: Path, text: str) -> Path:
    """Write the unit as it is on a host where the program exists."""
    unit = folder / UNIT.name
    unit.write_text(re.sub(r"ExecStart=/opt/[a-z-]+/bin/", f"ExecStart={Path(sys.executable).parent}/", text))
    return unit


def test_prometheus_takes_the_scrape_config_and_the_rules() -> None:
    code, said = run("promtool", "check", "config", "--lint-fatal", DEPLOY / "prometheus/prometheus.yml")
    assert code == 0, said


def test_each_rule_fires_on_its_symptom_and_on_nothing_else() -> None:
    code, said = run("promtool", "test", "rules", DEPLOY / "prometheus/mppmon-rules.test.yml")
    assert code == 0, said


def test_no_rule_goes_without_a_test() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus/mppmon-rules.yml").read_text())
    tests = yaml.safe_load((DEPLOY / "prometheus/mppmon-rules.test.yml").read_text())
    fired = {one["alertname"] for case in tests["tests"] for one in case["alert_rule_test"] if one.get("exp_alerts")}
    silent = {one["alertname"] for one in tests["tests"][0]["alert_rule_test"]}
    names = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    assert fired == names
    assert silent == names


def test_rules_watch_the_daemon_only() -> None:
    rules = (DEPLOY / "prometheus/mppmon-rules.yml").read_text()
    assert set(re.findall(r"\bmppmon_[a-z_]+", rules)) == set(re.findall(r"\bmppmon_daemon_[a-z_]+", rules))


def test_rules_ask_only_for_documented_metrics() -> None:
    documented = set(re.findall(r"`(mppmon_[a-z_]+)", (ROOT / "docs/metrics.md").read_text()))
    rules = (DEPLOY / "prometheus/mppmon-rules.yml").read_text()
    asked = {re.sub(r"_(?:bucket|sum|count)$", "", name) for name in re.findall(r"\bmppmon_[a-z_]+", rules)}
    assert asked <= documented


def test_alertmanager_takes_the_routing() -> None:
    file = DEPLOY / "alertmanager/alertmanager.yml"
    code, said = run("amtool", "check-config", file)
    assert code == 0, said
    code, said = run("amtool", "config", "routes", "test", f"--config.file={file}", "severity=urgent")
    assert (code, said.split()[-1]) == (0, "it-staff")


def test_systemd_takes_the_unit_without_a_word(tmp_path: Path) -> None:
    unit = installed_unit(tmp_path, UNIT.read_text())
    assert run("systemd-analyze", "verify", unit) == (0, "")  # it exits 0 on keys it does not know: any word is a fault


def test_systemd_takes_the_ping_drop_in_without_a_word(tmp_path: Path) -> None:
    unit = installed_unit(tmp_path, UNIT.read_text())
    drop_ins = tmp_path / f"{UNIT.name}.d"
    drop_ins.mkdir()
    (drop_ins / "ping.conf").write_text((DEPLOY / "systemd/ping.conf").read_text())
    assert run("systemd-analyze", "verify", unit) == (0, "")


def traps_drop_in() -> str:
    """Return the drop-in that doctor and documentation have written for a port below 1024."""
    assert GRANT in (ROOT / "docs/traps.md").read_text(encoding="utf-8")
    (printed,) = re.findall(r"printf '([^']+)'", GRANT)
    return str(printed).replace("\\n", "\n")


def test_systemd_takes_the_drop_in_for_traps_without_a_word(tmp_path: Path) -> None:
    unit = installed_unit(tmp_path, UNIT.read_text())
    drop_ins = tmp_path / f"{UNIT.name}.d"
    drop_ins.mkdir()
    (drop_ins / "traps.conf").write_text(traps_drop_in())
    assert run("systemd-analyze", "verify", unit) == (0, "")


@pytest.mark.parametrize(("drop_in", "granted"), [(traps_drop_in(), True), ("", False)])
def test_what_the_drop_in_grants_is_enough_for_port_162(drop_in: str, *, granted: bool) -> None:
    """As systemd starts it: nobody's user, no new privileges, no capability but the granted ones."""
    capabilities = set(re.findall(r"CAP_(\w+)", drop_in))
    kept = ",".join(["-all", *(f"+{one.lower()}" for one in capabilities)])
    user = ("--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs")
    bound = "import socket; socket.socket(type=socket.SOCK_DGRAM).bind(('127.0.0.1', 162))"
    closed = 'ip link set lo up; echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start; exec "$@"'
    code, said = run(
        *("unshare", "--net", "sh", "-c", closed, "sh"),
        *("setpriv", *user, f"--bounding-set={kept}", f"--inh-caps={kept}", f"--ambient-caps={kept}"),
        *("/usr/bin/python3", "-c", bound),  # the venv may lie where nobody's user cannot look
    )
    assert (code == 0, "Permission denied" in said) == (granted, not granted), said


def test_a_misspelt_key_would_have_been_noticed(tmp_path: Path) -> None:
    unit = installed_unit(tmp_path, UNIT.read_text().replace("ProtectHome=", "ProtectHouse="))
    assert "ProtectHouse" in run("systemd-analyze", "verify", unit)[1]


def test_the_unit_is_hardened(tmp_path: Path) -> None:
    unit = installed_unit(tmp_path, UNIT.read_text())
    code, said = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", unit)
    assert code == 0, said


def test_systemd_takes_the_unit_of_the_agent_which_is_hardened_too(tmp_path: Path) -> None:
    text = AGENTS_UNIT.read_text()
    unit = installed_unit(tmp_path, text)
    assert run("systemd-analyze", "verify", unit) == (0, "")
    code, said = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", unit)
    assert code == 0, said
    steps = (DEPLOY.parent / "docs/agent.md").read_text()
    for path in re.findall(r"/(?:etc|opt)/mppmon-agent/[a-z/.-]+[a-z]", text):  # what the unit names, the steps make
        assert f"/{Path(path).name}" in steps.replace("`", "/").replace(" ", "/")
        assert str(Path(path).parent) in steps
