"""The tables. Times are int64 UTC microseconds, intervals half-open; nested facts are canonical JSON (`codec`).

The migrations build them; a test holds both against each other. A row that must never be lost (transition, outbox) has
no foreign key that could refuse it.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text

from mppmon.store.connect import RowNumber

VERSIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every schema version this mppmon can migrate from, oldest first; the last is the one it works with."""

metadata = MetaData()

version = Table("alembic_version", MetaData(), Column("version_num", Text, primary_key=True))
"""Alembic's own; kept out of `metadata`."""

revision = Table(
    "revision",
    metadata,
    Column("id", Text, primary_key=True),
    Column("normalised", Text, nullable=False),
)
revision_use = Table(
    "revision_use",
    metadata,
    Column("seq", RowNumber, primary_key=True),
    Column("revision", Text, ForeignKey("revision.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
)
transition = Table(
    "transition",
    metadata,
    Column("seq", RowNumber, primary_key=True),  # the order of deciding; `at` may lie before an earlier row's
    Column("id", Text, nullable=False, unique=True),
    Column("subject", Text, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("cause", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("agency", Text),
    Index("transition_at", "at"),
    Index("transition_subject_at", "subject", "at"),
    Index("transition_subject_seq", "subject", "seq", "at"),
)
alert = Table(
    "alert",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("incident", Text),
    Column("body", Text, nullable=False),
    Index("alert_status", "status"),
    Index("alert_incident", "incident"),
)
incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("body", Text, nullable=False),
    Index("incident_status", "status"),
    Index("incident_opened_at", "opened_at"),
)
incident_agency = Table(
    "incident_agency",
    metadata,
    Column("incident", Text, ForeignKey("incident.id"), primary_key=True),
    Column("agency", Text, primary_key=True),
    Index("incident_agency_agency", "agency"),
)
incident_event = Table(
    "incident_event",
    metadata,
    Column("seq", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("incident", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("incident_event_incident", "incident"),
)
page = Table(
    "page",
    metadata,
    Column("id", Text, primary_key=True),
    Column("incident", Text, ForeignKey("incident.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("page_status", "status"),
    Index("page_incident", "incident"),
)
outbox = Table(
    "outbox",
    metadata,
    Column("seq", RowNumber, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("incident", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("lease_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("provider_id", Text),
    Column("reason", Text, nullable=False),
    Column("body", Text, nullable=False),
    CheckConstraint("status in ('pending', 'leased', 'sent', 'dead')", name="outbox_status_word"),
    Index("outbox_status", "status", "next_at"),
    Index("outbox_order", "incident", "recipient", "channel", "seq"),
    Index("outbox_created_at", "created_at"),
)
audit = Table(
    "audit",
    metadata,
    Column("seq", RowNumber, primary_key=True, autoincrement=False),  # ours to count: a gap is a removed row
    Column("at", BigInteger, nullable=False),
    Column("principal", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
command = Table(
    "command",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("answer", Text, nullable=False),
)
silence = Table(
    "silence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("silence_until", "until"),
)
grace = Table(
    "grace",
    metadata,
    Column("device", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
)
reading_window = Table(
    "reading_window",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
renaming = Table(
    "renaming",
    metadata,
    Column("seq", RowNumber, primary_key=True),
    Column("use", BigInteger, nullable=False),  # the row of revision_use it came with: those before say the old id
    Column("what", Text, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
)
last_seen = Table(
    "last_seen",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="last_seen_one_row"),
)
