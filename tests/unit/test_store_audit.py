"""Whatever is done to a row of the audit behind our back, the chain shows it."""

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mppmon.mall.principal import SYSTEM
from mppmon.store import AuditBroken, AuditEntry, Batch, Store
from mppmon.store.audit import GENESIS, chain
from tests.unit.store_kit import MONDAY, new_database

ROWS = 6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mppmon.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(new_database(path)) as opened:
        entries = [
            AuditEntry(MONDAY + timedelta(seconds=number), "budi", "ack", {"incident": str(number), "by": "chat"})
            for number in range(ROWS)
        ]
        opened.commit(SYSTEM, Batch(audit=entries[:4]))
        opened.commit(SYSTEM, Batch(audit=entries[4:]))
        yield opened


def tamper(path: Path, statement: str, *values: str) -> None:
    raw = sqlite3.connect(path)
    raw.execute(statement, values)
    raw.commit()
    raw.close()


def test_an_untouched_chain_holds_over_commits(store: Store) -> None:
    assert store.verify_audit(SYSTEM) == ROWS


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("update audit set principal = 'siti' where seq = 3", 3),
        ("update audit set command = 'escalate' where seq = 1", 1),
        ("update audit set at = at + 1 where seq = 6", 6),
        ("""update audit set detail = '{"incident":"9"}' where seq = 4""", 4),
        ("update audit set hash = previous where seq = 2", 2),
        ("delete from audit where seq = 5", 5),
        ("delete from audit where seq = 1", 1),
        ("insert into audit select 0, at, principal, command, detail, previous, hash from audit where seq = 1", 1),
        ("update audit set seq = 7 where seq = 6", 6),
    ],
)
def test_tampering_names_the_row(statement: str, seq: int, store: Store, path: Path) -> None:
    tamper(path, statement)
    with pytest.raises(AuditBroken, match=f"audit row {seq}:") as caught:
        store.verify_audit(SYSTEM)
    assert caught.value.seq == seq


def test_a_row_rewritten_with_its_own_hash_breaks_the_next(store: Store, path: Path) -> None:
    forged = chain(GENESIS, seq=1, at=0, principal="siti", command="ack", detail="{}")
    tamper(path, "update audit set at = 0, principal = 'siti', detail = '{}', hash = ? where seq = 1", forged)
    with pytest.raises(AuditBroken, match="audit row 2: does not name the hash of the row before"):
        store.verify_audit(SYSTEM)


def test_the_hash_is_the_documented_one(store: Store, path: Path) -> None:
    assert store.verify_audit(SYSTEM) == ROWS
    raw = sqlite3.connect(path)
    previous, digest = raw.execute("select previous, hash from audit where seq = 1").fetchone()
    raw.close()
    assert previous == "0" * 64
    row = (
        r'{"at":1795395600000000,"command":"ack","detail":"{\"by\":\"chat\",\"incident\":\"0\"}",'
        r'"principal":"budi","seq":1}'
    )
    assert digest == hashlib.sha256(f"{previous}\n{row}".encode()).hexdigest()
