"""A real door for PCs that push, on loopback over TLS, in the test's own loop; and clients that speak to it raw."""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation
from collectors.pc.push.door import Door, listen
from collectors.pc.push.limits import Limits
from collectors.pc.push.pin import pin_of
from collectors.settings import AgentSettings, PushSettings
from mppmon.clock import Clock
from mppmon.setup.enrolment import certify

A3 = "of-a3-pc"
PAGE = b'mppmon_pc_info{os="Linux",release="12",machine_id="m1",agent="t"} 1\nmppmon_pc_cpu_ratio 0.5\n'


def hashed(token: str) -> str:
    """Return what stands in the inventory."""
    return sha256(token.encode()).hexdigest()


def pushing(name: str = "a3-pc", *tokens: str, every: float = 5.0, **more: object) -> Target:
    """Return a PC that pushes, with two peripherals."""
    push = PushSettings(tokens=tuple(hashed(one) for one in tokens or (A3,)), every=every)
    settings = AgentSettings.model_validate({"machine_id": "m1", "push": push, **more})
    parts = (f"{name}-finger", f"{name}-card")
    return Target(f"{name}:telemetry", name, Kind.TELEMETRY, Way.PUSH, "", every, settings, parts)


@dataclass
class Opened:
    """A door at work. `seen`: observations so far; `counts`: what became of connections."""

    door: Door
    port: int
    pin: str
    seen: list[Observation] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection over TLS."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=context)

    async def say(self, raw: bytes, *, end: bool = False) -> bytes:
        """Send this, then perhaps hang up; return the whole answer."""
        reader, writer = await self.connect()
        writer.write(raw)
        if end:
            await writer.drain()
            writer.close()
            return b""
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        return answer

    async def push(self, body: bytes = PAGE, *headers: str, sender: str = A3, first: str = "POST /push") -> int:
        """Push this; return the status, 0 without an answer."""
        answer = await self.say(request(body, *headers, sender=sender, first=first))
        return int(answer.split(b" ", 2)[1]) if answer else 0

    async def counted(self, outcome: str, number: int = 1) -> None:
        """Wait until so many ended so."""
        async with asyncio.timeout(20):
            while self.counts[outcome] < number:  # noqa: ASYNC110  # the door counts, and wakes nobody
                await asyncio.sleep(0.01)


def request(body: bytes, *headers: str, sender: str = A3, first: str = "POST /push") -> bytes:
    """Return a request; `headers` come before its length, and may say another one."""
    length = () if any(one.startswith("Content-Length") for one in headers) else (f"Content-Length: {len(body)}",)
    lines = (f"{first} HTTP/1.1", "Host: m", f"Authorization: Bearer {sender}", *headers, *length)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextlib.asynccontextmanager
async def opened(folder: Path, *targets: Target, limits: Limits | None = None) -> AsyncIterator[Opened]:
    """Run a door until the end of the block."""
    key, certificate = certify("mppmon", now=Clock().now())
    file = folder / "door.pem"
    file.write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    listener = listen("127.0.0.1", 0)
    seen: list[Observation] = []
    counts: Counter[str] = Counter()
    door = Door(now=Clock().now, emit=seen.append, count=lambda one: counts.update((one,)), limits=limits)
    door.follow(targets or (pushing(),))
    serving = asyncio.create_task(door.serve(listener, context))
    try:
        yield Opened(door, listener.getsockname()[1], pin_of(certificate.decode()), seen, counts)
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        listener.close()
