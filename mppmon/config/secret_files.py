"""The files with secrets that a configuration names: do they hold what they must, and for whom."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from alerts.settings import ChannelSettings, TelegramSettings
from collectors.settings import HttpSettings, PushDoorSettings, SnmpSettings, TrapSettings, TrapUserSettings
from mppmon.config.draft import Draft
from mppmon.config.loaded import Loaded
from mppmon.config.problem import Problem
from mppmon.config.reading import kind_of
from mppmon.config.secret_kinds import TELEGRAM, Secret, SecretKind, wrong
from mppmon.config.settings import DeviceSettings
from mppmon.config.targets import SNMP_FILES
from mppmon.config.tree import Path as KeyPath

_WANTED = "a file with one secret"
_WANTED_CERTIFICATE = "a file with certificates in PEM"
_OFFICIAL = "https://api.telegram.org"
_Written = tuple[str, KeyPath, Path, SecretKind]
"""File, key path and name of a secret file, and what it is for."""


def check_secrets(draft: Draft) -> None:
    """Judge secret files that can never be read, whoever reads them: directories, named pipes (which would hang)."""
    for file, path, name, kind in _written(draft):
        if str(name).startswith(("http:", "https:")):
            draft.error(file, path, "the URL itself (not shown)", "the name of a file in which the URL is")
            continue
        if TELEGRAM.fullmatch(str(name)):
            draft.error(file, path, "the token itself (not shown)", "the name of a file in which the token is")
            continue
        try:
            mode = (draft.directory / name).stat().st_mode
        except OSError:
            continue  # `check_secret_files` warns: it may be there for the daemon, on its machine
        except ValueError:  # a zero byte
            draft.error(file, path, "what is no name of a file", _wanted(kind))
            continue
        if not stat.S_ISREG(mode):
            draft.error(file, path, f"a {kind_of(mode)}", _wanted(kind))


def secrets_of(draft: Draft) -> tuple[Secret, ...]:
    """Return each secret file once for each thing it is for, with where it is named first."""
    named: dict[tuple[Path, SecretKind, Path | None], Secret] = {}
    for file, path, name, kind in _written(draft):
        device = draft.devices.devices.get(str(path[1])) if draft.devices and kind is SecretKind.KEY else None
        http = device.http if device is not None else None
        door = draft.daemon.push if draft.daemon and path[0] == "push" else None
        certificate = http.certificate_file if http else door.certificate_file if door else None
        shown = draft.directory / certificate if certificate else None
        key = ".".join(str(step) for step in path)
        secret = Secret(draft.place(file, path), key, draft.directory / name, kind, shown)
        named.setdefault((secret.path, kind, shown), secret)
    return tuple(named.values())


def _written(draft: Draft) -> Iterator[_Written]:
    """Yield every secret file that is named."""
    for slug, channel in (draft.channels.channels if draft.channels else {}).items():
        for key, name, kind in _channel_files(channel):
            yield "channels.yaml", ("channels", slug, key), name, kind
    if draft.daemon is not None and draft.daemon.heartbeat is not None:
        yield "daemon.yaml", ("heartbeat", "url_file"), draft.daemon.heartbeat.url_file, SecretKind.URL
    for keys, name, kind in _trap_files(draft.daemon.traps if draft.daemon is not None else None):
        yield "daemon.yaml", ("traps", *keys), name, kind
    door = draft.daemon.push if draft.daemon is not None else None
    for key, name, kind in _own_certificate(door):
        yield "daemon.yaml", ("push", key), name, kind
    for slug, device in (draft.devices.devices if draft.devices else {}).items():
        for keys, name, kind in _device_files(device):
            yield "devices.yaml", ("devices", slug, *keys), name, kind


def check_secret_files(loaded: Loaded) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return errors and warnings about the secret files of a configuration, with the place where each is named.

    What is in a file and can never be used is an error. That it is missing, unreadable to this user or readable to all
    is a warning: whoever checks a configuration need not be the user (or the machine) the daemon runs as. A daemon
    takes over a configuration whatever its secret files hold: it reads them anew whenever it needs them.
    """
    errors, warnings = [], []
    for secret in loaded.secrets:
        unwise = _judge(secret)
        if unwise is not None:
            warnings.append(_problem(secret, *unwise))
        fault = content_fault(secret)
        if fault is not None:
            errors.append(_problem(secret, f"{fault[0]}, in {secret.path}", fault[1]))
    return tuple(errors), tuple(warnings)


