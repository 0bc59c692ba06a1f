"""The labelled points between an observation and a message that was sent, and a process that kills itself at one.

Production has no branch for this: the ports that `Options` hands to the daemon are wrapped here. A point is armed by a
file that names it (and, behind a colon, how many passages to let by), so that a daemon which runs well for minutes dies
at the instant a test is about. SIGKILL, not an exception: nothing is flushed, closed or handed back.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine as Database

from alerts.channels.base import Channel, Result, Sent
from alerts.channels.opening import open_channels
from alerts.inbox import Inbox
from alerts.model import Notification
from alerts.settings import ChannelSettings
from collectors.observation import Observation
from mppmon.mall.principal import Principal
from mppmon.store import Batch, Store

ARM = "MPPMON_TEST_ARM"
"""The environment variable that names the arming file."""

TABLES = ("transition", "alert", "incident", "incident_agency", "page", "outbox", "audit", "command")
POINTS = (
    "observed",  # in the engine's queue
    "decided",  # before the transaction begins
    *(f"wrote-{table}" for table in TABLES),
    "before-commit",  # everything written, COMMIT not yet said
    "after-commit",  # durable, nobody knows
    "before-lease",
    "after-lease",
    "before-send",
    "after-200",  # the provider has it, we do not know that we know
    "before-mark",
    "after-mark",
)


@dataclass(frozen=True)
class Trap:
    """The armed point, if any. Reading it costs one stat of a file that is not there."""

    path: Path

    @classmethod
    def from_environment(cls) -> Self:
        """Return the trap of this process."""
        return cls(Path(os.environ.get(ARM, "/nonexistent")))

    def pass_(self, point: str) -> None:
        """Go on, or die here."""
        try:
            wanted = self.path.read_text("utf-8")
        except OSError:
            return
        name, _, passages = wanted.partition(":")
        if name != point:
            return
        left = int(passages or 0)
        if left:
            self.path.write_text(f"{name}:{left - 1}", encoding="utf-8")
            return
        self.path.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class Taking(Protocol):
    """What takes observations."""

    def observe(self, observation: Observation) -> None: ...


def weighty(batch: Batch) -> bool:
    """Return whether a batch is about a fault, an answer or a person: signs of life are committed all the time."""
    return bool(batch.transitions or batch.alerts or batch.incidents or batch.notifications or batch.commands)


class TrappedStore(Store):
    """A store that can die inside, before and after its transactions."""

    trap = Trap(Path("/nonexistent"))

    def __init__(self, engine: Database, *given: Any) -> None:  # noqa: ANN401  # handed through
        super().__init__(engine, *given)
        self._inside = False
        event.listen(engine, "after_cursor_execute", self._wrote)
        event.listen(engine, "commit", self._committing)

    def commit(self, principal: Principal, batch: Batch) -> None:
        """Commit, with points before, inside and after."""
        if not weighty(batch):
            super().commit(principal, batch)
            return
        self.trap.pass_("decided")
        self._inside = True
        try:
            super().commit(principal, batch)
        finally:
            self._inside = False
        self.trap.pass_("after-commit")

    def lease(self, principal: Principal, **given: Any) -> list[tuple[Notification, int]]:  # noqa: ANN401  # handed through
        """Lease, with points before and after where there is something to lease."""
        due = self.next_due(principal, given["now"], channels=given["channels"])
        if due is not None and due <= given["now"]:
            self.trap.pass_("before-lease")
        leased = super().lease(principal, **given)
        if leased:
            self.trap.pass_("after-lease")
        return leased

    def mark(self, principal: Principal, key: str, *, now: datetime, **given: Any) -> bool:  # noqa: ANN401  # handed through
        """Mark, with points before and after what was sent."""
        if given.get("sent") is not None:
            self.trap.pass_("before-mark")
        done = super().mark(principal, key, now=now, **given)
        if given.get("sent") is not None:
            self.trap.pass_("after-mark")
        return done

    def _wrote(self, _connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if self._inside and statement.startswith(("INSERT", "UPDATE")):
            self.trap.pass_(f"wrote-{statement.split()[2 if statement.startswith('INSERT') else 1]}")

    def _committing(self, _connection: Connection) -> None:
        if self._inside:
            self.trap.pass_("before-commit")


class TrappedChannel:
    """A channel that can die before it sends and after the provider took the message."""

    def __init__(self, channel: Channel, trap: Trap) -> None:
        self._channel, self._trap = channel, trap

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the real channel has: `listen`, `limit`, `close`
        return getattr(self._channel, name)

    async def send(self, notification: Notification) -> Result:
        """Send, with a point on either side."""
        self._trap.pass_("before-send")
        result = await self._channel.send(notification)
        if isinstance(result, Sent):
            self._trap.pass_("after-200")
        return result


def trapped_channels(settings: Mapping[str, ChannelSettings], inbox: Inbox) -> dict[str, Channel]:
    """Return the real channels, wrapped."""
    trap = Trap.from_environment()
    return {name: TrappedChannel(one, trap) for name, one in open_channels(settings, inbox).items()}
