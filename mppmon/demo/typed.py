"""How a person types a command to the demo that runs."""

import shlex
import shutil
import sys
from pathlib import Path

from mppmon.demo.workplace import default_root


def program() -> str:
    """Return how `mppmon` is called in the terminal that began the demo: by its name where that is found, else by the
    file that was started.
    """
    return "mppmon" if shutil.which("mppmon") else shlex.quote(sys.argv[0])


def demo_command(root: Path) -> str:
    """Return the beginning of every `mppmon demo ...` that reaches the demo in this folder."""
    at = "" if root == default_root() else f" --folder {shlex.quote(str(root))}"
    return f"{program()} demo{at}"
