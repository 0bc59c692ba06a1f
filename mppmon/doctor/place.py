"""The state directory: whose it is, and whether who asks may use it."""

import os
import pwd
import stat
from collections.abc import Sequence
from pathlib import Path

from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case, Owner
from mppmon.doctor.finding import Finding, bad, few, fine, skipped, warn
from mppmon.store.locking import STATE_MODE

_STATE, _YOU = "state directory", "your rights"


async def check_place(case: Case) -> Sequence[Finding]:
    """Look at the directory, what lies in it, and the user who asks."""
    return await in_thread(lambda: [judge_state(case), judge_you(case.owner, os.geteuid(), _groups())])


def _groups() -> frozenset[int]:
    return frozenset((os.getegid(), *os.getgroups()))


def judge_state(case: Case) -> Finding:
    """Return whether the state directory is the daemon's own, with its mode."""
    state = case.state
    try:
        mode = state.stat().st_mode
    except FileNotFoundError:
        return skipped(_STATE, f"{state} is not there yet: it is made at the first start")
    except PermissionError:
        return skipped(_STATE, f"this user may not look at {state}: ask as root")
    except OSError as error:
        return bad(_STATE, f"{state}: {error.strerror}", f"ls -ld {state}")
    if not stat.S_ISDIR(mode):
        return bad(_STATE, f"{state} is no directory", f"move {state} away: the daemon makes a directory there")
    return judge_directory(state, stat.S_IMODE(mode), case.owner, _foreign(state, case.owner))


def judge_directory(state: Path, mode: int, owner: Owner | None, foreign: Sequence[Path]) -> Finding:
    """Return whether mode and owners are the daemon's. `foreign`: what lies there and is somebody else's."""
    name, group = (owner.name, owner.group) if owner is not None else ("root", "root")
    if mode & 0o007:
        said = f"{state} has mode {mode:04o}: others than the daemon's group may look into it"
        return bad(_STATE, said, f"chmod {STATE_MODE:o} {state}")
    if foreign:
        said = f"not {name}'s: {few(one.name for one in foreign)} in {state} (was it run as another user once?)"
        return bad(_STATE, said, f"chown -R {name}:{group} {state}")
    if mode != STATE_MODE:
        return warn(_STATE, f"{state} has mode {mode:04o}, expected {STATE_MODE:o}", f"chmod {STATE_MODE:o} {state}")
    return fine(_STATE, f"{state}, mode {STATE_MODE:o}, {name}:{group}")


def _foreign(state: Path, owner: Owner | None) -> list[Path]:
    """Return what lies there and belongs to somebody else. Nothing when this user may not look."""
    try:
        return [one for one in sorted(state.iterdir()) if owner is not None and one.lstat().st_uid != owner.uid]
    except OSError:
        return []


def judge_you(owner: Owner | None, uid: int, groups: frozenset[int]) -> Finding:
    """Return whether this user may use the command line: root, the daemon's user, or a member of its group."""
    login = _login(uid)
    if uid == 0:
        return fine(_YOU, "root: may do everything")
    if owner is None:
        return skipped(_YOU, "whose the state directory is cannot be told (yet)")
    if uid == owner.uid or groups & owner.groups:
        return fine(_YOU, f"{login} is in the daemon's group {owner.group}")
    said = f"{login} is not in the daemon's group {owner.group}: status, ack and others will be refused"
    return warn(_YOU, said, f"sudo adduser {login} {owner.group}   (then log in anew)")


def _login(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
