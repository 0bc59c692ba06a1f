"""What lies in the state directory, for those who look there without opening the database."""

from pathlib import Path


def database_file(state: Path) -> Path:
    """Return the SQLite database of a state directory."""
    return state.absolute() / "mppmon.db"


def push_certificate(state: Path) -> Path:
    """Return the PEM file with key and certificate of the door for PCs that push, where the daemon made one itself."""
    return state.absolute() / "push.pem"


def control_socket(state: Path) -> Path:
    """Return the control socket. OSError from the kernel when the path is over 107 bytes (unix(7))."""
    return state.absolute() / "control.sock"
