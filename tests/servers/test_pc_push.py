"""The door for PCs that push: what it takes, and that whoever is slow, wrong or hostile holds up nobody."""

import asyncio
import base64
import contextlib
import gzip
import json
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from collectors.observation import Outcome
from collectors.pc.agent import push
from collectors.pc.agent.push_settings import Push
from collectors.pc.push.limits import Limits
from collectors.pc.push.pin import pin_of
from collectors.settings import PushDoorSettings
from mppmon.clock import Clock
from mppmon.doctor.push import _knock
from mppmon.setup.enrolment import certify
from tests.servers.pc_programs import pusher
from tests.servers.push_door import A3, PAGE, Opened, hashed, opened, pushing, request

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
QUICK = Limits(handshake=0.5, whole=1.5, slow=0.1)
OTHER = pushing("b1-pc", "of-b1-pc")


def told(folder: Path, story: Callable[[Opened], Awaitable[None]], limits: Limits = QUICK) -> None:
    """Tell a story at a door for two PCs."""

    async def whole() -> None:
        async with opened(folder, pushing(), OTHER, limits=limits) as door:
            await story(door)

    asyncio.run(whole())


def test_a_push_is_an_observation_of_the_moment_it_came(tmp_path: Path) -> None:
    async def story(door: Opened) -> None:
        before = Clock().now()
        page = PAGE + b'mppmon_pc_peripheral_present{peripheral="a3-pc-finger"} 1\nmppmon_pc_time_seconds 1000\n'
        assert await door.push(gzip.compress(page), "Content-Encoding: gzip", "X-Mppmon-Age: 12.5") == 204
        (seen,) = door.seen
        assert (seen.check, seen.outcome) == ("a3-pc:telemetry", Outcome.OK)
        assert -12.6 <= (seen.at - before).total_seconds() <= -11  # by our clock, whatever its own says
        values = {name: value for name, _, value in seen.samples()}
        assert before.timestamp() <= values["mppmon_pc_pushed_time_seconds"] <= Clock().now().timestamp()
        assert values["mppmon_pc_clock_error_seconds"] > 1e9
        assert [(one.device, one.outcome) for one in seen.parts] == [
            ("a3-pc-finger", Outcome.OK),
            ("a3-pc-card", Outcome.LOCAL),
        ]
        assert await door.push(PAGE, "X-Mppmon-Age: 61") == 400
        assert await door.push(PAGE, "X-Mppmon-Age: nan") == 400
        await door.counted("accepted")

    told(tmp_path, story)


