"""What the poller tells about itself."""

from typing import Protocol


class Meter(Protocol):
    """Counts polls. Called in the poll loop for each of them, so it has to be quick."""

    def polled(self, way: str, outcome: str) -> None:
        """Count one poll by how it ended; outcome `skipped`: it was due while the one before was still running."""

    def late(self, seconds: float) -> None:
        """Note how long after its planned slot a poll began."""
