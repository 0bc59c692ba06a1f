"""The store: every query and every change takes a Principal, and what it does not allow is denied.

One thread (the engine's) writes; others open their own store with `read_only`. A method is one transaction: a read sees
one instant, a change is there as a whole once the method has returned, and not at all if it raised.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, inspect, select
from sqlalchemy.engine import URL

from alerts.model import Alert, Incident, Notification, Page
from alerts.silence import Silence
from alerts.timeline import Event
from mppmon.clock import from_micros
from mppmon.mall.model import Mall, Transition
from mppmon.mall.principal import Principal
from mppmon.mall.rename import Names
from mppmon.store import audit, events, incidents, memory, numbers, outbox, renaming, revisions, silences, transitions
from mppmon.store.commit import write
from mppmon.store.connect import connect, copy_sqlite, parse, sqlite_path
from mppmon.store.errors import NoDatabase, SchemaNewer, SchemaOlder
from mppmon.store.patience import Patience
from mppmon.store.prune import prune
from mppmon.store.records import Batch, CanaryFate, Saved, Taken, Told, Used
from mppmon.store.schema import VERSIONS, command, last_seen, version
from mppmon.store.scope import require_staff, require_writer


def stored_version(engine: Engine) -> str | None:
    """Return the schema version of a database, None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(version.name):
            return None
        return connection.scalar(select(version.c.version_num))


