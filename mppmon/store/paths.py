"""Where the database of a state directory is."""

from pathlib import Path

from mppmon.state import database_file
from mppmon.store.connect import sqlite_url


def database_url(state: Path) -> str:
    """Return the URL of a state directory's database."""
    return sqlite_url(database_file(state))
