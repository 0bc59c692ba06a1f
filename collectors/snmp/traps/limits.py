"""How many traps are read: a bucket of tokens per sender, and one for all. Pure; time is an argument (seconds)."""

from collections import OrderedDict
from dataclasses import dataclass

SENDERS = 4096  # whose buckets are remembered; the one quiet for longest is forgotten


@dataclass(slots=True)
class Bucket:
    """`rate` tokens a second, at most `burst` saved."""

    rate: float
    burst: float
    tokens: float
    at: float

    def take(self, now: float) -> bool:
        """Take a token, if there is one."""
        self.tokens = min(self.burst, self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Limits:
    """`per_sender` and `in_all`: tokens a second and burst. A sender over its own limit costs the others nothing."""

    def __init__(
        self, per_sender: tuple[float, float] = (2.0, 10.0), in_all: tuple[float, float] = (50.0, 200.0)
    ) -> None:
        self._per_sender = per_sender
        self._all = Bucket(*in_all, tokens=in_all[1], at=0.0)
        self._senders: OrderedDict[str, Bucket] = OrderedDict()

    def allow(self, sender: str, now: float) -> bool:
        """Return whether one more trap of this sender is read."""
        bucket = self._senders.get(sender)
        if bucket is None:
            bucket = self._senders[sender] = Bucket(*self._per_sender, tokens=self._per_sender[1], at=now)
            if len(self._senders) > SENDERS:
                self._senders.popitem(last=False)
        self._senders.move_to_end(sender)
        return bucket.take(now) and self._all.take(now)
