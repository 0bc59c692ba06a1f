"""`requests`' own adapter over a socket that is already connected, with our TLS context.

It is used without a Session: so there are no redirects, cookies, proxies and no `.netrc`, by construction. One adapter
serves all threads; each exchange has a connection of its own, made without pool and pool manager.
"""

import socket
import ssl
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection

from collectors.observation import Outcome
from collectors.online.budget import TlsSocket
from collectors.online.failure import Failed
from collectors.online.line import Line, Stage
from collectors.online.reason import Reason
from collectors.online.tls import expiry


class _Plain(HTTPConnection):
    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:  # noqa: ANN401  # urllib3's own, passed through
        super().__init__(*args, **kwargs)
        self._line = line

    def _new_conn(self) -> socket.socket:
        return self._line.hand_over()

    def connect(self) -> None:
        super().connect()
        self._line.stands()


class _Tls(HTTPSConnection):
    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:  # noqa: ANN401  # urllib3's own, passed through
        super().__init__(*args, **kwargs)
        self._line = line
        if line.tunnel is not None:
            self.set_tunnel(*line.tunnel, headers=line.proxy_headers)

    def _new_conn(self) -> socket.socket:
        self._line.stage = Stage.TLS if self._line.tunnel is None else Stage.PROXY
        return self._line.hand_over()

    def _tunnel(self) -> None:
        super()._tunnel()
        self._line.stage = Stage.TLS
        self.sock.settimeout(self._line.budget.left())  # one timeout bounds the handshake as a whole

    def connect(self) -> None:
        super().connect()
        line = self._line
        if isinstance(self.sock, TlsSocket):
            self.sock.budget = line.budget
            self.is_verified = True  # or the config says not to: no news for urllib3 to warn of at each poll
            leaf = self.sock.getpeercert(binary_form=True)
            if line.pin is not None and sha256(leaf or b"").hexdigest() != line.pin:
                words = "another machine answers there: its certificate is not the pinned one"
                raise Failed(Outcome.STRANGER, words, Reason.OTHER_MACHINE)
            line.certificate_expires = expiry(leaf) if leaf else None
        line.stands()


class _Lone:
    """Stands where requests expects a pool: one connection, used once. urllib3's own pool costs as much as the rest."""

    def __init__(self, over: "Exchange") -> None:
        self._over = over

    def urlopen(self, *, method: str, url: str, headers: Mapping[str, str], **_: object) -> BaseHTTPResponse:
        """Send the request and return its answer, of which the headers are read."""
        over = self._over
        connection = over.connection = (
            _Plain(over.host, over.port, line=over.line)
            if over.context is None
            else _Tls(over.host, over.port, line=over.line, ssl_context=over.context)
        )
        connection.request(method, url, headers=headers, preload_content=False, decode_content=False)
        return connection.getresponse()


class _Adapter(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)

    def get_connection_with_tls_context(  # type: ignore[override]  # of the pool only `urlopen` is called
        self,
        request: requests.PreparedRequest,  # noqa: ARG002  # their signature
        verify: object,  # noqa: ARG002  # likewise
        proxies: object = None,  # noqa: ARG002  # likewise
        cert: object = None,
    ) -> _Lone:
        """Return the one connection over this exchange's line (`cert` carries both through `send`)."""
        if not isinstance(cert, Exchange):
            raise TypeError(f"found {type(cert).__name__}, expected an Exchange")
        return _Lone(cert)

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Leave the context as it is: requests would load certifi's bundle into it for each exchange."""


class Exchange:
    """What one `send` is over: a line, the peer's name, and for https a TLS context."""

    __slots__ = ("connection", "context", "host", "line", "port")

    def __init__(self, line: Line, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self.line = line
        self.host = host
        self.port = port
        self.context = context
        self.connection: HTTPConnection | None = None

    def close(self) -> None:
        """Hang up, whoever has the socket by now."""
        if self.connection is not None:
            self.connection.close()
        self.line.close()


_ADAPTER = _Adapter()


def send(ask: requests.PreparedRequest, over: Exchange, *, absolute: bool) -> requests.Response:
    """Send a request and return once the headers are there. `absolute`: by a proxy, which wants the whole URL.

    Raises whatever requests, urllib3, http.client and ssl raise.
    """
    proxies = {"http": "http://proxy"} if absolute else {}  # only its scheme is looked at
    timeout = over.line.budget.left()
    verify = over.context is not None and over.context.verify_mode is ssl.CERT_REQUIRED
    return _ADAPTER.send(ask, stream=True, timeout=timeout, verify=verify, cert=over, proxies=proxies)  # type: ignore[arg-type]  # handed back to us as it is
