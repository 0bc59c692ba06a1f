"""One poll's conversation with one device: runs plans, collects rows, remembers whether it ever answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from collectors.snmp.plan import ColumnsToWalk, Plan
from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ask import get
from collectors.snmp.wire.ber import Value, VarBind
from collectors.snmp.wire.errors import ErrorStatus
from collectors.snmp.wire.exchange import Endpoint
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.transport import Wire
from collectors.snmp.wire.walk import Caps, Column, Credentials, walk

MutableRows = dict[str, dict[str, dict[str, Value]]]


@dataclass(slots=True)
class Session:
    """Asks one endpoint until an absolute deadline (loop time); `timeout` is the pause before a repeat."""

    wire: Wire
    endpoint: Endpoint
    credentials: Credentials
    timeout: float
    deadline: float
    repetitions: int
    answered: bool = False
    incomplete: bool = False  # a cell that the device used to have was missing
    troubles: list[str] = field(default_factory=list)

    async def get(self, request: Request) -> list[VarBind]:
        """GET, see `ask.get`."""
        found = await get(self.wire, self.endpoint, request, timeout=self.timeout, deadline=self.deadline)
        self.answered = True
        return found

    async def columns(self, columns: Sequence[bytes], rows: int = 1000) -> list[Column]:
        """Walk columns side by side, see `walk.walk`."""
        caps = Caps(rows=rows, repetitions=min(self.repetitions, rows))
        found = await walk(
            self.wire,
            self.endpoint,
            self.credentials,
            columns,
            timeout=self.timeout,
            deadline=self.deadline,
            caps=caps,
        )
        self.answered = True
        return found

    async def run(self, plan: Plan, rows: MutableRows) -> None:
        """Run a plan and put what the device has into `rows`; also what came before something failed."""
        for request, places in plan.gets:
            for (table, index, column), (_, tag, value) in zip(places, await self.get(request), strict=True):
                if tag < ber.NO_SUCH_OBJECT:
                    rows.setdefault(table, {}).setdefault(index, {})[column] = value
                else:
                    self.incomplete = True
        for wanted in plan.walks:
            try:
                await self._table(wanted, rows)
            except ErrorStatus as error:  # one table that an agent cannot show says nothing about the others
                self.troubles.append(f"{wanted.table}: {error}")

    async def _table(self, wanted: ColumnsToWalk, rows: MutableRows) -> None:
        found = await self.columns([raw for _, raw in wanted.columns])
        table = rows.setdefault(wanted.table, {})
        for (name, _), column in zip(wanted.columns, found, strict=True):
            for index, (_, value) in column.cells.items():
                table.setdefault(oid.index_text(index), {})[name] = value
            if column.trouble:
                self.troubles.append(f"{wanted.table}.{name}: {column.trouble}")
