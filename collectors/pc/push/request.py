"""One request, read by h11 from a client that may be slow, wrong or hostile; and what it is answered."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

import h11

_CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Answer:
    """`outcome`: an enumerated word, for counting. `words`: ours, nothing of what was sent is in them."""

    status: HTTPStatus
    outcome: str
    words: str = ""
    retry_after: float | None = None


class Refused(Exception):
    """The request is not taken; holds its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.words)
        self.answer = answer


class Broken(Exception):
    """The client went away in the middle of its request."""


class Exchange:
    """One request and its answer on a connection, which then ends. The caller keeps the time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, head_bytes: int) -> None:
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=head_bytes)

    async def head(self) -> h11.Request:
        """Return the request's head. Broken, Refused."""
        event = await self._event()
        if not isinstance(event, h11.Request):
            raise Broken
        return event

    async def body(self, most: int) -> bytes:
        """Return the body; Refused as soon as it is more than `most` bytes, Broken when half of it is missing."""
        if self._http.they_are_waiting_for_100_continue:
            go_on = h11.InformationalResponse(status_code=100, headers=[])
            self._writer.write(self._http.send(go_on) or b"")
        parts: list[bytes] = []
        size = 0
        while isinstance(event := await self._event(), h11.Data):
            size += len(event.data)
            if size > most:
                raise Refused(too_large())
            parts.append(bytes(event.data))
        if not isinstance(event, h11.EndOfMessage):
            raise Broken
        return b"".join(parts)

    async def answer(self, answer: Answer) -> None:
        """Write the answer, and let the client read it although it may still be sending: little of that is taken."""
        body = f"{answer.words}\n".encode() if answer.words else b""
        headers = [("Connection", "close"), ("Content-Length", str(len(body)))]
        if body:
            headers.append(("Content-Type", "text/plain; charset=utf-8"))
        if answer.status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "POST"))
        if answer.status is HTTPStatus.UNAUTHORIZED:
            headers.append(("WWW-Authenticate", "Bearer"))
        if answer.retry_after is not None:
            headers.append(("Retry-After", str(max(1, round(answer.retry_after + 0.5)))))
        if answer.status is HTTPStatus.NO_CONTENT:
            del headers[1]
        head = f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self._writer.write(f"{head}{lines}\r\n".encode("ascii") + body)
        await self._writer.drain()

    async def linger(self, most: int) -> None:
        """Take what is still on its way, or the client's kernel would throw our answer away."""
        while most > 0 and (data := await self._reader.read(_CHUNK)):
            most -= len(data)

    async def _event(self) -> object:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(_CHUNK))
        except h11.RemoteProtocolError as error:
            if self._reader.at_eof():
                raise Broken from error
            raise Refused(Answer(HTTPStatus.BAD_REQUEST, "refused", "not a request of HTTP/1.1")) from error
        return event


def too_large() -> Answer:
    """Return the answer to more than we take."""
    return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "more than is taken")
