"""What hangs on what, by LLDP and forwarding tables. Pure; bends to no data: no device is ever above itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from collectors.snmp.discovery.sighting import Neighbour, Sighting, macs_of

Group = Sequence[Sighting]
Port = tuple[int, str]
"""A switch, as a position in what was given, and the name of its port."""

_CARRY = frozenset({"switch", "router", "access-point"})


@dataclass(frozen=True, slots=True)
class Tree:
    """`parents`: device -> what it hangs on, as positions in what was given; one of several is enough. `shared`: port
    -> devices that share it without being heard by LLDP: a passive switch stands between.
    """

    parents: Mapping[int, tuple[int, ...]]
    shared: Mapping[Port, tuple[int, ...]]


def tree(devices: Sequence[Group], root: int) -> Tree:
    """Return the tree towards `root`, the device through which the way out goes; -1: it is not known."""
    return _Growth(devices, root).grow()


class _Growth:
    """A tree that grows from the root: by LLDP first, then by what forwarding tables say."""

    def __init__(self, devices: Sequence[Group], root: int) -> None:
        self._devices, self._root = devices, root
        owner: dict[str, int] = {}
        for at, group in enumerate(devices):
            for mac in macs_of(group):
                owner[mac] = -1 if mac in owner else at  # claimed twice: it tells nothing
        self._owner = {mac: at for mac, at in owner.items() if at >= 0}
        self._behind = {at: dict(self._ports(at)) for at in range(len(devices))}
        self._up = {at: {port for port, its in ports.items() if root in its} for at, ports in self._behind.items()}
        self._carries = {
            at for at, group in enumerate(devices) if self._behind[at] or any(one.kind in _CARRY for one in group)
        }
        self._named: dict[str, set[int]] = defaultdict(set)
        for at, group in enumerate(devices):
            for one in group:
                self._named[one.name].add(at)
        self._links = self._heard()
        self._parents: dict[int, tuple[int, ...]] = {}
        self._hanging: dict[Port, list[int]] = defaultdict(list)

    def grow(self) -> Tree:
        self._from(self._root)
        for entry in self._entries():
            self._attach(entry)
            if entry not in self._parents and self._up[entry]:
                self._parents[entry] = (self._root,)
            self._from(entry)
        rest = [at for at in range(len(self._devices)) if at not in self._parents and at != self._root]
        waiting = [at for at in rest if at in self._carries]
        while hung := [at for at in waiting if self._attach(at)]:  # what hangs somewhere may then have others below it
            waiting = [at for at in waiting if at not in hung]
        for at in rest:
            if at not in self._carries:
                self._attach(at)
        for at in rest:
            if at not in self._parents and self._up[at] and self._root not in self._below(at):
                self._parents[at] = (self._root,)
        return Tree(self._parents, self._shared())

    def _ports(self, at: int) -> Iterator[tuple[str, frozenset[int]]]:
        for one in self._devices[at]:
            for port, macs in one.forwarding.items():
                yield port, frozenset(self._owner[mac] for mac in macs if mac in self._owner) - {at}

    def _heard(self) -> Mapping[int, set[int]]:
        """Return who hears whom, both ways: by hardware address, else by a system name that only one device has."""
        links: dict[int, set[int]] = defaultdict(set)
        for at in range(len(self._devices)):
            for other in {self._met(each) for each in self._neighbours(at)} - {at, -1}:
                links[at].add(other)
                links[other].add(at)
        return links

    def _neighbours(self, at: int) -> Iterator[Neighbour]:
        for one in self._devices[at]:
            yield from one.neighbours

    def _met(self, heard: Neighbour) -> int:
        """Return who was heard, -1 for nobody that was found."""
        alike = self._named.get(heard.system, set()) if heard.system else set()
        return self._owner.get(heard.chassis, next(iter(alike)) if len(alike) == 1 else -1)

    def _from(self, start: int) -> None:
        """Go out by LLDP, one step at a time; all that are a step nearer are parents: uplinks in parallel."""
        ring, near = {start}, self._above(start)
        while ring:
            below: dict[int, set[int]] = defaultdict(set)
            for at in ring & (self._carries | {start}):
                for other in self._links.get(at, ()):
                    if other not in near and other not in self._parents and other != self._root:
                        below[other].add(at)
            ring = set(below)
            near |= ring
            for other, above in below.items():
                self._parents[other] = tuple(sorted(above))
                self._up[other] |= {each.port for each in self._neighbours(other) if self._met(each) in above}

    def _entries(self) -> Iterator[int]:
        """Yield where each island of LLDP, which the root is not part of, hangs on the rest: the switch that sees the
        root at a port behind which none of the island is.
        """
        done = set(self._parents) | {self._root}
        for start in sorted(self._links):
            if start in done:
                continue
            island, waiting = {start}, [start]
            while waiting:
                more = self._links[waiting.pop()] - island - done
                island |= more
                waiting += more
            done |= island
            outward = [at for at in sorted(island) if self._looks_out(at, island)]
            yield from outward[:1]

    def _looks_out(self, at: int, island: set[int]) -> bool:
        return any(not self._behind[at][port] & island for port in self._up[at])

    def _attach(self, at: int) -> bool:
        """Hang a device on the ports that it is behind, as near as tables tell; on nothing when they contradict. Return
        whether it hangs.
        """
        places = [place for place in self._seen_at(at) if at not in self._above(place[0])]
        edges = self._nearest(places)
        switches = {switch for switch, _ in edges}
        if len(switches) > 1 and not self._several(at, edges):
            above = self._common(switches)
            if above is not None:
                self._parents[at] = (above,)
            return above is not None
        nearest = {
            switch: min((len(self._found(one)), one) for one in edges if one[0] == switch)[1] for switch in switches
        }
        over = {self._beyond(at, place): place for place in nearest.values()}
        if over:
            self._parents[at] = tuple(sorted(over))
        for parent, place in over.items():
            if place[0] == parent:
                self._hanging[place].append(at)
        return bool(over)

    def _seen_at(self, at: int) -> list[Port]:
        """Return the ports that a device is behind; of a switch that nobody sees, those that all below it is behind."""
        places = [
            (switch, port)
            for switch, ports in self._behind.items()
            for port in ports
            if switch != at and port not in self._up[switch]
        ]
        seen = [place for place in places if at in self._found(place)]
        down = {one for port, its in self._behind[at].items() if port not in self._up[at] for one in its}
        somewhere = any(at in its for ports in self._behind.values() for its in ports.values())
        if not somewhere and down and self._up[at]:
            seen = [place for place in places if down <= self._found(place) and place[0] not in down]
        sure = [place for place in seen if self._directed(place[0])]
        return sure or [place for place in seen if self._lone(place)]

    def _directed(self, switch: int) -> bool:
        """Whether it is known which way is out from a switch: then its other ports lead down."""
        return bool(self._up[switch]) or switch == self._root

    def _lone(self, place: Port) -> bool:
        """Whether one machine alone is behind a port, so that it leads down whichever way is out."""
        macs = {mac for one in self._devices[place[0]] for mac in one.forwarding.get(place[1], ())}
        behind = {self._owner.get(mac, -1) for mac in macs}
        return len(behind) == 1 and not behind & self._carries

    def _found(self, place: Port) -> frozenset[int]:
        return self._behind[place[0]][place[1]]

    def _nearest(self, places: Sequence[Port]) -> list[Port]:
        """Leave out ports behind which another of the switches is; where tables do not say where it is, the ports
        behind which there is more.
        """
        switches = {switch for switch, _ in places}
        far = {above for switch in switches for above in self._above(switch) - {switch}}
        edges = [place for place in places if place[0] not in far and not self._found(place) & (switches - {place[0]})]
        if len({switch for switch, _ in edges}) > 1 and self._common({switch for switch, _ in edges}) is None:
            return [one for one in edges if not any(self._found(other) < self._found(one) for other in edges)]
        return edges

    def _several(self, at: int, edges: Sequence[Port]) -> bool:
        """Whether it is at each of these switches with another of its hardware addresses: it has several cables."""
        mine = macs_of(self._devices[at])
        there = [
            mine & frozenset(mac for one in self._devices[switch] for mac in one.forwarding.get(port, ()))
            for switch, port in edges
        ]
        return sum(map(len, there)) == len(frozenset().union(*there))

    def _common(self, switches: Iterable[int]) -> int | None:
        """Return the nearest device above all of them."""
        above = [self._above(switch) for switch in switches]
        both = set.intersection(*above) if above else set()
        lowest = [one for one in both if not any(one in self._above(other) for other in both - {one})]
        return lowest[0] if len(lowest) == 1 else None

    def _beyond(self, at: int, place: Port) -> int:
        """Return who it hangs on behind a port: a switch that is at this port too, else the port's own."""
        switch = place[0]
        others = [
            one
            for one in self._found(place) & self._carries
            if one != at and switch in self._parents.get(one, ()) and at not in self._above(one)
        ]
        by_lldp = [one for one in others if one in self._links.get(switch, ())]
        return by_lldp[0] if len(by_lldp) == 1 else switch

    def _above(self, at: int) -> set[int]:
        """Return a device and all above it."""
        found, waiting = {at}, [at]
        while waiting:
            for parent in self._parents.get(waiting.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found

    def _below(self, at: int) -> set[int]:
        return {other for other in self._parents if at in self._above(other)}

    def _shared(self) -> Mapping[Port, tuple[int, ...]]:
        found: dict[Port, tuple[int, ...]] = {}
        for (switch, port), below in self._hanging.items():
            strangers = {
                mac for one in self._devices[switch] for mac in one.forwarding.get(port, ()) if mac not in self._owner
            }
            # What is behind those is their own affair; and who speaks LLDP without being found is no passive switch.
            others = any(at in self._carries for at in below) or self._unfound(switch, port)
            if (len(below) > 1 or strangers) and not others:
                found[switch, port] = tuple(sorted(below))
        return found

    def _unfound(self, switch: int, port: str) -> bool:
        """Whether LLDP hears somebody at a port whom nobody found."""
        return any(each.port == port and self._met(each) < 0 for each in self._neighbours(switch))
