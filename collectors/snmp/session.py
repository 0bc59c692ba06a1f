"""One poll's conversation with one device: by v1 or v2c over the wire, by v3 through the child process."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic

from collectors.snmp.asking import ROWS, MutableRows, run_plan
from collectors.snmp.plan import Plan
from collectors.snmp.wire.ask import get
from collectors.snmp.wire.asker import Asker, Where
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.walk import Caps, Column, Credentials, walk


@dataclass(slots=True)
class Session(Generic[Where]):
    """Asks one endpoint until `deadline` (loop time), and waits for one answer no longer than `patience` seconds;
    `timeout` is the pause before a repeat. See `Asking`.
    """

    wire: Asker[Where]
    endpoint: Where
    credentials: Credentials
    timeout: float
    patience: float
    deadline: float
    repetitions: int
    manners: Manners
    expected: bool = False
    answered_at: float | None = None
    incomplete: bool = False
    lost: set[str] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        """Whether it said something."""
        return self.answered_at is not None

    async def get(self, request: Request) -> list[VarBind]:
        """GET, see `ask.get`."""
        found = await get(
            self.wire,
            self.endpoint,
            request,
            timeout=self.timeout,
            deadline=self.deadline,
            patience=self.patience,
            manners=self.manners,
            troubles=self.troubles,
        )
        self.answered_at = asyncio.get_running_loop().time()
        return found

    async def columns(self, columns: Sequence[bytes], rows: int = ROWS, repetitions: int = 0) -> list[Column]:
        """Walk columns side by side, see `walk.walk`."""
        caps = Caps(rows=rows, repetitions=min(self.repetitions, rows, repetitions or rows))
        found = await walk(
            self.wire,
            self.endpoint,
            self.credentials,
            columns,
            timeout=self.timeout,
            deadline=self.deadline,
            patience=self.patience,
            caps=caps,
            manners=self.manners,
        )
        self.answered_at = asyncio.get_running_loop().time()
        return found

    async def run(self, plan: Plan, rows: MutableRows) -> None:
        """Run a plan, see `run_plan`."""
        await run_plan(self, plan, rows)
