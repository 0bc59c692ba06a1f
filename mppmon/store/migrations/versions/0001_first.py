"""First schema: transitions, alerts, incidents, pages, outbox, audit chain, commands, revisions, last-seen."""

from typing import cast

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables."""
    _config()
    _transitions()
    _incidents()
    _outbox()
    _commands()


def _table(name: str, *columns: sa.schema.SchemaItem, indexes: dict[str, list[str]] | None = None) -> None:
    op.create_table(name, *columns)
    for index, names in (indexes or {}).items():
        op.create_index(index, name, cast("list[str | sa.TextClause]", names))


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)


def _config() -> None:
    _table("revision", sa.Column("id", sa.Text, primary_key=True), _text("normalised"))
    _table(
        "revision_use",
        sa.Column("seq", _ROW_NUMBER, primary_key=True),
        sa.Column("revision", sa.Text, sa.ForeignKey("revision.id"), nullable=False),
        _time("at"),
        _text("author"),
    )


def _transitions() -> None:
    _table(
        "transition",
        sa.Column("seq", _ROW_NUMBER, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        _text("subject"),
        _text("old"),
        _text("new"),
        _time("at"),
        _time("decided_at"),
        _text("cause"),
        _text("revision"),
        _text("agency", null=True),
        indexes={
            "transition_at": ["at"],
            "transition_subject_at": ["subject", "at"],
            "transition_subject_seq": ["subject", "seq", "at"],
        },
    )


def _incidents() -> None:
    _table(
        "alert",
        sa.Column("id", sa.Text, primary_key=True),
        _text("status"),
        _text("incident", null=True),
        _text("body"),
        indexes={"alert_status": ["status"]},
    )
    _table(
        "incident",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False, unique=True),
        _text("status"),
        _time("opened_at"),
        _time("closed_at", null=True),
        _text("body"),
        indexes={"incident_status": ["status"], "incident_opened_at": ["opened_at"]},
    )
    _table(
        "incident_agency",
        sa.Column("incident", sa.Text, sa.ForeignKey("incident.id"), primary_key=True),
        sa.Column("agency", sa.Text, primary_key=True),
        indexes={"incident_agency_agency": ["agency"]},
    )
    _table(
        "page",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("incident", sa.Text, sa.ForeignKey("incident.id"), nullable=False),
        _text("status"),
        _text("body"),
        indexes={"page_status": ["status"], "page_incident": ["incident"]},
    )


def _outbox() -> None:
    _table(
        "outbox",
        sa.Column("seq", _ROW_NUMBER, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        _text("incident"),
        _text("recipient"),
        _text("channel"),
        _text("kind"),
        sa.Column("urgent", sa.Boolean, nullable=False),
        _text("status"),
        sa.Column("attempts", sa.Integer, nullable=False),
        _time("next_at"),
        _time("lease_until", null=True),
        _time("created_at"),
        _time("finished_at", null=True),
        _text("provider_id", null=True),
        _text("reason"),
        _text("body"),
        sa.CheckConstraint("status in ('pending', 'leased', 'sent', 'dead')", name="outbox_status_word"),
        indexes={
            "outbox_status": ["status", "next_at"],
            "outbox_order": ["incident", "recipient", "channel", "seq"],
        },
    )


def _commands() -> None:
    _table(
        "audit",
        sa.Column("seq", _ROW_NUMBER, primary_key=True, autoincrement=False),
        _time("at"),
        _text("principal"),
        _text("command"),
        _text("detail"),
        _text("previous"),
        _text("hash"),
    )
    _table("command", sa.Column("id", sa.Text, primary_key=True), _time("at"), _text("answer"))
    _table(
        "last_seen",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        _time("at"),
        sa.CheckConstraint("id = 1", name="last_seen_one_row"),
    )
