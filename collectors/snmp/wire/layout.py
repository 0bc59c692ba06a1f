"""The shape of a device's last reply to a request, so that the next one of the same shape is read at once. Pure.

A device that is asked the same every minute answers with the same octets but for the request-id and the values. A
Layout holds the octets between those, and one `struct` that cuts the datagram. Where all octets between agree, the
reply is built like one that `codec` has read in full; anything else is read in full again.
"""

from struct import Struct
from weakref import WeakValueDictionary

from collectors.snmp.wire import ber
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import Header

Dealt = tuple[tuple[bytes, ...], bytes, bool]
"""What a reply of one shape gives a column of a walk: its indexes, the name of the last, whether it is over."""

_MANY_DEALS = 16  # of one shape; it mostly answers one request
_REQUEST_ID = b"\x02\x04"  # INTEGER of four octets, as our requests have
_EARLIEST = 7  # message, version and community stand before it
_CUTS = {
    **{
        (tag, octets): cut
        for tag in (ber.COUNTER32, ber.GAUGE32, ber.TIME_TICKS)
        for octets, cut in ((4, (0, "I")), (5, (1, "I")))
    },
    **{(ber.COUNTER64, octets): cut for octets, cut in ((8, (0, "Q")), (9, (1, "Q")))},
    **{(ber.INTEGER, octets): (0, kind) for octets, kind in ((1, "b"), (2, "h"), (4, "i"), (8, "q"))},
}
"""By tag and length: octets that stay as they were (the zero before an unsigned value), and how to read the rest. Any
content of these is valid. Values of other types or lengths are cut out and given to `ber.read_value`."""


def guess_request_id(data: bytes) -> int:
    """Return what is most likely the request-id. Only a guess: `Layout.read` or `codec.decode_header` knows."""
    at = data.find(_REQUEST_ID, _EARLIEST) + 2
    return int.from_bytes(data[at : at + 4], "big")


class Layout:
    """How to cut one shape of reply."""

    __slots__ = ("__weakref__", "_between", "_names", "_others", "_size", "_struct", "_tags", "deals")

    def __init__(self, data: bytes, header: Header, varbinds: list[VarBind]) -> None:
        """Learn from a reply with varbinds and a four-octet request-id that `codec` has read in full."""
        done = data.index(_REQUEST_ID + header.request_id.to_bytes(4, "big"), _EARLIEST) + 2
        cuts = [f">{done}sI"]
        done += 4
        at = header.start
        others: list[int] = []
        for position, (_, tag, _) in enumerate(varbinds):
            start, at = _value(data, at)
            kept, kind = _CUTS.get((tag, at - start), (0, f"{at - start}s"))
            if kind.endswith("s") and tag != ber.OCTETS:
                others.append(position)
            cuts.append(f"{start + kept - done}s{kind}")
            done = at
        self._struct = Struct("".join(cuts))
        self._between = self._struct.unpack(data)[::2]
        self._size = len(data)
        self._names = tuple(name for name, _, _ in varbinds)
        self._tags = tuple(tag for _, tag, _ in varbinds)
        self._others = tuple(others)
        self.deals: dict[object, tuple[Dealt, ...]] = {}

    @property
    def shape(self) -> object:
        """What tells layouts apart."""
        return self._struct.format, self._between

    def read(self, data: bytes, request_id: int) -> list[VarBind] | None:
        """Return the varbinds of a reply to `request_id`; None if it has another shape. CodecError for a bad value."""
        if len(data) != self._size:
            return None
        cut = self._struct.unpack(data)
        if cut[1] != request_id or cut[::2] != self._between:
            return None
        values = cut[3::2]
        out: list[VarBind] = list(zip(self._names, self._tags, values, strict=True))
        for position in self._others:
            tag = self._tags[position]
            out[position] = (self._names[position], tag, ber.read_value(tag, values[position]))
        return out

    def remember(self, asked: object, dealt: tuple[Dealt, ...]) -> None:
        """Keep how the answer of this shape to what was `asked` is dealt to its columns."""
        if len(self.deals) < _MANY_DEALS:
            self.deals[asked] = dealt


_LAYOUTS: WeakValueDictionary[object, Layout] = WeakValueDictionary()


def shared(layout: Layout) -> Layout:
    """Return the one Layout of this shape: thousands of devices of one profile answer in a few."""
    return _LAYOUTS.setdefault(layout.shape, layout)


def _value(data: bytes, at: int) -> tuple[int, int]:
    """Return where the value's content of the varbind at `at` begins and ends."""
    end = len(data)
    start, _ = ber.open_tlv(data, at, end, ber.SEQUENCE)
    _, after = ber.open_tlv(data, start, end, ber.OBJECT_ID)
    return ber.open_tlv(data, after, end, data[after])
