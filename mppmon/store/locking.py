"""One daemon per database, and files that only the daemon's group reads."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mppmon.store.errors import Locked, StoreError

STATE_MODE = 0o2770  # setgid: what is made inside belongs to the group, whose members may read the database
UMASK = 0o007


@contextmanager
def lock(database: Path) -> Iterator[None]:
    """Hold `<database>.lock` by flock while the context is open. Locked if another process holds it: at once.

    The kernel lets go when the process ends, however it ends; the file stays and means nothing by itself.
    """
    path = database.with_name(f"{database.name}.lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            raise Locked(f"{database}: another mppmon daemon (process {owner or '?'}) is at work on it") from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(handle)


def state_directory(path: Path) -> Path:
    """Make the state directory ready (mode 2770) and set the umask of this process to 007. Return its absolute path.

    StoreError when it cannot be made, or belongs to somebody else with another mode.
    """
    os.umask(UMASK)
    try:
        path.mkdir(parents=True, exist_ok=True)
        if path.stat().st_mode & 0o7777 != STATE_MODE:
            path.chmod(STATE_MODE)
    except OSError as error:
        raise StoreError(f"{path}: state directory: {error.strerror}; expected one of our own, mode 2770") from error
    return path.absolute()
