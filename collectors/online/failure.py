"""Why an exchange did not give an answer, in the words of an Outcome."""

import errno
import os
import socket

from collectors.observation import Outcome

_OURS = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EACCES, errno.EPERM, errno.EAFNOSUPPORT}
)
"""No descriptor, no memory, a rule of our own firewall, no IPv6 in this kernel: nothing of it is the device's fault."""

_UNKNOWN_NAME = frozenset({socket.EAI_NONAME, socket.EAI_NODATA, socket.EAI_ADDRFAMILY})
"""The resolver answered: there is no such name, or none with an address. All else is the resolver's own trouble."""


class Failed(Exception):
    """No answer. `detail` is a reason a person can read, free of secrets."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


def of_socket(error: OSError) -> Failed:
    """Return what a failed socket call says. The kernel's own word for it is kept, never the address or a URL."""
    if isinstance(error, ConnectionRefusedError):
        return Failed(Outcome.REFUSED, "connection refused")
    if isinstance(error, TimeoutError):
        return Failed(Outcome.TIMEOUT, "no connection: nothing came back")
    words = os.strerror(error.errno).lower() if error.errno else "socket error"
    if error.errno in _OURS:
        return Failed(Outcome.LOCAL, f"this machine could not connect: {words}")
    return Failed(Outcome.UNREACHABLE, words)


def of_resolver(host: str, error: socket.gaierror) -> Failed:
    """Return what a failed look-up says: an unknown name is the system's fault, a silent resolver is ours."""
    if error.errno in _UNKNOWN_NAME:
        return Failed(Outcome.UNREACHABLE, f"the name {host} is not known")
    return Failed(Outcome.LOCAL, f"the resolver gave no answer for {host}")
