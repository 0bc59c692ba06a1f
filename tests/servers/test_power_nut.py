"""The NUT collector against the real upsd with `dummy-ups`, and against peers that are none."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.power.collector import NutCollector
from collectors.settings import NutSettings
from mppmon.clock import Clock
from tests.servers.daemon_process import until
from tests.servers.nut_server import nut

pytestmark = pytest.mark.server


def ask(port: int, **settings: object) -> Observation:
    """Ask once."""

    async def once() -> Observation:
        collector = NutCollector(now=Clock().now)
        try:
            given = NutSettings.model_validate({"port": port, **settings})
            return await collector.poll(Target("u:telemetry", "u", Kind.TELEMETRY, Way.NUT, "127.0.0.1", 60.0, given))
        finally:
            await collector.close()

    return asyncio.run(once())


def values(seen: Observation) -> dict[tuple[str, ...], float]:
    """Return samples by metric and label values."""
    return {(name, *(value for _, value in labels)): value for name, labels, value in seen.samples()}


def test_a_real_upsd(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text('se "cret\n')
    with nut(tmp_path / "nut", ups_status="OL CHRG", ups_mfr="APC", battery_charge="88", ups_load="23") as ups:
        seen = until(lambda: ask(ups.port, user="mppmon", password_file=password), lambda one: len(one.values) > 3)
        assert seen.outcome is Outcome.OK, seen.detail
        assert values(seen)["mppmon_ups_charge_ratio",] == 0.88
        assert dict(seen.texts)["vendor"] == "APC"
        ups.becomes(ups_status="OB DISCHRG LB", battery_charge="9")
        until(lambda: values(ask(ups.port, ups="uji")), lambda one: one.get(("mppmon_ups_on_battery",)) == 1)
        wrong = ask(ups.port, ups="lain")
        assert (wrong.outcome, wrong.detail) == (Outcome.UNEXPECTED, "upsd knows no UPS lain; it has uji")
        ups.driver.terminate()
        lost = until(lambda: ask(ups.port), lambda one: one.outcome is not Outcome.OK)
        assert lost.outcome is Outcome.UNEXPECTED
        assert values(lost) == {("mppmon_ups_driver_ok",): 0}


Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _drips(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"BEGIN LIST VAR u\n")
    for _ in range(1000):
        writer.write(b'VAR u a "1"\n')
        await asyncio.sleep(0.05)


async def _floods(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"BEGIN LIST VAR u\n" + b'VAR u a "1"\n' * 5000)
    await writer.drain()


async def _long_line(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"BEGIN LIST VAR u\nVAR u a " + b"x" * 100_000)
    await writer.drain()


async def _another(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")


async def _hangs_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _denies(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"ERR ACCESS-DENIED\n")


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize(
    ("behave", "outcome"),
    [
        (_drips, Outcome.TIMEOUT),
        (_silent, Outcome.TIMEOUT),
        (_floods, Outcome.INVALID),
        (_long_line, Outcome.INVALID),
        (_another, Outcome.INVALID),
        (_hangs_up, Outcome.INVALID),
        (_denies, Outcome.DENIED),
    ],
)
def test_peers_that_are_none(behave: Behave, outcome: Outcome) -> None:
    async def play() -> Observation:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await behave(reader, writer)
                await reader.read()
            except ConnectionError:
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        collector = NutCollector(now=Clock().now)
        try:
            given = NutSettings(port=server.sockets[0].getsockname()[1], ups="u", timeout=0.5)
            return await collector.poll(Target("u:telemetry", "u", Kind.TELEMETRY, Way.NUT, "127.0.0.1", 60.0, given))
        finally:
            await collector.close()
            server.close()

    seen = asyncio.run(play())
    assert seen.outcome is outcome, seen.detail
    assert seen.seconds < 0.8
    assert not seen.values
