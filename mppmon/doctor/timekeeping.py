"""The clock of this machine: whether it is kept right, and is right."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import psutil

from alerts.settings import TelegramSettings
from collectors.settings import HttpSettings
from mppmon.clock import BUILT, synchronised
from mppmon.config import Loaded
from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, fine, skipped, warn

_SYNC, _CLOCK, _ZONE, _OUTSIDE = "time synchronisation", "clock", "time zone", "clock by the internet"
_RTC = Path("/sys/class/rtc/rtc0/since_epoch")
_KEEPERS = ("chronyd", "ntpd", "openntpd", "systemd-timesyncd", "systemd-timesyn", "ptp4l")
_INSTALL = "sudo apt install chrony"
_LONGEST = timedelta(days=365 * 20)  # no installation is older than its program by more
_OFF, _FAR_OFF = timedelta(seconds=5), timedelta(seconds=60)
_PATIENCE = 4.0


async def check_clock(case: Case) -> Sequence[Finding]:
    """Ask the kernel, the hardware clock and the time zone data."""
    return await in_thread(
        lambda: [
            judge_sync(synchronised(), _keepers()),
            judge_clock(case.now, _hardware()),
            judge_zone(case.loaded.mall.site.timezone if case.loaded else None),
        ]
    )


def _keepers() -> list[str]:
    names = {process.info["name"] for process in psutil.process_iter(["name"])}
    return sorted(names & set(_KEEPERS))


def judge_sync(synchronised: bool | None, keepers: Collection[str]) -> Finding:  # noqa: FBT001  # the kernel's answer
    """Return whether somebody keeps the clock right. `keepers`: time services that run here."""
    names = ", ".join(keepers)
    if synchronised is None:
        return skipped(_SYNC, "this kernel does not tell" + (f"; {names} runs" if names else ""))
    if synchronised:
        return fine(_SYNC, f"the kernel calls the clock synchronised ({names or 'by the host of this container'})")
    if names:
        cure = "chronyc sources, or timedatectl timesync-status: is its server reached (UDP port 123)?"
        return warn(_SYNC, f"{names} runs and has not found the time yet", cure)
    return warn(_SYNC, "nobody keeps the clock: incidents and reports will be dated wrongly some day", _INSTALL)


def _hardware() -> datetime | None:
    try:
        return datetime.fromtimestamp(int(_RTC.read_text("utf-8")), UTC)
    except (OSError, ValueError):
        return None


def judge_clock(now: datetime, hardware: datetime | None) -> Finding:
    """Return whether the time can be true, and will still be after a power cut. `hardware`: the RTC, read as UTC."""
    cure = f"set it (sudo timedatectl set-time 'YYYY-MM-DD HH:MM:SS'), and let it be kept: {_INSTALL}"
    if now < BUILT or now > BUILT + _LONGEST:
        return bad(_CLOCK, f"{now:%Y-%m-%d %H:%M} UTC cannot be the time", cure)
    if hardware is None:
        return fine(_CLOCK, f"{now:%Y-%m-%d %H:%M} UTC; no hardware clock can be read here")
    apart = hardware - now
    if abs(apart) > _FAR_OFF:
        said = f"the hardware clock is {_span(apart)}: after a power cut the time is wrong until it is synchronised"
        return warn(_CLOCK, said, "sudo hwclock --systohc --utc   (if it loses time again: change its battery)")
    return fine(_CLOCK, f"{now:%Y-%m-%d %H:%M} UTC; the hardware clock agrees")


def _span(apart: timedelta) -> str:
    seconds = abs(apart).total_seconds()
    amount = f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 3600:.1f} h"  # noqa: PLR2004  # past ten minutes
    return f"{amount} {'ahead' if apart > timedelta() else 'behind'}"


def judge_zone(name: str | None) -> Finding:
    """Return whether the mall's time zone is known here."""
    if name is None:
        return skipped(_ZONE, "not known without a configuration")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return bad(_ZONE, f"no data for {name}", "sudo apt install tzdata, or reinstall mppmon with its dependencies")
    return fine(_ZONE, name)


async def check_outside(case: Case) -> Sequence[Finding]:
    """Hold our clock against the `Date` of what the configuration names outside."""
    urls = outside(case.loaded) if case.loaded is not None else []
    if not urls:
        return [skipped(_OUTSIDE, "the configuration names nothing outside that could tell the time")]
    return await in_thread(lambda: [_compare(case, urls)])


def outside(loaded: Loaded) -> list[str]:
    """Return URLs whose servers tell the time: the bots' API first. They hold no token."""
    bots = [one.api for one in loaded.channels.values() if isinstance(one, TelegramSettings)]
    far = {one.id for one in loaded.mall.devices.values() if one.outside}
    systems = [
        one.settings.url for one in loaded.targets if isinstance(one.settings, HttpSettings) and one.device in far
    ]
    return [*dict.fromkeys((*bots, *systems))][:3]


def _compare(case: Case, urls: Sequence[str]) -> Finding:
    for url in urls:
        try:
            answer = httpx.head(url, timeout=_PATIENCE / len(urls))
            date = parsedate_to_datetime(answer.headers["Date"])
        except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError):
            continue
        if date.tzinfo is not None:
            return judge_outside(case.clock.now() - date, httpx.URL(url).host)
    return skipped(_OUTSIDE, "nobody outside answered with a date")


def judge_outside(apart: timedelta, host: str) -> Finding:
    """Return how far our clock is from a server's. `apart`: ours minus theirs, which counts whole seconds."""
    word = " of" if apart > timedelta() else ""
    said = f"this machine is {_span(apart)}{word} {host}"
    if abs(apart) > _FAR_OFF:
        return bad(_OUTSIDE, f"{said}: incidents are dated wrongly, encrypted connections may fail", _INSTALL)
    if abs(apart) > _OFF:
        return warn(_OUTSIDE, said, _INSTALL)
    return fine(_OUTSIDE, f"agrees with {host} to {max(1, round(abs(apart).total_seconds()))} s")
