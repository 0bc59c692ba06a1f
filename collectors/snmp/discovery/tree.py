"""What hangs on what, from LLDP and forwarding tables. Pure; bends to no data: no device is ever above itself."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collectors.snmp.discovery.sighting import Sighting, macs_of

Group = Sequence[Sighting]


@dataclass(frozen=True, slots=True)
class Tree:
    """`parents`: device -> what it hangs on, as positions in what was given. `shared`: (switch, port) -> devices that
    share the port without being heard by LLDP: a passive switch stands between.
    """

    parents: Mapping[int, int]
    shared: Mapping[tuple[int, str], tuple[int, ...]]


def tree(devices: Sequence[Group], root: int) -> Tree:
    """Return the tree towards `root`, the device through which the way out goes."""
    macs = [macs_of(group) for group in devices]
    owner = {mac: at for at, own in enumerate(macs) for mac in own}
    behind = {at: dict(_behind(at, group, owner)) for at, group in enumerate(devices)}
    up = {at: {port for port, found in ports.items() if root in found} for at, ports in behind.items()}
    links = _links(devices, owner)
    parents = _by_lldp(links, root)
    ports: dict[int, str] = {}
    for at in range(len(devices)):
        if at in parents or at == root:
            continue
        for _, switch, port in sorted(
            (len(found), switch, port)
            for switch, seen in behind.items()
            for port, found in seen.items()
            if at in found and port not in up[switch]
        ):
            if at not in _above(parents, switch):
                parents[at], ports[at] = switch, port
                break
    for at, ways in up.items():
        if at not in parents and at != root and ways:
            parents[at] = root
    return Tree(parents, _shared(devices, parents, ports, owner, behind))


def _behind(at: int, group: Group, owner: Mapping[str, int]) -> Iterator[tuple[str, frozenset[int]]]:
    for one in group:
        for port, macs in one.forwarding.items():
            yield port, frozenset(owner[mac] for mac in macs if mac in owner) - {at}


def _links(devices: Sequence[Group], owner: Mapping[str, int]) -> Mapping[int, set[int]]:
    """Return who hears whom, both ways: by hardware address, else by a system name that only one device has."""
    named: dict[str, set[int]] = defaultdict(set)
    for at, group in enumerate(devices):
        for one in group:
            named[one.name].add(at)
    links: dict[int, set[int]] = defaultdict(set)
    for at, group in enumerate(devices):
        for heard in (each for one in group for each in one.neighbours):
            alike = named.get(heard.system, set()) if heard.system else set()
            other = owner.get(heard.chassis, next(iter(alike)) if len(alike) == 1 else at)
            if other != at:
                links[at].add(other)
                links[other].add(at)
    return links


def _by_lldp(links: Mapping[int, set[int]], root: int) -> dict[int, int]:
    parents: dict[int, int] = {}
    waiting = deque([root])
    while waiting:
        at = waiting.popleft()
        for other in sorted(links.get(at, ())):
            if other != root and other not in parents:
                parents[other] = at
                waiting.append(other)
    return parents


def _above(parents: Mapping[int, int], at: int) -> set[int]:
    """Return a device and all above it."""
    found = {at}
    while at in parents:
        at = parents[at]
        found.add(at)
    return found


def _shared(
    devices: Sequence[Group],
    parents: Mapping[int, int],
    ports: Mapping[int, str],
    owner: Mapping[str, int],
    behind: Mapping[int, Mapping[str, frozenset[int]]],
) -> Mapping[tuple[int, str], tuple[int, ...]]:
    children: dict[tuple[int, str], list[int]] = defaultdict(list)
    for at, port in ports.items():
        children[parents[at], port].append(at)
    found: dict[tuple[int, str], tuple[int, ...]] = {}
    for (switch, port), below in children.items():
        strangers = {mac for one in devices[switch] for mac in one.forwarding.get(port, ()) if mac not in owner}
        lone = not any(behind[at] for at in below)  # behind a switch that can be asked, strangers are its own affair
        if len(below) > 1 or (lone and strangers):
            found[switch, port] = tuple(sorted(below))
    return found
