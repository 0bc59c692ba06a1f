"""What lies in the state directory, for those who look there without opening the database."""

from pathlib import Path


def database_file(state: Path) -> Path:
    """Return the SQLite database of a state directory."""
    return state.absolute() / "mppmon.db"


def control_socket(state: Path) -> Path:
    """Return the control socket. OSError from the kernel when the path is over 107 bytes (unix(7))."""
    return state.absolute() / "control.sock"
