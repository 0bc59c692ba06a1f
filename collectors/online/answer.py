"""What came back. A record, without a word on whether it is what was wanted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is at most `max_bytes` after decompression, `cut` when there was more. `moved`: a redirect's Location.

    Phases in seconds, each of its own: `dns` as the newest look-up of the name took (0 for an address), `connect` by
    TCP, `tls` (with the way through a proxy before it; 0 without TLS), `first_byte` from then until the headers were
    there; `total` of everything. Over redirects they are those of the last step, `total` and `redirects` of all.
    `certificate_expires`: Unix time of the leaf's notAfter, over TLS.
    """

    status: int
    content_type: str
    body: bytes
    cut: bool
    connect: float
    first_byte: float
    total: float
    certificate_expires: float | None
    dns: float = 0.0
    tls: float = 0.0
    moved: str | None = None
    redirects: int = 0
