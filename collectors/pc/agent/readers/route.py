"""Whether there is a way out of this network, from the kernel's routing tables."""

from pathlib import Path

from . import Fact, SourceMissing

_UP, _REJECT = 0x1, 0x200  # RTF_UP, RTF_REJECT: linux/route.h
_MOST = 262_144  # bytes of a table


class DefaultRoute:
    """`net`: `/proc/net`, or a made one in tests."""

    def __init__(self, net: Path = Path("/proc/net")) -> None:
        self._net = net

    def read(self) -> list[Fact]:
        """Return whether there is a default route, of IPv4 or IPv6. SourceMissing without Linux' tables."""
        tables = [self._lines("route"), self._lines("ipv6_route")]
        if tables == [None, None]:
            raise SourceMissing("no routing table")
        there = any(_default_v4(line) for line in tables[0] or ()) or any(_default_v6(line) for line in tables[1] or ())
        return [Fact("default_route", float(there))]

    def _lines(self, name: str) -> list[list[str]] | None:
        try:
            with (self._net / name).open("rb") as opened:
                return [line.split() for line in opened.read(_MOST).decode("ascii", "replace").splitlines()]
        except OSError:
            return None


def _default_v4(words: list[str]) -> bool:
    """`Iface Destination Gateway Flags RefCnt Use Metric Mask ...`, in hex."""
    return len(words) > 7 and words[1] == words[7] == "00000000" and _usable(words[3])  # noqa: PLR2004  # the mask's place


def _default_v6(words: list[str]) -> bool:
    """`destination prefix source prefix next-hop metric references use flags device`, in hex."""
    outside = len(words) == 10 and words[0] == "0" * 32 and words[1] == "00" and words[9] != "lo"  # noqa: PLR2004  # columns
    return outside and _usable(words[8])


def _usable(flags: str) -> bool:
    try:
        bits = int(flags, 16)
    except ValueError:
        return False
    return bool(bits & _UP) and not bits & _REJECT