def test_nothing_but_a_push_is_answered(tmp_path: Path) -> None:
    async def story(door: Opened) -> None:
        assert await door.push(first="GET /push") == 405
        assert await door.push(first="POST /metrics") == 404
        assert await door.push(PAGE, "Content-Encoding: br") == 415
        assert await door.push(b"<html>") == 422
        assert (await door.say(b"\x16\x03\x01 nonsense\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
        assert [one.outcome for one in door.seen] == [Outcome.INVALID]  # it is there, and says nothing we can read
        assert door.seen[0].parts[0].outcome is Outcome.LOCAL

    told(tmp_path, story)


def test_a_token_is_of_one_pc_and_two_are_good_while_one_replaces_the_other(tmp_path: Path) -> None:
    async def story(door: Opened) -> None:
        page = PAGE + b'mppmon_pc_peripheral_present{peripheral="a3-pc-finger"} 0\n'
        assert await door.push(page, sender="of-b1-pc") == 204
        (seen,) = door.seen
        assert seen.device == "b1-pc"
        assert 'peripheral="a3-pc-finger"' in seen.detail  # another PC's: dropped
        assert {one.outcome for one in seen.parts} == {Outcome.LOCAL}
        door.door.follow([pushing("a3-pc", A3, "new")])
        assert [await door.push(sender=one) for one in ("new", A3, "of-b1-pc")] == [204, 204, 401]
        door.door.follow([pushing("a3-pc", "new")])
        assert [await door.push(sender=one) for one in ("new", A3)] == [204, 401]

    told(tmp_path, story)


def test_another_machine_with_a_token_is_a_stranger_and_says_nothing_while_the_pc_itself_is_heard(
    tmp_path: Path,
) -> None:
    async def story(door: Opened) -> None:
        other = PAGE.replace(b'"m1"', b'"m2"')
        assert await door.push(other) == 403
        assert [one.outcome for one in door.seen] == [Outcome.STRANGER]
        assert await door.push() == 204
        assert await door.push(other) == 403
        assert [one.outcome for one in door.seen] == [Outcome.STRANGER, Outcome.OK]
        assert door.counts["stranger"] == 2

    told(tmp_path, story)


def test_who_tries_tokens_is_slow_then_unanswered_and_his_neighbours_are_not(tmp_path: Path) -> None:
    async def story(door: Opened) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        first = await door.say(request(PAGE, sender="wrong"))
        assert loop.time() - began >= QUICK.slow
        assert first == await door.say(request(PAGE, sender=hashed(A3)))  # the hash opens nothing
        assert b"401" in first.split(b"\r\n")[0]
        answers = await asyncio.gather(*(door.push(sender=f"guess-{n}") for n in range(30)))
        assert sorted(answers) == [0] * 27 + [401] * 3
        assert await door.push() == 204  # of the same address
        await door.counted("unknown_token", 5)
        assert door.counts["limited"] == 27

    told(tmp_path, story)


def test_bombs_floods_and_half_bodies_are_refused_and_hold_up_nobody(tmp_path: Path) -> None:
    async def story(door: Opened) -> None:
        bomb = gzip.compress(b"a" * 50_000_000)
        assert await door.push(bomb, "Content-Encoding: gzip") == 413
        assert door.seen.pop().detail == "more than its max_bytes of metrics"
        assert await door.push(b"#" * 5_000_000) == 413  # it says so itself
        chunks = b"".join(b"10000\r\n" + b"#" * 65_536 + b"\r\n" for _ in range(76)) + b"0\r\n\r\n"
        raw = b"POST /push HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer of-b1-pc\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert (await door.say(raw + chunks)).startswith(b"HTTP/1.1 413 ")
        assert await door.push(bomb[:1000], "Content-Encoding: gzip", sender="of-b1-pc") == 422
        assert await door.push(gzip.compress(PAGE)[:-9], "Content-Encoding: gzip", sender="of-b1-pc") == 422
        await door.say(request(PAGE, "Content-Length: 500", sender="of-b1-pc"), end=True)
        await door.counted("broken")
        assert {one.outcome for one in door.seen} == {Outcome.INVALID}

    told(tmp_path, story)


def test_who_drips_or_never_begins_is_cut_off_while_others_are_served(tmp_path: Path) -> None:
    async def story(door: Opened) -> None:
        async def drip() -> None:
            _, writer = await door.connect()
            for byte in request(PAGE, sender="of-b1-pc"):
                writer.write(bytes((byte,)))
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        silent = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(20)]  # not even a handshake
        await asyncio.sleep(0.1)
        assert await asyncio.wait_for(door.push(), 1) == 204
        await door.counted("broken", 21)
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        for _, writer in silent:
            writer.close()
        assert door.counts == {"accepted": 1, "broken": 21}

    told(tmp_path, story)


def test_too_many_connections_are_turned_away_and_who_pushes_too_often_waits(tmp_path: Path) -> None:
    async def story(door: Opened) -> None:
        held = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(5)]
        await door.counted("turned_away", 2)
        for _, writer in held:
            writer.close()
        await door.counted("broken", 3)
        answers = [await door.say(request(PAGE)) for _ in range(6)]
        assert [int(one.split(b" ", 2)[1]) for one in answers] == [204] * 4 + [429] * 2
        assert b"\r\nRetry-After: " in answers[-1]

    told(tmp_path, story, Limits(handshake=0.5, whole=1.5, slow=0.1, each=3))


def test_our_agent_pushes_and_says_why_not(tmp_path: Path) -> None:
    async def story(door: Opened) -> None:
        door.door.follow([pushing("a3-pc", A3, machine_id=None)])
        good: dict[str, str | float] = {"url": f"https://127.0.0.1:{door.port}", "pin": door.pin, "every": 5}
        with pusher(tmp_path / "a", {**good, "token": A3}) as sending:
            await door.counted("accepted")
            assert dict(door.seen[0].texts)["agent"].startswith("mppmon-agent ")
            assert f"pushes to https://127.0.0.1:{door.port}/" in sending.log.read_text("utf-8")
            assert "listens" not in sending.log.read_text("utf-8")  # small
        with pusher(tmp_path / "b", {**good, "token": A3, "pin": "0" * 64}) as sending:
            await door.counted("broken")
            assert "has not our pin" in await _said(sending.log)
        with pusher(tmp_path / "c", {**good, "token": "wrong"}) as sending:
            await door.counted("unknown_token")
            assert "the token is not known there" in await _said(sending.log)

    told(tmp_path, story, Limits())


