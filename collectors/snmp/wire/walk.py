"""Walks of several columns at once: GETBULK (v2c), GETNEXT (v1). They end, whatever the agent answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.asker import Asker, Where
from collectors.snmp.wire.ber import Value, VarBind
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.errors import GEN_ERR, NO_SUCH_NAME, TOO_BIG, ErrorStatus
from collectors.snmp.wire.request import Request

Cell = tuple[int, Value]
"""BER tag and value."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Bounds of one walk: rows per column, and repetitions and varbinds per GETBULK reply (to stay near one frame)."""

    rows: int = 1000
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

    def take(self, varbinds: Sequence[VarBind], rows: int) -> None:
        """Read the next varbinds of this column; it is over at the end of the column or at the first nonsense."""
        prefix, cells = self.name, self.cells
        size = len(prefix)
        before = self.last[size:]
        for name, tag, value in varbinds[: rows - len(cells)]:
            index = name[size:]
            if tag >= ber.NO_SUCH_OBJECT or not index or not name.startswith(prefix):
                self.done = True  # the last real OID may be repeated here with endOfMibView: its value is kept
                return
            if not _follows(index, before):
                self.done, self.trouble = True, "OIDs do not increase"
                return
            cells[index] = (tag, value)
            self.last = name
            before = index
        if len(cells) >= rows:
            self.done, self.trouble = True, f"stopped after {rows} rows"


def _follows(index: bytes, before: bytes) -> bool:
    """Compare as SNMP does, arc by arc; octet by octet is the same where all arcs are below 128."""
    if index.isascii() and before.isascii():
        return index > before
    return oid.arcs_of(index) > oid.arcs_of(before)


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
    caps: Caps | None = None,
) -> list[Column]:
    """Read `columns` (OID octets) side by side and return them in order, each with its cells.

    Raises what `Asker.ask` raises, also after some rows: half a table is no table. ErrorStatus for an error that stays.
    """
    caps = caps or Caps()
    all_columns = [Column(name) for name in columns]
    repetitions = caps.repetitions
    width = len(all_columns)
    while active := [column for column in all_columns if not column.done][: max(1, width)]:
        bulk = credentials.version != codec.V1
        count = max(1, min(repetitions, caps.varbinds // len(active))) if bulk else 0
        request = Request(
            Pdu.GETBULK if bulk else Pdu.GETNEXT,
            [column.last or column.name for column in active],
            version=credentials.version,
            community=credentials.community,
            counts=(0, count),
        )
        status, index, varbinds = await wire.ask(endpoint, request, timeout=timeout, deadline=deadline)
        if status == TOO_BIG and (count > 1 or len(active) > 1):
            repetitions, width = (max(1, count // 2), width) if count > 1 else (1, len(active) // 2)
        elif status:
            _error(status, index, active)
        else:
            _rows(varbinds, active, caps.rows)
    return all_columns


def _error(status: int, index: int, active: Sequence[Column]) -> None:
    """v1 says noSuchName at the end of the MIB; some v2c agents say genErr there. Anything else stays an error."""
    if status not in {NO_SUCH_NAME, GEN_ERR} or not 1 <= index <= len(active):
        raise ErrorStatus(status, index)
    column = active[index - 1]
    column.done = True
    if status == GEN_ERR:
        column.trouble = "agent answered genErr"


def _rows(varbinds: Sequence[VarBind], active: Sequence[Column], rows: int) -> None:
    """Deal the varbinds to their columns. A reply may stop anywhere; one without a first row ends what it left out."""
    for position, column in enumerate(active):
        if position < len(varbinds):
            column.take(varbinds[position :: len(active)], rows)
        else:
            column.done, column.trouble = True, "no variable in the reply"
