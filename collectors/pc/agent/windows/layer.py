"""Windows itself, as the readers' `Layer`. Not yet run on Windows, but for `way_out`, which is the same everywhere."""

import os
import socket
import subprocess
import sys
from pathlib import PureWindowsPath

import psutil

from ..readers import SourceMissing  # noqa: TID252  # the agent imports relatively only: contract D
from . import Layer
from .answer import MOST

_OUTSIDE = ((socket.AF_INET, "198.51.100.1"), (socket.AF_INET6, "2001:db8::1"))
"""Of networks that are for documents only (RFC 5737, RFC 3849): nobody has a route of his own to them."""
_SECONDS = 120.0  # a PC that is busy takes its time to start PowerShell, and to search
_POWERSHELL = r"System32\WindowsPowerShell\v1.0\powershell.exe"  # 5.1 is on every Windows; never out of PATH
_ARGV = ("-NoLogo", "-NoProfile", "-NonInteractive", "-Command")
_KEPT = ("SystemRoot", "SystemDrive", "windir", "ProgramData", "ProgramFiles", "TEMP", "TMP", "PATHEXT", "PSModulePath")


def way_out() -> bool:
    """Return whether the kernel has a route to outside. No packet is sent: a datagram socket is only told whereto."""
    for family, address in _OUTSIDE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as line:
                line.connect((address, 9))
                return True
        except OSError:
            continue  # no route, or no such family
    return False


def powershell(script: str) -> bytes:
    """Return what one of our scripts says. SourceMissing when there is no PowerShell, or it fails or takes too long."""
    program = str(PureWindowsPath(os.environ.get("SYSTEMROOT", r"C:\Windows")) / _POWERSHELL)
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    quietly = 0
    if sys.platform == "win32":
        quietly = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program, and a script of ours that nothing is put into
            [program, *_ARGV, script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=_SECONDS,
            check=False,
            creationflags=quietly,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceMissing("PowerShell: no answer") from error
    if done.returncode != 0:
        raise SourceMissing(f"PowerShell: exit status {done.returncode}")
    return done.stdout[: MOST + 1]


if sys.platform == "win32":
    from .cfgmgr import present
    from .registry import LocalMachine
    from .winspool import printers

    def service(name: str) -> str | None:
        """Return the state of a service, None when there is none of that name."""
        try:
            return psutil.win_service_get(name).status()
        except psutil.NoSuchProcess:
            return None

    def here() -> Layer:
        """Return the layer of this PC."""
        return Layer(LocalMachine(), present, printers, service, powershell, way_out)
