"""Agencies' online systems by HTTP and HTTPS: the wanted answer, another answer, or none."""

import asyncio
import ipaddress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from collectors.collector import Now, Target
from collectors.observation import EMPTY, Labels, Observation, Outcome, schema_of
from collectors.online.answer import Answer
from collectors.online.failure import Failed
from collectors.online.fetch import Ask, Fetcher, Networks, Proxy, basic
from collectors.online.judge import Verdict, judge
from collectors.online.tls import Trust
from collectors.settings import HttpSettings

_OK, _STATUS, _SECONDS, _REDIRECTS, _EXPIRES, _LEFT = (
    "mppmon_online_ok",
    "mppmon_online_status",
    "mppmon_online_seconds",
    "mppmon_online_redirects",
    "mppmon_online_certificate_expires_seconds",
    "mppmon_online_certificate_left_seconds",
)
METRICS = (_OK, _STATUS, _SECONDS, _REDIRECTS, _EXPIRES, _LEFT)
"""All that is read in this way."""
PHASES = ("dns", "connect", "first-byte", "total")
_PHASES: tuple[Labels, ...] = tuple((("phase", phase),) for phase in PHASES)
_SERIES = ((_OK, ()), (_STATUS, ()), (_REDIRECTS, ()), *((_SECONDS, labels) for labels in _PHASES))
_PLAIN = schema_of(_SERIES)
_SECURE = (*_SERIES, (_SECONDS, (("phase", "tls"),)))
_TLS = schema_of(_SECURE)
_CERTIFIED = schema_of((*_SECURE, (_EXPIRES, ()), (_LEFT, ())))
_OTHER = schema_of(((_OK, ()),))
MAX_PASSWORD = 1024  # bytes
_HTTP = 80  # port


class OnlineCollector:
    """Way.HTTP. `workers` bounds the threads; see `collectors.online.fetch` for how many."""

    def __init__(self, *, now: Now, workers: int = 48) -> None:
        self._now = now
        self._fetcher = Fetcher(workers=workers, name="online")

    async def poll(self, target: Target) -> Observation:
        """Ask once, within `settings.timeout` seconds altogether. TypeError for another way's settings."""
        settings = target.settings
        if not isinstance(settings, HttpSettings):
            raise TypeError(f"{target.check}: found {type(settings).__name__}, expected HttpSettings")
        at, loop = self._now(), asyncio.get_running_loop()
        began = loop.time()
        try:
            answer, verdict = await self._fetcher.fetch(
                ask_of(settings), lambda answer: (answer, judge(answer, settings))
            )
        except Failed as failed:
            other = failed.outcome is Outcome.UNEXPECTED  # it answered, with what is not wanted
            return Observation(
                target.check,
                target.device,
                failed.outcome,
                at,
                loop.time() - began,
                _OTHER if other else EMPTY,
                (0.0,) if other else (),
                detail=failed.detail,
                reason=failed.reason,
            )
        return _observation(target, answer, verdict, at=at)

    async def close(self) -> None:
        """Give the threads back."""
        await self._fetcher.close()


def _observation(target: Target, answer: Answer, verdict: Verdict, *, at: datetime) -> Observation:
    values: tuple[float, ...] = (
        float(verdict.reason is None),
        float(answer.status),
        float(answer.redirects),
        answer.dns,
        answer.connect,
        answer.first_byte,
        answer.total,
    )
    schema, expires = _PLAIN, answer.certificate_expires
    if expires is not None:
        schema, values = _CERTIFIED, (*values, answer.tls, expires, expires - at.timestamp())
    elif answer.tls:
        schema, values = _TLS, (*values, answer.tls)
    return Observation(
        target.check,
        target.device,
        verdict.outcome,
        at,
        answer.total,
        schema,
        values,
        detail=verdict.detail,
        reason=verdict.reason or "",
    )


def ask_of(settings: HttpSettings) -> Ask:
    """Return what to fetch. `Failed` LOCAL: the proxy's password cannot be read."""
    return Ask(
        url=settings.url,
        method=settings.method,
        timeout=settings.timeout,
        max_bytes=settings.max_bytes,
        trust=Trust(settings.verify, settings.ca_file, settings.certificate_file, settings.key_file),
        redirects=settings.redirects,
        networks=_networks(settings.addresses),
        proxy=_proxy(settings),
    )


@lru_cache(maxsize=1024)
def _networks(written: tuple[str, ...]) -> Networks:
    return tuple(ipaddress.ip_network(one) for one in written)


def _proxy(settings: HttpSettings) -> Proxy | None:
    if settings.proxy is None:
        return None
    parts = urlsplit(settings.proxy)
    authorization = ""
    if settings.proxy_user is not None:
        password = _password(settings.proxy_password_file) if settings.proxy_password_file is not None else ""
        authorization = basic(settings.proxy_user, password)
    return Proxy(parts.hostname or "", parts.port or _HTTP, authorization)


def _password(file: Path) -> str:
    """Return the password, read anew each time so that it can be changed under a running daemon."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_PASSWORD).strip().decode()
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or "it is no text"
        raise Failed(Outcome.LOCAL, f"password file {file}: {words}") from error
