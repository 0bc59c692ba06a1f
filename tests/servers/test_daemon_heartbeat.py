"""The heartbeat against real servers: one that takes it, one that refuses, one that drips; and what hangs stops it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mppmon.config.loaded import Heartbeat
from mppmon.daemon.heartbeat import Heart

pytestmark = pytest.mark.server
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


@contextmanager
def receiver(status: int, *, drips: bool = False) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the base class names it
            asked.append(self.path)
            if drips:
                self.wfile.write(b"HTTP/1.1 200")
                self.wfile.flush()
                over.wait()
                return
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/s3cret", asked
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def beats(folder: Path, url: str, times: int = 1) -> tuple[list[bool], dict[str, float]]:
    path = folder / "url"
    path.write_text(f"{url}\n")
    settings = Heartbeat(path, 60.0)
    heart = Heart(lambda: settings, list, lambda: NOW, deadline=0.5)

    async def beat() -> list[bool]:
        return [await heart.beat(settings) for _ in range(times)]

    try:
        return asyncio.run(beat()), dict(heart.look())
    finally:
        heart.close()


def test_one_that_is_taken_is_noted(tmp_path: Path) -> None:
    with receiver(200) as (url, asked):
        assert beats(tmp_path, url)[0] == [True]
        assert asked == ["/s3cret"]


@pytest.mark.parametrize(("status", "drips"), [(500, False), (200, True)])
def test_one_that_is_refused_or_drips_is_counted_and_the_url_never_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int, *, drips: bool
) -> None:
    with receiver(status, drips=drips) as (url, _):
        taken, figures = beats(tmp_path, url, times=3)
    assert taken == [False] * 3
    assert figures == {"heartbeat_failures": 3.0, "heartbeat_last_seconds": 0.0}
    assert "the heartbeat is not taken" in caplog.text
    assert "s3cret" not in caplog.text


def test_none_is_sent_while_a_part_hangs(tmp_path: Path) -> None:
    path = tmp_path / "url"
    with receiver(200) as (url, asked):
        path.write_text(url)
        missing = ["engine"]
        heart = Heart(lambda: Heartbeat(path, 0.1), lambda: missing, lambda: NOW)

        async def story() -> None:
            task = asyncio.create_task(heart.run())
            await asyncio.sleep(0.3)
            assert asked == []
            missing.clear()
            await asyncio.sleep(1.5)
            task.cancel()

        asyncio.run(story())
        heart.close()
        assert asked


def test_a_missing_file_is_a_failure_and_without_settings_nothing_is_shown(tmp_path: Path) -> None:
    heart = Heart(lambda: None, list, lambda: NOW)
    assert asyncio.run(heart.beat(Heartbeat(tmp_path / "none", 60.0))) is False
    assert list(heart.look()) == []
    heart.close()
