"""What can go wrong with the database, in words an operator can act on. None of the texts holds a row or a secret."""


class StoreError(Exception):
    """The database did not do what was asked; the open transaction was rolled back, nothing of it is kept."""


class NoDatabase(StoreError):
    """There is no database, or one without tables: the daemon was never started here."""


class SchemaNewer(StoreError):
    """A newer mppmon has written this database; this one must not touch it."""


class SchemaOlder(StoreError):
    """The database waits for its migration (`python -m mppmon.store.migrate`)."""


class DatabaseFull(StoreError):
    """No space is left for the database. Room made, the same commit may be tried again."""


class DatabaseBusy(StoreError):
    """Somebody else held the write lock for longer than the busy timeout."""


class DatabaseDamaged(StoreError):
    """The file is not what SQLite wrote: a page was overwritten. The next start sets it aside."""


class DatabaseGone(StoreError):
    """The file that was opened has no name any more: it was moved, removed, or another was put in its place. Put back,
    the same commit may be tried again; else a start makes do with what is there.
    """


class Locked(StoreError):
    """Another daemon owns this database."""


class AuditBroken(StoreError):
    """The chain of audit rows does not hold: a row was changed, removed or put in. `seq` is the first bad row."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"audit row {seq}: {why}")
        self.seq = seq


class Undecodable(StoreError):
    """A stored record is not what its type says. The text names record, key, what was expected and what was found."""
