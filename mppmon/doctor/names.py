"""The resolver: whether it knows the names of the configuration, and how quickly."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from alerts.settings import EmailSettings
from collectors.observation import Outcome
from collectors.online.failure import of_resolver
from collectors.online.names import literal
from collectors.settings import HttpSettings
from mppmon.config import Loaded
from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, few, fine, skipped, warn

_NAME = "names (DNS)"
_MOST = 64  # names that are looked up
_PATIENCE = 5.0
_SLOW = 1.0
Found = float | Outcome
"""Seconds of a look-up that found something, else UNREACHABLE (no such name) or LOCAL (the resolver is at fault)."""


async def check_names(case: Case) -> Sequence[Finding]:
    """Look all names up at once."""
    if case.loaded is None:
        return [skipped(_NAME, "no names are known without a configuration")]
    names = names_of(case.loaded)
    found = await asyncio.gather(*(_look_up(name, case) for name in names))
    return [judge_names(dict(zip(names, found, strict=True)))]


def names_of(loaded: Loaded) -> list[str]:
    """Return the host names of channels, devices and online systems, without addresses."""
    channels = [
        one.host if isinstance(one, EmailSettings) else urlsplit(one.api).hostname for one in loaded.channels.values()
    ]
    systems = [urlsplit(one.settings.url).hostname for one in loaded.targets if isinstance(one.settings, HttpSettings)]
    addresses = [one.address for one in loaded.mall.devices.values()]
    names = dict.fromkeys(one for one in (*channels, *systems, *addresses) if one and not literal(one))
    return list(names)[:_MOST]


async def _look_up(name: str, case: Case) -> Found:
    began = case.clock.monotonic()
    try:
        async with asyncio.timeout(_PATIENCE):
            await in_thread(lambda: socket.getaddrinfo(name, 0, type=socket.SOCK_STREAM))
    except socket.gaierror as error:
        return of_resolver(name, error).outcome
    except (TimeoutError, OSError, UnicodeError):
        return Outcome.LOCAL
    return case.clock.monotonic() - began


def judge_names(found: Mapping[str, Found]) -> Finding:
    """Return whether the resolver does its work."""
    if not found:
        return skipped(_NAME, "the configuration names addresses only: no resolver is needed")
    silent = [name for name, one in found.items() if one is Outcome.LOCAL]
    unknown = [name for name, one in found.items() if one is Outcome.UNREACHABLE]
    if silent:
        cure = f"look at the nameserver lines of /etc/resolv.conf; try: getent hosts {silent[0]}"
        return bad(_NAME, f"the resolver gave no answer for {few(silent)}", cure)
    if unknown:
        return bad(_NAME, f"not known: {few(unknown)}", f"correct the name; try: getent hosts {unknown[0]}")
    slowest, seconds = max(
        ((name, one) for name, one in found.items() if isinstance(one, float)), key=lambda one: one[1]
    )
    if seconds > _SLOW:
        cure = "name a nearer server first in /etc/resolv.conf"
        return warn(_NAME, f"slow: {seconds:.1f} s for {slowest}", cure)
    return fine(_NAME, f"{len(found)} names known, the slowest after {seconds * 1000:.0f} ms")
