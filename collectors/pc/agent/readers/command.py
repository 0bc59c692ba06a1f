"""Runs a fixed command and returns what it says. No shell, no input, length and time capped, the C locale."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from . import SourceMissing

_SECONDS = 5.0
_MOST = 262_144  # characters


def output(argv: Sequence[str]) -> str:
    """Return its standard output, whatever its exit status. SourceMissing when it is not there or does not end."""
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
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceMissing(f"{argv[0]}: no answer") from error
    return done.stdout[:_MOST].decode("utf-8", "replace")


def _kept(*names: str) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}