class Store:
    """An open database. Close it, or use it as a context."""

    def __init__(self, engine: Engine, url: URL, patience: Patience) -> None:
        self._engine = engine
        self._url = url
        self._path = sqlite_path(url)
        kept = numbers.kept(self._path)
        self._highest, self._counted = kept or 0, kept is not None
        self._patience = patience

    @classmethod
    def open(cls, url: str, *, read_only: bool = False) -> Self:
        """Open a database whose schema is ours. NoDatabase, SchemaNewer or SchemaOlder when it is not there or not
        ours; it is never migrated here.
        """
        parsed = parse(url)
        patience = Patience()
        engine = connect(parsed, read_only=read_only, patience=patience)
        try:
            _check(stored_version(engine))
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, parsed, patience)

    def hasten(self) -> None:
        """Wait for another program's lock for 2.5 s more in all: the process is about to end. From any thread."""
        self._patience.hasten()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- the engine -----------------------------------------------------------------------------------------------

    def commit(self, principal: Principal, batch: Batch) -> None:
        """Keep a batch, durably. An empty one opens no transaction. DatabaseFull: nothing of it is kept."""
        require_writer(principal, "write to the store")
        if batch.empty:
            return
        with self._engine.begin() as connection:
            write(connection, batch)
        self._number(max((one.number for one in batch.incidents), default=0))

    def saved(self, principal: Principal) -> Saved:
        """Return what the engine begins with."""
        require_writer(principal, "read the engine's state")
        with self._engine.begin() as connection:
            highest = incidents.highest(connection)
            alerts, open_incidents, pages = incidents.unfinished(connection)
            seen = connection.scalar(select(last_seen.c.at))
            found = Saved(
                states=transitions.newest(connection),
                alerts=alerts,
                incidents=open_incidents,
                pages=pages,
                last_seen=None if seen is None else from_micros(seen),
                next_number=max(highest, self._highest) + 1,
                unsent=tuple(outbox.unsent(connection)),
                silences=tuple(silences.newest(connection)),
                graces=memory.graces(connection),
                windows=memory.windows(connection),
                merges=events.merges(connection),
            )
        self._number(highest)
        return found

    def answered(self, principal: Principal, command_id: str) -> str | None:
        """Return the answer this command was given before, None if it is new."""
        require_staff(principal, "read answers to commands")
        with self._engine.begin() as connection:
            return connection.scalar(select(command.c.answer).where(command.c.id == command_id))

    def last_seen(self, principal: Principal) -> datetime | None:  # noqa: ARG002  # nobody's row: all may know
        """Return when the daemon last said that it was at work."""
        with self._engine.begin() as connection:
            at = connection.scalar(select(last_seen.c.at))
            return None if at is None else from_micros(at)

    # --- the outbox -----------------------------------------------------------------------------------------------

    def lease(
        self, principal: Principal, *, now: datetime, until: datetime, limit: int, channels: Collection[str]
    ) -> list[tuple[Notification, int]]:
        """Lease due notifications until `until`, urgent first; each comes with its attempt number."""
        require_writer(principal, "lease notifications")
        with self._engine.begin() as connection:
            return outbox.lease(connection, now=now, until=until, limit=limit, channels=channels)

    def release(self, principal: Principal) -> int:
        """Void all leases, since whoever held them is gone: for a daemon that starts, the only one by its lock. Return
        how many there were; each will be sent once more under its key.
        """
        require_writer(principal, "release leases")
        with self._engine.begin() as connection:
            return outbox.release(connection)

    def mark(
        self,
        principal: Principal,
        key: str,
        *,
        now: datetime,
        sent: str | None = None,
        retry_at: datetime | None = None,
        dead: bool = False,
        reason: str = "",
        attempt: int,
    ) -> bool:
        """Say what became of an attempt: `sent` (the provider's id), `retry_at`, or `dead`. A stale attempt number
        changes nothing; then False.
        """
        require_writer(principal, "mark notifications")
        with self._engine.begin() as connection:
            return outbox.mark(
                connection, key, now=now, sent=sent, retry_at=retry_at, dead=dead, reason=reason, attempt=attempt
            )

    def next_due(
        self, principal: Principal, now: datetime, *, channels: Collection[str] | None = None
    ) -> datetime | None:
        """Return when the next notification may be leased, at the earliest `now`; None when nothing waits. `channels`:
        only these count (one that was removed from the config never comes due).
        """
        require_writer(principal, "read the outbox")
        with self._engine.begin() as connection:
            at = outbox.next_due(connection, channels=channels)
            return None if at is None else max(at, now)

    def unsent(self, principal: Principal, key: str) -> Notification | None:
        """Return a notification by its key; None when it is sent, dead or not there."""
        require_writer(principal, "read the outbox")
        with self._engine.begin() as connection:
            return outbox.by_key(connection, key)

    def orphaned(self, principal: Principal, *, channels: Collection[str]) -> list[Notification]:
        """Return what waits for a channel that is not among these: the configuration has none of that name any more."""
        require_writer(principal, "read the outbox")
        with self._engine.begin() as connection:
            return outbox.orphaned(connection, channels=channels)

    def pending(self, principal: Principal) -> int:
        """Return how many notifications are neither sent nor dead."""
        require_staff(principal, "read the outbox")
        with self._engine.begin() as connection:
            return outbox.pending(connection)

    def oldest_unsent(self, principal: Principal) -> datetime | None:
        """Return when the oldest message was made that is neither sent nor dead."""
        require_staff(principal, "read the outbox")
        with self._engine.begin() as connection:
            return outbox.oldest(connection)

    def fates(self, principal: Principal, keys: Collection[str]) -> Mapping[str, str]:
        """Return key -> status (`pending`, `leased`, `sent`, `dead`) of these messages; one that is not there is left
        out.
        """
        require_staff(principal, "read the outbox")
        with self._engine.begin() as connection:
            return outbox.fates(connection, keys)

    def canaries(self, principal: Principal) -> list[CanaryFate]:
        """Return what became of the newest daily test messages, by person and channel; nothing when there were none."""
        principal.require(principal.sees_all, "read the daily test messages")
        with self._engine.begin() as connection:
            return outbox.canaries(connection)

    # --- transitions and incidents --------------------------------------------------------------------------------

    def transitions(
        self,
        principal: Principal,
        *,
        start: datetime,
        end: datetime,
        subjects: Collection[str] | None = None,
        suffix: str | None = None,
    ) -> list[Transition]:
        """Return the transitions with `at` in `[start, end)`, by `at`. `suffix` of the subject: `/reach`, `@a3`."""
        with self._engine.begin() as connection:
            return transitions.between(connection, principal, start=start, end=end, subjects=subjects, suffix=suffix)

    def before(self, principal: Principal, *, at: datetime, subjects: Collection[str]) -> Mapping[str, Transition]:
        """Return per subject the newest transition before `at`: the initial state. A subject without one is left
        out.
        """
        with self._engine.begin() as connection:
            return transitions.before(connection, principal, at=at, subjects=subjects)

    def incidents(self, principal: Principal, *, start: datetime, end: datetime, limit: int = 100) -> list[Incident]:
        """Return the incidents open at some time of `[start, end)`, the newest first."""
        with self._engine.begin() as connection:
            return incidents.between(connection, principal, start=start, end=end, limit=limit)

    def incident(self, principal: Principal, number: int, *, mall: Mall | None = None) -> Incident | None:
        """Return the incident people call `#number`; None also when it is another agency's.

        `mall`: of the present configuration, by which an agency learns that a cause is its own.
        """
        with self._engine.begin() as connection:
            return incidents.by_number(connection, principal, number, mall)

    def timeline(self, principal: Principal, incident_id: str) -> list[Event | Alert | Page | Told]:
        """Return what happened to an incident, its alerts and pages, what was told about it; each oldest first."""
        with self._engine.begin() as connection:
            return incidents.timeline(connection, principal, incident_id)

    def planned(self, principal: Principal, *, start: datetime, end: datetime) -> list[Silence]:
        """Return the maintenance announced by command that touches `[start, end)`, by its start."""
        require_staff(principal, "read maintenance windows")
        with self._engine.begin() as connection:
            return silences.planned(connection, start=start, end=end)

    # --- revisions, audit, upkeep ---------------------------------------------------------------------------------

    def save_revision(self, principal: Principal, revision: str, normalised: str, at: datetime, author: str) -> None:
        """Keep a config revision, in use from `at` on. Saving the one in use again changes nothing."""
        require_writer(principal, "save a config revision")
        with self._engine.begin() as connection:
            revisions.save(connection, Taken(revision, normalised, at, author))

    def revision(self, principal: Principal, revision: str) -> str | None:
        """Return the normalised config (of the whole mall) of a revision, None when it was never in use."""
        require_staff(principal, "read the mall's config")
        with self._engine.begin() as connection:
            return revisions.text(connection, revision)

    def revisions(self, principal: Principal, *, start: datetime, end: datetime) -> list[Used]:
        """Return which revisions were in use during `[start, end)`, oldest first."""
        require_staff(principal, "read the mall's config")
        with self._engine.begin() as connection:
            return revisions.used(connection, start=start, end=end)

    def names_after(self, principal: Principal, used: Used) -> list[Names]:
        """Return the names that came after a use of a revision, in their order: by them what it says is read now."""
        require_staff(principal, "read the mall's config")
        with self._engine.begin() as connection:
            return renaming.after(connection, used.seq)

    def verify_audit(self, principal: Principal) -> int:
        """Return the number of audit rows. AuditBroken if the chain does not hold."""
        require_writer(principal, "verify the audit")
        with self._engine.begin() as connection:
            return audit.verify(connection)

    def prune(
        self, principal: Principal, before: Mapping[str, datetime], *, now: datetime, limit: int
    ) -> dict[str, int]:
        """Remove what ended before these times, by table, up to `limit` rows of each; return how many. `prune.TABLES`
        are those that can be named; what is unfinished is never removed.
        """
        require_writer(principal, "remove old rows")
        with self._engine.begin() as connection:
            return prune(connection, before, now=now, limit=limit)

    def backup(self, principal: Principal, path: Path) -> None:
        """Write a consistent, checked copy while the daemon works."""
        require_writer(principal, "copy the database")
        copy_sqlite(self._path, path.absolute())

    def _number(self, highest: int) -> None:
        """Keep beside the file the highest number that has been given to an incident, before anybody is told of it."""
        if highest > self._highest or not self._counted:
            self._highest, self._counted = max(highest, self._highest), True
            numbers.keep(self._path, self._highest)


def _check(found: str | None) -> None:
    if found is None:
        raise NoDatabase("the database has no tables; they are made when the daemon starts for the first time")
    if found not in VERSIONS:
        raise SchemaNewer(
            f"the database has schema {found}, this mppmon knows up to {VERSIONS[-1]}; install the newer one"
        )
    if found != VERSIONS[-1]:
        raise SchemaOlder(f"the database has schema {found}, expected {VERSIONS[-1]}; start the daemon to migrate it")
