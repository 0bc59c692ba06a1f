"""Alembic's entry: runs the steps on the connection that `mppmon.store.migrate` hands over, inside its transaction: a
migration that is killed leaves the old schema.
"""

from alembic import context

from mppmon.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by rebuilding it
)
with context.begin_transaction():
    context.run_migrations()
