"""Communities, and passphrases of SNMPv3 users, from their files. Neither a text here nor an error holds one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collectors.settings import SnmpSettings, TrapUserSettings

SHORTEST, LONGEST = 8, 255  # octets; RFC 3414 section 11.2 demands the eight


@dataclass(frozen=True, slots=True)
class Secrets:
    """Both passphrases, empty where none is used."""

    auth: bytes = field(default=b"", repr=False)
    priv: bytes = field(default=b"", repr=False)


def read_secrets(settings: SnmpSettings | TrapUserSettings) -> Secrets:
    """Read the files that a user's protocols need. OSError or ValueError, free of their content, when one is no use."""
    return Secrets(
        _passphrase(settings.auth_protocol, settings.auth_file, "auth_file"),
        _passphrase(settings.priv_protocol, settings.priv_file, "priv_file"),
    )


def read_community(file: Path) -> bytes:
    """Read a community of v1 and v2c. OSError or ValueError, free of its text, when the file is no use."""
    return _line(file, 1)


def v3_expected(keys: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the key that is missing among those of a user, and what was expected; None when none is."""
    for kind in ("auth", "priv"):
        protocol, file = f"{kind}_protocol", f"{kind}_file"
        if (keys.get(protocol) is None) != (keys.get(file) is None):
            missing, there = (protocol, file) if keys.get(protocol) is None else (file, protocol)
            return missing, f"`{missing}` beside `{there}`"
    if keys.get("priv_protocol") is not None and keys.get("auth_protocol") is None:
        return "auth_protocol", "`auth_protocol` and `auth_file`: nobody encrypts without signing"
    return None


def user_message(settings: SnmpSettings | TrapUserSettings, secrets: Secrets) -> dict[str, str | None]:
    """Return a user as the child is told of it."""
    return {
        "user": settings.user,
        "auth": settings.auth_protocol,
        "auth_secret": secrets.auth.hex(),
        "priv": settings.priv_protocol,
        "priv_secret": secrets.priv.hex(),
    }


def _passphrase(protocol: str | None, file: Path | None, key: str) -> bytes:
    if protocol is None:
        return b""
    if file is None:
        raise ValueError(f"{key}: nothing, expected the name of a file with the passphrase")
    return _line(file, SHORTEST)


def _line(file: Path, shortest: int) -> bytes:
    with file.open("rb") as opened:
        lines = opened.read(LONGEST + 3).splitlines()
    if len(lines) != 1 or not shortest <= len(lines[0]) <= LONGEST:
        raise ValueError(f"{file}: expected one line of {shortest} to {LONGEST} octets")
    return lines[0]
