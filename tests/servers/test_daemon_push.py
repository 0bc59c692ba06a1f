"""The daemon's door for PCs that push, over reloads: opened, moved, closed, and tried again when its port is taken."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.observation import Observation
from collectors.settings import PushDoorSettings
from mppmon.clock import Clock
from mppmon.config import Loaded
from mppmon.daemon.options import Options
from mppmon.daemon.parts import Parts
from mppmon.daemon.push_door import PushDoor
from mppmon.setup.enrolment import certify
from tests.servers.push_door import A3, PAGE, pushing, request
from tests.servers.snmp_servers import free_port
from tests.stories.house import small_config

pytestmark = pytest.mark.server


def loaded(port: int | None, token: str = A3) -> Loaded:
    door = PushDoorSettings(listen_host="127.0.0.1", listen_port=port) if port is not None else None
    before = small_config()
    return replace(before, targets=(pushing("a3-pc", token),), settings=replace(before.settings, push=door))


async def push(port: int) -> int:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(request(PAGE))
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1])


def told(folder: Path, story: Callable[[PushDoor, list[bool], list[Observation]], Awaitable[None]]) -> None:
    async def whole() -> None:
        opened: list[bool] = []
        seen: list[Observation] = []
        options = Options(folder / "mall", folder)
        door = PushDoor(Parts(pauses=(0.1,)), options, seen.append, lambda _: None, opened.append)
        try:
            await story(door, opened, seen)
        finally:
            await door.close()

    asyncio.run(whole())


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not look():  # noqa: ASYNC110  # the door is in a thread of its own
            await asyncio.sleep(0.02)


def test_a_reload_opens_moves_and_closes_the_door_and_keeps_its_certificate(tmp_path: Path) -> None:
    first, second = free_port(), free_port()

    async def story(door: PushDoor, opened: list[bool], seen: list[Observation]) -> None:
        door.follow(loaded(first))
        await until(lambda: opened == [True])
        certificate = (tmp_path / "push.pem").read_bytes()
        assert await push(first) == 204
        await until(lambda: [one.device for one in seen] == ["a3-pc"])
        (heard,) = door.heard.values()
        assert (heard.device, dict(heard.texts)["machine_id"]) == ("a3-pc", "m1")
        door.follow(loaded(first, "another"))
        assert await push(first) == 401
        assert opened == [True]  # it was not closed for that
        door.follow(loaded(second))
        await until(lambda: opened == [True, False, True])
        assert await push(second) == 204
        with pytest.raises(ConnectionRefusedError):
            await push(first)
        assert (tmp_path / "push.pem").read_bytes() == certificate
        door.follow(loaded(None))
        await until(lambda: opened == [True, False, True, False])
        with pytest.raises(ConnectionRefusedError):
            await push(second)

    told(tmp_path, story)


def test_what_keeps_the_door_shut_is_one_line_and_no_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    before = loaded(port)
    assert before.settings.push is not None
    file, key = tmp_path / "door.pem", tmp_path / "door.key"
    (fitting, pem), (foreign, _) = certify("a", now=Clock().now()), certify("b", now=Clock().now())
    names = before.settings.push.model_copy(update={"certificate_file": file, "key_file": key})
    shut = replace(before, settings=replace(before.settings, push=names))

    def said() -> str:
        found = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
        assert all(one.exc_info is None for one in caplog.records)
        return found[-1] if found else ""

    async def story(door: PushDoor, opened: list[bool], _: list[Observation]) -> None:
        door.follow(shut)
        await until(lambda: said() == f"push door: {file}: no such file or directory; it is tried again")
        file.write_text("garbage")
        await until(lambda: f"{file}: holds no certificate in PEM" in said())
        file.write_bytes(pem)
        await until(lambda: f"{key}: no such file or directory" in said())
        key.write_text("garbage")
        await until(lambda: f"{key}: holds no key in PEM" in said())
        key.write_bytes(foreign)
        await until(lambda: f"{key}: its key does not fit the certificate {file}" in said())
        assert opened == []
        key.write_bytes(fitting)
        await until(lambda: opened == [True])

    told(tmp_path, story)


def test_a_port_that_is_taken_is_tried_again_and_nothing_else_stops_for_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = int(other.getsockname()[1])

        async def story(door: PushDoor, opened: list[bool], _: list[Observation]) -> None:
            door.follow(loaded(port))
            await asyncio.sleep(0.3)
            assert opened == []
            assert f"push door: port {port} is taken" in caplog.text
            assert "Traceback" not in caplog.text
            other.close()
            await until(lambda: opened == [True])
            assert await push(port) == 204

        told(tmp_path, story)
