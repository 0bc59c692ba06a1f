"""Run a command and see that no process outlives it: `python -m tests.leftovers make ...`.

Orphans would be handed to init and never be seen again. So this process becomes their reaper (PR_SET_CHILD_SUBREAPER,
prctl(2)): whatever the command leaves behind is a child of ours. It is named, stopped by its pid, and the run is red.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import psutil

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
GRACE = 5.0  # seconds, without any child ending, for those that are already on their way out
FOUND = 70  # EX_SOFTWARE: the command was content, its leftovers are not


def adopt() -> None:
    """Make this process the parent of all its orphaned descendants. OSError when the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def reap(grace: float) -> list[psutil.Process]:
    """Collect children that have ended; return those that still run after `grace` seconds in which none ended."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return []
        if signal.sigtimedwait({signal.SIGCHLD}, grace) is None:
            return psutil.Process().children(recursive=True)


def describe(process: psutil.Process) -> str:
    """Return `pid command`, short."""
    try:
        return f"{process.pid} {' '.join(process.cmdline())[:160]}"
    except psutil.Error:
        return str(process.pid)


def main(command: Sequence[str], grace: float = GRACE) -> int:
    """Return the command's exit code; FOUND when it was 0 but a process was left."""
    adopt()
    try:
        code = subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        code = 130
    left = reap(grace)
    for process in left:
        sys.stderr.write(f"left behind: {describe(process)}\n")
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    if left:
        reap(grace)
    return code or (FOUND if left else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
