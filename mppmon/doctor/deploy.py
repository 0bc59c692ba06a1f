"""The service and its backups."""

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.database import newest_copy
from mppmon.doctor.finding import Finding, bad, fine, skipped, warn

_SERVICE, _BACKUP = "service", "backup"
_SYSTEMD = Path("/run/systemd/system")
_OLD = timedelta(days=8)
_SECONDS = 3.0
_PROPERTIES = "--property=LoadState,ActiveState,UnitFileState,AmbientCapabilities"


async def check_service(case: Case) -> Sequence[Finding]:
    """Ask systemd, where there is one."""
    return await in_thread(lambda: [_service(alive=case.daemon.alive)])


def _service(*, alive: bool) -> Finding:
    if not _SYSTEMD.exists():
        return skipped(_SERVICE, "no systemd runs here: whoever starts the daemon must also start it anew")
    unit = unit_properties()
    if not unit.get("ActiveState"):
        return skipped(_SERVICE, "systemctl does not answer")
    return judge_service(unit, alive=alive)


def unit_properties() -> dict[str, str]:
    """Return what systemd knows of mppmon.service, nothing when systemctl does not answer. Blocking."""
    try:
        done = subprocess.run(  # noqa: S603  # fixed argv, no shell
            ["/usr/bin/systemctl", "show", "mppmon.service", _PROPERTIES],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def judge_service(unit: dict[str, str], *, alive: bool) -> Finding:
    """Return whether the daemon comes back by itself. `unit`: systemd's properties of mppmon.service."""
    state, enabled = unit.get("ActiveState", ""), unit.get("UnitFileState", "")
    if unit.get("LoadState") == "not-found":
        said = "mppmon.service is not installed: the daemon will not come back after a power cut"
        return warn(_SERVICE, said, "install deploy/systemd/mppmon.service (deploy/README.md)")
    if state == "failed":
        return bad(_SERVICE, "mppmon.service has failed", "journalctl -u mppmon -n 50; then systemctl restart mppmon")
    if state != "active":
        if alive:
            return warn(_SERVICE, "the daemon runs, but not as mppmon.service", "end it, then systemctl start mppmon")
        return bad(_SERVICE, f"mppmon.service is {state}", "systemctl enable --now mppmon")
    if enabled not in {"enabled", "enabled-runtime", "static", "linked"}:
        return warn(_SERVICE, "active, but not started after a power cut", "systemctl enable mppmon")
    return fine(_SERVICE, "mppmon.service is active, and is started with the machine")


async def check_backup(case: Case) -> Sequence[Finding]:
    """Look for the newest copy of the database."""
    return await in_thread(lambda: [_backup(case)])


def _backup(case: Case) -> Finding:
    try:
        began = case.database.exists()
        copy = newest_copy(case.state)
        at = datetime.fromtimestamp(copy.stat().st_mtime, UTC) if copy is not None else None
    except OSError as error:
        return skipped(_BACKUP, f"{error.filename}: {error.strerror}: ask as root")
    if not began:
        return skipped(_BACKUP, "there is nothing to copy yet")
    return judge_backup(case.state / "backup", copy, at, case.now)


def judge_backup(folder: Path, copy: Path | None, at: datetime | None, now: datetime) -> Finding:
    """Return whether there is a copy that is new enough. `at`: when it was written."""
    cure = "copy the database every week, and carry the copy away (deploy/README.md, Backup)"
    if copy is None or at is None:
        return warn(_BACKUP, f"no copy of the database in {folder}", cure)
    days = (now - at).days
    if now - at > _OLD:
        return warn(_BACKUP, f"the newest copy is {days} days old: {copy.name}", cure)
    return fine(_BACKUP, f"{copy.name}, {days} days old")
