"""What this machine gives the daemon: its port, file descriptors, memory."""

import re
import resource
from collections.abc import Sequence
from pathlib import Path

import httpx
import psutil

from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, fine, skipped, warn

_PORT, _DESCRIPTORS, _MEMORY = "port", "file descriptors", "memory"
_PATIENCE = 2.0
_OWN = 300  # descriptors beside one per check: the web's connections, the database, the sockets
_MEGABYTE = 1_000_000
_NO_MEMORY, _LITTLE_MEMORY = 64 * _MEGABYTE, 200 * _MEGABYTE


async def check_port(case: Case) -> Sequence[Finding]:
    """Ask who answers where the web is to listen."""
    if case.loaded is None:
        return [skipped(_PORT, "not known without a configuration")]
    settings = case.loaded.settings
    host, port = settings.listen_host, settings.listen_port
    answer = await in_thread(lambda: _knock(host, port))
    return [judge_port(f"{host}:{port}", answer, alive=case.daemon.alive, status=case.daemon.status.get("revision"))]


def _knock(host: str, port: int) -> str | None:
    """Return the revision that a mppmon names there, another program's empty word, None when nobody listens."""
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/api/v1/status"
    try:
        answer = httpx.get(url, timeout=_PATIENCE, trust_env=False)
        found = answer.json()
    except httpx.ConnectError:
        return None
    except (httpx.HTTPError, ValueError):
        return ""
    word = found.get("revision") if isinstance(found, dict) else None
    return word if isinstance(word, str) else ""


def judge_port(where: str, answer: str | None, *, alive: bool, status: object) -> Finding:
    """Return whether the port is free for the daemon, or its own. `status`: the revision it named on its socket."""
    cure = f"see who it is (sudo ss -ltnp 'sport = :{where.rpartition(':')[2]}'), or choose another listen_port"
    if answer is None:
        if alive:
            said = f"nobody listens on {where}, though the daemon runs: it works with another listen_port"
            return warn(_PORT, said, "systemctl restart mppmon")
        return fine(_PORT, f"{where} is free")
    if answer == "":
        return bad(_PORT, f"another program listens on {where}", cure)
    if not alive:
        return bad(_PORT, f"another mppmon listens on {where}; its state directory is not this one", cure)
    if isinstance(status, str) and status != answer:
        return bad(_PORT, f"another mppmon (revision {answer}) listens on {where}", cure)
    return fine(_PORT, f"the daemon answers on {where}")


async def check_descriptors(case: Case) -> Sequence[Finding]:
    """Compare what the daemon may open with what its checks need."""
    needed = _OWN + (len(case.loaded.targets) if case.loaded is not None else 0)
    pid = case.lock
    limit, opened = (_limit(pid), _opened(pid)) if pid is not None else (None, None)
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    mine = soft if soft != resource.RLIM_INFINITY else needed + 1
    return [judge_descriptors(mine if limit is None else limit, opened, needed, its=limit is not None)]


def _limit(pid: int) -> int | None:
    try:
        found = re.search(r"^Max open files\s+(\d+)", Path(f"/proc/{pid}/limits").read_text("utf-8"), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None


def _opened(pid: int) -> int | None:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return None


def judge_descriptors(limit: int, opened: int | None, needed: int, *, its: bool) -> Finding:
    """Return whether they suffice. `opened`: how many the daemon has; `its`: the limit is the running daemon's."""
    whose = "the daemon" if its else "this shell"
    cure = "LimitNOFILE=65536 in mppmon.service (deploy/systemd), or ulimit -n 65536 before mppmon run"
    if opened is not None and opened * 10 > limit * 9:
        return bad(_DESCRIPTORS, f"{opened} of {limit} are in use: soon nothing more can be asked", cure)
    if limit < needed:
        return warn(_DESCRIPTORS, f"{whose} may open {limit}, this mall may need {needed}", cure)
    used = f", {opened} in use" if opened is not None else ""
    return fine(_DESCRIPTORS, f"{whose} may open {limit}{used}")


async def check_memory(case: Case) -> Sequence[Finding]:  # noqa: ARG001  # every check is handed the case
    """Ask how much is left."""
    memory = psutil.virtual_memory()
    return [judge_memory(memory.available, memory.total)]


def judge_memory(available: int, total: int) -> Finding:
    """Return whether there is enough. Both in bytes."""
    said = f"{available // _MEGABYTE} MB of {total // _MEGABYTE} MB available"
    cure = "ps aux --sort=-rss | head: end what is not needed, or add memory"
    if available < _NO_MEMORY:
        return bad(_MEMORY, said, cure)
    if available < _LITTLE_MEMORY:
        return warn(_MEMORY, said, cure)
    return fine(_MEMORY, said)
