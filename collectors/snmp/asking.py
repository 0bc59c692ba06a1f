"""How a device is asked, whatever the version of SNMP: what reading, identifying and discovery need of a conversation.

`session.Session` is one of v1 and v2c over our own wire; v3 brings its own.
"""

from collections.abc import Sequence
from typing import Protocol

from collectors.snmp.plan import ColumnsToWalk, Plan
from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import Value, VarBind
from collectors.snmp.wire.errors import ErrorStatus
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.walk import Column, Credentials

ROWS = 1000  # of one column that are read, unless a caller wants fewer

MutableRows = dict[str, dict[str, dict[str, Value]]]
"""Table -> index -> column -> value, being collected."""


class Asking(Protocol):
    """One poll's conversation with one device, until a deadline of its own.

    `answered`: it said something. `incomplete`: a cell that it used to have was missing. `troubles`: what it could not
    show, for people. `credentials`: what requests to it are made of.
    """

    answered: bool
    incomplete: bool
    troubles: list[str]

    @property
    def credentials(self) -> Credentials: ...

    async def get(self, request: Request) -> list[VarBind]:
        """Return one varbind per OID, in order; what is missing by one of the three exceptions' tags. WireError."""
        ...

    async def columns(self, columns: Sequence[bytes], rows: int = ROWS) -> list[Column]:
        """Walk columns (OID octets) side by side and return them in order, at most `rows` cells each. WireError."""
        ...

    async def run(self, plan: Plan, rows: MutableRows) -> None:
        """Ask all of a plan and put what the device has into `rows`, as `run_plan` does. WireError."""
        ...


async def run_plan(asking: Asking, plan: Plan, rows: MutableRows) -> None:
    """Run a plan and put what the device has into `rows`; also what came before something failed. WireError."""
    for request, places in plan.gets:
        for (table, index, column), (_, tag, value) in zip(places, await asking.get(request), strict=True):
            if tag < ber.NO_SUCH_OBJECT:
                rows.setdefault(table, {}).setdefault(index, {})[column] = value
            else:
                asking.incomplete = True
    for wanted in plan.walks:
        try:
            await _table(asking, wanted, rows)
        except ErrorStatus as error:  # one table that an agent cannot show says nothing about the others
            asking.troubles.append(f"{wanted.table}: {error}")


async def _table(asking: Asking, wanted: ColumnsToWalk, rows: MutableRows) -> None:
    found = await asking.columns([raw for _, raw in wanted.columns])
    table = rows.setdefault(wanted.table, {})
    for (name, _), column in zip(wanted.columns, found, strict=True):
        for index, (_, value) in column.cells.items():
            table.setdefault(oid.index_text(index), {})[name] = value
        if column.trouble:
            asking.troubles.append(f"{wanted.table}.{name}: {column.trouble}")
