"""Walks of several columns at once: GETBULK (v2c), GETNEXT (v1). They end, whatever the agent answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from operator import itemgetter

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.asker import Asker, Where
from collectors.snmp.wire.ber import Value, VarBind
from collectors.snmp.wire.errors import GEN_ERR, NO_SUCH_NAME, TOO_BIG, ErrorStatus, NoAnswer, Truncated
from collectors.snmp.wire.exchange import Reply
from collectors.snmp.wire.layout import Dealt
from collectors.snmp.wire.manners import Manners

_cell = itemgetter(1, 2)

Cell = tuple[int, Value]
"""BER tag and value."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Bounds of one walk: rows per column and octets of all replies; and of one request (its reply stays near one
    frame): columns side by side, repetitions, varbinds wanted.
    """

    rows: int = 1000
    octets: int = 4 << 20
    columns: int = 30
    repetitions: int = 10
    varbinds: int = 100


@dataclass(slots=True)
class Column:
    """One column's walk: `cells` by the index octets that follow the column."""

    name: bytes
    last: bytes = b""
    cells: dict[bytes, Cell] = field(default_factory=dict)
    done: bool = False
    trouble: str = ""  # why it ended early, if it did

    def end(self, trouble: str) -> None:
        """End here, unless it has ended already."""
        if not self.done:
            self.done, self.trouble = True, trouble

    def take(self, varbinds: Sequence[VarBind], rows: int) -> None:
        """Read the next varbinds of this column; it is over at the end of the column or at the first nonsense."""
        prefix, cells = self.name, self.cells
        size = len(prefix)
        before = self.last[size:]
        plain = before.isascii()  # all arcs below 128: then octets sort as arcs do
        for name, tag, value in varbinds[: rows - len(cells)]:
            index = name[size:]
            if tag >= ber.NO_SUCH_OBJECT or not index or not name.startswith(prefix):
                self.done = True  # the last real OID may be repeated here with endOfMibView: its value is kept
                return
            was, plain = plain, index.isascii()
            if not (index > before if was and plain else oid.arcs_of(index) > oid.arcs_of(before)):
                self.done, self.trouble = True, "OIDs do not increase"
                return
            cells[index] = (tag, value)
            self.last = name
            before = index
        if len(cells) >= rows:
            self.done, self.trouble = True, f"stopped after {rows} rows"

    def take_again(self, varbinds: Sequence[VarBind], dealt: Dealt, rows: int) -> None:
        """Take varbinds with the names of a reply that `take` has read to the same question."""
        indexes, last, done = dealt
        if len(self.cells) + len(indexes) >= rows:
            self.take(varbinds, rows)
            return
        self.cells.update(zip(indexes, map(_cell, varbinds), strict=False))  # what ended the column is left
        self.last, self.done = last, done


@dataclass(frozen=True, slots=True)
class Credentials:
    """Version and community of a device."""

    version: int
    community: bytes = field(repr=False)


async def walk(
    wire: Asker[Where],
    endpoint: Where,
    credentials: Credentials,
    columns: Sequence[bytes],
    *,
    timeout: float,  # noqa: ASYNC109  # the pause before a repeat
    deadline: float,
    patience: float = inf,
    caps: Caps | None = None,
    manners: Manners | None = None,
) -> list[Column]:
    """Read `columns` (OID octets) side by side and return them in order, each with its cells.

    `patience`: seconds that one request may wait, within `deadline`. Raises what `Asker.ask` raises, also after some
    rows: half a table is no table. ErrorStatus for an error that stays.
    """
    caps, manners = caps or Caps(), manners or Manners()
    time = asyncio.get_running_loop().time
    all_columns = [Column(name) for name in columns]
    bulk = credentials.version != codec.V1
    left = caps.octets
    while active := [column for column in all_columns if not column.done]:
        width, count = manners.bulk(
            min(len(active), caps.columns), repetitions=caps.repetitions if bulk else 1, varbinds=caps.varbinds
        )
        active = active[:width]
        names = tuple([column.last or column.name for column in active])
        request = manners.request(names, count if bulk else 0, credentials.version, credentials.community)
        try:
            reply = await wire.ask(endpoint, request, timeout=timeout, deadline=min(deadline, time() + patience))
        except Truncated:
            reply = Reply(TOO_BIG, 0, [])
        except NoAnswer:
            manners.silent(count)
            raise
        left -= reply.size
        if reply.error_status == TOO_BIG:
            if not manners.too_big(width, count):
                active[0].end("agent answered tooBig for one variable")
        elif reply.error_status:
            _error(reply, active)
        elif not reply.varbinds:
            active[0].end("no variable in the reply")
        else:
            manners.repeated(count, reply.repeats)
            _rows(reply, names, active, caps.rows)
        if left < 0:
            for column in all_columns:
                column.end(f"stopped after {caps.octets} octets")
    return all_columns


def _error(reply: Reply, active: Sequence[Column]) -> None:
    """v1 says noSuchName at the end of the MIB; some v2c agents say genErr there. Anything else stays an error."""
    status, index = reply.error_status, reply.error_index
    if status not in {NO_SUCH_NAME, GEN_ERR} or not 1 <= index <= len(active):
        raise ErrorStatus(status, index)
    active[index - 1].end("agent answered genErr" if status == GEN_ERR else "")


def _rows(reply: Reply, names: tuple[bytes, ...], active: Sequence[Column], rows: int) -> None:
    """Deal the varbinds to their columns. A reply may stop anywhere: who got nothing is asked again.

    A table is mostly as it was: a reply of a shape that was dealt before, to the same question, is dealt the same way.
    """
    varbinds, width, layout = reply.varbinds, len(active), reply.layout
    asked = (names, tuple([column.name for column in active]))
    dealt = layout.deals.get(asked) if layout is not None else None
    if dealt is not None:
        for position, (column, one) in enumerate(zip(active, dealt, strict=False)):
            column.take_again(varbinds[position::width], one, rows)
        return
    given = active[: len(varbinds)]
    had = [len(column.cells) for column in given]
    for position, column in enumerate(given):
        column.take(varbinds[position::width], rows)
    if layout is not None and not any(column.trouble for column in given):
        new = [tuple(column.cells)[before:] for column, before in zip(given, had, strict=True)]
        layout.remember(
            asked, tuple((indexes, column.last, column.done) for column, indexes in zip(given, new, strict=True))
        )
