"""`python -m collectors.snmp.child`: asks by SNMPv3 and takes traps for the daemon, by lines on its pipes.

It ends when its input ends or at SIGTERM, after what it was asked is answered. Nothing a device sends is written
anywhere but into answers; what goes wrong here is logged by its kind, never by its content.
"""

import asyncio
import logging
import signal
import sys
from asyncio import StreamReader, StreamReaderProtocol

from collectors.snmp.child.lines import LIMIT, Broken, Message, decode, encode
from collectors.snmp.child.pysnmp_engine import ticking
from collectors.snmp.traps.receiver import Receiver
from collectors.snmp.v3.devices import Devices

_DRAIN = 2.5  # seconds for what was asked; the daemon waits a little longer
_log = logging.getLogger("collectors.snmp.child")


class Talk:
    """What the daemon says, done; lives in one loop."""

    def __init__(self) -> None:
        self._devices = Devices()
        self._receiver = Receiver(say, self._devices.owner_of)
        self._answering: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take lines until there are no more."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        lines = StreamReader(limit=LIMIT)
        await loop.connect_read_pipe(lambda: StreamReaderProtocol(lines), sys.stdin)
        ticks = asyncio.create_task(ticking((self._devices.engine, self._receiver.engine)), name="ticks")
        say({"ready": True})
        stopping = asyncio.create_task(stop.wait(), name="stop")
        reading = asyncio.create_task(self._read(lines), name="lines")
        await asyncio.wait({stopping, reading}, return_when=asyncio.FIRST_COMPLETED)
        for task in (stopping, ticks):
            task.cancel()
        reading.cancel()
        await self._receiver.close()
        if self._answering:
            await asyncio.wait(self._answering, timeout=_DRAIN)
        if reading.done() and not reading.cancelled() and reading.exception() is not None:
            raise SystemExit(f"the daemon sent nonsense: {reading.exception()}")

    async def _read(self, lines: StreamReader) -> None:
        while line := await lines.readline():
            message = decode(line)
            deed = message.get("do")
            if deed == "ask":
                task = asyncio.create_task(self._answer(message))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            elif deed == "device":
                self._devices.introduce(message)
            elif deed == "traps":
                await self._receiver.follow(message)
            elif deed == "ping":
                say({"pong": True})
            else:
                raise Broken("a message that is none of ours")

    async def _answer(self, message: Message) -> None:
        try:
            answer = await self._devices.ask(message)
        except Exception as error:  # noqa: BLE001  # one device's nonsense must not end the others' questions
            _log.error("a question failed: %s", type(error).__name__)  # no trace: it may hold a device's words
            answer = {"failed": "local", "why": f"a fault of ours: {type(error).__name__}"}
        say({**answer, "id": message["id"]})


def say(message: Message) -> None:
    """Write one line to the daemon. The pipe is read at once there; were it full, waiting for it is right."""
    sys.stdout.buffer.write(encode(message))
    sys.stdout.buffer.flush()


def main() -> None:
    """Run until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(Talk().run())
    except BrokenPipeError:
        sys.stderr.close()  # the daemon is gone, and nobody reads


if __name__ == "__main__":
    main()
