"""A /24 discovered by `mppmon discover`: 60 devices that answer, 194 addresses that are really silent.

Run in a network namespace (root): `unshare --net python -m tests.bench.snmp_discover`, with the Python that has mppmon.
The devices live in a second namespace behind a veth pair: half of the silent addresses are on no machine (ARP is not
answered), the others are dropped by nft (nothing comes back). Prints one JSON line: wall-clock seconds, CPU seconds,
packets (ARP too), the most of them in one second, peak resident MB, devices found, exit status.
"""

import json
import os
import resource
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from time import perf_counter  # noqa: TID251  # what a person waits for

import psutil

from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import CodecError
from tests.bench.snmp_responder import IP_PKTINFO, Responder, objects

LIVE, SILENT = 60, 194
_NETWORK, _FIRST = "10.77.0.0/24", IPv4Address("10.77.0.1")
_DROPPED = SILENT // 2
_OWN, _NEAR, _FAR = "10.99.0.1", "near", "far"
_SWITCHES = 5
_BRIDGED, _BRIDGE_PORT = "1.3.6.1.2.1.17.4.3.1.2", 24  # dot1dTpFdbPort; the way up
_LOOK = 0.1  # seconds between two looks at the counters


def main() -> None:
    """Discover and print."""
    if sys.argv[1:] == ["devices"]:
        _serve()
    else:
        with _devices():
            sys.stdout.write(json.dumps(_discover()) + "\n")


def _discover() -> dict[str, object]:
    command = [sys.executable, "-m", "mppmon", "discover", _NETWORK, "--json"]
    before, sent = _sent(), [0]
    begun = perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stdin=subprocess.DEVNULL)
        while True:
            try:
                process.wait(timeout=_LOOK)
            except subprocess.TimeoutExpired:
                sent.append(_sent() - before)
            else:
                break
        seconds = perf_counter() - begun
        out.seek(0)
        found = json.loads(out.read())
    usage = os.times()
    a_second = round(1 / _LOOK)
    return {
        "seconds": seconds,
        "cpu": usage.children_user + usage.children_system,
        "packets": _sent() - before,
        "most_a_second": max(later - earlier for earlier, later in zip(sent, sent[a_second:], strict=False)),
        "peak_mb": _peak_mb(),
        "devices": sum(1 for one in found["devices"] if one["address"]),
        "status": process.returncode,
    }


def _sent() -> int:
    return int(psutil.net_io_counters(pernic=True)[_NEAR].packets_sent)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


@contextmanager
def _devices() -> Iterator[None]:
    """Run the devices in a namespace of their own, joined to this one."""
    command = ["unshare", "--net", sys.executable, "-m", "tests.bench.snmp_discover", "devices"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as devices:
        try:
            assert devices.stdin is not None
            assert devices.stdout is not None
            devices.stdout.readline()  # it is in its namespace
            _ip("link", "set", "lo", "up")
            _ip("link", "add", _NEAR, "type", "veth", "peer", "name", _FAR, "netns", str(devices.pid))
            _ip("address", "add", f"{_OWN}/32", "dev", _NEAR)
            _ip("link", "set", _NEAR, "up")
            _ip("route", "add", _NETWORK, "dev", _NEAR, "src", _OWN)
            devices.stdin.write("\n")
            devices.stdin.flush()
            devices.stdout.readline()  # it answers
            yield
        finally:
            devices.kill()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _serve() -> None:
    """Be all devices: the live and the dropped have addresses here, the others nobody has. For ever."""
    sys.stdout.write("\n")
    sys.stdout.flush()
    sys.stdin.readline()
    _ip("link", "set", "lo", "up")
    _ip("link", "set", _FAR, "up")
    _ip("route", "add", f"{_OWN}/32", "dev", _FAR)
    for host in range(LIVE + _DROPPED):
        _ip("address", "add", f"{_FIRST + host}/32", "dev", _FAR)
    dropped = f"{_FIRST + LIVE}-{_FIRST + LIVE + _DROPPED - 1}"
    chain = "add table ip t; add chain ip t i { type filter hook input priority 0; }"
    rules = f"{chain}; add rule ip t i ip daddr {dropped} drop"
    subprocess.run(["nft", rules], check=True)
    agents = {(_FIRST + host).packed: Responder(_objects(host)) for host in range(LIVE)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as serving:
        serving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        serving.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        serving.bind(("0.0.0.0", 161))  # noqa: S104  # in a namespace of its own
        sys.stdout.write("\n")
        sys.stdout.flush()
        while True:
            data, ancillary, _flags, peer = serving.recvmsg(65535, 256)
            asked = ancillary[0][2][8:12]  # in_pktinfo: interface, local address, address asked
            try:
                reply = agents[asked].answer(data)
            except CodecError:
                continue
            source = struct.pack("=I4s4s", 0, asked, b"\0\0\0\0")
            serving.sendmsg([reply], [(socket.IPPROTO_IP, IP_PKTINFO, source)], 0, peer)


def _objects(host: int) -> dict[bytes, VarBind]:
    """Return what a device has: 24 interfaces, an address, a serial number; five of them know where all others are."""
    number = "1.3.6.1.4.1.171.10.1" if host < _SWITCHES else "1.3.6.1.4.1.11.2.3.9.1"
    more: dict[str, tuple[int, ber.Value]] = {
        "1.3.6.1.2.1.1.2.0": (ber.OBJECT_ID, oid.encode(number)),
        "1.3.6.1.2.1.1.5.0": (ber.OCTETS, f"device-{host}".encode()),
        "1.3.6.1.2.1.2.2.1.6.1": (ber.OCTETS, _mac(host)),
        "1.3.6.1.2.1.47.1.1.1.1.11.1": (ber.OCTETS, f"SERIAL-{host:04}".encode()),
    }
    if host < _SWITCHES:
        for other in range(LIVE):
            port = other // _SWITCHES + 1 if other % _SWITCHES == host else _BRIDGE_PORT
            more[f"{_BRIDGED}.{'.'.join(map(str, _mac(other)))}"] = ber.INTEGER, port
    else:
        more["1.3.6.1.2.1.43.5.1.1.1.1"] = ber.COUNTER32, 1
    named = {**objects(), **{(name := oid.encode(text)): (name, *cell) for text, cell in more.items()}}
    return dict(sorted(named.items(), key=lambda item: oid.arcs_of(item[0])))


def _mac(host: int) -> bytes:
    return bytes((0x00, 0x1B, 0x21, 0, 0, host))


if __name__ == "__main__":
    main()
