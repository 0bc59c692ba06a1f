"""The files with secrets that a configuration names: are they there, and only for those who need them? Never read."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from alerts.settings import EmailSettings
from collectors.settings import AgentSettings, HttpSettings, NutSettings, SnmpSettings, TrapSettings, TrapUserSettings
from mppmon.config.draft import Draft
from mppmon.config.loaded import Loaded
from mppmon.config.problem import Problem
from mppmon.config.reading import kind_of
from mppmon.config.targets import SNMP_FILES
from mppmon.config.tree import Path as KeyPath

_WANTED = "a file with one secret"
_TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")  # as Telegram gives it


def check_secrets(draft: Draft) -> None:
    """Judge secret files that can never be read, whoever reads them: directories, named pipes (which would hang)."""
    for file, path, name in _written(draft):
        if str(name).startswith(("http:", "https:")):
            draft.error(file, path, "the URL itself (not shown)", "the name of a file in which the URL is")
            continue
        if _TOKEN.fullmatch(str(name)):
            draft.error(file, path, "the token itself (not shown)", "the name of a file in which the token is")
            continue
        try:
            mode = (draft.directory / name).stat().st_mode
        except OSError:
            continue  # `check_secret_files` warns: it may be there for the daemon, on its machine
        except ValueError:  # a zero byte
            draft.error(file, path, "what is no name of a file", _WANTED)
            continue
        if not stat.S_ISREG(mode):
            draft.error(file, path, f"a {kind_of(mode)}", _WANTED)


def _written(draft: Draft) -> Iterator[tuple[str, KeyPath, Path]]:
    """Yield file, key path and name of every secret file that is named."""
    for slug, channel in (draft.channels.channels if draft.channels else {}).items():
        key = "password_file" if isinstance(channel, EmailSettings) else "token_file"
        name = getattr(channel, key)
        if name is not None:
            yield "channels.yaml", ("channels", slug, key), name
    if draft.daemon is not None and draft.daemon.heartbeat is not None:
        yield "daemon.yaml", ("heartbeat", "url_file"), draft.daemon.heartbeat.url_file
    traps = draft.daemon.traps if draft.daemon is not None else None
    for keys, name in _trap_files(traps):
        yield "daemon.yaml", ("traps", *keys), name
    for slug, device in (draft.devices.devices if draft.devices else {}).items():
        for key, name in _snmp_files(device.snmp):
            yield "devices.yaml", ("devices", slug, "snmp", key), name
        if device.agent is not None and device.agent.token_file is not None:
            yield "devices.yaml", ("devices", slug, "agent", "token_file"), device.agent.token_file
        for key, name in _http_files(device.http):
            yield "devices.yaml", ("devices", slug, "http", key), name
        if device.nut is not None and device.nut.password_file is not None:
            yield "devices.yaml", ("devices", slug, "nut", "password_file"), device.nut.password_file


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
    if loaded.settings.heartbeat is not None:
        named.setdefault(loaded.settings.heartbeat.url_file, "heartbeat")
    for keys, path in _trap_files(loaded.settings.traps):
        named.setdefault(path, f"traps.{keys[0]}")
    for target in loaded.targets:
        settings = target.settings
        paths = [settings.token_file] if isinstance(settings, AgentSettings) else []
        paths += [settings.password_file] if isinstance(settings, NutSettings) else []
        paths += [path for _, path in _http_files(settings)] if isinstance(settings, HttpSettings) else []
        paths += [path for _, path in _snmp_files(settings)] if isinstance(settings, SnmpSettings) else []
        for path in paths:
            if path is not None:
                named.setdefault(path, f"devices.{target.device}")
    return [(key, path) for path, key in named.items()]


def _snmp_files(settings: SnmpSettings | TrapUserSettings | None) -> Iterator[tuple[str, Path]]:
    for key in SNMP_FILES:
        path = getattr(settings, key, None)
        if path is not None:
            yield key, path


def _http_files(settings: HttpSettings | None) -> Iterator[tuple[str, Path]]:
    """Yield what is secret of a system's: the file with the key of our certificate, and the proxy's password."""
    if settings is None:
        return
    key = "key_file" if settings.key_file is not None else "certificate_file"
    for name in (key, "proxy_password_file"):
        path = getattr(settings, name)
        if path is not None:
            yield name, path


def _trap_files(traps: TrapSettings | None) -> Iterator[tuple[tuple[str | int, ...], Path]]:
    if traps is None:
        return
    if traps.community_file is not None:
        yield ("community_file",), traps.community_file
    for index, user in enumerate(traps.users):
        for key, path in _snmp_files(user):
            yield ("users", index, key), path


def _judge(key: str, path: Path) -> Problem | None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return Problem(str(path), 0, 0, key, (error.strerror or "an error").lower(), _WANTED)
    if not os.access(path, os.R_OK):
        return Problem(str(path), 0, 0, key, "a file this user cannot read", "a file the daemon's user can read")
    if mode & stat.S_IROTH:
        return Problem(str(path), 0, 0, key, "a file that everybody can read", "mode 0640 or 0600", f"chmod o= {path}")
    return None
