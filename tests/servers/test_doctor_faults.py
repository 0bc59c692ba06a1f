"""`mppmon doctor` beside real peers: all green, then one fault at a time: that line is red, with its cure, no other."""

import asyncio
import socket
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mppmon.doctor.finding import Finding, State
from mppmon.store.locking import lock
from tests.servers import telegram_fake as fake
from tests.servers.doctor_mall import Mall, Peers, healthy, peers, red
from tests.servers.online_fakes import black_hole, drips, hangs, serving
from tests.servers.smtp_servers import raw_server
from tests.unit.store_kit import new_database

pytestmark = pytest.mark.server

Fault = Callable[[Mall], None]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    with peers(tmp_path_factory.mktemp("peers")) as found:
        yield found


def visited(
    folder: Path, running: Peers, story: Callable[[Mall, fake.TelegramFake], Awaitable[list[Finding]]]
) -> list[Finding]:
    async def whole() -> list[Finding]:
        with fake.telegram_fake() as bot:
            async with healthy(folder, running, bot) as mall:
                return await story(mall, bot)

    return asyncio.run(whole())


def state(findings: list[Finding], name: str) -> State:
    return next(one.state for one in findings if one.name == name)


def test_a_mall_in_which_all_is_well_has_no_red_line(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, bot: fake.TelegramFake) -> list[Finding]:
        found = await mall.examine()
        assert bot.of("getChat") == [{"chat_id": "4711"}]
        assert bot.of("sendMessage") == []
        assert mall.mailbox.taken == []
        return found

    found = visited(tmp_path, running, story)
    assert red(found) == {}
    said = {one.name: one.said for one in found}
    assert said["telegram bot (bot)"] == "the token is good: @mpp_uji_bot"
    assert said["mail (surat)"].endswith("listens, encrypted (STARTTLS), signed in as mppmon; no mail was sent")
    assert said["agents of counter PCs"] == said["SNMP devices"] == "1 of 1 answer"
    assert said["uplink"] == "the gateway and 1 anchors answer"
    assert said["clock by the internet"].startswith("agrees with 127.0.0.1")
    assert state(found, "daemon") is State.WARN  # never started here: that is no fault yet
    assert not any(secret in str(found) for secret in ("s3cret", "TOKEN-that", "t0ken", "inside"))


def wrong_password(mall: Mall) -> None:
    mall.secrets["mail"] = "wrong"


def closed_mail_port(mall: Mall) -> None:
    mall.mail = 1


def wrong_bot_token(mall: Mall) -> None:
    mall.secrets["bot"] = "123456:wrong"


def wrong_agent_token(mall: Mall) -> None:
    mall.secrets["agent"] = "wrong"


def agent_off(mall: Mall) -> None:
    mall.peers = Peers(1, mall.peers.snmp)


def wrong_community(mall: Mall) -> None:
    mall.secrets["community"] = "outside"


def unknown_name(mall: Mall) -> None:
    mall.more["siak"] = {"kind": "online-system", "name": "SIAK", "http": {"url": "http://nowhere.invalid/"}}


def clock_ahead(mall: Mall) -> None:
    mall.moved(hours=2)


def broken_config(mall: Mall) -> None:
    mall.more["x"] = {"kind": "pcc", "name": "x"}


def open_state(mall: Mall) -> None:
    mall.state.mkdir()
    mall.state.chmod(0o2777)


