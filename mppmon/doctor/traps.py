"""May the daemon take traps where it is told to? Judged for the daemon's user, who need not be the one who asks."""

import errno
import re
import socket
from collections.abc import Sequence
from pathlib import Path

import psutil

from collectors.settings import TrapSettings
from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.deploy import unit_properties
from mppmon.doctor.finding import Finding, bad, fine, skipped, warn

_NAME = "traps"
_FIRST_FREE = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
_BIND = 1 << 10  # CAP_NET_BIND_SERVICE, capabilities(7)
_CAPABILITY = "CAP_NET_BIND_SERVICE"
_DROP_IN = "/etc/systemd/system/mppmon.service.d/traps.conf"
GRANT = (
    rf"printf '[Service]\nAmbientCapabilities={_CAPABILITY}\nCapabilityBoundingSet={_CAPABILITY}\n' | "
    f"sudo install -D -m 0644 /dev/stdin {_DROP_IN} && sudo systemctl daemon-reload && sudo systemctl restart mppmon"
)
"""What lets the service bind a port below 1024. The lines of several drop-ins add up (systemd.exec)."""


async def check_traps(case: Case) -> Sequence[Finding]:
    """Try to have the port, and ask who has it; nothing is said where no traps are taken."""
    if case.loaded is None or case.loaded.settings.traps is None:
        return []
    traps = case.loaded.settings.traps
    return await in_thread(lambda: [_look(traps, case)])


def _look(traps: TrapSettings, case: Case) -> Finding:
    where = f"{traps.listen_host} port {traps.listen_port}"
    first_free = _number(_FIRST_FREE)
    may = traps.listen_port >= first_free or _may(case)
    holder = _holds(case.lock, traps.listen_port) if case.lock is not None else False
    return judge_traps(where, _bind(traps), port=traps.listen_port, alive=case.daemon.alive, may=may, holds=holder)


def _number(path: Path) -> int:
    try:
        return int(path.read_text("utf-8"))
    except (OSError, ValueError):
        return 1024


def _may(case: Case) -> bool:
    """Whether the daemon may bind any port: the one that runs, else the service, else whoever owns the state."""
    if case.lock is not None:
        try:
            status = Path(f"/proc/{case.lock}/status").read_text("utf-8", "replace")
        except OSError:
            status = ""
        found = re.search(r"^CapEff:\s*([0-9a-f]+)", status, re.MULTILINE)
        if found is not None:
            return bool(int(found[1], 16) & _BIND)
    if case.owner is None or case.owner.uid == 0:
        return True
    return _CAPABILITY.lower() in unit_properties().get("AmbientCapabilities", "").lower().split()


def _bind(traps: TrapSettings) -> int:
    """Return why this process cannot have the port, 0 when it can; it is given back at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            traps.listen_host, traps.listen_port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.bind(address)
    except socket.gaierror:
        return errno.EADDRNOTAVAIL
    except OSError as error:
        return error.errno or errno.EADDRNOTAVAIL
    return 0


def _holds(pid: int, port: int) -> bool | None:
    """Return whether the daemon or its child has this UDP port; None when this user may not see it."""
    try:
        daemon = psutil.Process(pid)
        every = [daemon, *daemon.children(recursive=True)]
        return any(port in _ports(process) for process in every)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return None


def _ports(process: psutil.Process) -> set[int]:
    return {getattr(one.laddr, "port", 0) for one in process.net_connections("udp")}  # none where it is not bound


def judge_traps(where: str, refused: int, *, port: int, alive: bool, may: bool, holds: bool | None) -> Finding:
    """Return whether traps are taken, or will be. `refused`: an errno of binding, 0 for none; `may`: the daemon's user
    may bind such a port; `holds`: the daemon has it, None: that cannot be seen.
    """
    if holds:
        return fine(_NAME, f"the daemon takes traps on {where}")
    if not may:
        said = f"the daemon's user may not listen on {where}: ports below 1024 need {_CAPABILITY}"
        return bad(_NAME, said, GRANT)
    if refused in {errno.EADDRNOTAVAIL, errno.EADDRINUSE}:
        return _refused(where, refused, port, hidden=alive and holds is None)
    if alive and holds is False:
        said = f"nobody listens on {where}, though the daemon runs: it does not know of it yet, or could not"
        return warn(_NAME, said, "mppmon reload; then journalctl -u mppmon -g traps")
    if refused == errno.EACCES:
        return skipped(_NAME, f"this user may not try {where}; the daemon's may")
    return fine(_NAME, f"{where} can be had")


def _refused(where: str, why: int, port: int, *, hidden: bool) -> Finding:
    if why == errno.EADDRNOTAVAIL:
        return bad(_NAME, f"{where} is no address of this machine", "correct traps: listen_host (0.0.0.0: all)")
    if hidden:
        return skipped(_NAME, f"somebody listens on {where}; whether the daemon does, root can tell")
    cure = f"see who it is (sudo ss -lunp 'sport = :{port}'; often snmptrapd), end it or choose another listen_port"
    return bad(_NAME, f"another program listens on {where}", cure)
