"""Alembic's entry: runs the steps on the connection that `mppmon.store.migrate` hands over, in its transaction."""

from alembic import context

from mppmon.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # we begin ourselves, so that a killed migration leaves the old schema
    render_as_batch=True,  # SQLite alters a table by rebuilding it
)
with context.begin_transaction():
    context.run_migrations()
