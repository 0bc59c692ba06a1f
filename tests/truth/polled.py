"""Recorded devices polled through snmpsim as `mppmon poll` does, some dozens at a time."""

import asyncio
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collectors.observation import Observation
from collectors.snmp.probe import describe, probe
from tests.servers.snmp_servers import snmpsim
from tests.truth.manifest import batches

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
BATCH = 40
AT_ONCE = 4  # snmpsim answers one by one: more would only wait for each other
PATIENCE = 20.0  # seconds per request; the machine may be busy, and one recorded device never answers some of them
HANG = 3.5 * PATIENCE  # a poll ends at three times its timeout, whatever the device does


@dataclass(frozen=True, slots=True)
class Polled:
    """How the poll of one recorded device ended. `crash` is a traceback, or "hang"; else there is an observation."""

    name: str
    observation: Observation | None
    crash: str = ""

    @property
    def outcome(self) -> str:
        """The observation's outcome, or `crash`."""
        return str(self.observation.outcome) if self.observation is not None else "crash"

    @property
    def detail(self) -> str:
        """Why it ended so, for a person."""
        return self.observation.detail if self.observation is not None else self.crash

    @property
    def described(self) -> dict[str, Any]:
        """What `mppmon poll --json` prints."""
        return describe(self.observation) if self.observation is not None else {}

    @property
    def kind(self) -> str:
        """The kind of device that we say it is."""
        return dict(self.observation.texts).get("kind", "unknown") if self.observation is not None else "unknown"


def poll_all(names: Sequence[str], directory: Path, tell: Callable[[Polled], None] = lambda _: None) -> list[Polled]:
    """Serve `names` in folders below `directory` and poll each once."""
    out: list[Polled] = []
    for number, batch in enumerate(batches(names, BATCH)):
        folder = directory / str(number)
        folder.mkdir()
        with snmpsim(batch, folder) as port:
            out += asyncio.run(_batch(port, batch, tell))
    return out


async def _batch(port: int, names: Sequence[str], tell: Callable[[Polled], None]) -> list[Polled]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> Polled:
        async with room:
            polled = await _poll(port, name)
        tell(polled)
        return polled

    return await asyncio.gather(*map(one, names))


async def _poll(port: int, name: str) -> Polled:
    try:
        async with asyncio.timeout(HANG):
            found = await probe("127.0.0.1", port, community=name, timeout=PATIENCE, now=lambda: AT)
    except TimeoutError:
        return Polled(name, None, "hang")
    except Exception:  # noqa: BLE001  # whatever it is, it is the finding
        return Polled(name, None, traceback.format_exc())
    return Polled(name, found.observation)
