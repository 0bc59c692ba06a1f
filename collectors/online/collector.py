"""Agencies' online systems by HTTP and HTTPS: the wanted answer, another answer, or none."""

import asyncio

from collectors.collector import Now, Target
from collectors.observation import Labels, Observation, Outcome, schema_of
from collectors.online.exchange import Answer
from collectors.online.failure import Failed
from collectors.online.fetch import Ask, Fetcher
from collectors.settings import HttpSettings

_OK, _STATUS, _SECONDS, _EXPIRES = (
    "mppmon_online_ok",
    "mppmon_online_status",
    "mppmon_online_seconds",
    "mppmon_online_certificate_expires_seconds",
)
METRICS = (_OK, _STATUS, _SECONDS, _EXPIRES)
"""All that is read in this way."""
_PHASES: tuple[Labels, ...] = tuple((("phase", phase),) for phase in ("connect", "first-byte", "total"))
_SERIES = ((_OK, ()), (_STATUS, ()), *((_SECONDS, labels) for labels in _PHASES))
_PLAIN = schema_of(_SERIES)
_TLS = schema_of((*_SERIES, (_EXPIRES, ())))


class OnlineCollector:
    """Way.HTTP. `workers` bounds the threads; see `collectors.online.fetch` for how many."""

    def __init__(self, *, now: Now, workers: int = 16) -> None:
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
            answer, outcome, detail = await self._fetcher.fetch(
                Ask(
                    url=settings.url,
                    method=settings.method,
                    timeout=settings.timeout,
                    max_bytes=settings.max_bytes,
                    verify=settings.verify,
                ),
                lambda answer: (answer, *judge(answer, settings)),
            )
        except Failed as failed:
            return Observation(
                target.check, target.device, failed.outcome, at, loop.time() - began, detail=failed.detail
            )
        values = (
            float(outcome is Outcome.OK),
            float(answer.status),
            answer.connect,
            answer.first_byte,
            answer.total,
            *(() if answer.certificate_expires is None else (answer.certificate_expires,)),
        )
        schema = _PLAIN if answer.certificate_expires is None else _TLS
        return Observation(target.check, target.device, outcome, at, answer.total, schema, values, detail=detail)

    async def close(self) -> None:
        """Give the threads back."""
        await self._fetcher.close()


def judge(answer: Answer, settings: HttpSettings) -> tuple[Outcome, str]:
    """Return whether it is the wanted answer, and why not. The text is sought in what was read, at most `max_bytes`."""
    rest = f"more than {settings.max_bytes} bytes: the rest was not read" if answer.cut else ""
    if answer.status not in settings.status:
        wanted = " or ".join(map(str, settings.status))
        kind = " (a redirect)" if 300 <= answer.status < 400 else ""  # noqa: PLR2004  # RFC 9110 section 15.4
        return Outcome.UNEXPECTED, f"status {answer.status}{kind}, expected {wanted}"
    if settings.contains is not None and settings.contains.encode() not in answer.body:
        return Outcome.UNEXPECTED, "; ".join(filter(None, ("the expected text is not on the page", rest)))
    return Outcome.OK, rest
