"""SNMPv3 through the child process, against net-snmp's own agent."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.settings import SnmpSettings
from collectors.snmp.child.process import Child
from collectors.snmp.collector import SnmpCollector
from tests.servers.snmp_servers import free_port, snmpd

pytestmark = pytest.mark.server

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
AUTH, PRIV = "signed-by-me", "hidden-by-me"
SIGNING = {
    "md5": "MD5",
    "sha": "SHA",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
HIDING = {"des": "DES", "aes": "AES", "aes192": "AES-192", "aes256": "AES-256"}
PAIRS = tuple(itertools.product(SIGNING, HIDING))
USERS = (
    "createUser nobody",
    "rouser nobody noauth",
    *(line for a, name in SIGNING.items() for line in (f'createUser {a} {name} "{AUTH}"', f"rouser {a} auth")),
    *(
        line
        for a, p in PAIRS
        for line in (f'createUser {a}-{p} {SIGNING[a]} "{AUTH}" {HIDING[p]} "{PRIV}"', f"rouser {a}-{p} priv")
    ),
)
Told = TypeVar("Told")
Poll = Callable[..., Coroutine[Any, Any, Observation]]


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with snmpd(tmp_path_factory.mktemp("snmpd"), *USERS) as port:
        yield port


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    for name, text in (("auth", AUTH), ("priv", PRIV), ("wrong", "something-else")):
        (tmp_path / name).write_text(f"{text}\n", "ascii")
    return tmp_path


def user(secrets: Path, a: str | None = None, p: str | None = None, **other: object) -> dict[str, Any]:
    """Return the settings of a user who exists."""
    files = {"auth_file": secrets / "auth"} if a else {}
    files |= {"priv_file": secrets / "priv"} if p else {}
    name = f"{a}-{p}" if p else a or "nobody"
    return {"user": name, "auth_protocol": a, "priv_protocol": p, **files, **other}


def asked(deed: Callable[[Poll], Awaitable[Told]]) -> Told:
    """Run `deed` with a way to poll, through one child."""

    async def main() -> Told:
        child = Child()
        running = asyncio.create_task(child.run())
        collector = SnmpCollector(now=lambda: AT, child=child)
        await collector.start()

        async def poll(port: int, keys: dict[str, Any], kind: Kind = Kind.LIVENESS) -> Observation:
            settings = SnmpSettings.model_validate({"version": "3", "port": port, "timeout": 1.0, "retries": 1, **keys})
            check = f"{keys['user']}:{port}:{kind}"
            return await collector.poll(Target(check, "gw", kind, Way.SNMP, "127.0.0.1", 60.0, settings))

        try:
            await child.ready(asyncio.get_running_loop().time() + 30)
            return await deed(poll)
        finally:
            await collector.close()
            await child.close()
            await running

    return asyncio.run(main())


def test_every_pair_of_protocols(agent: int, secrets: Path) -> None:
    async def deed(poll: Poll) -> dict[str, tuple[str, str]]:
        everyone = [user(secrets), *(user(secrets, a) for a in SIGNING), *(user(secrets, a, p) for a, p in PAIRS)]
        seen = {one["user"]: await poll(agent, one) for one in everyone}
        return {name: (one.outcome.value, one.detail) for name, one in seen.items()}

    found = asked(deed)
    assert len(found) == 31
    assert set(found.values()) == {("ok", "")}, found


def test_telemetry_means_what_it_means_by_v2c(agent: int, secrets: Path) -> None:
    async def deed(poll: Poll) -> list[Observation]:
        keys = user(secrets, "sha256", "aes")
        return [await poll(agent, keys, Kind.TELEMETRY) for _ in range(2)] + [
            await poll(agent, {"user": "nobody"}, Kind.TELEMETRY)
        ]

    async def plain() -> Observation:
        collector = SnmpCollector(now=lambda: AT)
        await collector.start()
        settings = SnmpSettings.model_validate({"port": agent, "community": "inside"})
        seen = await collector.poll(Target("x", "gw", Kind.TELEMETRY, Way.SNMP, "127.0.0.1", 60.0, settings))
        await collector.close()
        return seen

    by_v2c = asyncio.run(plain())
    for seen in asked(deed):
        assert (seen.outcome, seen.detail) == (Outcome.OK, "")
        assert seen.schema is by_v2c.schema
        assert dict(seen.texts)["sysdescr"] == dict(by_v2c.texts)["sysdescr"]


WRONG: dict[str, tuple[dict[str, str | None], str]] = {
    "nobody's name": ({"user": "stranger"}, "unknown user name"),
    "the passphrase it signs with": ({"auth_file": "wrong"}, "wrong digest: auth_file or auth_protocol"),
    "how it signs": ({"auth_protocol": "sha512"}, "wrong digest: auth_file or auth_protocol"),
    "the passphrase it hides with": ({"priv_file": "wrong"}, "priv_file or priv_protocol"),
    "how it hides": ({"priv_protocol": "des"}, "priv_file or priv_protocol"),
    "no signature": ({"auth_protocol": None, "priv_protocol": None}, "authorizationError"),
    "a context": ({"context": "elsewhere"}, "priv_file or priv_protocol, or context"),
}


def test_what_is_wrong_is_named_and_no_secret_told(agent: int, secrets: Path) -> None:
    async def deed(poll: Poll) -> dict[str, Observation]:
        seen = {}
        for name, (keys, _) in WRONG.items():
            paths = {key: secrets / str(one) if key.endswith("_file") else one for key, one in keys.items()}
            seen[name] = await poll(agent, user(secrets, "sha256", "aes") | paths)
        seen["a level above what it has"] = await poll(agent, user(secrets, "md5") | {"user": "nobody"})
        return seen

    found = asked(deed)
    assert {name: one.outcome for name, one in found.items()} == dict.fromkeys(found, Outcome.DENIED)
    for name, (_, words) in WRONG.items():
        assert words in found[name].detail, name
    assert "unsupported security level" in found["a level above what it has"].detail
    told = repr(found)
    assert not any(secret in told for secret in (AUTH, PRIV, "something-else"))


def test_a_passphrase_file_that_is_no_use_says_nothing_about_the_device(agent: int, secrets: Path) -> None:
    (secrets / "short").write_text("seven77\n", "ascii")

    async def deed(poll: Poll) -> list[Observation]:
        return [await poll(agent, user(secrets, "sha", auth_file=secrets / name)) for name in ("short", "missing")]

    short, missing = asked(deed)
    assert (short.outcome, missing.outcome) == (Outcome.LOCAL, Outcome.LOCAL)
    assert "one line of 8 to 255" in short.detail
    assert "seven77" not in short.detail
    assert str(secrets / "missing") in missing.detail


def test_a_restart_with_other_boots_or_another_engine_id_heals_by_itself(tmp_path: Path, secrets: Path) -> None:
    port = free_port()
    lives = (
        (tmp_path / "a", ("exactEngineID 0x80001f8804aabbccddee",)),
        (tmp_path / "a", ("exactEngineID 0x80001f8804aabbccddee",)),  # one boot later, its time from the beginning
        (tmp_path / "b", ("exactEngineID 0x80001f880401020304",)),  # another engine
        (tmp_path / "c", ("exactEngineID 0x80001f8804aabbccddee",)),  # the first one, its boots forgotten
    )

    async def deed(poll: Poll) -> list[tuple[str, str]]:
        seen = []
        for directory, more in lives:
            directory.mkdir(exist_ok=True)
            with snmpd(directory, *USERS, *more, port=port):
                for keys in (user(secrets, "sha256", "aes"), user(secrets, "md5"), user(secrets)):
                    one = await poll(port, keys)
                    seen.append((one.outcome.value, one.detail))
        seen.append(((await poll(port, user(secrets))).outcome.value, "off"))
        return seen

    assert asked(deed) == [("ok", "")] * 12 + [("refused", "off")]


def test_silent_devices_delay_nobody(agent: int, secrets: Path) -> None:
    async def deed(poll: Poll) -> tuple[list[Observation], list[Observation]]:
        loop = asyncio.get_running_loop()
        holes = [
            await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
            for _ in range(40)
        ]
        ports = [hole.get_extra_info("sockname")[1] for hole, _ in holes]
        keys = user(secrets, "sha256", "aes")
        await poll(agent, keys)
        silent = [asyncio.create_task(poll(port, keys)) for port in ports]
        quick = []
        for _ in range(10):
            quick.append(await poll(agent, keys))
            await asyncio.sleep(0.1)
        slow = await asyncio.gather(*silent)
        for hole, _ in holes:
            hole.close()
        return quick, slow

    quick, slow = asked(deed)
    assert {one.outcome for one in quick} == {Outcome.OK}
    assert max(one.seconds for one in quick) < 1.0
    assert {one.outcome for one in slow} == {Outcome.TIMEOUT}
    assert max(one.seconds for one in slow) < 2.0 + 0.5  # two times a second: the deadline, and room for a busy machine


def test_a_child_that_is_killed_is_begun_anew(agent: int, secrets: Path) -> None:
    async def main() -> list[Outcome]:
        child = Child()

        async def keep() -> None:
            while True:
                try:
                    await child.run()
                except Exception:  # noqa: BLE001  # as the daemon's parts do
                    await asyncio.sleep(0.05)
                else:
                    return

        running = asyncio.create_task(keep())
        loop = asyncio.get_running_loop()
        await child.ready(loop.time() + 30)
        collector = SnmpCollector(now=lambda: AT, child=child)
        await collector.start()
        settings = SnmpSettings.model_validate({"version": "3", "port": agent, **user(secrets, "sha256", "aes")})
        target = Target("x", "gw", Kind.LIVENESS, Way.SNMP, "127.0.0.1", 60.0, settings)
        seen = [(await collector.poll(target)).outcome]
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await asyncio.sleep(0.1)
        await child.ready(loop.time() + 30)
        seen.append((await collector.poll(target)).outcome)
        assert child.pid != first
        await collector.close()
        await child.close()
        await running
        return seen

    assert asyncio.run(main()) == [Outcome.OK, Outcome.OK]


def test_the_daemon_imports_no_pysnmp() -> None:
    code = "import sys, mppmon.daemon.daemon; sys.exit('pysnmp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_poll_by_hand(agent: int, secrets: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mppmon",
        "poll",
        f"127.0.0.1:{agent}",
        "--v3-user",
        "sha256-aes",
        "--auth-protocol",
    ]
    command += ["sha256", "--auth-file", str(secrets / "auth"), "--priv-protocol", "aes", "--priv-file"]
    good = subprocess.run([*command, str(secrets / "priv")], capture_output=True, text=True, check=False, timeout=60)
    assert (good.returncode, good.stdout.split()[0]) == (0, "ok"), good.stderr
    bad = subprocess.run([*command, str(secrets / "wrong")], capture_output=True, text=True, check=False, timeout=60)
    assert (bad.returncode, bad.stdout.split()[0]) == (1, "denied"), bad.stderr
    assert "something-else" not in bad.stdout + bad.stderr
