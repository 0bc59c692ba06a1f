"""The files with secrets that a configuration names: are they there, and only for those who need them? Never read."""

import os
import stat
from pathlib import Path

from alerts.settings import EmailSettings
from collectors.settings import AgentSettings, SnmpSettings
from mppmon.config.loaded import Loaded
from mppmon.config.problem import Problem


def check_secret_files(loaded: Loaded) -> tuple[Problem, ...]:
    """Return a warning for every secret file that is missing, unreadable to this user, or readable to all.

    Warnings, because whoever checks a configuration need not be the user (or the machine) the daemon runs as.
    """
    found = [_judge(key, path) for key, path in secret_files(loaded)]
    return tuple(problem for problem in found if problem is not None)


def secret_files(loaded: Loaded) -> list[tuple[str, Path]]:
    """Return each secret file once, with the key path of the entry that names it first."""
    named: dict[Path, str] = {}
    for slug, channel in loaded.channels.items():
        path = channel.password_file if isinstance(channel, EmailSettings) else channel.token_file
        if path is not None:
            named.setdefault(path, f"channels.{slug}")
    for target in loaded.targets:
        settings = target.settings
        path = (
            settings.community_file
            if isinstance(settings, SnmpSettings)
            else settings.token_file
            if isinstance(settings, AgentSettings)
            else None
        )
        if path is not None:
            named.setdefault(path, f"devices.{target.device}")
    return [(key, path) for path, key in named.items()]


def _judge(key: str, path: Path) -> Problem | None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return Problem(str(path), 0, 0, key, (error.strerror or "an error").lower(), "a file with one secret")
    if not stat.S_ISREG(mode):
        return Problem(str(path), 0, 0, key, "what is no file", "a file with one secret")
    if not os.access(path, os.R_OK):
        return Problem(str(path), 0, 0, key, "a file this user cannot read", "a file the daemon's user can read")
    if mode & stat.S_IROTH:
        return Problem(str(path), 0, 0, key, "a file that everybody can read", "mode 0640 or 0600", f"chmod o= {path}")
    return None
