"""What an online system is to say to a counter PC: a text, none of another, a value of its JSON."""

import json

import pytest

from collectors.pc.agent.config import System
from collectors.pc.agent.readers.page import LONGEST, well, whole

OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nSela\r\n3\r\nmat\r\n0\r\n\r\n"


def page(body: bytes) -> bytes:
    return OK % (len(body), body)


def of(
    contains: str | None = None, lacks: str | None = None, path: str | None = None, value: str | None = None
) -> System:
    return System("http://x/", contains, lacks, path, value)


@pytest.mark.parametrize(
    ("said", "wanted", "good"),
    [
        (page(b"Selamat datang"), of("Selamat"), True),
        (page(b"selamat datang"), of("Selamat"), False),
        (CHUNKED, of("Selamat"), True),
        (page(b"Sedang PEMELIHARAAN"), of(lacks="pemeliharaan"), False),
        (page(b"Selamat datang"), of("Selamat", "pemeliharaan"), True),
        (page(b"")[:-2], of(lacks="x"), False),  # it hung up within its head
        (OK % (99, b"Selamat"), of("Selamat"), False),  # it breaks off
        (OK % (LONGEST * 2, b"Selamat" + b"x" * LONGEST), of("Selamat"), True),  # longer than is read
        (page(b"x").replace(b"200", b"503"), of("x"), False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", of("x"), False),
        (b"SSH-2.0-x\r\n", of("SSH"), False),
    ],
)
def test_texts(said: bytes, wanted: System, good: bool) -> None:  # noqa: FBT001  # a case
    assert well(said, wanted) is good


@pytest.mark.parametrize(
    ("path", "value", "good"),
    [
        ("status", "UP", True),
        ("status", "up", False),
        ("data.1.ok", "true", True),
        ("data.0.n", "7", True),
        ("data.0.none", "null", True),
        ("data.9.ok", "true", False),
        ("data", "[]", False),
        ("status.x", "UP", False),
    ],
)
def test_values(path: str, value: str, good: bool) -> None:  # noqa: FBT001  # a case
    body = json.dumps({"status": "UP", "data": [{"n": 7, "none": None}, {"ok": True}]}).encode()
    assert well(page(body), of(path=path, value=value)) is good
    assert not well(page(b"<html>"), of(path=path, value=value))
    assert not well(page(b"[" * 99_999), of(path=path, value=value))


def test_when_all_of_it_is_there() -> None:
    assert whole(page(b"abc"))
    assert not whole(page(b"abc")[:-1])
    assert whole(CHUNKED)
    assert not whole(CHUNKED[:-1])
    assert not whole(b"HTTP/1.1 200 OK\r\n")
    assert not whole(b"HTTP/1.1 200 OK\r\n\r\nuntil it hangs up")
