"""Alembic's steps, oldest first; each is listed in `mppmon.store.schema.VERSIONS`."""
