"""What an SNMP request asks for: the truth needs to know which withheld answers could have told that a device is off.

Only a liveness check may take a device down; a withheld telemetry answer proves nothing that the daemon counts.
"""

from collectors.snmp.wire import codec, oid
from collectors.snmp.wire.codec import CodecError, Pdu

_SYS_UP_TIME = oid.encode("1.3.6.1.2.1.1.3.0")


def is_liveness(datagram: bytes) -> bool:
    """Return whether a request is a liveness check: a GET of sysUpTime.0 and nothing else."""
    try:
        message = codec.decode(datagram)
    except CodecError:
        return False
    return message.header.pdu == Pdu.GET and [name for name, _, _ in message.varbinds] == [_SYS_UP_TIME]
