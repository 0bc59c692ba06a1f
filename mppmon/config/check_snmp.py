"""Cross-checks of SNMPv3 users, of devices and of traps."""

import ipaddress

from collectors.settings import SnmpSettings, TrapUserSettings
from collectors.snmp.v3.secrets import v3_expected
from mppmon.config.draft import Draft
from mppmon.config.problem import quoted
from mppmon.config.tree import Path as KeyPath

_DEVICES, _DAEMON = "devices.yaml", "daemon.yaml"
_OF_PROTOCOLS = ("auth_protocol", "auth_file", "priv_protocol", "priv_file")
_OF_V3 = ("user", *_OF_PROTOCOLS, "context")


def check_snmp(draft: Draft) -> None:
    """Judge every device's SNMP, and where traps are taken."""
    for slug, device in (draft.devices.devices if draft.devices else {}).items():
        if device.snmp is not None:
            _device(draft, ("devices", slug, "snmp"), device.snmp)
    _traps(draft)


def _device(draft: Draft, path: KeyPath, snmp: SnmpSettings) -> None:
    if snmp.version == "3":
        if snmp.user is None:
            draft.error(_DEVICES, (*path, "version"), "'3' without a user", "`user:` beside it")
        if snmp.community_file is not None:
            found = "`community_file` beside version 3"
            draft.error(_DEVICES, (*path, "community_file"), found, "no such line: v3 has a user", key=True)
        _user(draft, _DEVICES, path, snmp)
        return
    written = [key for key in _OF_V3 if getattr(snmp, key) is not None]
    for key in written[:1]:
        found = f"`{key}` beside version {snmp.version}"
        draft.error(_DEVICES, (*path, key), found, "`version: 3` beside it: only v3 has users", key=True)


def _user(draft: Draft, file: str, path: KeyPath, user: SnmpSettings | TrapUserSettings) -> None:
    wrong = v3_expected(user.model_dump())
    if wrong is not None:
        missing, expected = wrong
        there = next(key for key in reversed(_OF_PROTOCOLS) if getattr(user, key) is not None)
        draft.error(file, (*path, there), f"`{there}` without `{missing}`", expected, key=True)


def _traps(draft: Draft) -> None:
    traps = draft.daemon.traps if draft.daemon is not None else None
    if traps is None:
        return
    if traps.community_file is None and not traps.users:
        draft.error(
            _DAEMON,
            ("traps",),
            "neither `community_file` nor `users`",
            "one of them: unproven traps are refused",
            key=True,
        )
    try:
        ipaddress.ip_address(traps.listen_host)
    except ValueError:
        found = quoted(traps.listen_host)
        draft.error(_DAEMON, ("traps", "listen_host"), found, "an address of this machine, or 0.0.0.0 or :: for all")
    seen: set[str] = set()
    for index, user in enumerate(traps.users):
        if user.user in seen:
            draft.error(_DAEMON, ("traps", "users", index, "user"), f"{quoted(user.user)} again", "each user once")
        seen.add(user.user)
        _user(draft, _DAEMON, ("traps", "users", index), user)