@pytest.mark.parametrize(
    ("fault", "line", "said", "cure"),
    [
        (wrong_password, "mail (surat)", "refuses our user name or password", "correct channels.surat.username"),
        (closed_mail_port, "mail (surat)", "no connection (ConnectionRefusedError)", "nc -vz 127.0.0.1 1"),
        (wrong_bot_token, "telegram bot (bot)", "the token is not accepted (401", "@BotFather"),
        (wrong_agent_token, "agents of counter PCs", "pc: refuses our token", "agent-secret"),
        (agent_off, "agents of counter PCs", "0 of 1 answer; pc: the port is closed", "start the agent there"),
        (wrong_community, "SNMP devices", "0 of 1 answer; printer: no answer", "--community NAME"),
        (unknown_name, "names (DNS)", "not known: nowhere.invalid", "getent hosts nowhere.invalid"),
        (clock_ahead, "clock by the internet", "2.0 h ahead of 127.0.0.1", "chrony"),
        (broken_config, "configuration", "devices.yaml:", "mppmon check-config"),
        (open_state, "state directory", "has mode 2777", "chmod 2770"),
    ],
)
def test_one_fault_one_red_line(  # a table's columns
    tmp_path: Path, running: Peers, fault: Fault, line: str, said: str, cure: str
) -> None:
    async def story(mall: Mall, _: fake.TelegramFake) -> list[Finding]:
        fault(mall)
        mall.write()
        return await mall.examine()

    found = red(visited(tmp_path, running, story))
    assert set(found) == {line}, found
    assert said in found[line].said
    assert cure in found[line].cure


def test_users_of_snmpv3_and_the_port_for_traps(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, _: fake.TelegramFake) -> list[Finding]:
        mall.secrets |= {"auth": "signed-by-me", "priv": "hidden-by-me", "wrong": "s3cret-and-wrong"}
        keys = {"version": "3", "port": running.snmp, "auth_protocol": "sha256", "priv_protocol": "aes"}
        right = {"user": "mall", "auth_file": "auth-secret", "priv_file": "priv-secret"}
        for name, its in {
            "good": {},
            "key": {"auth_file": "wrong-secret"},
            "user": {"user": "nobody-here"},
            "hidden": {"priv_file": "wrong-secret"},
        }.items():
            snmp = {**keys, **right, **its}
            mall.more[name] = {"kind": "switch", "name": name, "address": "127.0.0.1", "parents": ["gw"], "snmp": snmp}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            port = other.getsockname()[1]
            mall.traps = {"listen_host": "127.0.0.1", "listen_port": port, "community_file": "community-secret"}
            mall.write()
            return await mall.examine()

    every = visited(tmp_path, running, story)
    found = red(every)
    assert set(found) == {"SNMPv3 devices", "traps"}, found
    said = found["SNMPv3 devices"].said
    assert said.startswith("1 of 4 answer; ")
    for reason in (
        "key: denied (wrong digest: ",
        "user: denied (unknown user name: ",
        "hidden: denied (the device answers",
    ):
        assert reason in said
    assert "wrong-secret" in found["SNMPv3 devices"].cure
    assert "another program listens" in found["traps"].said
    assert not any(secret in str(every) for secret in ("signed-by", "hidden-by", "s3cret", "inside"))


def test_a_secret_that_is_missing_or_open_to_all(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, _: fake.TelegramFake) -> list[Finding]:
        (mall.config / "mail-secret").unlink()
        return await mall.examine()

    found = visited(tmp_path, running, story)
    assert set(red(found)) == {"secret files"}
    assert f"{tmp_path}/mall/mail-secret" in red(found)["secret files"].cure
    assert state(found, "mail (surat)") is State.SKIPPED


def test_a_chat_that_nobody_started(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, bot: fake.TelegramFake) -> list[Finding]:
        bot.say("getChat", (400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}))
        return await mall.examine()

    found = red(visited(tmp_path, running, story))
    assert set(found) == {"chats (bot)"}
    assert found["chats (bot)"].said == "cannot be written to: rina (400 Bad Request: chat not found)"
    assert "press Start" in found["chats (bot)"].cure


def test_the_line_is_cut_or_the_router_is_off(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, _: fake.TelegramFake) -> list[Finding]:
        with ExitStack() as sockets:
            mall.anchor = black_hole(sockets)
            mall.write()
            return await mall.examine()

    found = red(visited(tmp_path, running, story))
    assert set(found) == {"uplink"}
    assert "no anchor answers (far" in found["uplink"].said


def test_somebody_else_has_the_port(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, _: fake.TelegramFake) -> list[Finding]:
        async with serving(hangs) as port:
            mall.web = port
            mall.write()
            return await mall.examine()

    found = red(visited(tmp_path, running, story))
    assert set(found) == {"port"}
    assert "ss -ltnp" in found["port"].cure


