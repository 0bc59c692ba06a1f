"""The agent's only reading of the clock."""

import time


def now() -> float:
    """Return Unix time by this PC's clock, in seconds."""
    return time.time()  # noqa: TID251  # the agent's one place


def monotonic() -> float:
    """Return seconds of the monotonic clock."""
    return time.monotonic()  # noqa: TID251  # the agent's one place
