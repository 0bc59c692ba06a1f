"""How much of the daemon one visitor, or all of them, may take: connections, time, bytes, streams, reports.

A half-sent request costs a descriptor for as long as we wait for its end; the daemon polls and pages with the same
descriptors. So every wait for a client ends, and what is over the limit is turned away at once.
"""

import resource
from collections.abc import Callable, Collection
from dataclasses import dataclass

BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 10\r\n"
    b"Connection: close\r\nContent-Length: 21\r\n\r\ntoo many connections\n"
)
"""What a connection over the limit is told: written raw, for nobody has read its request yet."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds, sizes in bytes.

    `request`: from a request's first byte (or the connection's beginning) to its last; `idle`: between two requests;
    `unread`: how long an answer may wait for a client that does not read. `tcp` and `control`: connections at a time,
    apart, so that visitors never lock out the command line; of the latter, `control_each` for each user and
    `control_guests` for all who are neither root nor the daemon's own user, so that nobody locks out those who mend.
    `streams`: those of `tcp` that may be event streams.
    `reports` are made at a time, `reports_waiting` wait for their turn. `answer`: until a command that the database
    has not taken yet is answered all the same.
    """

    request: float = 10.0
    idle: float = 15.0
    unread: float = 30.0
    head_bytes: int = 16_384
    body_bytes: int = 4_096
    tcp: int = 200
    control: int = 50
    control_guests: int = 40
    control_each: int = 10
    streams: int = 150
    reports: int = 2
    reports_waiting: int = 8
    answer: float = 10.0


class Slots:
    """So many at a time; each takes one of `within` too. Lives in one loop."""

    def __init__(self, limit: int, within: "Slots | None" = None) -> None:
        self.limit, self._within = limit, within
        self.taken = 0

    def take(self) -> bool:
        """Take a slot; False when none is free."""
        if self.taken >= self.limit or not (self._within is None or self._within.take()):
            return False
        self.taken += 1
        return True

    def give_back(self) -> None:
        """Give a slot back that was taken."""
        self.taken -= 1
        if self._within is not None:
            self._within.give_back()


def _descriptors() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Gate:
    """The connections of one server, TCP and control socket counted apart. `keepers`: user ids that are no guests.

    `descriptors`: how many the process may have now (-1: any number). Visitors get a third of them at the most, for
    polling and paging need some, too.
    """

    def __init__(
        self, limits: Limits, keepers: Collection[int] = (), *, descriptors: Callable[[], int] = _descriptors
    ) -> None:
        self.limits, self._keepers, self._descriptors = limits, keepers, descriptors
        self.tcp = Slots(limits.tcp)
        self.control = Slots(limits.control)
        self._guests = Slots(limits.control_guests, self.control)
        self._each: dict[int, Slots] = {}

    def slots(self, uid: int | None) -> Slots:
        """Return what a connection of this user takes one of; None: over TCP, where nobody is known."""
        if uid is None:
            allowed = self._descriptors()
            self.tcp.limit = self.limits.tcp if allowed < 0 else min(self.limits.tcp, allowed // 3)
            return self.tcp
        if uid in self._keepers:
            return self.control
        return self._each.setdefault(uid, Slots(self.limits.control_each, self._guests))
