"""What `mppmon discover` is given: networks, names, communities and users, and what it refuses."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from collectors.settings import SnmpSettings
from mppmon.cli.discover import command
from mppmon.config import load
from mppmon.setup.discovery.addresses import to_ask
from mppmon.setup.discovery.inventory import inventory_of
from mppmon.setup.discovery.text import snmp_keys

GOOD = Path(__file__).parent / "bad_configs" / "good"
NEAR = {"fd00::7": "00:1b:21:00:00:07", "fd01::1": "00:1b:21:00:00:01", "10.0.0.9": "00:1b:21:00:00:09"}


def asked(*texts: str, public: bool = False) -> Sequence[str]:
    names: Mapping[str, str] = {"printer.mal": "10.0.0.3"}
    return to_ask(texts, public=public, known=NEAR, resolve=names.get).addresses


def test_each_address_is_asked_once_and_in_the_order_it_was_said() -> None:
    assert asked("10.0.0.4/30", "10.0.0.6", "printer.mal", "10.0.0.5/32") == ("10.0.0.5", "10.0.0.6", "10.0.0.3")
    assert asked("203.0.113.9/32", public=True) == ("203.0.113.9",)
    assert asked("fe80::1%eth0") == ("fe80::1%eth0",)


def test_an_ipv6_network_is_asked_where_this_machine_has_heard_of_somebody() -> None:
    found = to_ask(["fd00::/64"], public=False, known=NEAR, resolve=lambda _: None)
    assert found.addresses == ("fd00::7",)
    assert found.remarks[0].startswith("fd00::/64: nobody can ask all of an IPv6 network; asked are the 1 addresses")
    assert len(asked("fd00::/120")) == 255


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("10.0.0.0/8",), "found 16777216 addresses, expected at most 4096"),
        (("10.0.0.0/20", "10.1.0.0/20"), "addresses, expected at most 4096"),
        (("8.8.8.0/24",), "not a private network"),
        (("10.0.0.300/24",), "nor a name that leads to one"),
        ((), "no network"),
        (("10.0.0.0/24", "--auth-protocol", "sha", "--v3-user", "x"), "--auth-file"),
        (("10.0.0.0/24", "--config", str(GOOD.parent)), "check-config"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: Sequence[str], said: str) -> None:
    done = CliRunner().invoke(command, list(words))
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())


def test_an_inventory_tells_who_is_in_it_and_how_it_asks(tmp_path: Path) -> None:
    for file in GOOD.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "community").write_text("x\n")
    devices = tmp_path / "devices.yaml"
    text = devices.read_text().replace(
        "address: 127.0.0.1, snmp: {}", "address: gw.mal, snmp: {retries: 3}, mac: 00-1B-21-00-00-01"
    )
    text = text.replace(
        "    snmp: {}", "    engine_id: 0x80001F8801\n    snmp: {community_file: community, profile: switch}"
    )
    devices.write_text(text)
    found = inventory_of(load(tmp_path, today=date(2026, 11, 23)), {"gw.mal": "127.0.0.1"}.get)
    known = {one.id: one for one in found.devices}
    assert known["gw"].addresses == ("127.0.0.1",)
    assert known["gw"].macs == {"00:1b:21:00:00:01"}
    assert (known["sw"].engine, known["sw"].parents) == ("80001f8801", ("gw",))
    assert (known["a1-card"].addresses, known["line"].kind) == ((), "passive")
    assert found.ways == (SnmpSettings(), SnmpSettings(community_file=tmp_path / "community"))
    assert not found.lost
    assert inventory_of(load(tmp_path, today=date(2026, 11, 23)), lambda _: None).lost == ("gw",)


def test_a_community_is_shown_only_if_it_was_typed() -> None:
    way = SnmpSettings(community=SecretStr("hush"), version="1", port=1161)
    assert snmp_keys(way, None, frozenset({"hush"})) == {"version": "1", "port": 1161, "community": "hush"}
    assert "hush" not in str(snmp_keys(way, None, frozenset()))
    file = SnmpSettings(community_file=Path("/etc/mppmon/secrets/snmp"))
    assert snmp_keys(file, Path("/etc/mppmon"), frozenset())["community_file"] == "secrets/snmp"
