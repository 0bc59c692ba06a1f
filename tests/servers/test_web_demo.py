"""`mppmon demo` from outside: how fast its page is there, who may press its buttons, and that it leaves nothing."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from mppmon.demo.workplace import free_port
from tests.servers.demo_process import READY, Demo, argv, demo, until

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo") / "place") as started:
        yield started


def parts(running: Demo, **query: str) -> dict[str, Any]:
    with running.client() as client:
        answer: dict[str, Any] = client.get("/parts", params=query).json()
        return answer


def refused(folder: Path, port: int) -> str:
    """Start another demo that must refuse; return what it says."""
    done = subprocess.run(argv(folder, port), capture_output=True, text=True, check=False, timeout=READY)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_its_page_is_there_within_thirty_seconds(running: Demo) -> None:
    assert running.seconds < READY
    until(lambda: parts(running)["running"], READY)


def test_a_taken_port_is_said_before_anything_is_touched(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refused(tmp_path, taken.getsockname()[1])
    assert "Address already in use" in said
    assert "--port" in said
    assert kept.exists()


def test_a_second_demo_in_the_same_folder_is_refused(running: Demo) -> None:
    assert "a demo is running there" in refused(running.folder, free_port())
    assert parts(running)["counts"]["faults"] == 0


def test_a_second_demo_elsewhere_says_that_the_addresses_are_taken(running: Demo, tmp_path: Path) -> None:
    assert running.process.poll() is None
    assert "is another demo running?" in refused(tmp_path / "place", free_port())


def test_a_fault_begins_and_is_mended_by_post_only(running: Demo) -> None:
    with running.client() as client:
        assert client.get("/faults/jam@a3-card-printer/begin").status_code == 405
        assert client.post("/faults/jam@a3-card-printer/begin").status_code == 204
        assert parts(running)["counts"]["faults"] == 1
        assert client.post("/faults/jam@a3-card-printer/mend").status_code == 204
        assert parts(running)["counts"]["faults"] == 0
        assert "expected" in client.post("/faults/jam@sw-core/begin").json()["detail"]
        assert client.post("/faults/jam%3Fdevice=x@a3-pc/begin").status_code == 422
        assert client.post("/chat/press", json={"message": 4711, "data": "ack:1"}).status_code == 409


def test_another_sites_page_presses_no_button(running: Demo) -> None:
    with running.client() as client:
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}):
            assert client.post("/monitor/kill", headers=headers).status_code == 403
            assert client.post("/tour/5", headers=headers).status_code == 403
        assert client.post("/mend", headers={"Origin": running.address}).status_code == 204
        assert client.get("/parts", headers={"Host": "evil.example"}).status_code == 400


def test_the_tour_is_played_by_post_only_and_knows_its_steps(running: Demo) -> None:
    with running.client() as client:
        assert client.get("/tour/1").status_code == 405
        assert client.post("/tour/7").status_code == 422
        assert client.get("/", params={"step": 0}).status_code == 422
        assert client.post("/tour/1").status_code == 204
        until(lambda: bool(client.get("/tour").json()["mark"] == "1/True"), READY)


def test_both_languages(running: Demo) -> None:
    assert "Kartu macet di Loket A3" in parts(running)["parts"]["faults"]
    assert "Card stuck at counter A3" in parts(running, lang="en")["parts"]["faults"]


def test_the_report_of_the_day(running: Demo) -> None:
    until(lambda: parts(running)["running"], READY)
    with running.client() as client:
        page = client.get("/report", params={"agency": "disdukcapil"}).text
        assert "Cetak KTP-el" in page
        assert client.get("/report", params={"agency": "nobody"}).status_code == 404


def test_a_dead_child_is_said_on_page_and_terminal(running: Demo) -> None:
    until(lambda: parts(running)["running"], READY)
    agent = next(one for one in running.children() if "collectors.pc.agent" in one.cmdline())
    agent.kill()
    until(lambda: "agent ended" in parts(running)["parts"]["monitor"], READY)
    assert "agent ended" in (running.folder.parent / "demo.out").read_text("utf-8")


def test_a_killed_demo_takes_all_with_it(running: Demo) -> None:
    """Last: nothing is left of it."""
    children = running.children()
    assert children
    running.process.kill()
    _, left = psutil.wait_procs(children, timeout=20)
    # Below a subreaper that has yet to look, what has ended is still listed.
    assert [one for one in left if one.status() != psutil.STATUS_ZOMBIE] == []
