"""The agent's look at online systems against real servers: reached or not, well or not, within its deadline."""

import ssl
import time
from collections.abc import Iterator
from functools import partial

import pytest

from collectors.pc.agent.config import System
from collectors.pc.agent.readers import systems as agent
from collectors.pc.agent.readers.systems import Systems
from mppmon.clock import Clock
from tests.servers import online_fakes as fakes
from tests.servers.online_bad import Server, running
from tests.servers.online_pki import Authority

pytestmark = pytest.mark.server

WANTED = {
    "good": (1.0, 1.0),
    "moved": (1.0, 1.0),
    "server-error": (1.0, 0.0),
    "hang": (1.0, 0.0),
    "drip": (1.0, 0.0),
    "flood": (1.0, 0.0),
    "ssh": (1.0, 0.0),
    "closed": (0.0, 0.0),
    "no-name": (0.0, 0.0),
    "untrusted": (1.0, 0.0),
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), Clock().now())


@pytest.fixture(scope="module")
def urls(authority: Authority) -> Iterator[dict[str, str]]:
    servers = {
        "good": Server(fakes.says(fakes.GOOD)),
        "moved": Server(fakes.answers(b"", "Location: /x", status="302 Found")),
        "server-error": Server(fakes.answers(b"", status="503 Oops")),
        "hang": Server(fakes.hangs),
        "drip": Server(fakes.drips(b"HTTP/1.1 " + b"2" * 999)),
        "flood": Server(fakes.floods(b"HTTP/1.1")),
        "ssh": Server(fakes.says(b"SSH-2.0-OpenSSH\r\n")),
        "untrusted": Server(fakes.says(fakes.GOOD), authority.context(authority.leaf(), authority.between)),
    }
    with running(servers, authority) as ports:
        found = {name: f"http://127.0.0.1:{ports[name]}/status?x=1" for name in servers}
        untrusted = f"https://127.0.0.1:{ports['untrusted']}/"
        yield {**found, "untrusted": untrusted, "closed": "http://127.0.0.1:1/", "no-name": "http://x.invalid/"}


def test_each_is_reached_or_not_and_well_or_not(urls: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "_SECONDS", 0.5)
    wanted = {name: System(url) for name, url in urls.items()}
    facts = Systems(wanted, monotonic=time.monotonic, now=lambda: 0.0).read()  # noqa: TID251  # a real server lives in real time
    found: dict[str, dict[str, float]] = {}
    for fact in facts:
        found.setdefault(fact.labels[0][1], {})[fact.name] = fact.value
    assert {name: (one["system_reached"], one["system_ok"]) for name, one in found.items()} == WANTED


@pytest.mark.parametrize(
    ("name", "wanted", "good"),
    [
        ("good", {"contains": "welcome"}, 1.0),
        ("good", {"contains": "Selamat"}, 0.0),
        ("good", {"lacks": "WELCOME"}, 0.0),
        ("drip", {"contains": "welcome"}, 0.0),
        ("flood", {"contains": "welcome"}, 0.0),
    ],
)
def test_what_its_page_says_matters_where_it_is_wanted(
    urls: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, wanted: dict[str, str], good: float
) -> None:
    monkeypatch.setattr(agent, "_SECONDS", 0.5)
    one = {"x": System(urls[name], **wanted)}
    facts = Systems(one, monotonic=time.monotonic, now=lambda: 0.0).read()  # noqa: TID251  # likewise
    assert {fact.name: fact.value for fact in facts} == {"system_reached": 1.0, "system_ok": good}


def test_until_when_the_certificate_is_good(
    urls: dict[str, str], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssl, "create_default_context", partial(ssl.create_default_context, cafile=authority.ca_file))
    began = Clock().now().timestamp()
    systems = Systems({"x": System(urls["untrusted"])}, monotonic=time.monotonic, now=lambda: began)  # noqa: TID251  # likewise
    found = {fact.name: fact.value for fact in systems.read()}
    assert found.pop("system_certificate_left_seconds") == pytest.approx(90 * 86_400, abs=600)
    assert found == {"system_reached": 1.0, "system_ok": 1.0}
