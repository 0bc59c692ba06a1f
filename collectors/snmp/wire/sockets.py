"""One unconnected UDP socket for all devices of an address family, with ICMP errors told per destination (Linux).

An unconnected socket hears of ICMP only through IP_RECVERR (ip(7)): the kernel then queues each error with the address
it was meant for, and reports it once on the next call of anybody, which therefore must not be taken as one's own.
"""

import errno
import socket
import struct
from collections.abc import Iterator

Address = tuple[str, int] | tuple[str, int, int, int]
"""As recvfrom gives it: `(host, port)` of IPv4, with flow and scope of IPv6."""

_RECVERR = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}  # linux/in.h, in6.h
_SO_RCVBUFFORCE, _SO_MEMINFO = 33, 55  # asm-generic/socket.h; Python's socket module names neither
_MEMINFO = struct.Struct("=9I")  # linux/sock_diag.h; the last is SK_MEMINFO_DROPS
_ERROR = struct.Struct("=I")  # ee_errno opens struct sock_extended_err
_PASSING = frozenset({errno.EMSGSIZE})  # path MTU news, not a failure
_MAX_DATAGRAM = 65_535
_ERRORS_A_TURN = 64


def _widen(wire: socket.socket, wanted: int) -> None:
    """Ask for a receive buffer of this many octets: by CAP_NET_ADMIN, else the kernel cuts it to net.core.rmem_max."""
    try:
        wire.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, wanted)
    except OSError:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, wanted)


class UdpSocket:
    """A non-blocking socket on a port of the kernel's choice. OSError when the family or a descriptor is missing."""

    def __init__(self, family: socket.AddressFamily, receive_buffer: int) -> None:
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            if family == socket.AF_INET6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            _widen(self._socket, receive_buffer)
            self._socket.setsockopt(*_RECVERR[family], 1)
            self._socket.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", 0))  # noqa: S104  # replies come from any interface
        except OSError:
            self._socket.close()
            raise
        self.fileno = self._socket.fileno
        self.close = self._socket.close
        self._recvfrom = self._socket.recvfrom
        self._level_type = _RECVERR[family]

    @property
    def receive_buffer(self) -> int:
        """How many octets the kernel gave; it counts its own books too, so it doubles what was asked (socket(7))."""
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2

    @property
    def dropped(self) -> int:
        """How many datagrams the kernel threw away because we had no room or did not read; 0 where it cannot tell."""
        try:
            told = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        except OSError:
            return 0
        drops: int = _MEMINFO.unpack(told)[-1] if len(told) == _MEMINFO.size else 0
        return drops

    def send(self, data: bytes, address: Address) -> None:
        """Send now. BlockingIOError when the send buffer is full, OSError when there is no way to `address`.

        The first error may be an old one of somebody else's (see above); only the second is ours.
        """
        try:
            self._socket.sendto(data, address)
        except BlockingIOError:
            raise
        except OSError:
            self._socket.sendto(data, address)

    def receive(self) -> tuple[bytes, Address] | None:
        """Return the next datagram with its source; None when there is none. OSError: `errors()` has news."""
        try:
            return self._recvfrom(_MAX_DATAGRAM)
        except BlockingIOError:
            return None

    def errors(self) -> Iterator[tuple[Address, int]]:
        """Take ICMP errors from the kernel's queue: `(address it was sent to, errno)`."""
        for _ in range(_ERRORS_A_TURN):
            try:
                _data, ancillary, _flags, address = self._socket.recvmsg(0, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            for level, kind, content in ancillary:
                if (level, kind) == self._level_type and len(content) >= _ERROR.size:
                    number = _ERROR.unpack_from(content)[0]
                    if number not in _PASSING:
                        yield address, number