def content_fault(secret: Secret) -> tuple[str, str] | None:
    """Return what is wrong with what is in a secret file: found and expected. None also when it cannot be looked at."""
    try:
        if not stat.S_ISREG(secret.path.stat().st_mode):
            return None
        found = wrong(secret)
    except OSError:
        return None
    return (found.found, found.expected) if found is not None else None


def _problem(secret: Secret, found: str, expected: str, hint: str = "") -> Problem:
    return Problem(*secret.place, secret.key, found, expected, hint)


def _channel_files(channel: ChannelSettings) -> Iterator[tuple[str, Path, SecretKind]]:
    if isinstance(channel, TelegramSettings):
        official = channel.api == _OFFICIAL  # a gateway of one's own may have tokens of its own
        yield "token_file", channel.token_file, SecretKind.TELEGRAM if official else SecretKind.TOKEN
    elif channel.password_file is not None:
        yield "password_file", channel.password_file, SecretKind.MAIL_PASSWORD


def _device_files(device: DeviceSettings) -> Iterator[tuple[tuple[str, str], Path, SecretKind]]:
    for key, name, kind in _snmp_files(device.snmp):
        yield ("snmp", key), name, kind
    if device.agent is not None and device.agent.token_file is not None:
        yield ("agent", "token_file"), device.agent.token_file, SecretKind.TOKEN
    for key, name, kind in _http_files(device.http):
        yield ("http", key), name, kind
    for key, kind in (("password_file", SecretKind.NUT_PASSWORD), ("ca_file", SecretKind.CERTIFICATE)):
        path = getattr(device.nut, key, None)
        if path is not None:
            yield ("nut", key), path, kind


def _snmp_files(settings: SnmpSettings | TrapUserSettings | None) -> Iterator[tuple[str, Path, SecretKind]]:
    for key in SNMP_FILES:
        path = getattr(settings, key, None)
        if path is not None:
            yield key, path, SecretKind.COMMUNITY if key == "community_file" else SecretKind.PASSPHRASE


def _http_files(settings: HttpSettings | None) -> Iterator[tuple[str, Path, SecretKind]]:
    """Yield the files of a system's: our certificate and its key, the proxy's password, the system's authority."""
    yield from _own_certificate(settings)
    for name, kind in (("proxy_password_file", SecretKind.PROXY_PASSWORD), ("ca_file", SecretKind.CERTIFICATE)):
        path = getattr(settings, name, None)
        if path is not None:
            yield name, path, kind


def _own_certificate(settings: HttpSettings | PushDoorSettings | None) -> Iterator[tuple[str, Path, SecretKind]]:
    """Yield the file with the key of our certificate, and the certificate where it is in a file of its own."""
    if settings is None or settings.certificate_file is None:
        return
    if settings.key_file is None:
        yield "certificate_file", settings.certificate_file, SecretKind.KEY
    else:
        yield "certificate_file", settings.certificate_file, SecretKind.CERTIFICATE
        yield "key_file", settings.key_file, SecretKind.KEY


def _wanted(kind: SecretKind) -> str:
    return _WANTED_CERTIFICATE if kind.public else _WANTED


def _trap_files(traps: TrapSettings | None) -> Iterator[tuple[tuple[str | int, ...], Path, SecretKind]]:
    if traps is None:
        return
    if traps.community_file is not None:
        yield ("community_file",), traps.community_file, SecretKind.COMMUNITY
    for index, user in enumerate(traps.users):
        for key, path, kind in _snmp_files(user):
            yield ("users", index, key), path, kind


def _judge(secret: Secret) -> tuple[str, str, str] | None:
    """Return what is found, expected and helps, where a file cannot be read, or can be by everybody."""
    path = secret.path
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return f"{(error.strerror or 'an error').lower()}: {path}", _wanted(secret.kind), ""
    if not os.access(path, os.R_OK):
        return f"a file this user cannot read: {path}", "a file the daemon's user can read", ""
    if mode & stat.S_IROTH and not secret.kind.public:
        return f"a file that everybody can read: {path}", "mode 0640 or 0600", f"chmod o= {path}"
    return None
