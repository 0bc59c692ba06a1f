"""Counter PCs: one GET of Prometheus text, read into the PC's observation and those of its peripherals."""

import asyncio
import ipaddress
from pathlib import Path

from collectors.collector import Now, Target
from collectors.observation import Observation, Outcome
from collectors.online.answer import Answer
from collectors.online.failure import Failed
from collectors.online.fetch import Ask, Fetcher
from collectors.online.reason import Reason
from collectors.pc.reader import Names, Reading, Unreadable, read
from collectors.pc.seen import Seen, failed, names_of, settings_of
from collectors.settings import AgentSettings

_ACCEPT = ("Accept", "text/plain;version=0.0.4")
MAX_TOKEN = 1024  # bytes


class PcCollector:
    """Way.AGENT. `workers` bounds the threads; see `collectors.online.fetch` for how many."""

    def __init__(self, *, now: Now, workers: int = 48) -> None:
        self._now = now
        self._fetcher = Fetcher(workers=workers, name="pc")
        self._seen = Seen()

    async def poll(self, target: Target) -> Observation:
        """Ask once, within `settings.timeout` seconds altogether. TypeError for another way's settings."""
        settings = settings_of(target)
        at, loop = self._now(), asyncio.get_running_loop()
        began = loop.time()
        try:
            ask, names = _ask(target.address, settings), names_of(target)
            reading, seconds = await self._fetcher.fetch(ask, lambda answer: (_read(answer, names), answer.total))
        except (Failed, Unreadable) as error:
            why = error if isinstance(error, Failed) else Failed(Outcome.INVALID, str(error), Reason.NOT_METRICS)
            return failed(target, why, at, loop.time() - began)
        return self._seen.of(target, reading, at, seconds)

    async def close(self) -> None:
        """Give the threads back."""
        await self._fetcher.close()


def _ask(address: str, settings: AgentSettings) -> Ask:
    try:
        host = f"[{address}]" if ipaddress.ip_address(address).version == 6 else address  # noqa: PLR2004  # IPv6
    except ValueError:
        host = address
    token = () if settings.token_file is None else (("Authorization", f"Bearer {_token(settings.token_file)}"),)
    return Ask(
        url=f"{settings.scheme or ('https' if settings.pin else 'http')}://{host}:{settings.port}{settings.path}",
        timeout=settings.timeout,
        max_bytes=settings.max_bytes,
        headers=(_ACCEPT, *token),
        pin=settings.pin,
    )


def _token(file: Path) -> str:
    """Return the token, read anew each time so that it can be changed under a running daemon. A local file of one line:
    quicker than handing it to a thread.
    """
    try:
        with file.open("rb") as opened:
            token = opened.read(MAX_TOKEN + 1).strip()
    except OSError as error:
        raise Failed(Outcome.LOCAL, f"token file {file}: {error.strerror}") from error
    if not token or len(token) > MAX_TOKEN or not token.isascii() or not token.decode("ascii").isprintable():
        raise Failed(Outcome.LOCAL, f"token file {file}: expected one line of ASCII, at most {MAX_TOKEN} bytes")
    return token.decode("ascii")


def _read(answer: Answer, names: Names) -> Reading:
    """Return the reading of a whole 200; `Failed` or `Unreadable` otherwise."""
    if answer.status in {401, 403}:
        raise Failed(Outcome.DENIED, f"status {answer.status}: the agent does not accept our token", Reason.TOKEN)
    if answer.status != 200:  # noqa: PLR2004  # RFC 9110
        raise Failed(Outcome.UNEXPECTED, f"status {answer.status}, expected 200", Reason.OTHER_STATUS)
    if answer.cut:
        raise Failed(Outcome.INVALID, f"more than {len(answer.body)} bytes of metrics", Reason.TOO_MUCH)
    return read(answer.body, answer.content_type, names)
