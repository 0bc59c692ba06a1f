"""What a device has taught us about asking it: how much it can answer at once. Pure."""

from dataclasses import dataclass, field

from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.request import Request

MANY = 1 << 16  # no bound
_REQUESTS = 100  # of walks that are kept ready


@dataclass(slots=True)
class Manners:
    """Bounds learnt of one device, kept between its polls. They only fall, but for what was guessed from silence.

    `oids` of a GET, `varbinds` of a GETBULK's reply, `repetitions` of a GETBULK; `guessed` are repetitions too, learnt
    from answers that did not come: a lost datagram looks the same, so `forget` them now and then.
    """

    oids: int = MANY
    varbinds: int = MANY
    repetitions: int = MANY
    guessed: int = MANY
    _requests: dict[tuple[tuple[bytes, ...], int], Request] = field(default_factory=dict, repr=False, compare=False)

    def bulk(self, columns: int, *, repetitions: int, varbinds: int) -> tuple[int, int]:
        """Return how many of `columns` to ask at once and with how many repetitions, within the caller's bounds."""
        room = min(varbinds, self.varbinds)
        width = max(1, min(columns, room))
        return width, max(1, min(repetitions, self.repetitions, self.guessed, room // width))

    def request(self, names: tuple[bytes, ...], repetitions: int, version: int, community: bytes) -> Request:
        """Return a walk's GETBULK (GETNEXT without repetitions), made once: a table is mostly walked as it was before,
        and then each reply has the layout that its request remembers.
        """
        found = self._requests.get((names, repetitions))
        if found is not None and found.community == community and found.version == version:
            return found
        pdu, counts = (Pdu.GETBULK, (0, repetitions)) if repetitions else (Pdu.GETNEXT, (0, 0))
        request = Request(pdu, names, version=version, community=community, counts=counts)
        if len(self._requests) >= _REQUESTS:
            self._requests.clear()
        self._requests[names, repetitions] = request
        return request

    def too_big(self, width: int, repetitions: int) -> bool:
        """Learn that the answer to so much did not fit; return whether less can be asked."""
        if repetitions > 1:
            self.repetitions = repetitions // 2
        elif width > 1:
            self.varbinds = width // 2
        return repetitions > 1 or width > 1

    def repeated(self, repetitions: int, repeats: int) -> None:
        """Learn that an answer came only after so many repeats, each of which asked for half as much."""
        if repeats and repetitions > 1:
            self.guessed = min(self.guessed, max(1, repetitions >> repeats))

    def silent(self, repetitions: int) -> None:
        """Learn that a device, which had just answered, did not answer this and its repeat."""
        if repetitions > 1:
            self.guessed = min(self.guessed, max(1, repetitions >> 2))

    def forget(self) -> None:
        """Drop what was only guessed."""
        self.guessed = MANY
