"""What lies in the state directory."""

from pathlib import Path

from mppmon.store.connect import sqlite_url


def database_file(state: Path) -> Path:
    """Return the SQLite database of a state directory."""
    return state.absolute() / "mppmon.db"


def database_url(state: Path) -> str:
    """Return its URL."""
    return sqlite_url(database_file(state))


def control_socket(state: Path) -> Path:
    """Return the control socket. OSError from the kernel when the path is over 107 bytes (unix(7))."""
    return state.absolute() / "control.sock"
