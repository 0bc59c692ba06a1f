"""How much of us one PC, one address, or all of them may take."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds, sizes in bytes.

    `handshake`, `whole`: of TLS, and from a connection's beginning to its answer. `slow`: how long who sends an unknown
    token waits for his answer. `oldest`: age of what was sent. `body_bytes`: as it comes, maybe compressed; how much it
    may unpack to says the device's `max_bytes`. `connections` at a time, of these `each` of one address; `rate`,
    `burst`: connections a second of one address; `wrong_rate`, `wrong_burst`: unknown tokens likewise.
    """

    handshake: float = 5.0
    whole: float = 15.0
    slow: float = 1.0
    oldest: float = 60.0
    head_bytes: int = 8_192
    body_bytes: int = 1_000_000
    connections: int = 200
    each: int = 40
    rate: float = 10.0
    burst: int = 100
    wrong_rate: float = 0.1
    wrong_burst: int = 5
    addresses: int = 4_096


class Buckets:
    """So many at once, then so many a second, for each name; the `most` that were seen last are remembered."""

    def __init__(self, *, burst: float, most: int) -> None:
        self._burst, self._most = burst, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str, rate: float, now: float) -> float:
        """Take one; return 0, or in how many seconds there will be one. `now`: by any monotonic clock."""
        left, since = self._left.pop(name, (self._burst, now))
        left = min(self._burst, left + (now - since) * rate)
        waits = 0.0 if left >= 1 else (1 - left) / rate
        self._left[name] = (left if waits else left - 1, now)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return waits
