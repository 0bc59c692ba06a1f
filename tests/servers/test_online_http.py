"""Online systems that fail in every way there is: each is told apart, within its deadline."""

import asyncio
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.online.collector import OnlineCollector
from collectors.settings import HttpSettings
from mppmon.clock import Clock
from tests.servers import online_fakes as fakes
from tests.servers.online_fakes import DAY, Behaviour, certificate, serving

pytestmark = pytest.mark.server

TIMEOUT = 0.6
LATE = 0.4  # what a busy test machine may add


def target(url: str, **settings: Any) -> Target:  # noqa: ANN401  # HttpSettings checks them
    given = HttpSettings(url=url, **{"timeout": TIMEOUT, **settings})
    return Target("pusat:telemetry", "pusat", Kind.TELEMETRY, Way.HTTP, "", 60.0, given)


async def ask(behave: Behaviour, **settings: Any) -> tuple[Observation, float]:  # noqa: ANN401  # likewise
    """Return the observation, and how long poll took in all."""
    collector, loop = OnlineCollector(now=Clock().now, workers=2), asyncio.get_running_loop()
    try:
        async with serving(behave) as port:
            began = loop.time()
            observation = await collector.poll(target(f"http://127.0.0.1:{port}/", **settings))
            return observation, loop.time() - began
    finally:
        await collector.close()


@pytest.mark.parametrize(
    ("behave", "outcome", "detail"),
    [
        (fakes.says(fakes.GOOD), Outcome.OK, ""),
        (fakes.hangs, Outcome.TIMEOUT, "connected, but no answer came"),
        (fakes.drips(fakes.GOOD), Outcome.TIMEOUT, "too slow: the answer was not complete"),
        (fakes.drips(b"x" * 99), Outcome.TIMEOUT, "too slow"),
        (fakes.answers(b"", status="503 Service Unavailable"), Outcome.UNEXPECTED, "status 503, expected 200"),
        (fakes.answers(b"", "Location: /", status="302 Found"), Outcome.UNEXPECTED, "status 302 (a redirect)"),
        (fakes.answers(b"sedang maintenance"), Outcome.UNEXPECTED, "the expected text is not on the page"),
        (fakes.floods(b"HTTP/1.1 200 OK\r\n\r\nwelcome"), Outcome.OK, "more than 65536 bytes"),
        (fakes.floods(b"HTTP/1.1 200 OK\r\nX: "), Outcome.INVALID, ""),
        (fakes.floods(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), Outcome.INVALID, ""),
        (fakes.floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999), Outcome.INVALID, "too much: more than"),
        (fakes.bomb(50_000_000), Outcome.INVALID, "a compression bomb"),
        (fakes.answers(b"not gzip", "Content-Encoding: gzip"), Outcome.INVALID, "the compressed answer is damaged"),
        (fakes.says(b""), Outcome.INVALID, "it closed the connection without an answer"),
        (fakes.says(b"SSH-2.0-OpenSSH_9.2\r\n"), Outcome.INVALID, "not a whole HTTP answer"),
        (fakes.says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nwelc"), Outcome.INVALID, "not a whole HTTP answer"),
        (
            fakes.says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nwelcome\r\n"),
            Outcome.INVALID,
            "not a whole HTTP answer",
        ),
    ],
)
def test_each_is_told_apart_within_the_deadline(behave: Behaviour, outcome: Outcome, detail: str) -> None:
    observation, took = asyncio.run(ask(behave, contains="welcome", max_bytes=65_536))
    assert (observation.outcome, detail in observation.detail) == (outcome, True), observation
    assert took < TIMEOUT + LATE
    series = {name for name, _, _ in observation.samples()}
    answered = outcome in {Outcome.OK, Outcome.UNEXPECTED}
    assert ("mppmon_online_ok" in series) == answered
    if answered:
        assert observation.values[0] == float(outcome is Outcome.OK)


