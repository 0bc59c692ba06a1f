"""The line through the whole house, as users run it: a printer down, a mail, an acknowledgement, a report."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from mppmon.store.schema import VERSIONS
from tests.servers.daemon_process import MPPMON, Line, daemon, until

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with daemon(tmp_path_factory.mktemp("line"), first_time=True) as running:
        yield running


def test_a_printer_down_is_mailed_acknowledged_resolved_and_reported(line: Line) -> None:
    line.control.begin("power-off", "printer")
    (mail,) = until(line.mails, bool)
    assert mail["to"] == ["ani@mall.test"]
    assert mail["text"].splitlines()[0] == "🔴 Kartu Keluarga TERHENTI · Loket A1"
    assert "Printer Dukcapil" in mail["text"]
    (incident,) = line.status()["incidents"]
    assert incident["root"] == "printer"
    assert "acknowledged" in line.run("ack", str(incident["number"]))
    assert line.status()["incidents"][0]["acknowledged_by"]
    assert "already" not in line.run("ack", str(incident["number"]), status=1)
    line.control.mend()
    _, taken, mended = until(line.mails, lambda found: len(found) == 3)
    assert taken["text"].startswith("🔴 Sedang ditangani pengelola sistem (root): Kartu Keluarga")
    assert mended["text"].startswith("✅ Pulih: Kartu Keluarga, Loket A1")
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Jakarta")).date()  # noqa: TID251  # the daemon's real day
    report = json.loads(line.run("report", "agency", "dukcapil", "--day", today.isoformat(), "--json"))
    (kk,) = [one for one in report["services"] if one["service"] == "kk"]
    (stop,) = kk["interruptions"]
    assert stop["cause"] == "printer/function"
    assert 0 < stop["seconds"] < 60
    assert abs(kk["seconds"]["interrupted"] - stop["seconds"]) < 0.01


def test_an_unplugged_peripheral_limits_the_service_that_uses_it(line: Line) -> None:
    before = len(line.mails())
    line.control.begin("unplug", "finger")
    mail = until(line.mails, lambda found: len(found) > before)[-1]
    assert mail["text"].splitlines()[0] == "🟡 Cetak KTP-el TERBATAS · Loket A1"
    line.control.mend()
    until(line.status, lambda view: not view["incidents"])


def test_an_administrator_takes_on_in_a_persons_name(line: Line) -> None:
    line.control.begin("power-off", "printer")
    (incident,) = until(line.status, lambda view: view["incidents"])["incidents"]
    line.run("ack", str(incident["number"]), "--as", "anni", status=1)
    line.run("ack", str(incident["number"]), "--as", "ani")
    assert line.status()["incidents"][0]["acknowledged_name"] == "Ani"
    line.control.mend()
    until(line.mails, lambda found: found[-1]["text"].startswith("✅"))


def test_a_silence_keeps_the_technician_from_being_called_until_it_is_ended(line: Line) -> None:
    before = len(line.mails())
    assert "not in the configuration" in line.refused("silence", "add", "prnter", "--for", "2h", "--reason", "rol baru")
    assert "such as 90m" in line.refused("silence", "add", "printer", "--for", "soon", "--reason", "x", status=2)
    silence = line.run("silence", "add", "printer", "--for", "2h", "--reason", "rol baru").split()[0]
    assert "device printer" in line.run("silence", "list")
    line.control.begin("power-off", "printer")
    until(line.status, lambda view: view["counts"]["services"]["interrupted"] == 1)
    assert line.status()["incidents"] == []
    assert len(line.mails()) == before
    line.run("silence", "end", silence)
    told = until(line.mails, lambda found: len(found) > before)[-1]
    assert "TERHENTI" in told["text"]
    line.control.mend()
    until(line.status, lambda view: not view["incidents"])


def test_every_command_speaks_json(line: Line) -> None:
    assert json.loads(line.run("status", "--json"))["site"] == "MPP Uji"
    assert json.loads(line.run("oncall", "--json"))["rosters"]["teknisi"]["shifts"][0]["person"] == "ani"
    polled = json.loads(line.run("poll", "printer", "--json"))
    assert (polled["outcome"], polled["identity"]["kind"]) == ("ok", "printer")
    assert {one["name"] for one in polled["samples"]} >= {"mppmon_printer_error", "mppmon_printer_supply_ratio"}
    assert "Ani" in line.run("oncall")
    assert "delivered" in line.run("status", "--all")
    assert line.run("report", "agency", "dukcapil", "--month", "2026-11", "--format", "csv").startswith("record,agency")


def test_unknown_things_are_named(line: Line) -> None:
    line.run("ack", "4711", status=1)
    line.run("poll", "nothing", status=1)
    line.run("report", "agency", "nobody", "--day", "2026-11-23", status=1)


def test_the_port_is_for_reading_only(line: Line) -> None:
    base = f"http://127.0.0.1:{line.port}"
    assert requests.get(f"{base}/healthz", timeout=5).text == "ok\n"
    assert requests.get(f"{base}/readyz", timeout=5).json()["ready"]
    assert requests.post(f"{base}/api/v1/incidents/1/acknowledge", timeout=5).status_code == 403
    assert requests.get(f"{base}/", headers={"Host": "evil.test"}, timeout=5).status_code == 400


def test_the_state_directory_is_the_groups(line: Line) -> None:
    assert stat.S_IMODE(line.state.stat().st_mode) == 0o2770
    assert stat.S_IMODE((line.state / "control.sock").stat().st_mode) == 0o660
    assert stat.S_IMODE((line.state / "mppmon.db").stat().st_mode) & 0o007 == 0


def test_a_second_daemon_refuses_and_the_first_goes_on(line: Line) -> None:
    said = line.run("run", str(line.config), status=4)
    assert said == ""
    assert line.process.poll() is None


def test_told_to_stop_it_is_gone_within_five_seconds_and_reads_go_on(tmp_path: Path) -> None:
    with daemon(tmp_path) as line:
        os.kill(line.process.pid, signal.SIGTERM)
        assert line.process.wait(5) == 0
        assert json.loads(line.run("status", "--json"))["counts"]["services"]["delivered"] == 2
        assert "Ani" in line.run("oncall")
        line.run("ack", "1", status=3)
        told = line.run("report", "agency", "dukcapil", "--day", "2026-11-23")
        assert "Tidak ada catatan untuk periode ini" in told  # it was not at work that day


def test_a_database_of_a_newer_mppmon_is_left_alone_with_a_status_of_its_own(line: Line, tmp_path: Path) -> None:
    state = tmp_path / "newer"
    state.mkdir()
    with sqlite3.connect(state / "mppmon.db") as database:
        database.execute("create table alembic_version (version_num text)")
        database.execute("insert into alembic_version values ('9999')")
    database.close()
    done = subprocess.run(
        [*MPPMON, "run", str(line.config), "--state", str(state)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    newest = f"the database has schema 9999, this mppmon knows up to {VERSIONS[-1]}\n"
    assert (done.returncode, done.stderr) == (5, newest)


def test_a_port_that_is_taken_is_one_clear_line(line: Line, tmp_path: Path) -> None:
    done = subprocess.run(
        [*MPPMON, "run", str(line.config), "--state", str(tmp_path / "other")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{line.port}: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_who_may_not_enter_is_told_why(line: Line) -> None:
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", *MPPMON, "status", "--state", str(line.state)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "are you in the daemon's group?" in done.stderr or "permission denied" in done.stderr.lower()
