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
_ERROR = struct.Struct("=I")  # ee_errno opens struct sock_extended_err
_PASSING = frozenset({errno.EMSGSIZE})  # path MTU news, not a failure
_MAX_DATAGRAM = 65_535
_ERRORS_A_TURN = 64


class UdpSocket:
    """A non-blocking socket on a port of the kernel's choice. OSError when the family or a descriptor is missing."""

    def __init__(self, family: socket.AddressFamily, receive_buffer: int) -> None:
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            if family == socket.AF_INET6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self._socket.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer
            )  # the kernel cuts it to rmem_max
            self._socket.setsockopt(*_RECVERR[family], 1)
            self._socket.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", 0))  # noqa: S104  # replies come from any interface
        except OSError:
            self._socket.close()
            raise
        self.fileno = self._socket.fileno
        self.close = self._socket.close
        self._recvfrom = self._socket.recvfrom
        self._level_type = _RECVERR[family]

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
