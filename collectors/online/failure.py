"""Why an exchange did not give an answer, in the words of an Outcome and of a Reason."""

import errno
import os
import socket

from collectors.observation import Outcome
from collectors.online.reason import Reason

_OURS = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EACCES, errno.EPERM, errno.EAFNOSUPPORT}
)
"""No descriptor, no memory, a rule of our own firewall, no IPv6 in this kernel: nothing of it is the device's fault."""

_UNKNOWN_NAME = frozenset({socket.EAI_NONAME, socket.EAI_NODATA, socket.EAI_ADDRFAMILY})
"""The resolver answered: there is no such name, or none with an address. All else is the resolver's own trouble."""


class Failed(Exception):
    """No answer. `detail` is a reason a person can read, free of secrets; `reason` the same as one word of an
    enumeration.
    """

    def __init__(self, outcome: Outcome, detail: str, reason: Reason = Reason.OURS) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        self.reason = reason


def of_socket(error: OSError) -> Failed:
    """Return what a failed socket call says. The kernel's own word for it is kept, never the address or a URL."""
    if isinstance(error, ConnectionRefusedError):
        return Failed(Outcome.REFUSED, "connection refused", Reason.REFUSED)
    if isinstance(error, TimeoutError):
        return Failed(Outcome.TIMEOUT, "no connection: nothing came back", Reason.NO_CONNECTION)
    words = os.strerror(error.errno).lower() if error.errno else "socket error"
    if error.errno in _OURS:
        return Failed(Outcome.LOCAL, f"this machine could not connect: {words}")
    return Failed(Outcome.UNREACHABLE, words, Reason.NO_ROUTE)


def of_resolver(host: str, error: socket.gaierror) -> Failed:
    """Return what a failed look-up says: an unknown name is the system's fault, a silent resolver is ours."""
    if error.errno in _UNKNOWN_NAME:
        return Failed(Outcome.UNREACHABLE, f"the name {host} is not known", Reason.NAME_UNKNOWN)
    return silent_resolver(host)


def silent_resolver(host: str) -> Failed:
    """Return that nobody answered what the address of `host` is."""
    return Failed(Outcome.LOCAL, f"the resolver gave no answer for {host}", Reason.RESOLVER_SILENT)


def of_proxy(failed: Failed) -> Failed:
    """Return a failed connection to the proxy as what it is: nothing that the system did."""
    if failed.outcome is Outcome.REFUSED:
        return Failed(Outcome.LOCAL, "the proxy refused the connection", Reason.PROXY_REFUSED)
    return Failed(Outcome.LOCAL, f"the proxy cannot be reached: {failed.detail}", Reason.PROXY_FAILED)
