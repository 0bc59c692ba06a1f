"""`mppmon discover` as a command: v1, secret communities in their turn, SNMPv3, IPv6, what only pings, Ctrl-C."""

import asyncio
import json
import re
import shutil
import signal
import sys
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path

import pytest
import yaml

from collectors.snmp.wire import codec
from mppmon.config import load
from tests.servers.snmp_servers import free_port, snmpd
from tests.servers.test_snmp_discover import mib
from tests.unit.snmp_agents import Agent, Send, honest

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
GOOD = ROOT / "tests" / "unit" / "bad_configs" / "good"
SECRET = "only-for-printers"  # noqa: S105  # of the test
PRINTER = "1.3.6.1.4.1.11.2.3.9.1"
OLD, GUARDED, SIX = "127.0.4.1", "127.0.4.2", "::1"


def _only_v1(agent: Agent, data: bytes, send: Send) -> None:
    if codec.decode(data).header.version == codec.V1:
        honest(agent, data, send)


def _only_secret(agent: Agent, data: bytes, send: Send) -> None:
    if codec.decode(data).header.community == SECRET.encode():
        honest(agent, data, send)


async def _run(*words: str, given: str = "") -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mppmon", "discover", *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    out, err = await asyncio.wait_for(process.communicate(given.encode()), 60)
    return process.returncode or 0, out.decode(), err.decode()


async def _agents(stack: ExitStack, port: int) -> dict[str, Agent]:
    answers = {OLD: _only_v1, GUARDED: _only_secret, SIX: honest}
    found: dict[str, Agent] = {}
    for at, (address, answer) in enumerate(answers.items()):
        objects = mib(at, PRINTER, f"PRINTER-{at}", {})
        transport, agent = await asyncio.get_running_loop().create_datagram_endpoint(
            partial(Agent, objects, answer), local_addr=(address, port)
        )
        stack.callback(transport.close)
        found[address] = agent
    return found


def _asked(agent: Agent) -> list[tuple[int, bytes]]:
    """Return in which ways it was asked, in order, each once."""
    return list(dict.fromkeys((one.header.version, one.header.community) for one in agent.asked))


def test_each_is_asked_in_turn_until_it_answers_and_the_proposal_says_how(tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "community"
    file.write_text(f"{SECRET}\n")

    async def main() -> tuple[tuple[int, str, str], dict[str, Agent]]:
        with ExitStack() as stack:
            agents = await _agents(stack, port)
            ways = ("--community", "public", "--community-file", str(file), "--port", str(port))
            return await _run(OLD, "127.0.4.3", "--hosts", "-", *ways, given=f"# comment\n{GUARDED}\n\n{SIX}\n"), agents

    (status, out, err), agents = asyncio.run(main())
    assert status == 0, err
    assert SECRET not in out + err
    devices = {one["address"]: one for one in yaml.safe_load(out)["devices"].values()}
    assert {address: one["snmp"] for address, one in devices.items()} == {
        OLD: {"version": "1", "port": port},
        GUARDED: {"version": "2c", "port": port, "community_file": str(file)},
        SIX: {"version": "2c", "port": port},
    }
    assert _asked(agents[OLD]) == [(codec.V2C, b"public"), (codec.V1, b"public")]
    assert _asked(agents[GUARDED]) == [(codec.V2C, b"public"), (codec.V1, b"public"), (codec.V2C, SECRET.encode())]
    assert _asked(agents[SIX]) == [(codec.V2C, b"public")]
    unanswered = [one for one in agents[GUARDED].asked if one.header.community == b"public"]
    assert len(unanswered) <= 4  # one question in either way, each repeated once at most
    assert re.search(
        r"^  # unknown-127-0-4-3: \{kind: \?, .*address: 127\.0\.4\.3\}$", out, re.MULTILINE
    )  # the kernel pings
    shutil.copytree(GOOD, tmp_path / "mall")
    with (tmp_path / "mall" / "devices.yaml").open("a", encoding="utf-8") as text:
        text.write("\n".join(line for line in out.splitlines() if line.startswith("  ")) + "\n")
    load(tmp_path / "mall", today=date(2026, 11, 23))


def test_the_users_of_an_inventory_are_asked_as_too(tmp_path: Path) -> None:
    user = "createUser watch SHA-256 maplesyrup AES passphrase", "rouser watch priv"
    (tmp_path / "auth").write_text("maplesyrup\n")
    (tmp_path / "priv").write_text("passphrase\n")
    config = tmp_path / "mall"
    shutil.copytree(GOOD, config)
    with snmpd(tmp_path, *user) as port:
        devices = config / "devices.yaml"
        files = f"auth_protocol: sha256, auth_file: {tmp_path}/auth, priv_protocol: aes, priv_file: {tmp_path}/priv"
        v3 = f"snmp: {{version: 3, port: {port}, user: watch, {files}}}"
        devices.write_text(devices.read_text().replace("snmp: {}}", f"{v3}}}").replace("127.0.0.1,", "localhost,"))
        words = ("127.0.0.1", "--config", str(config), "--port", str(port))
        status, out, err = asyncio.run(_run(*words, "--json"))
        assert status == 0, err
        told = json.loads(out)
        (tmp_path / "priv").write_text("short\n")
        wrong = asyncio.run(_run(*words))
    (device,) = told["devices"]
    assert (device["id"], device["known"], device["moved_from"]) == ("gw", True, "")
    assert device["engine"].startswith("80001f88")
    assert not {"maplesyrup", "passphrase"} & {*out.split('"'), *err.split()}
    assert (wrong[0], "expected one line of 8 to 255 octets" in wrong[2], "short" in wrong[2]) == (2, True, False)


def test_nothing_there_is_told_with_a_status_of_its_own() -> None:
    words = ("198.51.100.7", "--public")  # RFC 5737: nobody
    status, out, err = asyncio.run(_run(*words))
    assert (status, yaml.safe_load(out)["devices"]) == (1, {})
    assert "nothing answered" in err


def test_stopped_it_tells_what_it_found_until_then() -> None:
    port = free_port()

    async def main() -> tuple[int, str]:
        loop = asyncio.get_running_loop()
        answered, late = asyncio.Event(), 0

        def answer(agent: Agent, data: bytes, send: Send) -> None:
            nonlocal late
            honest(agent, data, send)
            late += 1
            if late == 3:
                loop.call_later(1.0, answered.set)

        transport, _ = await loop.create_datagram_endpoint(
            partial(Agent, mib(1, PRINTER, "PRINTER-1", {}), answer), local_addr=("127.0.4.1", port)
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mppmon", "discover", "127.0.4.0/24", "--port", str(port), "--rate", "12"),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a run in the background ignores it
        )
        await asyncio.wait_for(answered.wait(), 30)
        process.send_signal(signal.SIGINT)
        out, _ = await asyncio.wait_for(process.communicate(), 30)
        transport.close()
        return process.returncode or 0, out.decode()

    status, out = asyncio.run(main())
    assert status == 130
    assert re.search(r"^# Stopped after \d+ of 254 addresses", out, re.MULTILINE)
    assert [one["address"] for one in yaml.safe_load(out)["devices"].values()] == ["127.0.4.1"]