def test_the_agent_gives_a_dripping_server_no_more_than_its_time_and_follows_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = certify("m", now=Clock().now())
    (tmp_path / "m.pem").write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "m.pem")
    monkeypatch.setattr(push, "_WHOLE", 1.0)
    asked: list[bytes] = []

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        with contextlib.suppress(ConnectionError):
            if len(asked) > 1:
                writer.write(b"HTTP/1.1 307 x\r\nLocation: https://127.0.0.1/\r\n\r\n")
            while len(asked) == 1:
                writer.write(b"HTTP/1.1 204")
                await asyncio.sleep(0.1)
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(drip, "127.0.0.1", 0, ssl=context)
        said = Push("127.0.0.1", server.sockets[0].getsockname()[1], "/push", tmp_path, pin_of(certificate.decode()))
        sender = push.Pusher(said, b"t0ken", lambda: PAGE, monotonic=Clock().monotonic)
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert (await asyncio.to_thread(sender.once)).wrong == "no answer in time"
        assert loop.time() - began < 3
        assert b"\r\nAuthorization: Bearer t0ken\r\n" in asked[0]
        asked.append(b"")
        assert (await asyncio.to_thread(sender.once)).wrong == "status 307"
        sender.close()
        server.close()

    asyncio.run(story())


def test_curl_pushes_a_text_file_of_node_exporter(tmp_path: Path) -> None:
    text = tmp_path / "mppmon.prom"
    text.write_bytes(b"node_time_seconds 1\n" + b"# padding\n" * 20_000 + PAGE)  # so long that curl asks first
    token = tmp_path / "header"
    token.write_text(f"Authorization: Bearer {A3}\n", encoding="utf-8")

    async def story(door: Opened) -> None:
        key = x509.load_pem_x509_certificate((tmp_path / "door.pem").read_bytes()).public_key()
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        command = ["curl", "-sSf", "--max-time", "10", "-k", "-H", f"@{token}", "-H", "Content-Type: text/plain"]
        command += ["-H", "Expect: 100-continue", "--data-binary", f"@{text}", f"https://127.0.0.1:{door.port}/push"]
        for pinned, status in ((der, 0), (b"another", 90)):  # CURLE_SSL_PINNEDPUBKEYNOTMATCH
            pin = base64.b64encode(sha256(pinned).digest()).decode()
            argv = [*command, "--pinnedpubkey", f"sha256//{pin}"]
            done = await asyncio.to_thread(subprocess.run, argv, capture_output=True, check=False, timeout=20)
            assert done.returncode == status, done.stderr
        assert [one.outcome for one in door.seen] == [Outcome.OK]

    told(tmp_path, story)


async def _said(log: Path) -> str:
    async with asyncio.timeout(10):
        while "WARNING" not in (text := log.read_text("utf-8")):  # noqa: ASYNC110, ASYNC240  # another process writes it
            await asyncio.sleep(0.05)
    return text


def test_behind_a_real_nat_the_real_agent_pushes_to_the_real_daemon(tmp_path: Path) -> None:
    argv = ["unshare", "--net", sys.executable, "-m", "tests.servers.push_nat", str(tmp_path)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180)
    log = tmp_path / "daemon.log"
    assert done.returncode == 0, done.stderr[-3000:] + (log.read_text("utf-8")[-3000:] if log.exists() else "")
    assert json.loads(done.stdout) == {
        "mode": "0o600",
        "in the lines": True,
        "reached": False,
        "pc": "up",
        "finger": "up",
        "unplugged": "down",
        "ended": 0,
        "anew": "up",
    }


def test_the_doctors_look_is_not_counted_as_a_broken_push(tmp_path: Path) -> None:
    async def story(door: Opened) -> None:
        settings = PushDoorSettings(listen_host="127.0.0.1", listen_port=door.port)
        assert await asyncio.to_thread(_knock, settings) == door.pin
        await door.counted("looked")
        assert door.counts == {"looked": 1}

    told(tmp_path, story)
