"""The audit chain: each row carries the hash of the one before, so that a change, a gap or an insertion shows."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, insert, select

from mppmon.clock import micros
from mppmon.store.codec import canonical
from mppmon.store.errors import AuditBroken
from mppmon.store.records import AuditEntry
from mppmon.store.schema import audit

GENESIS = "0" * 64
"""What the first row names as its predecessor."""


PRUNED = "prune"
"""The deed of an entry that vouches for older ones that were removed."""


def vouch(seq: int, digest: str) -> dict[str, str]:
    """Return the detail of such an entry: the number and the hash of the last row that was removed."""
    return {"through": str(seq), "hash": digest}


def append(connection: Connection, entries: Iterable[AuditEntry]) -> None:
    """Add entries to the chain, in order."""
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq, last.hash) if last is not None else (0, GENESIS)
    rows: list[dict[str, object]] = []
    for entry in entries:
        seq += 1
        at, detail = micros(entry.at), canonical(dict(entry.detail))
        digest = chain(previous, seq=seq, at=at, principal=entry.principal, command=entry.command, detail=detail)
        rows.append(
            {
                "seq": seq,
                "at": at,
                "principal": entry.principal,
                "command": entry.command,
                "detail": detail,
                "previous": previous,
                "hash": digest,
            }
        )
        previous = digest
    connection.execute(insert(audit), rows)


def verify(connection: Connection) -> int:
    """Walk the whole chain; return the number of rows. AuditBroken names the first row that does not fit.

    Where the oldest were removed for their age, a later entry of the chain has to vouch for the last of those.
    """
    previous, seq, count, owed = GENESIS, 0, 0, ""
    for row in connection.execution_options(yield_per=1000).execute(select(audit).order_by(audit.c.seq)):
        if not count and row.seq > 1:
            seq, previous = row.seq - 1, row.previous
            owed = canonical(vouch(seq, previous))
        seq, count = seq + 1, count + 1
        if row.seq != seq:
            raise AuditBroken(seq, f"is missing; the next one there is {row.seq}")
        if row.previous != previous:
            raise AuditBroken(row.seq, "does not name the hash of the row before")
        expected = chain(
            previous, seq=row.seq, at=row.at, principal=row.principal, command=row.command, detail=row.detail
        )
        if row.hash != expected:
            raise AuditBroken(row.seq, "its text does not have the hash it carries")
        previous = row.hash
        owed = "" if row.command == PRUNED and row.detail == owed else owed
    if owed:
        raise AuditBroken(1, f"is missing; the next one there is {seq - count + 1}")
    return count


def chain(previous: str, *, seq: int, at: int, principal: str, command: str, detail: str) -> str:
    """Return sha256, in hex, over the previous hash and the canonical JSON of the row."""
    row = canonical({"seq": seq, "at": at, "principal": principal, "command": command, "detail": detail})
    return hashlib.sha256(f"{previous}\n{row}".encode("ascii")).hexdigest()