def test_phases_are_in_order() -> None:
    observation, _ = asyncio.run(ask(fakes.says(fakes.GOOD)))
    values = {(name, *labels): value for name, labels, value in observation.samples()}
    dns, connect, first, total = (
        values["mppmon_online_seconds", ("phase", one)] for one in ("dns", "connect", "first-byte", "total")
    )
    assert dns == 0.0, "an address needs no resolver"
    assert 0 < connect < total
    assert 0 < first < total < TIMEOUT
    assert observation.seconds == total
    assert values["mppmon_online_status",] == 200.0


def test_a_closed_port_is_refused() -> None:
    async def story() -> Observation:
        async with serving(fakes.hangs) as port:
            pass
        collector = OnlineCollector(now=Clock().now)
        try:
            return await collector.poll(target(f"http://127.0.0.1:{port}/"))
        finally:
            await collector.close()

    observation = asyncio.run(story())
    assert (observation.outcome, observation.detail) == (Outcome.REFUSED, "connection refused")
    assert observation.outcome.reached is False


async def over_tls(collector: OnlineCollector, made: fakes.Certificate, **settings: Any) -> Observation:  # noqa: ANN401  # likewise
    async with serving(fakes.says(fakes.GOOD), made.context) as port:
        return await collector.poll(target(f"https://127.0.0.1:{port}/", **{"timeout": 3.0, **settings}))


@pytest.mark.parametrize(
    ("days", "name", "trusted", "outcome", "detail"),
    [
        (30, "127.0.0.1", True, Outcome.OK, ""),
        (30, "127.0.0.1", False, Outcome.INVALID, "the certificate is self-signed"),
        (-1, "127.0.0.1", True, Outcome.INVALID, "the certificate has expired"),
        (30, "pusat.example", True, Outcome.INVALID, "the certificate is for another address"),
    ],
)
def test_certificates(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    name: str,
    trusted: bool,  # noqa: FBT001  # parametrised
    outcome: Outcome,
    detail: str,
) -> None:
    now = Clock().now()
    made = certificate(tmp_path, start=now - 9 * DAY, end=now + days * DAY, name=name)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.file))

    async def story() -> Observation:
        collector = OnlineCollector(now=Clock().now)
        try:
            return await over_tls(collector, made)
        finally:
            await collector.close()

    observation = asyncio.run(story())
    assert (observation.outcome, observation.detail) == (outcome, detail)
    expires = [value for series, _, value in observation.samples() if series.endswith("_expires_seconds")]
    assert expires == ([float(int((now + days * DAY).timestamp()))] if outcome is Outcome.OK else [])


def test_the_end_of_an_unverified_certificate_is_known_too(tmp_path: Path) -> None:
    made = certificate(tmp_path, start=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2021, 1, 1, tzinfo=UTC))

    async def story() -> Observation:
        collector = OnlineCollector(now=Clock().now)
        try:
            return await over_tls(collector, made, verify=False)
        finally:
            await collector.close()

    observation = asyncio.run(story())
    assert observation.outcome is Outcome.OK
    assert observation.values[-2] == datetime(2021, 1, 1, tzinfo=UTC).timestamp()
    assert observation.values[-1] < 0.0, "it has no time left"


def test_a_server_that_drips_over_tls_ends_at_the_deadline_too(tmp_path: Path) -> None:
    now = Clock().now()
    made = certificate(tmp_path, start=now - DAY, end=now + DAY)

    async def story() -> Observation:
        collector = OnlineCollector(now=Clock().now)
        try:
            async with serving(fakes.drips(fakes.GOOD), made.context) as port:
                return await collector.poll(target(f"https://127.0.0.1:{port}/", verify=False))
        finally:
            await collector.close()

    observation = asyncio.run(story())
    assert observation.outcome is Outcome.TIMEOUT
    assert "too slow" in observation.detail
    assert observation.seconds < TIMEOUT + LATE


