"""One bounded HTTP fetch, for agencies' online systems and for counter PCs.

Name and connection are awaited in the poll loop; only a peer that has accepted the connection takes a worker, and never
longer than its deadline. So what is off or black-holed costs no worker. How many to give: those that accept and then
hang, times their timeout, divided by their interval. 48 workers carry 140 PCs that
all hang for 5 s every 15 s, and thousands that answer; a thread is made when none is idle. When all workers are taken
the outcome is LOCAL: our want of workers says nothing about a device.
"""

import asyncio
import ipaddress
import socket
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple, TypeVar

import requests
from urllib3.util import parse_url

from collectors.observation import Outcome
from collectors.online.adapter import Exchange
from collectors.online.answer import Answer
from collectors.online.budget import Budget
from collectors.online.exchange import exchange
from collectors.online.failure import Failed, of_proxy
from collectors.online.line import Line
from collectors.online.names import Names
from collectors.online.reason import Reason
from collectors.online.redirect import Policy, follow
from collectors.online.tcp import connect
from collectors.online.tls import Contexts, Trust

T = TypeVar("T")
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

RESOLVERS = 4  # look-ups cannot be stopped: they have a pool of their own
_GRACE = 0.25  # seconds the worker, which knows more, has to say what it saw before the loop gives up on it
_OVERHEAD = 65_536  # bytes of headers and chunk marks beside the body
_WAITED = 0.25  # share of the timeout lost in our own queue, past which a timeout is ours and not the peer's
_VERIFIED, _BLIND = Trust(), Trust(verify=False)


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. `authorization`: the value of Proxy-Authorization, empty for none."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)


