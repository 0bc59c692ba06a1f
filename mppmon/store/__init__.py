"""The database: every query takes a Principal, one thread writes. Migrations: `mppmon.store.migrate`, in a child."""

from mppmon.store.connect import sqlite_url
from mppmon.store.errors import (
    AuditBroken,
    DatabaseBusy,
    DatabaseFull,
    Locked,
    NoDatabase,
    SchemaNewer,
    SchemaOlder,
    StoreError,
    Undecodable,
)
from mppmon.store.locking import lock, state_directory
from mppmon.store.records import AuditEntry, Batch, CanaryFate, Saved, Taken, Told, Used
from mppmon.store.store import Store

__all__ = [
    "AuditBroken",
    "AuditEntry",
    "Batch",
    "CanaryFate",
    "DatabaseBusy",
    "DatabaseFull",
    "Locked",
    "NoDatabase",
    "Saved",
    "SchemaNewer",
    "SchemaOlder",
    "Store",
    "StoreError",
    "Taken",
    "Told",
    "Undecodable",
    "Used",
    "lock",
    "sqlite_url",
    "state_directory",
]
