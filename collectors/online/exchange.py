"""One HTTP exchange by `requests` over a socket that is already connected, in a worker thread, within a budget."""

from http.client import HTTPException

import requests
from urllib3.exceptions import HTTPError

from collectors.observation import Outcome
from collectors.online.adapter import Exchange, send
from collectors.online.answer import Answer
from collectors.online.budget import Budget
from collectors.online.explain import explain, proxy_denied
from collectors.online.failure import Failed
from collectors.online.reason import Reason

_CHUNK = 65_536
_MOVED = frozenset({301, 302, 303, 307, 308})  # RFC 9110 section 15.4: with a Location to go to
_PROXY_AUTHENTICATION = 407  # RFC 9110 section 15.5.8


def exchange(
    ask: requests.PreparedRequest, over: Exchange, *, max_bytes: int, began: float, by_proxy: bool = False
) -> Answer:
    """Return the answer to `ask`, within the budget; `Failed` for everything the peer does wrong. `began`: loop time.
    `by_proxy`: the line ends at a proxy, which is given the whole URL.
    """
    line = over.line
    entered = line.budget.now()
    try:
        response = send(ask, over, absolute=by_proxy)
        first_byte = line.budget.now()
        try:
            line.sized = _sized(response)
            body, cut = _read(response, line.budget, max_bytes)
        finally:
            response.close()
    except (OSError, HTTPError, HTTPException, ValueError) as error:  # RequestException is an OSError
        raise explain(error, line) from error
    finally:
        over.close()
    if by_proxy and response.status_code == _PROXY_AUTHENTICATION:
        raise proxy_denied()
    return Answer(
        status=response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        body=body,
        cut=cut,
        connect=0.0,
        first_byte=first_byte - line.ready,
        total=line.budget.now() - began,
        certificate_expires=line.certificate_expires,
        tls=line.ready - entered if over.context is not None else 0.0,
        moved=response.headers.get("Location") if response.status_code in _MOVED else None,
    )


def _sized(response: requests.Response) -> bool:
    """Return whether the answer says how long it is. A Content-Length that is none is refused: urllib3 would read until
    the end, as if it were not there.
    """
    said = response.headers.get("Content-Length")
    if said is not None and not (said.isascii() and said.strip().isdecimal()):
        raise Failed(Outcome.INVALID, "the length it gives is no number", Reason.WRONG_LENGTH)
    return said is not None


def _read(response: requests.Response, budget: Budget, max_bytes: int) -> tuple[bytes, bool]:
    """Return at most `max_bytes` of the decompressed body, and whether there was more."""
    body = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > max_bytes:
            if response.headers.get("Content-Encoding"):  # unasked for: we send `Accept-Encoding: identity`
                words = f"a compression bomb: it grows past {max_bytes} bytes"
                raise Failed(Outcome.INVALID, words, Reason.BOMB)
            return bytes(body[:max_bytes]), True
        budget.left()
    return bytes(body), False
