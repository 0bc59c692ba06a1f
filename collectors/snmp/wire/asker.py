"""Who carries a request to a device: our wire (v1, v2c), or the child process that speaks SNMPv3."""

from typing import Protocol, TypeVar

from collectors.snmp.wire.exchange import Reply
from collectors.snmp.wire.request import Request

Where = TypeVar("Where")
Where_contra = TypeVar("Where_contra", contravariant=True)


class Asker(Protocol[Where_contra]):
    """Sends one request to the place it knows devices by, and returns the reply."""

    async def ask(self, endpoint: Where_contra, request: Request, *, timeout: float, deadline: float) -> Reply:  # noqa: ASYNC109  # the pause before a repeat, not a bound on this call
        """Repeat `request` every `timeout` seconds until `deadline` (loop time). Raises WireError, and nothing else."""
        ...
