"""An incident's page and its API, on a real socket: open, closed, not there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mppmon.cli import main
from tests.servers.test_web_doors import incident
from tests.servers.web_mall import WebMall, web_mall

pytestmark = pytest.mark.server


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[WebMall]:
    with web_mall(tmp_path) as served:
        yield served


def test_the_page_and_the_api_tell_the_same(mall: WebMall) -> None:
    number = incident(mall)
    with mall.tcp() as tcp:
        view = tcp.get(f"/api/v1/incidents/{number}").json()
        page = tcp.get(f"/incidents/{number}")
    assert (view["number"], view["closed_at"], view["times"]) == (number, None, 1)
    assert page.status_code == 200
    assert f"Gangguan #{number}" in page.text
    for line in view["timeline"]:
        assert line["said"]["id"] in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("number", ["9", "0", "-1", "99999999999999999999"])
def test_a_number_that_is_none_is_not_found(mall: WebMall, number: str) -> None:
    with mall.tcp() as tcp:
        assert tcp.get(f"/api/v1/incidents/{number}").status_code == 404
        assert tcp.get(f"/incidents/{number}").status_code == 404


def test_notes_and_merges_by_the_command_line(mall: WebMall) -> None:
    first, second = incident(mall, "a1"), incident(mall, "a2")
    state = str(mall.house.state)

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, [*words, "--state", state])
        assert done.exit_code == 0, done.output
        return done.output

    assert run("note", str(first), "rol <b>diganti</b>") == f"#{first}: noted\n"
    assert run("merge", str(second), "--into", str(first)) == f"Incident #{second} merged into #{first}.\n"
    shown = run("incident", str(first))
    assert "rol <b>diganti</b>" in shown
    assert f"Incident #{second} joined this one" in shown
    assert f"goes on in #{first}" in run("incident", str(second))
    refused = CliRunner().invoke(main, ["merge", str(second), "--into", str(first), "--state", state])
    assert refused.exit_code == 1
    assert f"#{second}: part of #{first} already" in refused.output
    with mall.tcp() as tcp:
        page = tcp.get(f"/incidents/{first}").text
    assert "rol &lt;b&gt;diganti&lt;/b&gt;" in page


def test_changes_need_the_socket(mall: WebMall) -> None:
    number = incident(mall)
    with mall.tcp() as tcp:
        assert tcp.post(f"/api/v1/incidents/{number}/notes?text=x").status_code == 403
        assert tcp.post(f"/api/v1/incidents/{number}/merge?into=9").status_code == 403


def test_maintenance_and_silences_ahead_of_time_by_the_command_line(mall: WebMall) -> None:
    state = str(mall.house.state)

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, [*words, "--state", state])
        assert done.exit_code == 0, done.output
        return done.output.strip()

    words = ("--start", "2026-11-29 20:00", "--for", "2h", "--reason", "saklar rusak")
    window = run("maintenance", "add", "core", *words, "--name", "Ganti saklar")
    silence, _, until = run("silence", "add", "--place", "Lt. 1", *words).partition("  ")
    assert until == "until 2026-11-29 22:00:00 WIB"
    planned = run("maintenance", "list")
    assert planned.startswith(f"{window}  2026-11-29 20:00:00 WIB until 2026-11-29 22:00:00 WIB  Ganti saklar: device")
    assert silence not in planned
    silences = run("silence", "list")
    assert f"{silence}  2026-11-29 20:00:00 WIB until 2026-11-29 22:00:00 WIB  place Lt. 1" in silences
    assert window not in silences
    assert run("maintenance", "end", window) == "ended"
    assert run("silence", "end", silence) == "ended"
    assert run("maintenance", "list") == "no maintenance is planned"
    late = ["maintenance", "add", "core", "--start", "besok", *words[2:], "--name", "n", "--state", state]
    wrong = CliRunner().invoke(main, late)
    assert wrong.exit_code == 1
    assert "such as 2026-11-29 20:00" in wrong.output