def test_plain_http_on_a_tls_port_and_the_reverse() -> None:
    async def story() -> tuple[Observation, Observation]:
        collector = OnlineCollector(now=Clock().now)
        try:
            async with serving(fakes.says(fakes.GOOD)) as port:
                plain = await collector.poll(target(f"https://127.0.0.1:{port}/"))
            async with serving(fakes.hangs) as port:
                silent = await collector.poll(target(f"https://127.0.0.1:{port}/"))
        finally:
            await collector.close()
        return plain, silent

    plain, silent = asyncio.run(story())
    assert plain.outcome in {Outcome.INVALID, Outcome.TIMEOUT}
    assert silent.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize(
    ("number", "outcome", "detail"),
    [
        (socket.EAI_AGAIN, Outcome.LOCAL, "the resolver gave no answer for pusat.example"),
        (socket.EAI_NONAME, Outcome.UNREACHABLE, "the name pusat.example is not known"),
    ],
)
def test_resolver_trouble(monkeypatch: pytest.MonkeyPatch, number: int, outcome: Outcome, detail: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "x")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    observation = asyncio.run(lone(target("http://pusat.example/")))
    assert (observation.outcome, observation.detail) == (outcome, detail)


def test_a_silent_resolver_is_our_fault_and_does_not_outlast_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def wait(*_: object, **__: object) -> list[object]:
        released.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    try:
        observation = asyncio.run(lone(target("http://pusat.example/")))
    finally:
        released.set()
    assert observation.outcome is Outcome.LOCAL
    assert observation.seconds < TIMEOUT + LATE


async def lone(one: Target) -> Observation:
    collector = OnlineCollector(now=Clock().now)
    try:
        return await collector.poll(one)
    finally:
        await collector.close()


@pytest.mark.parametrize("url", ["ftp://x/", "http://", "pusat.example", "http://[::1/"])
def test_a_url_that_cannot_be_used_is_our_fault(url: str) -> None:
    observation = asyncio.run(lone(target(url)))
    assert observation.outcome is Outcome.LOCAL
    assert "cannot be used" in observation.detail


def test_hanging_peers_take_workers_and_then_we_blame_ourselves() -> None:
    """Two workers, four peers that hang: two time out, and the two that found no worker are not said to be down."""

    async def story() -> list[Outcome]:
        collector = OnlineCollector(now=Clock().now, workers=2)
        try:
            async with serving(fakes.hangs) as port:
                polls = [collector.poll(target(f"http://127.0.0.1:{port}/{one}")) for one in range(4)]
                return [one.outcome for one in await asyncio.gather(*polls)]
        finally:
            await collector.close()

    assert sorted(asyncio.run(story())) == [Outcome.LOCAL, Outcome.LOCAL, Outcome.TIMEOUT, Outcome.TIMEOUT]


def test_cancelling_passes_and_leaves_nothing_open() -> None:
    async def story() -> None:
        collector = OnlineCollector(now=Clock().now, workers=1)
        async with serving(fakes.hangs) as port:
            polls = [asyncio.ensure_future(collector.poll(target(f"http://127.0.0.1:{port}/"))) for _ in range(2)]
            await asyncio.sleep(0.1)
            for poll in polls:
                poll.cancel()
            done = await asyncio.gather(*polls, return_exceptions=True)
            assert [type(one) for one in done] == [asyncio.CancelledError] * 2
        await collector.close()

    asyncio.run(story())


def test_secrets_in_a_url_are_in_no_detail() -> None:
    observation = asyncio.run(lone(target("http://user:secret@127.0.0.1:1/?key=secret")))
    assert observation.outcome is Outcome.REFUSED
    assert "secret" not in repr(observation)


def test_time_of_the_observation_is_when_it_was_asked() -> None:
    observation = asyncio.run(lone(target("http://127.0.0.1:1/")))
    assert Clock().now() - observation.at < timedelta(seconds=5)
