"""One bounded HTTP fetch, for agencies' online systems and for counter PCs.

Name and connection are awaited in the poll loop; only a peer that has accepted the connection takes a worker, and never
longer than its deadline. So what is off or black-holed costs no worker. How many to give: those that accept and then
hang, times their timeout, divided by their interval. 16 workers carry 190 PCs that all hang for 5 s every 60 s, and a
few thousand that answer. When all workers are taken the outcome is LOCAL: our want of workers says nothing about a
device.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import requests
from urllib3.util import parse_url

from collectors.observation import Outcome
from collectors.online.budget import Budget
from collectors.online.exchange import Answer, Line, exchange
from collectors.online.failure import Failed
from collectors.online.names import Names
from collectors.online.tcp import connect
from collectors.online.tls import blind_context, trusting_context

T = TypeVar("T")

RESOLVERS = 4  # look-ups cannot be stopped: they have a pool of their own
_GRACE = 0.25  # seconds the worker, which knows more, has to say what it saw before the loop gives up on it
_OVERHEAD = 65_536  # bytes of headers and chunk marks beside the body
_WAITED = 0.25  # share of the timeout lost in our own queue, past which a timeout is ours and not the peer's


@dataclass(frozen=True, slots=True)
class Ask:
    """What to fetch. `timeout` in seconds is the hard deadline of everything together; `max_bytes` of the body. `pin`:
    SHA-256 of the only certificate (DER) that is good, in lower-case hex, whoever issued it and until when.
    """

    url: str
    timeout: float
    max_bytes: int
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # may hold a token
    verify: bool = True
    pin: str | None = None


class Fetcher:
    """Fetches with at most `workers` threads. Made in the poll loop or before it, closed by `close`."""

    def __init__(self, *, workers: int, name: str) -> None:
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._names = Names(RESOLVERS, name)

    @cached_property
    def _trusting(self) -> ssl.SSLContext:
        return trusting_context()

    @cached_property
    def _blind(self) -> ssl.SSLContext:
        return blind_context()

    async def fetch(self, ask: Ask, use: Callable[[Answer], T]) -> T:
        """Return what `use` makes of the answer, whatever its status, or raise `Failed`.

        `use` runs in the worker, so that reading a large or hostile body does not hold up the poll loop. Times in the
        answer are without the wait in our own queue.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        budget = Budget(clock=loop.time, deadline=began + ask.timeout, limit=2 * ask.max_bytes + _OVERHEAD)
        prepared, scheme, host, port = _prepare(ask)
        sock = await _connect(host, port, budget.deadline, names=self._names)
        line = Line(sock, budget, pin=ask.pin)
        queued = loop.time()
        waited = 0.0

        def work() -> T:
            nonlocal waited
            waited = budget.now() - queued
            context = (self._trusting if ask.verify and ask.pin is None else self._blind) if scheme == "https" else None
            return use(exchange(prepared, line, context=context, max_bytes=ask.max_bytes, began=began + waited))

        try:
            job = self._workers.submit(work)
        except RuntimeError as error:  # closed meanwhile
            line.close()
            raise Failed(Outcome.LOCAL, "the collector is closing") from error
        try:
            async with asyncio.timeout_at(budget.deadline + _GRACE):
                return await asyncio.wrap_future(job)
        except TimeoutError as error:
            if job.running() or job.done():
                raise Failed(Outcome.TIMEOUT, f"no whole answer within {ask.timeout:g} s") from error
            raise Failed(Outcome.LOCAL, "no worker was free") from error
        except Failed as failed:
            if failed.outcome is Outcome.TIMEOUT and waited > _WAITED * ask.timeout:
                raise Failed(Outcome.LOCAL, "no worker was free in time") from failed
            raise
        finally:
            if job.cancel():  # it never began: the socket is still ours
                line.close()

    async def close(self) -> None:
        """Take no more work. Exchanges under way end at their own deadlines."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._names.close()


def _prepare(ask: Ask) -> tuple[requests.PreparedRequest, str, str, int]:
    headers = {"User-Agent": "mppmon", "Accept-Encoding": "identity", "Connection": "close", **dict(ask.headers)}
    try:
        prepared = requests.Request(ask.method, ask.url, headers).prepare()
        url = parse_url(str(prepared.url))
    except (requests.RequestException, ValueError) as error:
        raise Failed(Outcome.LOCAL, "the configured URL cannot be used") from error
    scheme = url.scheme or ""
    if scheme not in {"http", "https"} or not url.host:
        raise Failed(Outcome.LOCAL, "the configured URL cannot be used: expected http:// or https:// and a host")
    return prepared, scheme, url.host.strip("[]"), url.port or (443 if scheme == "https" else 80)


async def _connect(host: str, port: int, deadline: float, *, names: Names) -> socket.socket:
    return await connect(await names.resolve(host, port, deadline=deadline), deadline=deadline)
