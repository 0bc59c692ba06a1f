"""What the web answers when things go wrong: a fault of ours, a database that refuses, a crowd that wants reports."""

import fcntl
import logging
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from mppmon.cli import main
from mppmon.reports import child as report_child
from mppmon.store import Store, StoreError
from mppmon.web.limits import Limits
from tests.servers.demo_process import until
from tests.servers.test_web_doors import incident
from tests.servers.web_mall import DEADLINE, WebMall, web_mall

pytestmark = pytest.mark.server

_CHILD = """
import fcntl, os, pathlib, sys
place = pathlib.Path(sys.argv[1])
(place / f"child-{os.getpid()}").touch()
with (place / "lock").open("rb") as lock:
    fcntl.flock(lock, fcntl.LOCK_SH)
print('{"report": "made"}')
"""


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[WebMall]:
    with web_mall(tmp_path, limits=Limits(answer=0.3)) as served:
        yield served


def test_a_fault_of_ours_says_nothing_and_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> list[bytes]:
        raise RuntimeError("/var/lib/secret")

    with web_mall(tmp_path, metrics=broken) as mall, mall.tcp() as tcp:
        answer = tcp.get("/metrics")
        assert (answer.status_code, "secret" in answer.text) == (500, False)
        assert "log" in answer.json()["detail"]
        assert tcp.get("/healthz").status_code == 200
    logged = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(logged) == 1
    assert logged[0].exc_info is not None


def test_a_change_that_is_not_durable_says_so_and_is_done_once(mall: WebMall, monkeypatch: pytest.MonkeyPatch) -> None:
    number = incident(mall)
    path = f"/api/v1/incidents/{number}/acknowledge"

    def refuse(*_: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as patch, mall.socket() as control:
        patch.setattr(Store, "commit", refuse)
        for _ in range(2):
            pending = control.post(path, headers={"Idempotency-Key": "phone-7"})
            assert (pending.status_code, pending.json()["code"]) == (504, "pending")
            assert "not yet durable" in pending.json()["text"]
        other = control.post("/api/v1/incidents/4711/acknowledge", headers={"Idempotency-Key": "phone-7"})
        assert other.status_code == 409
        late = control.post(path)
        assert late.status_code == 503, "while the database is known to refuse, nothing more is begun"
        assert "nothing was changed" in late.text
    mall.engine.intake.tick()
    until(lambda: mall.engine.durable, DEADLINE)
    with mall.socket() as control:
        done = control.post(path, headers={"Idempotency-Key": "phone-7"})
    assert (done.status_code, done.json()["code"]) == (200, "ok")
    assert mall.engine.snapshot.incidents[0].acknowledged_by is not None


def test_a_change_that_waits_when_the_daemon_stops_is_answered_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose request was cut off read `Internal Server Error`."""
    asked = threading.Event()

    def refuse(*_: object) -> None:
        asked.set()
        raise StoreError("disk full")

    with web_mall(tmp_path) as mall, ThreadPoolExecutor(1) as pool:
        number = incident(mall)
        with monkeypatch.context() as patch:
            patch.setattr(Store, "commit", refuse)
            waits = pool.submit(CliRunner().invoke, main, ["ack", str(number), "--state", str(tmp_path)])
            assert asked.wait(DEADLINE)
            mall.server.stop()
            result = waits.result(DEADLINE)
    assert (result.exit_code, "the daemon is stopping" in result.output) == (75, True), result.output


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("day=0001-01-01", "expected a year from 2000"),
        ("day=9999-12-31", "expected"),
        ("day=2026-02-30", "expected YYYY-MM"),
        ("month=2026-13", "expected YYYY-MM"),
        ("month=2099-01", "has not begun yet"),
        ("day=2026-11-25", "has not begun yet"),
        ("day=2026-11", "give either"),
        ("month=%D9%A2026-11", "expected YYYY-MM"),
        ("", "give either"),
        ("day=2026-11-23&month=2026-11", "give either"),
    ],
)
def test_a_period_that_is_none_is_said(mall: WebMall, query: str, word: str) -> None:
    with mall.tcp() as tcp:
        answer = tcp.get(f"/api/v1/reports/agency/dukcapil?{query}")
    assert (answer.status_code, word in str(answer.json()["detail"])) == (422, True), answer.text


@dataclass(frozen=True)
class Held:
    """Where children leave a file each, and what lets them go on."""

    place: Path
    release: Callable[[], None]

    def children(self) -> list[Path]:
        return list(self.place.glob("child-*"))


@pytest.fixture
def held(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Give a place where report children leave a file each, and wait until its lock is given back."""
    place = tmp_path_factory.mktemp("children")
    (place / "lock").touch()
    monkeypatch.setattr(report_child, "_ARGV", (sys.executable, "-c", _CHILD, str(place)))
    with (place / "lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Held(place, lambda: fcntl.flock(lock, fcntl.LOCK_UN))


def crowd(mall: WebMall, days: list[str], refused: int, held: Held) -> tuple[Counter[int], int]:
    """Ask for these days at once; return the answers, and how many children there were while they were held."""

    def ask(day: str) -> httpx.Response:
        url = f"{mall.address}/api/v1/reports/agency/dukcapil"
        return httpx.get(url, params={"day": day}, timeout=DEADLINE, trust_env=False)

    with ThreadPoolExecutor(len(days)) as pool:
        asking = [pool.submit(ask, day) for day in days]
        try:
            until(lambda: bool(held.children()) and sum(one.done() for one in asking) >= refused, DEADLINE)
        finally:
            children = held.children()
            for one in children:
                one.unlink()
            held.release()
        answers = [one.result() for one in asking]
    assert all(one.headers["Retry-After"] == "10" for one in answers if one.status_code == 503)
    return Counter(one.status_code for one in answers), len(children)


def test_sixty_reports_are_two_children_at_a_time(mall: WebMall, held: Held) -> None:
    days = [f"2026-{month:02}-{day:02}" for month in (9, 10) for day in range(1, 31)]
    answers, children = crowd(mall, days, 50, held)
    assert (answers, children <= 2) == ({200: 10, 503: 50}, True)


def test_the_same_report_is_made_once(mall: WebMall, held: Held) -> None:
    answers, children = crowd(mall, ["2026-11-02"] * 30, 0, held)
    assert (answers[200], children) == (30, 1), "made for each, twenty would be refused"


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("seconds=0&reason=r&device=a1-pc", "found 0 days, expected more than none"),
        ("seconds=60&device=a1-pc", "reason: found"),
        (f"seconds=60&device=a1-pc&reason={'r' * 999}", "found a reason of 999 characters, expected at most 200"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(mall: WebMall, query: str, word: str) -> None:
    with mall.socket() as control:
        answer = control.post(f"/api/v1/silences?{query}")
    assert answer.status_code == 422
    said = answer.json()
    assert (said.get("detail") or said["text"]).startswith(word), answer.text
    assert len(answer.text) < 250
