"""How asking by SNMP can fail. Pure. No message carries a community or more than a few octets of a device's own."""


class CodecError(Exception):
    """Octets that are not SNMP, or a value that SNMP cannot carry. The only exception of the codec."""


class ShortError(CodecError):
    """A message that announces more octets than came: it was cut off."""


class WireError(Exception):
    """Asking failed; the subclass says how."""


class NoAnswer(WireError):
    """Nothing usable came back before the deadline."""


class Refused(WireError):
    """The host answered by ICMP that the port is closed."""


class Unreachable(WireError):
    """No route, or a router or our own kernel says that the host or network cannot be reached."""


class Denied(WireError):
    """The device answered that our credentials, or their level, are not good enough."""


class Invalid(WireError):
    """The device answered, but not in valid SNMP, or not what was asked."""


class Truncated(Invalid):
    """The reply was cut off, and less might be asked: raised at once, so that it can be."""


class Local(WireError):
    """We could not ask: no socket, no descriptor, no resolver, too much in flight. Says nothing about the device."""


class ErrorStatus(WireError):
    """The agent answered with an error-status (RFC 3416 section 3) that asking differently cannot mend."""

    def __init__(self, status: int, index: int) -> None:
        super().__init__(f"agent answered {status_name(status)} at variable {index}")
        self.status = status
        self.index = index


_STATUS_NAMES = (
    *("noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength"),
    *("wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed"),
    *("undoFailed", "authorizationError", "notWritable", "inconsistentName"),
)
TOO_BIG = 1
NO_SUCH_NAME = 2
GEN_ERR = 5
NO_ACCESS = 6
AUTHORIZATION_ERROR = 16


def status_name(status: int) -> str:
    """Return the RFC 3416 name of an error-status, or its number."""
    return _STATUS_NAMES[status] if 0 <= status < len(_STATUS_NAMES) else f"error-status {status}"
