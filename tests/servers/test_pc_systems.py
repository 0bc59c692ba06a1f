"""The agent's look at online systems against real servers: reached or not, well or not, within its deadline."""

import time
from collections.abc import Iterator

import pytest

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
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    authority = Authority(tmp_path_factory.mktemp("pki"), Clock().now())
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
    facts = Systems(urls, monotonic=time.monotonic).read()  # noqa: TID251  # a real server lives in real time
    found: dict[str, dict[str, float]] = {}
    for fact in facts:
        found.setdefault(fact.labels[0][1], {})[fact.name] = fact.value
    assert {name: (one["system_reached"], one["system_ok"]) for name, one in found.items()} == WANTED
