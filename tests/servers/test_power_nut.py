"""The NUT collector against the real upsd with `dummy-ups`, and against peers that are none."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.power.collector import NutCollector
from collectors.settings import NutSettings
from mppmon.clock import Clock
from tests.bench.pager_daemon import daemon, mall
from tests.bench.pager_provider import provider
from tests.servers.daemon_process import until
from tests.servers.nut_server import Nut, nut
from tests.servers.trap_mall import incidents_of

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


@pytest.fixture(scope="module")
def ups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nut]:
    folder = tmp_path_factory.mktemp("ups") / "nut"
    with nut(folder, ups_status="OL CHRG", ups_mfr="APC", battery_charge="88", ups_load="23") as running:
        until(lambda: ask(running.port), lambda one: len(one.values) > 3)
        yield running


def test_a_real_upsd(ups: Nut, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text('se "cret\n')
    seen = ask(ups.port, user="mppmon", password_file=password)
    assert seen.outcome is Outcome.OK, seen.detail
    assert values(seen)["mppmon_ups_charge_ratio",] == 0.88
    assert dict(seen.texts)["vendor"] == "APC"
    wrong = ask(ups.port, ups="lain")
    assert (wrong.outcome, wrong.detail) == (Outcome.UNEXPECTED, "upsd knows no UPS lain; it has uji")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"", "expected one line of ASCII"),
        (b"two\nlines\n", "expected one line of ASCII"),
        ("sandi-r\u00e1hasia\n".encode(), "expected one line of ASCII"),
        (b"x" * 600, "expected one line of ASCII"),
    ],
)
def test_a_password_file_that_cannot_be_used_is_ours_to_mend(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    seen = ask(1, user="mppmon", password_file=file)
    assert seen.outcome is Outcome.LOCAL
    assert said in seen.detail
    assert not content or content.decode().strip() not in seen.detail


def test_a_password_is_read_anew_and_a_wrong_one_is_never_noticed(ups: Nut, tmp_path: Path) -> None:
    """`upsd` checks none for reading: docs/inventory.md says so."""
    file = tmp_path / "password"
    for word in ("right", "wrong"):
        file.write_text(word)
        assert ask(ups.port, user="nobody", password_file=file).outcome is Outcome.OK


def test_encrypted_by_a_real_upsd(ups: Nut) -> None:
    leaf = ssl.PEM_cert_to_DER_cert(ups.certificate.read_text())
    pin = sha256(leaf).hexdigest()
    for trust in ({"ca_file": ups.certificate}, {"pin": pin}):
        seen = ask(ups.port, starttls=True, user="mppmon", **trust)
        assert (seen.outcome, seen.detail) == (Outcome.OK, "")
        assert values(seen)["mppmon_ups_load_ratio", "1"] == pytest.approx(0.23)
    stranger = ask(ups.port, starttls=True, pin=pin[::-1])
    assert (stranger.outcome, "not the pinned one" in stranger.detail) == (Outcome.STRANGER, True)
    unknown = ask(ups.port, starttls=True)
    assert (unknown.outcome, unknown.detail) == (Outcome.INVALID, "the certificate is self-signed")


def test_the_real_daemon_opens_one_incident_when_the_mains_fail(ups: Nut, tmp_path: Path) -> None:
    leaf = ssl.PEM_cert_to_DER_cert(ups.certificate.read_text())
    encrypted = {"port": ups.port, "starttls": True, "pin": sha256(leaf).hexdigest()}
    token = tmp_path / "token"
    token.write_text("1:made-up")
    token.chmod(0o600)
    device = {"kind": "ups", "name": "UPS uji", "address": "127.0.0.1", "nut": encrypted}
    with (
        provider() as told,
        daemon(
            tmp_path, mall({"ups": device}, told.url, token, pace_seconds=0, intervals={"liveness": 1, "telemetry": 1})
        ) as (_, _),
    ):
        assert incidents_of(tmp_path / "state", "ups") == []
        began = Clock().now()
        ups.becomes(ups_status="OB DISCHRG", battery_charge="80")
        (incident,) = until(lambda: incidents_of(tmp_path / "state", "ups"), bool)
        assert incident.facts.what.id == "listrik padam, UPS memakai baterai"
        assert (incident.opened_at - began).total_seconds() < 6, "the driver looks each second, upsd and we too"
        until(lambda: told.first("sendMessage", "listrik padam"), bool)
        ups.becomes(ups_status="OL CHRG", battery_charge="81")
        until(lambda: values(ask(ups.port)).get(("mppmon_ups_on_battery",)), lambda value: value == 0)
        assert len(incidents_of(tmp_path / "state", "ups")) == 1


def test_a_driver_that_has_gone(ups: Nut) -> None:
    ups.driver.terminate()
    lost = until(lambda: ask(ups.port), lambda one: one.outcome is not Outcome.OK)
    assert lost.outcome is Outcome.UNEXPECTED
    assert values(lost) == {("mppmon_ups_driver_ok",): 0}


def test_a_server_without_a_certificate_is_asked_nothing_in_plain_text() -> None:
    asked: list[bytes] = []

    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"ERR FEATURE-NOT-CONFIGURED\n")
        asked.append(await reader.read())

    seen = against(refuses, starttls=True, user="mppmon")
    assert seen.outcome is Outcome.UNEXPECTED
    assert seen.detail.startswith("upsd offers no encryption (FEATURE-NOT-CONFIGURED): it needs a certificate")
    assert asked == [b"STARTTLS\n", b"LOGOUT\n"]


def test_what_came_in_plain_text_is_not_taken_for_an_answer() -> None:
    async def speaks_too_soon(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"OK STARTTLS\nBEGIN LIST VAR u\nEND LIST VAR u\n")

    assert against(speaks_too_soon, starttls=True, pin="0" * 64).outcome is not Outcome.OK


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
    seen = against(behave)
    assert seen.outcome is outcome, seen.detail
    assert seen.seconds < 0.8
    assert not seen.values


def against(behave: Behave, **settings: object) -> Observation:
    """Ask a peer that behaves so."""

    async def play() -> Observation:
        served: list[asyncio.Task[None] | None] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            served.append(asyncio.current_task())
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
            port = server.sockets[0].getsockname()[1]
            given = NutSettings.model_validate({"port": port, "ups": "u", "timeout": 0.5, **settings})
            return await collector.poll(Target("u:telemetry", "u", Kind.TELEMETRY, Way.NUT, "127.0.0.1", 60.0, given))
        finally:
            await collector.close()
            await asyncio.wait([one for one in served if one is not None], timeout=0.2)  # until they saw the end
            server.close()

    return asyncio.run(play())
