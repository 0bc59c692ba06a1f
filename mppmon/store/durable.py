"""What was written to a file, or to a directory's list of names, is on the disk when this returns."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until the file or directory is on the disk (fsync(2)). OSError when it cannot be had."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
