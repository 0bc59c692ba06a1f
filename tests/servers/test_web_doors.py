"""The web's doors on real sockets: who may come in, what a reader may do, what a change needs."""

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from alerts.model import Person
from mppmon.config import load
from mppmon.mall.principal import SYSTEM
from tests.servers.daemon_process import until
from tests.servers.web_mall import WebMall, events, web_mall, with_people
from tests.stories.house import MONDAY

pytestmark = pytest.mark.server

NOBODY = 65534
_AS_NOBODY = """
import http.client, os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
link = http.client.HTTPConnection("mppmon")
link.sock = socket.socket(socket.AF_UNIX)
link.sock.connect(sys.argv[1])
link.request(sys.argv[2], sys.argv[3])
answer = link.getresponse()
print(answer.status)
print(answer.read().decode())
link.close()
"""


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[WebMall]:
    with web_mall(tmp_path) as served:
        yield served


@pytest.fixture
def open_place() -> Iterator[Path]:
    """Give a state directory that another user may pass through."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def incident(mall: WebMall, counter: str = "a1") -> int:
    """Let a printer jam; return the number of the incident, as soon as there is one."""
    with mall.tcp() as tcp, tcp.stream("GET", "/events") as stream:
        words = events(stream.iter_lines())
        next(words)
        mall.jam(counter)
        for _ in words:
            if found := mall.engine.snapshot.incidents:
                return found[-1].number
    raise AssertionError("no incident")


def as_nobody(mall: WebMall, method: str, path: str) -> tuple[int, dict[str, object]]:
    """Ask over the control socket as another user (the socket is opened to its group)."""
    os.chown(mall.control, -1, NOBODY)
    argv = [sys.executable, "-c", _AS_NOBODY, str(mall.control), method, path]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=30)
    status, _, body = done.stdout.partition("\n")
    return int(status), json.loads(body)


def test_the_control_socket_is_for_owner_and_group(mall: WebMall) -> None:
    assert stat.S_IMODE(mall.control.stat().st_mode) == 0o660


def test_the_daemons_user_is_administrator_on_the_socket(mall: WebMall) -> None:
    number = incident(mall)
    with mall.socket() as control:
        answer = control.post(f"/api/v1/incidents/{number}/acknowledge")
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert mall.engine.snapshot.incidents[0].acknowledged_by is not None


def test_a_user_without_login_is_refused_everything(open_place: Path) -> None:
    with web_mall(open_place) as mall:
        for path in ("/api/v1/status", "/", "/live", "/events", "/metrics", "/readyz"):
            status, body = as_nobody(mall, "GET", path)
            assert status == 403, path
            assert "login" in str(body["detail"])
        with mall.tcp() as tcp:
            assert {tcp.get(path).status_code for path in ("/metrics", "/readyz")} == {200}


def test_an_agency_is_refused_what_is_of_all(open_place: Path) -> None:
    people = with_people(dian=Person("dian", "Dian", login="nobody", role="agency"))
    with web_mall(open_place, people) as mall:
        for path in ("/api/v1/oncall", "/api/v1/canary", "/metrics"):
            status, body = as_nobody(mall, "GET", path)
            assert (status, str(body["detail"])[:20]) == (403, "role agency may not "), path


def test_a_login_brings_its_role(open_place: Path) -> None:
    people = with_people(dian=Person("dian", "Dian", login="nobody", role="technician"))
    with web_mall(open_place, people) as mall:
        number = incident(mall)
        assert as_nobody(mall, "POST", f"/api/v1/incidents/{number}/acknowledge")[0] == 200
        assert mall.engine.snapshot.incidents[0].acknowledged_by == "dian"


def test_a_login_brings_no_more_than_its_role(open_place: Path) -> None:
    people = with_people(dian=Person("dian", "Dian", login="nobody", role="coordinator"))
    with web_mall(open_place, people) as mall:
        number = incident(mall)
        assert as_nobody(mall, "GET", "/api/v1/status")[0] == 200
        assert as_nobody(mall, "POST", f"/api/v1/incidents/{number}/acknowledge")[0] == 403
        assert mall.engine.snapshot.incidents[0].acknowledged_by is None


def test_tcp_changes_nothing(mall: WebMall) -> None:
    number = incident(mall)
    before = mall.dump()
    with mall.tcp() as tcp:
        for path in (f"incidents/{number}/acknowledge", f"incidents/{number}/escalate", "devices/core/poll"):
            assert tcp.post(f"/api/v1/{path}").status_code == 403
    assert mall.dump() == before


def test_every_get_leaves_the_database_as_it_was(mall: WebMall) -> None:
    number = incident(mall)
    with as_file(files("mppmon.demo").joinpath("mall")) as directory:
        loaded = load(directory, today=MONDAY.date())
    mall.house.store.save_revision(SYSTEM, loaded.revision, loaded.normalised, MONDAY, "test")  # a report needs one
    fill = {"agency": "disdukcapil", "path": "status.css", "number": number}
    before = mall.dump()
    with mall.tcp() as tcp, mall.socket() as control:
        router = tcp.get("/api/v1/openapi.json").json()["paths"]
        paths = [path for path, deeds in router.items() if "get" in deeds]
        assert {"/", "/live", "/metrics", "/healthz", "/readyz", "/api/v1/status"} <= set(paths)
        for path in [*paths, "/static/{path}"]:
            if path == "/events":
                with tcp.stream("GET", path) as stream:
                    assert next(events(stream.iter_lines()))
                continue
            door = control if path == "/api/v1/config/plan" else tcp
            answer = door.get(path.format(**fill), params={"day": "2026-11-23"})
            assert answer.status_code == 200, f"{path}: {answer.text}"
    assert mall.dump() == before


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_is_refused(mall: WebMall, host: str) -> None:
    with mall.tcp() as tcp:
        assert tcp.get("/api/v1/status", headers={"Host": host}).status_code == 400
        assert tcp.get("/api/v1/status", headers={"Host": "localhost:1"}).status_code == 200


def test_probes(mall: WebMall) -> None:
    with mall.tcp() as tcp:
        assert tcp.get("/healthz").text == "ok\n"
        ready = tcp.get("/readyz").json()
        assert datetime.fromisoformat(ready.pop("now")).tzinfo is not None
        assert ready == {"ready": True, "parts": {"engine": True, "database": True}}
        metrics = tcp.get("/metrics")
        assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert metrics.text == "mppmon_up 1\n"


def test_not_ready_is_503(tmp_path: Path) -> None:
    with web_mall(tmp_path) as mall, mall.tcp() as tcp:
        mall.house.store.close()
        mall.engine.stop()
        answer = tcp.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)


def test_a_change_sent_twice_is_done_once(mall: WebMall) -> None:
    number = incident(mall)
    path = f"/api/v1/incidents/{number}/acknowledge"
    with mall.socket() as control:
        first, again = (control.post(path, headers={"Idempotency-Key": "phone-7"}) for _ in range(2))
        assert first.status_code == again.status_code == 200
        assert first.json() == again.json()
        assert control.post(path, headers={"Idempotency-Key": "phone-8"}).status_code == 409
    assert mall.house.store.verify_audit(SYSTEM) > 0


def test_an_unknown_incident_and_device_are_404(mall: WebMall) -> None:
    with mall.socket() as control:
        assert control.post("/api/v1/incidents/4711/acknowledge").status_code == 404
        assert control.post("/api/v1/devices/nowhere/poll").status_code == 404
        assert control.post("/api/v1/devices/core/poll").json() == {"outcome": "ok", "device": "core"}


def test_the_stream_names_each_new_version(mall: WebMall) -> None:
    with mall.tcp() as tcp, tcp.stream("GET", "/events") as stream:
        words = events(stream.iter_lines())
        first = next(words)
        mall.jam("a1")
        second = next(words)
        assert second["version"] != first["version"]
        assert {"a1-cards", "ktp@a1"} <= set(second["changed"])  # type: ignore[call-overload]  # a list
        assert second["time"] == "08.30 WIB"
        live = tcp.get("/live")
        assert live.headers["Mppmon-Version"] == f"{mall.broadcast.life}.{mall.engine.snapshot.version}"
        assert "1 layanan terhenti" in live.text


def test_a_viewer_that_reads_nothing_holds_up_nobody(mall: WebMall) -> None:
    with socket.create_connection(("127.0.0.1", mall.server.port)) as deaf, mall.tcp() as tcp:
        deaf.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with tcp.stream("GET", "/events") as stream:
            words = events(stream.iter_lines())
            seen = [next(words)["version"]]
            for jammed in (True, False):
                mall.jam("a1", jammed=jammed)
                seen.append(next(words)["version"])
        assert len(set(seen)) == 3


def test_many_ask_and_the_page_is_rendered_once(mall: WebMall, monkeypatch: pytest.MonkeyPatch) -> None:
    from mppmon.web import pages  # noqa: PLC0415  # only what this test replaces

    made: list[str] = []
    render = pages.render

    def counting(template: str, *rest: object) -> str:
        made.append(template)
        return render(template, *rest)  # type: ignore[arg-type]  # handed on as given

    monkeypatch.setattr(pages, "render", counting)
    with mall.tcp() as tcp, tcp.stream("GET", "/events") as stream:
        words = events(stream.iter_lines())
        next(words)
        mall.jam("a2")
        next(words)
        bodies = {tcp.get("/live").text for _ in range(20)}
    assert len(bodies) == 1
    assert made == ["live.html"]


def test_a_control_socket_that_was_tidied_away_is_there_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mppmon.web.serve._LOOK", 0.05)
    with web_mall(tmp_path) as mall:
        for _ in range(2):
            mall.control.unlink()
            until(mall.control.exists, bool, 10)
            with mall.socket() as socket_:
                assert socket_.get("/api/v1/silences").status_code == 200, "staff, as before"
            assert stat.S_IMODE(mall.control.stat().st_mode) == 0o660
        mall.control.unlink()
        mall.control.mkdir()
        with mall.tcp() as tcp:
            assert tcp.get("/healthz").status_code == 200
        mall.control.rmdir()
        until(mall.control.exists, bool, 10)
    assert not mall.control.exists()
