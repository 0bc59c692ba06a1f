"""`mppmon poll ADDRESS`: addresses as people write them, and what it says when nobody answers."""

import socket
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from mppmon.cli.poll import command, split_address


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("10.0.0.7", ("10.0.0.7", 161)),
        ("10.0.0.7:1161", ("10.0.0.7", 1161)),
        ("printer.mal:1161", ("printer.mal", 1161)),
        ("fd00::7", ("fd00::7", 161)),
        ("[fd00::7]", ("fd00::7", 161)),
        ("[fe80::7%eth0]:1161", ("fe80::7%eth0", 1161)),
    ],
)
def test_an_address_with_or_without_a_port(text: str, place: tuple[str, int]) -> None:
    assert split_address(text) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[::1", "expected [IPv6 address]:PORT"),
        ("[::1]161", "expected [IPv6 address]:PORT"),
        ("[printer]:161", "expected [IPv6 address]:PORT"),
        ("10.0.0.7:99999", "expected a number from 1 to 65535"),
        ("10.0.0.7:snmp", "expected a number from 1 to 65535"),
        ("", "expected an address"),
        (":161", "expected an address"),
    ],
)
def test_what_is_no_address_is_refused(text: str, said: str) -> None:
    done = CliRunner().invoke(command, ["--community", "public", "--", text])
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())


@pytest.fixture(params=["127.0.0.1", "::1"])
def deaf(request: pytest.FixtureRequest) -> Iterator[str]:
    """Take questions and answer none, as an agent with another community does."""
    address: str = request.param
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))
        yield f"[{address}]:{sock.getsockname()[1]}" if ":" in address else f"{address}:{sock.getsockname()[1]}"


def test_a_wrong_community_looks_like_nobody_and_that_is_said(deaf: str) -> None:
    done = CliRunner().invoke(command, [deaf, "--community", "hush", "--timeout", "0.1"])
    assert done.exit_code == 1
    assert done.stdout.startswith("timeout in ")
    assert "another community" in done.stdout
    assert "hush" not in done.output
