"""How long a transaction waits for a lock that another program holds: in slices, for SQLite cannot be called off."""

SLICE = 0.25
"""Seconds SQLite waits at a time."""
SLICES = 20
"""How many a transaction waits, one after the other: 5 s."""
LAST = 10
"""How many all transactions together wait once the process is about to end."""


class Patience:
    """Shared by the thread that writes and the one that ends the process."""

    def __init__(self) -> None:
        self._left: int | None = None

    def hasten(self) -> None:
        """Wait for little more: from now on all transactions together have LAST slices, then each tries once."""
        self._left = LAST

    def lasts(self, tried: int) -> bool:
        """Return whether a transaction that found the lock taken `tried` times should try again."""
        if self._left is None:
            return tried < SLICES
        self._left = max(0, self._left - 1)
        return self._left > 0
