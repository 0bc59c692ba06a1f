"""The way to a daemon that runs, and what it says of what answers there instead."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mppmon.control import Broken, Off, request


@contextmanager
def peer(folder: Path, answer: bytes) -> Iterator[tuple[Path, list[bytes]]]:
    """Let somebody take one connection, read a request, say this and hang up; what it read is kept."""
    heard: list[bytes] = []

    def serve() -> None:
        with door.accept()[0] as line:
            heard.append(line.recv(65_536))
            line.sendall(answer)

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / "s"))
        door.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield folder / "s", heard
        finally:
            thread.join()


def test_an_answer_comes_back_whatever_its_status(tmp_path: Path) -> None:
    with peer(tmp_path, b'HTTP/1.1 409 Conflict\r\nContent-Length: 13\r\n\r\n{"a":"\xc3\xa9\xe2\x9c\x93"}') as (
        door,
        heard,
    ):
        answer = request(door, "POST", "/api/x?y=1", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()) == (409, {"a": "é✓"})
    assert heard[0].startswith(b"POST /api/x?y=1 HTTP/1.1\r\nHost: mppmon\r\n")
    assert b"Idempotency-Key: k\r\n" in heard[0]


def test_a_name_that_is_no_address_stays_one_path(tmp_path: Path) -> None:
    with peer(tmp_path, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (door, heard):
        request(door, "GET", "/a b\r\nX: y#é\udc00")
    assert heard[0].startswith(b"GET /a%20b%0D%0AX:%20y%23%C3%A9? HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "said", [b"", b"220 mail.example ESMTP\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"\xff" * 99_000]
)
def test_what_is_no_whole_answer_is_broken(tmp_path: Path, said: bytes) -> None:
    with peer(tmp_path, said) as (door, _), pytest.raises(Broken, match=str(door)):
        request(door, "GET", "/healthz")


def test_who_takes_the_connection_and_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "s"))
        door.listen()
        with pytest.raises(Broken, match="timed out"):
            request(tmp_path / "s", "GET", "/healthz", timeout=0.05)


def test_nobody_there_is_off(tmp_path: Path) -> None:
    with pytest.raises(Off, match="no such socket"):
        request(tmp_path / "none", "GET", "/healthz")
