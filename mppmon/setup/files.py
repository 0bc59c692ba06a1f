"""Files that appear whole or not at all."""

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside itself and put it in its place, with the mode and (where we may) owner it had. OSError."""
    target = path.resolve()  # what a link leads to is changed, not the link
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            its = target.stat()
            temporary.chmod(its.st_mode & 0o7777)
            if (its.st_uid, its.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
                os.chown(temporary, its.st_uid, its.st_gid)
        else:
            temporary.chmod(0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
