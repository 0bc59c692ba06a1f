"""One conversation with `upsd`: questions and answers over a connected socket, within a deadline and caps."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from collectors.observation import Outcome
from collectors.online.failure import Failed
from collectors.power.wording import Malformed, Variables, listed, quote, refusal, variable

_LONGEST_LINE = 4096  # bytes; upsd's own bound for a value is 256 (ST_MAX_VALUE_LEN), escaped up to 512
_MOST_BYTES = 262_144
_MOST_LINES = 2_000  # the richest drivers know about 200 variables
_NAMED = 5  # UPSes in a message

_DENIED = frozenset({"ACCESS-DENIED", "USERNAME-REQUIRED", "PASSWORD-REQUIRED", "INVALID-USERNAME", "INVALID-PASSWORD"})
UNHEARD = frozenset({"DATA-STALE", "DRIVER-NOT-CONNECTED"})
"""upsd answers, the UPS does not: its cable or its driver."""

T = TypeVar("T")


class Refused(Exception):
    """upsd said `ERR name` (RFC 9271 section 4.2.13)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def outcome(self) -> Outcome:
        """Return what kind of refusal it is."""
        return Outcome.DENIED if self.name in _DENIED else Outcome.UNEXPECTED


class Talk:
    """A conversation; who holds it bounds its time. Every method raises `Refused` and `Failed`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._bytes = self._lines = 0

    async def sign_in(self, user: str, password: str | None) -> None:
        """Say who asks. upsd notes it, and checks it only for what changes something; others may check it here."""
        await self._ask(f"USERNAME {quote(user)}")
        if password is not None:
            await self._ask(f"PASSWORD {quote(password)}")

    async def only(self) -> str:
        """Return the name of the only UPS; `Failed` UNEXPECTED names them where there are several, or none."""
        names = await self._listing("LIST UPS", listed)
        if len(names) == 1:
            return names[0]
        raise Failed(Outcome.UNEXPECTED, f"upsd has {_told(names)}: say which, as nut: ups")

    async def known(self) -> str:
        """Return the UPSes of this upsd, for a message."""
        return _told(await self._listing("LIST UPS", listed))

    async def variables(self, ups: str, wanted: frozenset[bytes]) -> Variables:
        """Return the wanted ones of the UPS's variables. Of one that comes twice, the first."""
        found: Variables = {}
        name = ups.encode()
        for key, value in await self._listing(f"LIST VAR {ups}", lambda line: variable(line, name)):
            if key in wanted:
                found.setdefault(key, value)
        return found

    async def _listing(self, question: str, read: Callable[[bytes], T | None]) -> list[T]:
        first = await self._ask(question)
        if first.split() != f"BEGIN {question}".encode().split():
            raise Failed(Outcome.INVALID, "it does not speak NUT's protocol")
        found: list[T] = []
        while True:
            try:
                one = read(await self._line())
            except Malformed as error:
                raise Failed(Outcome.INVALID, f"not a NUT answer: {error}") from error
            if one is None:
                return found
            found.append(one)

    async def _ask(self, question: str) -> bytes:
        self._writer.write(question.encode() + b"\n")
        line = await self._line()
        name = refusal(line)
        if name:
            raise Refused(name)
        return line

    async def _line(self) -> bytes:
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            raise Failed(Outcome.INVALID, f"a line of more than {_LONGEST_LINE} bytes") from error
        except asyncio.IncompleteReadError as error:
            raise Failed(Outcome.INVALID, "it closed the connection before the answer was complete") from error
        except ConnectionError as error:
            raise Failed(Outcome.INVALID, "it closed the connection by force") from error
        self._bytes += len(line)
        self._lines += 1
        if self._bytes > _MOST_BYTES or self._lines > _MOST_LINES:
            raise Failed(Outcome.INVALID, f"too much: more than {_MOST_LINES} lines or {_MOST_BYTES} bytes")
        return line.rstrip(b"\r\n")


@asynccontextmanager
async def talk(sock: socket.socket) -> AsyncIterator[Talk]:
    """Talk over a connected socket, then say goodbye and close it, without waiting for whoever is there."""
    try:
        reader, writer = await asyncio.open_connection(sock=sock, limit=_LONGEST_LINE)
    except BaseException:
        sock.close()
        raise
    try:
        yield Talk(reader, writer)
    finally:
        if not writer.is_closing():
            writer.write(b"LOGOUT\n")
        if writer.transport.get_write_buffer_size():
            writer.transport.abort()  # it does not read: what is left would wait for it
        else:
            writer.close()


def _told(names: list[str]) -> str:
    if not names:
        return "no UPS"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
