"""A fast SNMP agent in a process of its own, on our codec: the peer of both sides of a benchmark.

`python -m tests.bench.snmp_responder` prints its port and serves until it is terminated. It answers GET, GETNEXT and
GETBULK of v1 and v2c, with any community, for a system group and `ROWS` rows of `COLUMNS` interface columns.
"""

import socket
import struct
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import CodecError, Message, Pdu

ROWS = 24
COLUMNS = (2, 7, 8, 10, 13, 14, 16, 17, 19, 20)
TABLE = "1.3.6.1.2.1.2.2.1"
EIGHT = tuple(f"{TABLE}.{column}.1" for column in (7, 8, 10, 13, 14, 16, 19, 20))
"""What an 8-OID GET asks: state, octets, discards and errors of one interface."""

_CACHED = 10_000
IP_PKTINFO = 8  # linux/in.h; Python's socket module does not name it
_INTEGERS = frozenset({7, 8})


def objects() -> dict[bytes, VarBind]:
    """Return what the agent has, by OID octets, in the order of SNMP."""
    found: dict[str, tuple[int, ber.Value]] = {
        "1.3.6.1.2.1.1.1.0": (ber.OCTETS, b"responder"),
        "1.3.6.1.2.1.1.2.0": (ber.OBJECT_ID, oid.encode("1.3.6.1.4.1.8072.3.2.10")),
        "1.3.6.1.2.1.1.3.0": (ber.TIME_TICKS, 123_456_789),
    }
    for column in COLUMNS:
        for row in range(1, ROWS + 1):
            found[f"{TABLE}.{column}.{row}"] = _cell(column, row)
    named = [(oid.encode(name), cell) for name, cell in found.items()]
    named.sort(key=lambda item: oid.arcs_of(item[0]))
    return {name: (name, *cell) for name, cell in named}


def _cell(column: int, row: int) -> tuple[int, ber.Value]:
    if column == COLUMNS[0]:
        return ber.OCTETS, f"port {row}".encode()
    return (ber.INTEGER, 1) if column in _INTEGERS else (ber.COUNTER32, 3_000_000_000 + 1000 * column + row)


class Responder:
    """Answers from objects that do not change; what was asked once is looked up, not worked out."""

    def __init__(self, known: dict[bytes, VarBind]) -> None:
        self._known = known
        self._rows = list(known.values())
        self._keys = [oid.arcs_of(name) for name in known]
        self._answers: dict[tuple[int, int, bytes], list[VarBind]] = {}

    def answer(self, data: bytes) -> bytes:
        """Return the reply's octets. CodecError for what is no request."""
        header = codec.decode_header(data)
        key = (header.pdu, header.error_index, data[header.start :])  # a GETBULK's repetitions, and what it names
        listed = self._answers.get(key)
        if listed is None:
            listed = self._work_out(codec.decode(data))
            if len(self._answers) < _CACHED:
                self._answers[key] = listed
        return codec.encode(header._replace(pdu=Pdu.RESPONSE, error_status=0, error_index=0), listed)

    def _work_out(self, message: Message) -> list[VarBind]:
        names = [name for name, _, _ in message.varbinds]
        if message.header.pdu == Pdu.GET:
            return [self._known.get(name, (name, ber.NO_SUCH_INSTANCE, None)) for name in names]
        out: list[VarBind] = []
        for _ in range(message.header.error_index if message.header.pdu == Pdu.GETBULK else 1):
            row = [self._following(name) for name in names]
            out += row
            names = [name for name, _, _ in row]
        return out

    def _following(self, name: bytes) -> VarBind:
        at = bisect_right(self._keys, oid.arcs_of(name))
        return self._rows[at] if at < len(self._rows) else (name, ber.END_OF_MIB_VIEW, None)


@dataclass(frozen=True, slots=True)
class Responding:
    """A running responder. `port`: on 127.0.0.1."""

    process: psutil.Process
    port: int


@contextmanager
def responding(*, everywhere: bool = False) -> Iterator[Responding]:
    """Run the responder in its own process; `everywhere`: at every address of loopback, not at 127.0.0.1 alone."""
    command = [sys.executable, "-m", "tests.bench.snmp_responder", *(("everywhere",) if everywhere else ())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        try:
            assert process.stdout is not None
            yield Responding(psutil.Process(process.pid), int(process.stdout.readline()))
        finally:
            process.terminate()


@contextmanager
def responder() -> Iterator[int]:
    """Run the responder in its own process; yield its port on 127.0.0.1."""
    with responding() as running:
        yield running.port


def main() -> None:
    """Serve for ever."""
    if sys.argv[1:] == ["everywhere"]:
        _everywhere(Responder(objects()))
    else:
        _here(Responder(objects()))


def _everywhere(agent: Responder) -> None:
    """Answer at all of 127.0.0.0/8, from the address that was asked (IP_PKTINFO, ip(7)); nothing off the machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as serving:
        serving.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        serving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        serving.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        serving.bind(("0.0.0.0", 0))  # noqa: S104  # bound to the loopback device above
        sys.stdout.write(f"{serving.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            data, ancillary, _flags, peer = serving.recvmsg(65535, 256)
            try:
                reply = agent.answer(data)
            except CodecError:
                continue
            asked = ancillary[0][2][8:12]  # in_pktinfo: interface, local address, address asked
            source = struct.pack("=I4s4s", 0, asked, b"\0\0\0\0")
            serving.sendmsg([reply], [(socket.IPPROTO_IP, IP_PKTINFO, source)], 0, peer)


def _here(agent: Responder) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as serving:
        serving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        serving.bind(("127.0.0.1", 0))
        sys.stdout.write(f"{serving.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            data, peer = serving.recvfrom(65535)
            try:
                reply = agent.answer(data)
            except CodecError:
                continue
            serving.sendto(reply, peer)


if __name__ == "__main__":
    main()
