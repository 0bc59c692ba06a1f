"""One conversation with `upsd`: questions and answers over a connected socket, within a deadline and caps."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import TypeVar

from collectors.observation import Outcome
from collectors.online.failure import Failed
from collectors.online.tls import of_tls
from collectors.power.wording import Malformed, Variables, listed, quote, refusal, variable

_LONGEST_LINE = 4096  # bytes; upsd's own bound for a value is 256 (ST_MAX_VALUE_LEN), escaped up to 512
_MOST_BYTES = 262_144
_MOST_LINES = 2_000  # the richest drivers know about 200 variables
_NAMED = 5  # UPSes in a message
_NO_TLS = "it needs a certificate (CERTFILE, or CERTPATH and CERTIDENT, in upsd.conf), or leave out nut: starttls"

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

    def __init__(self, reader: asyncio.StreamReader, line: asyncio.WriteTransport) -> None:
        self._reader, self.line = reader, line
        self._bytes = self._lines = 0

    async def encrypt(self, context: ssl.SSLContext, host: str, pin: str | None) -> None:
        """Go on in TLS. `pin`: SHA-256 of the only certificate that is good. What came in plain text is forgotten."""
        try:
            answer = await self._ask("STARTTLS")
        except Refused as error:
            raise Failed(Outcome.UNEXPECTED, f"upsd offers no encryption ({error.name}): {_NO_TLS}") from error
        if answer.split() != [b"OK", b"STARTTLS"]:
            raise Failed(Outcome.INVALID, "it does not speak NUT's protocol")
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_LONGEST_LINE)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            secured = await loop.start_tls(self.line, protocol, context, server_hostname=host)
        except ssl.SSLError as error:
            raise of_tls(error) from error
        except ConnectionError as error:
            raise Failed(Outcome.INVALID, "it closed the connection in the TLS handshake") from error
        if secured is None:
            raise Failed(Outcome.INVALID, "it closed the connection in the TLS handshake")
        protocol.connection_made(secured)
        self._reader, self.line = reader, secured
        leaf = secured.get_extra_info("ssl_object").getpeercert(binary_form=True)
        if pin is not None and sha256(leaf or b"").hexdigest() != pin:
            raise Failed(Outcome.STRANGER, "another machine answers there: its certificate is not the pinned one")

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
        self.line.write(question.encode() + b"\n")
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
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    try:
        line, _ = await asyncio.get_running_loop().create_connection(
            lambda: asyncio.StreamReaderProtocol(reader), sock=sock
        )
    except BaseException:
        sock.close()
        raise
    talking = Talk(reader, line)
    try:
        yield talking
    finally:
        if not talking.line.is_closing():
            talking.line.write(b"LOGOUT\n")
        if talking.line.get_write_buffer_size() or talking.line is not line:
            talking.line.abort()  # it does not read, or would have to answer the end of TLS: both would be waited for
        else:
            talking.line.close()


def _told(names: list[str]) -> str:
    if not names:
        return "no UPS"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
