"""How a device is asked, whatever the version of SNMP: what reading, identifying and discovery need of a conversation.

`session.Session` is one of v1 and v2c over our own wire; v3 brings its own.
"""

from collections.abc import Coroutine, Sequence
from typing import Protocol

from collectors.snmp.plan import ColumnsToWalk, Place, Plan, plan_order
from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import Value, VarBind
from collectors.snmp.wire.errors import ErrorStatus, NoAnswer
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.walk import Column, Credentials

ROWS = 1000  # of one column that are read, unless a caller wants fewer

SILENCES = 3  # questions in a row that are not answered by a device that answered others of the same poll

MutableRows = dict[str, dict[str, dict[str, Value]]]
"""Table -> index -> column -> value, being collected."""


class Asking(Protocol):
    """One poll's conversation with one device, until a deadline of its own.

    `answered`: it said something, the last time at `answered_at` (loop time). `expected`: it did so at the poll before.
    `incomplete`: a cell that it used to have was missing. `lost`: tables about which it did not answer. `troubles`:
    what it could not show, for people. `credentials`: what requests to it are made of.
    """

    answered_at: float | None
    expected: bool
    incomplete: bool
    lost: set[str]
    troubles: list[str]

    @property
    def answered(self) -> bool: ...

    @property
    def credentials(self) -> Credentials: ...

    async def get(self, request: Request) -> list[VarBind]:
        """Return one varbind per OID, in order; what is missing by one of the three exceptions' tags. WireError."""
        ...

    async def columns(self, columns: Sequence[bytes], rows: int = ROWS, repetitions: int = 0) -> list[Column]:
        """Walk columns (OID octets) side by side and return them in order, at most `rows` cells each. WireError.

        `repetitions`: at most so many rows with one request; 0: as many as usual.
        """
        ...

    async def run(self, plan: Plan, rows: MutableRows) -> None:
        """Ask all of a plan and put what the device has into `rows`, as `run_plan` does. WireError."""
        ...


async def run_plan(asking: Asking, plan: Plan, rows: MutableRows) -> None:
    """Run a plan and put what the device has into `rows`; also what came before something failed. WireError.

    A table about which nothing comes is `lost`, and the others are still asked for, unless SILENCES questions in a row
    were not answered, or the first two, or all there were: then the device has gone.
    """
    pieces = _Pieces(asking)
    for request, places in plan.gets:
        if await pieces.unanswered(_cells(asking, request, places, rows)):
            tables = {table for table, _, _ in places}
            for table in plan_order(tables) if len(tables) > 1 else ():
                chosen = [at for at, place in enumerate(places) if place[0] == table]
                alone = request.part([request.oids[at] for at in chosen])
                if await pieces.unanswered(_cells(asking, alone, [places[at] for at in chosen], rows)):
                    _lose(asking, table)
            if len(tables) == 1:
                _lose(asking, *tables)
    for wanted in plan.walks:
        try:
            if await pieces.unanswered(_table(asking, wanted, rows)):
                _lose(asking, wanted.table)
        except ErrorStatus as error:  # one table that an agent cannot show says nothing about the others
            asking.troubles.append(f"{wanted.table}: {error}")
    pieces.over()


class _Pieces:
    """Counts the silences of one poll."""

    def __init__(self, asking: Asking) -> None:
        self._asking, self._silences = asking, 0
        self._silence: NoAnswer | None = None

    async def unanswered(self, piece: Coroutine[None, None, None]) -> bool:
        """Ask a piece; whether nothing came. NoAnswer when the device has said nothing at all, or no more."""
        try:
            await piece
        except NoAnswer as silence:
            self._silences, self._silence = self._silences + 1, silence
            most = SILENCES if self._asking.answered else 2 if self._asking.expected else 1
            if self._silences >= most:
                raise
            return True
        self._silences = 0
        return False

    def over(self) -> None:
        """NoAnswer when the plan was shorter than our patience, and the device has said nothing at all."""
        if self._silence is not None and not self._asking.answered:
            raise self._silence


def _lose(asking: Asking, table: str) -> None:
    if table not in asking.lost:
        asking.lost.add(table)
        asking.troubles.append(f"{table}: no answer")


async def _cells(asking: Asking, request: Request, places: Sequence[Place], rows: MutableRows) -> None:
    for (table, index, column), (_, tag, value) in zip(places, await asking.get(request), strict=True):
        if tag < ber.NO_SUCH_OBJECT:
            rows.setdefault(table, {}).setdefault(index, {})[column] = value
        else:
            asking.incomplete = True


async def _table(asking: Asking, wanted: ColumnsToWalk, rows: MutableRows) -> None:
    found = await asking.columns([raw for _, raw in wanted.columns], repetitions=wanted.repetitions)
    table = rows.setdefault(wanted.table, {})
    for (name, _), column in zip(wanted.columns, found, strict=True):
        for index, (_, value) in column.cells.items():
            table.setdefault(oid.index_text(index), {})[name] = value
        if column.trouble:
            asking.troubles.append(f"{wanted.table}.{name}: {column.trouble}")
