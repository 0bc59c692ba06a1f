"""Runs a fixed command and returns what it says. No shell, no input, length and time capped, the C locale."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from . import SourceMissing

_SECONDS = 5.0
_MOST = 262_144  # characters


def output(argv: Sequence[str], *, seconds: float = _SECONDS, must_succeed: bool = False) -> str:
    """Return its standard output. SourceMissing when it is not there or does not end within `seconds`; with
    `must_succeed` also when its exit status is not 0.
    """
    program = shutil.which(argv[0])
    if program is None:
        raise SourceMissing(f"{argv[0]}: not installed")
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **_kept("TZ", "CUPS_SERVER")}
    try:
        done = subprocess.run(  # noqa: S603  # fixed argv of the callers; unit names come from the local config
            [program, *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceMissing(f"{argv[0]}: no answer") from error
    if must_succeed and done.returncode != 0:
        raise SourceMissing(f"{argv[0]}: exit status {done.returncode}")
    return done.stdout[:_MOST].decode("utf-8", "replace")


def _kept(*names: str) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}
