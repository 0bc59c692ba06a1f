"""A name server that can be slow or silent, and a daemon that asks it and nobody else."""

import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mppmon.demo.workplace import free_port

OK, SLOW, DEAD = "ok", "slow", "dead"
LATE = 3.0
"""Seconds after which it answers while it is slow: below the five that the C library waits for each try."""

_PORT = 53
_A = 1
_TTL = 1
_NO_SUCH_NAME = 0x8183
_ANSWER = 0x8180  # RFC 1035 section 4.1.1: a response, recursion desired and available


@dataclass
class NameServer:
    """`mode` may be changed at any time. `known`: name -> IPv4 address. `asked`: questions so far."""

    address: str
    known: Mapping[str, str]
    mode: str = OK
    asked: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, question: bytes) -> bytes:
        """Return the answer to one question: an address, no address of that family, or no such name."""
        number = question[:2]
        labels, at = [], 12
        while length := question[at]:
            labels.append(question[at + 1 : at + 1 + length].decode("ascii"))
            at += 1 + length
        (kind,) = struct.unpack_from("!H", question, at + 1)
        section = question[12 : at + 5]
        found = self.known.get(".".join(labels).lower())
        if found is None or kind != _A:
            flags = _ANSWER if found else _NO_SUCH_NAME
            return number + struct.pack("!HHHHH", flags, 1, 0, 0, 0) + section
        record = b"\xc0\x0c" + struct.pack("!HHIH", _A, 1, _TTL, 4) + socket.inet_aton(found)
        return number + struct.pack("!HHHHH", _ANSWER, 1, 1, 0, 0) + section + record

    def serve(self, sock: socket.socket) -> None:
        """Answer until it is over, and something comes."""
        while True:
            question, peer = sock.recvfrom(4096)
            if self.over.is_set():
                return
            self.asked += 1
            if self.mode == DEAD:
                continue
            reply = self.answer(question)
            if self.mode == SLOW:
                threading.Thread(target=self._later, args=(sock, reply, peer), daemon=True).start()
            else:
                sock.sendto(reply, peer)

    def _later(self, sock: socket.socket, reply: bytes, peer: tuple[str, int]) -> None:
        if not self.over.wait(LATE):
            sock.sendto(reply, peer)


@contextmanager
def name_server(known: Mapping[str, str]) -> Iterator[NameServer]:
    """Serve on port 53 of an address of loopback that is this test's own."""
    own = free_port()  # no other test has this number now
    made = NameServer(f"127.66.{own // 256}.{own % 256}", known)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((made.address, _PORT))
        thread = threading.Thread(target=made.serve, args=(sock,))
        thread.start()
        try:
            yield made
        finally:
            made.over.set()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", (made.address, _PORT))
            thread.join(10)


def asking(server: NameServer, folder: Path, *, patience: int) -> tuple[str, ...]:
    """Return what begins a program that asks this name server: a mount namespace with a resolv.conf of its own.

    `patience`: seconds the C library waits for each of two tries; its own default is 5.
    """
    file = folder / "resolv.conf"
    file.write_text(f"nameserver {server.address}\noptions timeout:{patience}\n")
    return ("unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', str(file))
