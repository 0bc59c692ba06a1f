"""JSON over HTTPS with requests, over connections that a Line can cut."""

import json
import socket
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from alerts.channels.pool import Line

_MAX_BYTES = 1_000_000
_CHUNK = 16_384


class Answer(NamedTuple):
    """An HTTP status and the JSON object that came with it (empty when it was something else)."""

    status: int
    body: dict[str, Any]


def post(url: str, payload: dict[str, Any], *, line: Line, timeout: float) -> Answer:
    """Post JSON, read a JSON object. `timeout` bounds each read; the line bounds the whole.

    A session per call: a connection then belongs to one line, and no other call is cut with it. Raises
    requests.RequestException, whose text may hold the URL: never show it.
    """
    with requests.Session() as session:
        adapter = _Adapter(line)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        with session.post(url, json=payload, timeout=timeout, allow_redirects=False, stream=True) as response:
            body = bytearray()
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > _MAX_BYTES:
                    raise requests.RequestException("answer too long")
            return Answer(response.status_code, _object(bytes(body)))


def get(url: str, *, line: Line, timeout: float) -> int:
    """Ask for a URL, leave the answer unread; return its status. Bounds and errors as of `post`."""
    with requests.Session() as session:
        session.trust_env = False
        adapter = _Adapter(line)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        with session.get(url, timeout=timeout, allow_redirects=False, stream=True) as response:
            return response.status_code


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class _Adapter(HTTPAdapter):
    """Makes every new connection known to the line. No repeats of its own: the outbox repeats."""

    def __init__(self, line: Line) -> None:
        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _adopted(super()._new_conn(), line)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _adopted(super()._new_conn(), line)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self._pools = {"http": PlainPool, "https": SecurePool}
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # the signature is requests'
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # likewise
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _adopted(sock: socket.socket, line: Line) -> socket.socket:
    try:
        line.adopt(sock)
    except BaseException:
        sock.close()
        raise
    return sock
