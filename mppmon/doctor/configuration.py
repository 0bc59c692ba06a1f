"""The configuration on disk, and the files with secrets that it names."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from mppmon.config import Loaded, Problem
from mppmon.config.check_people import ALL_NEED_INTERNET
from mppmon.config.secret_files import content_fault
from mppmon.config.secret_kinds import Secret
from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case, Owner
from mppmon.doctor.finding import Finding, State, bad, few, fine, skipped, warn

_CONFIG, _SECRETS = "configuration", "secret files"
_CREDENTIALS = Path("/run/credentials")
"""Where systemd puts them: they are there while the unit runs, for its user alone."""


async def check_configuration(case: Case) -> Sequence[Finding]:
    """Say whether the configuration can be used."""
    sort = await in_thread(lambda: _sort(case.config))
    if case.loaded is None and sort == "missing":
        return [
            bad(
                _CONFIG, f"there is no directory {case.config}", f"mppmon init {case.config}, or name another: --config"
            )
        ]
    if case.loaded is None and sort == "hidden":
        return [skipped(_CONFIG, f"this user may not read {case.config}: ask as root or as the daemon's user")]
    return [judge_configuration(case.config, case.loaded, case.problems)]


def _sort(config: Path) -> str:
    try:
        is_there = config.is_dir()
    except PermissionError:
        return "hidden"
    except OSError:
        return "missing"  # a name that no file system takes
    if not is_there:
        return "missing"
    return "" if os.access(config, os.R_OK | os.X_OK) else "hidden"


def judge_configuration(config: Path, loaded: Loaded | None, problems: Sequence[Problem]) -> Finding:
    """Return the verdict on a configuration directory: the first problem, and how many there are."""
    check = f"mppmon check-config {config}"
    if loaded is None:
        return bad(_CONFIG, _first(problems, "problem"), check)
    unwise = [one for one in loaded.warnings if one.found != ALL_NEED_INTERNET]  # said once, with the ways to people
    if unwise:
        return warn(_CONFIG, _first(unwise, "warning"), check)
    mall = loaded.mall
    counts = f"{len(mall.agencies)} agencies, {len(mall.counters)} counters, {len(mall.devices)} devices"
    return fine(_CONFIG, f"{counts}; revision {loaded.revision}")


def _first(problems: Sequence[Problem], word: str) -> str:
    if not problems:
        return "it cannot be read"
    count = f"{len(problems)} {word}{'' if len(problems) == 1 else 's'}"
    return f"{count}: {problems[0]}" if len(problems) == 1 else f"{count}; the first: {problems[0]}"


async def check_secrets(case: Case) -> Sequence[Finding]:
    """Look at the files with secrets, and whether what is in them can be right."""
    if case.loaded is None:
        return [skipped(_SECRETS, "not known without a configuration")]
    secrets = case.loaded.secrets
    paths = list(dict.fromkeys(one.path for one in secrets))
    secret = {one.path for one in secrets if not one.kind.public}
    looked = await in_thread(
        lambda: judge_secrets([(path, look(path, case.owner, secret=path in secret)) for path in paths], case.owner)
    )
    useless = await in_thread(lambda: judge_contents(secrets))
    return [*useless, *(one for one in looked if not useless or one.state is not State.OK)]


def judge_contents(secrets: Sequence[Secret]) -> Sequence[Finding]:
    """Return a line for each file whose content cannot be right; what is in it is never said."""
    found = []
    for secret in secrets:
        fault = content_fault(secret)
        if fault is not None:
            said = f"{secret.path}: {fault[0]} ({secret.key})"
            found.append(bad(_SECRETS, said, f"put into {secret.path} {fault[1]}"))
    return found


def look(path: Path, owner: Owner | None, *, secret: bool = True) -> str:
    """Return what is wrong with a file that holds a secret: `missing`, `no file`, `closed`, `open` or nothing.

    `closed`: the daemon's user (without one: this user) may not read it. `open`: everybody may.
    """
    try:
        found = path.stat()
    except PermissionError:
        return "hidden"
    except OSError:
        return "" if path.is_relative_to(_CREDENTIALS) else "missing"
    if not stat.S_ISREG(found.st_mode):
        return "no file"
    readable = os.access(path, os.R_OK) if owner is None else _may(path, owner)
    if not readable:
        return "closed"
    return "open" if secret and found.st_mode & stat.S_IROTH and _reached_by_all(path) else ""


def _may(path: Path, owner: Owner) -> bool:
    """Whether this user may read the file, by owner, group and mode of it and of all directories above."""
    if owner.uid == 0:
        return True
    wanted = [(path, 0o4), *((above, 0o1) for above in path.parents)]
    return all(_bits(one.stat(), owner) & bit for one, bit in wanted)


def _bits(found: os.stat_result, owner: Owner) -> int:
    if found.st_uid == owner.uid:
        return found.st_mode >> 6
    return found.st_mode >> 3 if found.st_gid in owner.groups else found.st_mode


def _reached_by_all(path: Path) -> bool:
    return all(above.stat().st_mode & stat.S_IXOTH for above in path.parents)


def judge_secrets(looked: Sequence[tuple[Path, str]], owner: Owner | None) -> Sequence[Finding]:
    """Return a line for each sort of fault, one in all when there is none."""
    if not looked:
        return [skipped(_SECRETS, "the configuration names none")]
    by: dict[str, list[Path]] = {}
    for path, fault in looked:
        by.setdefault(fault, []).append(path)
    group = owner.group if owner is not None and owner.uid else "mppmon"
    name = owner.name if owner is not None else "this user"
    found = []
    for fault, paths in by.items():
        shown, first = few(str(path) for path in paths), paths[0]
        if fault == "missing":
            found.append(bad(_SECRETS, f"missing: {shown}", f"put the secret, one line, into {first}"))
        elif fault == "no file":
            found.append(bad(_SECRETS, f"no ordinary file: {shown}", f"put the secret, one line, into a file {first}"))
        elif fault == "closed":
            cure = f"chgrp {group} {first} && chmod 0640 {first}"
            found.append(bad(_SECRETS, f"{name} (the daemon's user) cannot read {shown}", cure))
        elif fault == "hidden":
            found.append(skipped(_SECRETS, f"this user may not look at {shown}: ask as root"))
        elif fault == "open":
            found.append(warn(_SECRETS, f"everybody can read {shown}", f"chmod o= {first}"))
    return found or [fine(_SECRETS, f"{len(looked)} files, none of them open to everybody")]
