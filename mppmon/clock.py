"""The only reading of the clock. Everything else is handed the time."""

import ctypes
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock that shows an earlier time is right: this program was written after it."""

_UNSYNCHRONISED = 0x40  # STA_UNSYNC of adjtimex(2)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall time moved by `offset` (the demo's Monday morning), and the monotonic clock for durations."""

    offset: timedelta = field(default=timedelta())

    def now(self) -> datetime:
        """Return the present, aware UTC."""
        return datetime.now(UTC) + self.offset  # noqa: TID251  # the one place

    def monotonic(self) -> float:
        """Return seconds of the monotonic clock."""
        return time.monotonic()  # noqa: TID251  # the one place

    def booted(self) -> datetime | None:
        """Return when this machine started; None for a clock that is moved: its mall is not where the machine is."""
        if self.offset:
            return None
        return self.now() - timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))

    def event_id(self) -> str:
        """Return a UUIDv7 (RFC 9562) of this clock's time, so that ids sort by Clock time also when it is moved."""
        return uuid7(self.now())


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2), as far as it is read; the rest is room for what the kernel writes."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        *((name, ctypes.c_long) for name in ("offset", "freq", "maxerror", "esterror")),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 40),
    )
    modes: int
    status: int


def synchronised() -> bool | None:
    """Return whether the kernel calls its clock synchronised; None when it does not tell."""
    found = _Timex()  # modes 0: only a question
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(found))
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else not found.status & _UNSYNCHRONISED


def micros(at: datetime) -> int:
    """Return UTC microseconds since 1970, as the database keeps them. ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError(f"naive time {at.isoformat()}: expected an aware one")
    return (at - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """Return the aware UTC time of a database value."""
    return _EPOCH + timedelta(microseconds=value)


def uuid7(at: datetime) -> str:
    """Return a UUIDv7 (RFC 9562 section 5.7) of the given time, random in its lower 74 bits."""
    stamp = micros(at) // 1000
    bits = int.from_bytes(os.urandom(10))
    value = (stamp & (1 << 48) - 1) << 80 | 0x7 << 76 | (bits >> 68 & 0xFFF) << 64 | 0b10 << 62 | bits & (1 << 62) - 1
    return str(UUID(int=value))