def test_peers_that_drip_or_hang_hold_nothing_up(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, bot: fake.TelegramFake) -> list[Finding]:
        async def greet_slowly(writer: asyncio.StreamWriter) -> None:
            while True:
                writer.write(b"2")
                await writer.drain()
                await asyncio.sleep(0.05)

        bot.always["getMe"] = fake.DRIP_BODY
        loop = asyncio.get_running_loop()
        async with raw_server(greet_slowly) as mail, serving(drips(b"HTTP/1.1 200 OK\r\n" * 999)) as pc:
            mall.mail, mall.peers = mail, Peers(pc, mall.peers.snmp)
            mall.write()
            began = loop.time()
            found = await mall.examine()
            assert loop.time() - began < 15
            return found

    found = red(visited(tmp_path, running, story))
    assert set(found) == {"mail (surat)", "telegram bot (bot)", "agents of counter PCs"}


def database(mall: Mall) -> Path:
    mall.state.mkdir()
    mall.state.chmod(0o2770)
    path = mall.state / "mppmon.db"
    new_database(path)
    return path


def test_a_damaged_database_is_named_with_its_remedy(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, _: fake.TelegramFake) -> list[Finding]:
        path = database(mall)
        content = bytearray(path.read_bytes())
        content[4096 : 4096 * 6] = b"\xff" * (4096 * 5)
        path.write_bytes(content)
        (mall.state / "backup").mkdir()
        new_database(mall.state / "backup" / "older.db")
        return await mall.examine()

    found = red(visited(tmp_path, running, story))
    assert set(found) == {"database", "daemon"}  # that began once and is off now: both are true
    assert f"{tmp_path}/state/mppmon.db is damaged" in found["database"].said
    assert f"cp -p {tmp_path}/state/backup/older.db {tmp_path}/state/mppmon.db" in found["database"].cure


@pytest.mark.parametrize("content", [b"no database at all, but long enough to look like one" * 100, b"\0" * 512])
def test_a_file_that_is_no_database(tmp_path: Path, running: Peers, content: bytes) -> None:
    async def story(mall: Mall, _: fake.TelegramFake) -> list[Finding]:
        database(mall).write_bytes(content)
        return await mall.examine()

    assert "is damaged" in red(visited(tmp_path, running, story))["database"].said


def test_a_newer_schema(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, _: fake.TelegramFake) -> list[Finding]:
        raw = sqlite3.connect(database(mall))
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
        raw.close()
        return await mall.examine()

    found = red(visited(tmp_path, running, story))
    assert "schema 9999" in found["database"].said


def test_a_process_that_holds_the_database_and_says_nothing(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, _: fake.TelegramFake) -> list[Finding]:
        with lock(database(mall)):
            return await mall.examine()

    found = red(visited(tmp_path, running, story))
    assert set(found) == {"daemon", "database lock"}
    assert "does not answer" in found["database lock"].said


def test_a_test_message_only_when_asked(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, bot: fake.TelegramFake) -> list[Finding]:
        found = await mall.examine(send="rina")
        (message,) = bot.of("sendMessage")
        assert message["chat_id"] == "4711"
        assert message["text"].startswith("Pesan uji dari mppmon, ")
        assert [mail["To"] for mail in mall.mailbox.taken] == ["rina@mall.test"]
        return [*found, *await mall.examine(send="riina")]

    found = [one for one in visited(tmp_path, running, story) if one.name == "test message"]
    assert [one.state for one in found] == [State.OK, State.OK, State.BAD]
    assert found[2].cure == "did you mean 'rina'?"


def test_offline_asks_nobody(tmp_path: Path, running: Peers) -> None:
    async def story(mall: Mall, bot: fake.TelegramFake) -> list[Finding]:
        found = await mall.examine(offline=True)
        assert bot.calls == []
        return found

    found = visited(tmp_path, running, story)
    assert red(found) == {}
    assert {one.name for one in found if "--offline" in one.said} >= {"SNMP devices", "mail", "uplink"}
