"""A small HTTP/1.1 server on h11: one request per connection, bounded in size and time."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import h11

from mppmon.demo.simulator.doors import Visitor

MAX_BODY = 1_000_000
MAX_SECONDS = 75.0  # a long poll takes up to a minute
JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `query`: the last value of each name."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    content_type: str = TEXT


def answer_json(value: object, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(status, json.dumps(value, ensure_ascii=False).encode(), JSON)


class BadBody(ValueError):
    """The body cannot be read as what it says it is."""


def fields(request: Request) -> dict[str, object]:
    """Return the fields of a JSON or form body, and those of the query below them. Raises BadBody."""
    given: dict[str, object] = dict(request.query)
    if not request.body:
        return given
    try:
        if request.content_type.startswith("application/json"):
            read = json.loads(request.body)
        else:
            read = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    except ValueError as error:
        raise BadBody(f"body: {error}") from error
    if not isinstance(read, dict):
        raise BadBody(f"body: found {type(read).__name__}, expected an object")
    return {**given, **read}


Handler = Callable[[Request], Awaitable[Response]]


def visitor(handler: Handler, *, knocked: Callable[[], None] | None = None) -> Visitor:
    """Return a visitor that reads one request, has it answered, and says that the connection closes.

    `knocked` is called when somebody came, asked nothing, and left: a check whether the port is open.
    """

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = h11.Connection(h11.SERVER, max_incomplete_event_size=64_000)
        request: Request | None = None
        try:
            async with asyncio.timeout(MAX_SECONDS):
                request = await _read(link, reader)
                if request is None:
                    if knocked is not None:
                        knocked()
                    return
                response = await handler(request)
        except TimeoutError:
            return
        except h11.RemoteProtocolError as error:
            response = Response(error.error_status_hint, b"this is not HTTP\n")
        await _write(link, writer, response, head_only=request is not None and request.method == "HEAD")

    return visit


async def _read(link: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = link.next_event()
        if event is h11.NEED_DATA:
            link.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BODY:
                raise h11.RemoteProtocolError("too large", error_status_hint=413)
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _request(head, bytes(body))
        else:
            return None  # the visitor left, or keeps silent


def _request(head: h11.Request, body: bytes) -> Request:
    target = urlsplit(head.target.decode("latin-1"))
    types = [value.decode("latin-1") for name, value in head.headers if name == b"content-type"]
    query = dict(parse_qsl(target.query, keep_blank_values=True))
    return Request(head.method.decode(), target.path, query, types[0] if types else "", body)


async def _write(link: h11.Connection, writer: asyncio.StreamWriter, response: Response, *, head_only: bool) -> None:
    headers = [
        ("content-type", response.content_type),
        ("content-length", str(len(response.body))),
        ("connection", "close"),
    ]
    events: list[h11.Event] = [h11.Response(status_code=response.status, headers=headers)]
    if response.body and not head_only:
        events.append(h11.Data(data=response.body))
    events.append(h11.EndOfMessage())
    for event in events:
        writer.write(link.send(event) or b"")
    await writer.drain()