def basic(user: str, password: str) -> str:
    """Return an authorization by name and password (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Ask:
    """What to fetch. `timeout` in seconds is the hard deadline of everything together, redirects too; `max_bytes` of
    the body. `trust` holds a client certificate that is shown to the URL's own host only. `networks`: where the URL's
    name may point to; empty: anywhere. `pin`: SHA-256 of the only certificate (DER) that is good, in lower-case hex,
    whoever issued it and until when.
    """

    url: str
    timeout: float
    max_bytes: int
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # may hold a token
    trust: Trust = _VERIFIED
    redirects: Policy = "none"
    networks: Networks = ()
    proxy: Proxy | None = None
    pin: str | None = None


class _Step(NamedTuple):
    """One request of a fetch: the URL, and what is made of it once."""

    url: str
    prepared: requests.PreparedRequest
    secure: bool
    host: str
    port: int


class Fetcher:
    """Fetches with at most `workers` threads. Made in the poll loop or before it, closed by `close`."""

    def __init__(self, *, workers: int, name: str) -> None:
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._names = Names(RESOLVERS, name)
        self._contexts = Contexts()

    async def fetch(self, ask: Ask, use: Callable[[Answer], T]) -> T:
        """Return what `use` makes of the answer, whatever its status, or raise `Failed`.

        `use` runs in the worker, so that reading a large or hostile body does not hold up the poll loop. Times in the
        answer are without the wait in our own queue.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        deadline, limit = began + ask.timeout, 2 * ask.max_bytes + _OVERHEAD
        first = step = _step(ask.url, ask.method, ask.headers, _authorization(ask, ask.url))
        seen = [first.url]
        while True:
            budget = Budget(clock=loop.time, deadline=deadline, limit=limit)
            got = await self._one(ask, step, use, budget, began=began, redirects=len(seen) - 1, first=first)
            if not isinstance(got, _Moved):
                return got
            there = follow(step.url, got.location, policy=ask.redirects, seen=tuple(seen))
            seen.append(there)
            step = _step(there, ask.method, (), _authorization(ask, there))  # our headers are for the first host only

    async def _one(
        self,
        ask: Ask,
        step: _Step,
        use: Callable[[Answer], T],
        budget: Budget,
        *,
        began: float,
        redirects: int,
        first: _Step,
    ) -> "T | _Moved":
        loop = asyncio.get_running_loop()
        entered = loop.time()
        sock = await self._connect(ask, step, budget.deadline, first=step is first)
        queued = loop.time()
        dns = 0.0 if ask.proxy is not None else self._names.took(step.host, step.port)
        tunnel = (step.host, step.port) if step.secure and ask.proxy is not None else None
        line = Line(sock, budget, pin=ask.pin, tunnel=tunnel, proxy_headers=_proxy_headers(ask))
        trust = _trust(ask, ours=(step.host, step.port) == (first.host, first.port))
        waited = 0.0

        def work() -> "T | _Moved":
            nonlocal waited
            waited = budget.now() - queued
            try:
                context = self._contexts.of(trust) if step.secure else None
            except Failed:
                line.close()
                raise
            answer = exchange(
                step.prepared,
                Exchange(line, step.host, step.port, context),
                max_bytes=ask.max_bytes,
                began=began + waited,
                by_proxy=ask.proxy is not None and not step.secure,
            )
            if answer.moved is not None and ask.redirects != "none":
                return _Moved(answer.moved)
            return use(replace(answer, dns=dns, connect=queued - entered, redirects=redirects))

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
                words = f"no whole answer within {ask.timeout:g} s"
                raise Failed(Outcome.TIMEOUT, words, Reason.TOO_SLOW) from error
            raise Failed(Outcome.LOCAL, "no worker was free") from error
        except Failed as failed:
            if failed.outcome is Outcome.TIMEOUT and waited > _WAITED * ask.timeout:
                raise Failed(Outcome.LOCAL, "no worker was free in time") from failed
            raise
        finally:
            if job.cancel():  # it never began: the socket is still ours
                line.close()

    async def _connect(self, ask: Ask, step: _Step, deadline: float, *, first: bool) -> socket.socket:
        if ask.proxy is not None:
            try:
                addresses = await self._names.resolve(ask.proxy.host, ask.proxy.port, deadline=deadline)
                return await connect(addresses, deadline=deadline)
            except Failed as failed:
                raise failed if failed.outcome is Outcome.LOCAL else of_proxy(failed) from failed
        addresses = await self._names.resolve(step.host, step.port, deadline=deadline)
        if first and ask.networks:
            _expect([where[0] for _, where in addresses], ask.networks)
        return await connect(addresses, deadline=deadline)

    async def close(self) -> None:
        """Take no more work. Exchanges under way end at their own deadlines."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._names.close()


class _Moved(NamedTuple):
    """The answer was a redirect that may be followed."""

    location: str


def _trust(ask: Ask, *, ours: bool) -> Trust:
    """Return how a step's peer is trusted; `ours`: it is the URL's own, which alone is shown our certificate."""
    if ask.pin is not None:
        return _BLIND
    return ask.trust if ours else ask.trust._replace(certificate=None, key=None)


def _expect(found: list[str], networks: Networks) -> None:
    """`Failed` UNEXPECTED when one of the addresses of a name is in none of the networks."""
    for one in found:
        address = ipaddress.ip_address(one.partition("%")[0])
        if not any(address in network for network in networks):
            words = f"the name points to {address}, which is not expected"
            raise Failed(Outcome.UNEXPECTED, words, Reason.OTHER_ADDRESS)


def _authorization(ask: Ask, url: str) -> str:
    """Return what an http request by the proxy carries; https gives it to the proxy alone."""
    return ask.proxy.authorization if ask.proxy is not None and url[:5].lower() == "http:" else ""


def _proxy_headers(ask: Ask) -> dict[str, str]:
    return {"Proxy-Authorization": ask.proxy.authorization} if ask.proxy and ask.proxy.authorization else {}


@lru_cache(maxsize=4096)
def _step(url: str, method: str, given: tuple[tuple[str, str], ...], authorization: str) -> _Step:
    """Return a request as it is sent. Preparing one costs a quarter of an exchange, and polls repeat."""
    headers = {"User-Agent": "mppmon", "Accept-Encoding": "identity", "Connection": "close", **dict(given)}
    if authorization:
        headers["Proxy-Authorization"] = authorization
    try:
        prepared = requests.Request(method, url, headers).prepare()
        parts = parse_url(str(prepared.url))
    except (requests.RequestException, ValueError) as error:
        raise Failed(Outcome.LOCAL, "the configured URL cannot be used") from error
    scheme = parts.scheme or ""
    if scheme not in {"http", "https"} or not parts.host:
        raise Failed(Outcome.LOCAL, "the configured URL cannot be used: expected http:// or https:// and a host")
    secure = scheme == "https"
    return _Step(url, prepared, secure, parts.host.strip("[]"), parts.port or (443 if secure else 80))
