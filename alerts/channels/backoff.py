"""How long to wait after a failure. Pure."""

import random

_FIRST, _CAP = 2.0, 60.0  # seconds: after the first failure, and at most


def backoff(attempt: int, rng: random.Random) -> float:
    """Return the seconds to wait after this attempt (from 1): doubling from 2 s up to a minute, between half and all.

    The jitter keeps many messages that failed together from coming back together.
    """
    full = min(_CAP, _FIRST * 2.0 ** min(attempt - 1, 16))
    return rng.uniform(full / 2, full)
