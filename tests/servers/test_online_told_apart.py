"""Every way in which an online system fails has its own word; none holds up another check, none takes memory."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.online.collector import OnlineCollector
from collectors.online.reason import Reason
from collectors.settings import HttpSettings, JsonSettings
from mppmon.clock import Clock
from tests.servers.online_bad import running, servers
from tests.servers.online_pki import DAY, Authority

pytestmark = pytest.mark.server

TIMEOUT = 1.5
LATE = 0.6  # what a busy test machine may add
CAP = 65_536
MEMORY = 40_000_000  # bytes; the bombs alone are 40 MB unpacked, the flood 10 GB


class Wrong:
    """The servers, and whom their certificates come from."""

    def __init__(self, ports: dict[str, int], authority: Authority) -> None:
        self.ports = ports
        self.authority = authority

    def target(self, name: str, *, secure: bool = False, path: str = "/", **settings: Any) -> Target:  # noqa: ANN401  # HttpSettings checks them
        url = f"http{'s' if secure else ''}://127.0.0.1:{self.ports[name]}{path}"
        its = {"timeout": TIMEOUT, "max_bytes": CAP, "contains": "welcome", "ca_file": self.authority.ca_file}
        given = HttpSettings(url=url, **{**its, **settings})
        return Target(f"{name}:telemetry", name, Kind.TELEMETRY, Way.HTTP, "", 60.0, given)

    def proxied(self, name: str, *, to: str = "http://pusat.example/", **settings: Any) -> Target:  # noqa: ANN401  # likewise
        given = HttpSettings(url=to, timeout=TIMEOUT, proxy=f"http://127.0.0.1:{self.ports[name]}", **settings)
        return Target(f"by-{name}:telemetry", name, Kind.TELEMETRY, Way.HTTP, "", 60.0, given)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wrong]:
    authority = Authority(tmp_path_factory.mktemp("pki"), Clock().now())
    with running(servers(authority), authority) as ports:
        yield Wrong({**ports, "closed": 1}, authority)


def asked(*targets: Target, workers: int = 40) -> list[tuple[Observation, float]]:
    """Ask all at once; each with the seconds it took in all."""

    async def story() -> list[tuple[Observation, float]]:
        collector, loop = OnlineCollector(now=Clock().now, workers=workers), asyncio.get_running_loop()

        async def one(target: Target) -> tuple[Observation, float]:
            began = loop.time()
            return await collector.poll(target), loop.time() - began

        try:
            return list(await asyncio.gather(*map(one, targets)))
        finally:
            await collector.close()

    return asyncio.run(story())


def told(wrong: Wrong) -> list[tuple[Target, Outcome, str]]:
    """Return each bad system with what has to be said of it."""
    plain = wrong.target
    anyone: dict[str, Any] = {"redirects": "any"}
    one_host: dict[str, Any] = {"redirects": "same-host"}
    value: dict[str, Any] = {"contains": None, "json_value": JsonSettings(path="status", expected=("UP",))}
    tls = wrong.authority
    ours = tls.file("client", tls.leaf(by=tls.stranger))
    return [
        (plain("closed"), Outcome.REFUSED, Reason.REFUSED),
        (plain("hang"), Outcome.TIMEOUT, Reason.NO_ANSWER),
        (plain("drip"), Outcome.TIMEOUT, Reason.TOO_SLOW),
        (plain("ten-gb"), Outcome.UNEXPECTED, Reason.TEXT_MISSING),
        (plain("gzip-bomb"), Outcome.INVALID, Reason.BOMB),
        (plain("deflate-bomb"), Outcome.INVALID, Reason.BOMB),
        (plain("circle"), Outcome.UNEXPECTED, Reason.REDIRECT),
        (plain("circle", **anyone), Outcome.UNEXPECTED, Reason.REDIRECT_LOOP),
        (plain("longer", **anyone), Outcome.UNEXPECTED, Reason.REDIRECT_LOOP),
        (plain("elsewhere", **one_host), Outcome.UNEXPECTED, Reason.REDIRECT_ELSEWHERE),
        (plain("other-scheme", **anyone), Outcome.UNEXPECTED, Reason.REDIRECT_ELSEWHERE),
        (plain("down-to-http", secure=True, **anyone), Outcome.UNEXPECTED, Reason.REDIRECT_INSECURE),
        (plain("expired", secure=True), Outcome.INVALID, Reason.CERTIFICATE_EXPIRED),
        (plain("other-name", secure=True), Outcome.INVALID, Reason.CERTIFICATE_NAME),
        (plain("self-signed", secure=True), Outcome.INVALID, Reason.CERTIFICATE_SELF_SIGNED),
        (plain("unknown-chain", secure=True), Outcome.INVALID, Reason.CERTIFICATE_UNTRUSTED),
        (plain("no-intermediate", secure=True), Outcome.INVALID, Reason.CERTIFICATE_INCOMPLETE),
        (plain("wants-certificate", secure=True), Outcome.DENIED, Reason.CLIENT_CERTIFICATE),
        (
            plain("wants-certificate", secure=True, certificate_file=ours),
            Outcome.DENIED,
            Reason.CLIENT_CERTIFICATE,
        ),
        (plain("tls-silent", secure=True), Outcome.TIMEOUT, Reason.TLS_SLOW),
        (plain("plain", secure=True), Outcome.INVALID, Reason.NO_TLS),
        (plain("maintenance"), Outcome.UNEXPECTED, Reason.TEXT_MISSING),
        (plain("maintenance", contains=None, lacks="MAINTENANCE"), Outcome.UNEXPECTED, Reason.TEXT_FORBIDDEN),
        (plain("half"), Outcome.INVALID, Reason.BROKEN_OFF),
        (plain("wrong-length"), Outcome.INVALID, Reason.WRONG_LENGTH),
        (plain("no-length"), Outcome.INVALID, Reason.WRONG_LENGTH),
        (plain("no-json", **value), Outcome.UNEXPECTED, Reason.NOT_JSON),
        (plain("other-json", **value), Outcome.UNEXPECTED, Reason.OTHER_VALUE),
        (plain("server-error"), Outcome.UNEXPECTED, Reason.SERVER_ERROR),
        (plain("missing"), Outcome.UNEXPECTED, Reason.CLIENT_ERROR),
        (plain("good", addresses="192.0.2.0/24"), Outcome.UNEXPECTED, Reason.OTHER_ADDRESS),
        (plain("good", ca_file=Path("/no/such/file"), secure=True), Outcome.LOCAL, Reason.OURS),
        (wrong.proxied("closed"), Outcome.LOCAL, Reason.PROXY_REFUSED),
        (wrong.proxied("proxy-407"), Outcome.LOCAL, Reason.PROXY_DENIED),
        (wrong.proxied("proxy-407", to="https://pusat.example/"), Outcome.LOCAL, Reason.PROXY_DENIED),
        (wrong.proxied("proxy-502", to="https://pusat.example/"), Outcome.LOCAL, Reason.PROXY_FAILED),
        (wrong.proxied("hang", to="https://pusat.example/"), Outcome.LOCAL, Reason.PROXY_FAILED),
    ]


def test_each_is_told_apart_and_none_holds_up_or_grows(wrong: Wrong) -> None:
    """All bad systems at once, and good ones between them: each ends by its deadline, with its own word."""
    cases = told(wrong)
    asked(wrong.target("good"), wrong.target("secure", secure=True))  # what is loaded once is no growth
    before = psutil.Process().memory_info().rss
    goods = [wrong.target("good") for _ in range(20)]
    seen = asked(*(target for target, _, _ in cases), *goods, workers=len(cases))
    grown = psutil.Process().memory_info().rss - before
    wanted = [(target.check, outcome, reason) for target, outcome, reason in cases]
    assert [(one.check, one.outcome, one.reason) for one, _ in seen[: len(cases)]] == wanted
    assert max(took for _, took in seen) < TIMEOUT + LATE
    assert grown < MEMORY
    good = [(one.outcome, one.reason) for one, _ in seen[len(cases) :]]
    assert good == [(Outcome.OK, "")] * len(goods)
    assert max(took for _, took in seen[len(cases) :]) < 1.0, "a bad system delayed another check"


def test_what_is_right_in_each_way(wrong: Wrong) -> None:
    tls = wrong.authority
    ours = tls.file("ours", tls.leaf(by=tls.root))
    value = JsonSettings(path="db.0.ok", expected=("true",))
    targets = [
        wrong.target("secure", secure=True),
        wrong.target("to-good", redirects="same-host"),
        wrong.target("wants-certificate", secure=True, certificate_file=ours),
        wrong.target("other-json", contains=None, json_value=value),
        wrong.target("good", addresses=("192.0.2.1", "127.0.0.0/8"), lacks="maintenance"),
        wrong.target("ends-tomorrow", secure=True),
        wrong.target("self-signed", secure=True, verify=False),
    ]
    seen = [one for one, _ in asked(*targets)]
    assert [(one.check, one.outcome, one.detail, one.reason) for one in seen] == [
        (one.check, Outcome.OK, "", "") for one in targets
    ]
    of = [{(name, *labels): value for name, labels, value in one.samples()} for one in seen]
    assert of[1]["mppmon_online_redirects",] == 1.0
    assert 0 < of[0]["mppmon_online_seconds", ("phase", "tls")] < TIMEOUT
    left = of[5]["mppmon_online_certificate_left_seconds",]
    assert 0 < left <= DAY.total_seconds()


def test_a_proxy_is_given_the_whole_url_and_its_own_password(wrong: Wrong, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("rahasia\n")
    by = wrong.proxied("echo", proxy_user="mpp", proxy_password_file=secret, contains="GET http://pusat.example/ HTTP")
    known = wrong.proxied(
        "echo", proxy_user="mpp", proxy_password_file=secret, contains="Proxy-Authorization: Basic bXBwOnJhaGFzaWE="
    )
    seen = asked(by, known)
    assert [(one.outcome, one.detail) for one, _ in seen] == [(Outcome.OK, "")] * 2
    assert "rahasia" not in repr(seen)
