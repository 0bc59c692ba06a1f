"""The simulator put together: opens everything, says so, and closes everything again."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from mppmon.clock import Clock
from mppmon.demo.simulator.chat import Chat
from mppmon.demo.simulator.control import Control
from mppmon.demo.simulator.doors import TcpDoor
from mppmon.demo.simulator.http import visitor
from mppmon.demo.simulator.journal import Journal
from mppmon.demo.simulator.mailbox import Mailbox
from mppmon.demo.simulator.ready import Ready
from mppmon.demo.simulator.request import ChatRequest, MailboxRequest, SimulatorRequest
from mppmon.demo.simulator.serving import Serving
from mppmon.demo.simulator.world import World


@asynccontextmanager
async def simulator(request: SimulatorRequest) -> AsyncIterator[Ready]:
    """Serve a request while the context lasts. Raises BadThings, BadRecording or OSError before it does."""
    clock = Clock(timedelta(seconds=request.offset_seconds))
    began = clock.monotonic()
    world = World(request.listed(), at=began)
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(Journal(request.log, clock))
        serving = Serving(world, journal, clock)
        stack.push_async_callback(serving.close)
        doors = serving.open()
        mailbox, mailbox_port = await _mailbox(stack, request.mailbox, clock)
        chat, chat_port = _chat(stack, request.chat, world, clock)
        control = Control(world, journal, clock, mailbox=mailbox, chat=chat)
        control_port = await _control(stack, request, control)
        seconds = round(clock.monotonic() - began, 3)
        yield Ready(doors, seconds, _resident(), control_port, mailbox_port, chat_port)


async def _mailbox(
    stack: AsyncExitStack, asked: MailboxRequest | None, clock: Clock
) -> tuple[Mailbox | None, int | None]:
    if asked is None:
        return None, None
    mailbox = stack.enter_context(Mailbox(asked.file, clock.now))
    stack.push_async_callback(mailbox.close)
    return mailbox, await mailbox.open(asked.address, asked.port)


def _chat(
    stack: AsyncExitStack, asked: ChatRequest | None, world: World, clock: Clock
) -> tuple[Chat | None, int | None]:
    """Open the chat server. It is on the internet: while the mall's line is cut, it is out of reach."""
    if asked is None:
        return None, None
    chat = Chat(asked.token, clock.now)
    door = TcpDoor(visitor(chat.answer), lambda: None)
    port = door.open(asked.address, asked.port)
    stack.push_async_callback(door.close)
    uplink = world.things.uplink
    if uplink is not None:
        world.listen(lambda: door.set_shut(shut=world.condition(uplink).silent))
    return chat, port


async def _control(stack: AsyncExitStack, request: SimulatorRequest, control: Control) -> int | None:
    if request.control.socket is None:
        door = TcpDoor(visitor(control.answer), lambda: None)
        port = door.open("127.0.0.1", request.control.port or 0)
        stack.push_async_callback(door.close)
        return port
    path = request.control.socket
    serve = visitor(control.answer)

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    umask = os.umask(0o077)
    try:
        server = await asyncio.start_unix_server(visit, path)
    finally:
        os.umask(umask)

    async def close() -> None:
        server.close()
        await server.wait_closed()
        path.unlink(missing_ok=True)

    stack.push_async_callback(close)
    return None


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")
