"""What hangs on what: trees whose truth is known, drawn by Hypothesis, told by forwarding tables or by LLDP."""

from collections.abc import Iterable
from graphlib import TopologicalSorter

from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.discovery.sighting import Neighbour, Sighting
from collectors.snmp.discovery.tree import tree


def mac(at: int) -> str:
    return f"02:00:00:00:00:{at:02x}"


@st.composite
def malls(draw: st.DrawFn) -> tuple[dict[int, int], int]:
    """Draw child -> parent; 0 is the gateway, 1 to `switches` bridge, the rest are leaves on a port of their own."""
    switches = draw(st.integers(1, 5))
    parents = {1: 0, **{at: draw(st.integers(1, at - 1)) for at in range(2, switches + 1)}}
    leaves = draw(st.integers(0, 8))
    parents |= {at: draw(st.integers(1, switches)) for at in range(switches + 1, switches + 1 + leaves)}
    return parents, switches


def seen(parents: dict[int, int], switches: int, *, lldp: bool) -> list[tuple[Sighting]]:
    def port(switch: int, other: int) -> str:
        while other != 0 and parents[other] != switch:
            other = parents[other]
        return str(other)  # a port is called by the child on it; 0: upwards

    out: list[tuple[Sighting]] = []
    for at in range(len(parents) + 1):
        forwarding: dict[str, set[str]] = {}
        if 1 <= at <= switches:
            for other in {0, *parents} - {at}:
                forwarding.setdefault(port(at, other), set()).add(mac(other))
        heard = [child for child, parent in parents.items() if parent == at] if lldp else []
        sighting = Sighting(
            f"10.0.0.{at}",
            macs=frozenset({mac(at)}),
            neighbours=tuple(Neighbour(str(child), mac(child)) for child in heard),
            forwarding={name: frozenset(macs) for name, macs in forwarding.items()},
        )
        out.append((sighting,))
    return out


@given(malls(), st.booleans())
def test_the_truth_is_found_by_forwarding_tables_and_by_lldp(mall: tuple[dict[int, int], int], lldp: bool) -> None:  # noqa: FBT001  # drawn
    parents, switches = mall
    found = tree(seen(parents, switches, lldp=lldp), 0)
    assert found.parents == {at: (parent,) for at, parent in parents.items()}
    assert not found.shared


def test_several_on_one_port_that_nobody_hears_share_a_passive_switch() -> None:
    switch = Sighting(
        "10.0.0.1", macs=frozenset({mac(1)}), forwarding={"9": frozenset({mac(0)}), "2": frozenset({mac(2), mac(3)})}
    )
    devices = [
        (Sighting("10.0.0.0", macs=frozenset({mac(0)})),),
        (switch,),
        *((Sighting(f"10.0.0.{at}", macs=frozenset({mac(at)})),) for at in (2, 3)),
    ]
    assert tree(devices, 0).shared == {(1, "2"): (2, 3)}


def device(at: int, kind: str = "unknown", *, heard: Iterable[int] = (), **ports: Iterable[int]) -> tuple[Sighting]:
    """Return a device whose ports (`p3`) have these others behind them, and which hears those by LLDP."""
    forwarding = {name[1:]: frozenset(map(mac, behind)) for name, behind in ports.items()}
    neighbours = tuple(Neighbour("9", mac(other)) for other in heard)
    return (Sighting(f"10.0.0.{at}", kind, macs=frozenset({mac(at)}), forwarding=forwarding, neighbours=neighbours),)


def test_uplinks_in_parallel_are_parents_that_stand_in_for_each_other() -> None:
    """0 the gateway, 1 and 2 core switches that hear each other, 3 a floor's switch on both, 4 a PC on it."""
    devices = [
        device(0),
        device(1, "switch", heard=(0, 2, 3), p1=(0,), p2=(3, 4)),
        device(2, "switch", heard=(0, 1, 3), p1=(0,), p2=(3, 4)),
        device(3, "switch", p1=(0, 1, 2), p4=(4,)),
        device(4, "pc"),
    ]
    found = tree(devices, 0)
    assert found.parents == {1: (0,), 2: (0,), 3: (1, 2), 4: (3,)}
    assert not found.shared


def test_a_ring_of_switches_is_cut_where_both_ways_are_as_long() -> None:
    ring = {1: (0, 2, 4), 2: (1, 3), 3: (2, 4), 4: (3, 1)}
    devices = [device(0), *(device(at, "switch", heard=heard) for at, heard in ring.items())]
    assert tree(devices, 0).parents == {1: (0,), 2: (1,), 3: (2, 4), 4: (1,)}


def test_an_entry_left_behind_by_a_device_that_moved_hangs_it_on_no_wrong_switch() -> None:
    """5 is in the tables of 2 and of 3, each at a port of its own: one of them is stale, and nobody says which."""
    devices = [
        device(0),
        device(1, "switch", p1=(0,), p3=(2,), p4=(3,)),
        device(2, "switch", p1=(0, 1, 3), p7=(5,)),
        device(3, "switch", p1=(0, 1, 2), p8=(5, 4)),
        device(4, "pc"),
        device(5, "pc"),
    ]
    found = tree(devices, 0)
    assert found.parents == {1: (0,), 2: (1,), 3: (1,), 4: (3,), 5: (1,)}
    assert not found.shared


def test_two_cables_of_one_machine_are_two_parents() -> None:
    server = (Sighting("10.0.0.5", "server", macs=frozenset({mac(5), mac(6)})),)
    devices = [device(0), device(1, "switch", p1=(0, 2), p2=(5,)), device(2, "switch", p1=(0, 1), p2=(6,)), server]
    assert tree(devices, 0).parents == {1: (0,), 2: (0,), 3: (1, 2)}


def test_what_is_behind_an_access_point_or_a_switch_without_tables_makes_no_passive_switch() -> None:
    devices = [
        device(0),
        device(1, "switch", heard=(3,), p1=(0,), p2=(2, 98, 99), p3=(3, 4, 5)),
        device(2, "access-point"),
        device(3, "switch"),
        device(4, "printer"),
        device(5, "pc"),
    ]
    found = tree(devices, 0)
    assert found.parents == {1: (0,), 2: (1,), 3: (1,), 4: (3,), 5: (3,)}
    assert not found.shared


def test_a_switch_that_no_table_knows_hangs_where_all_below_it_is() -> None:
    devices = [
        device(0),
        device(1, "switch", p1=(0,), p3=(3, 4), p4=(5,)),
        device(2, "switch", p1=(0, 1, 5), p2=(3,), p3=(4,)),
        *(device(at, "pc") for at in (3, 4, 5)),
    ]
    found = tree(devices, 0)
    assert found.parents == {1: (0,), 2: (1,), 3: (2,), 4: (2,), 5: (1,)}
    assert not found.shared


def test_switches_that_only_hear_each_other_hang_where_one_of_them_looks_out() -> None:
    devices = [
        device(0),
        device(1, "switch", heard=(2,)),
        device(2, "switch", heard=(3,), p1=(0,), p2=(1,), p3=(3,)),
        device(3, "switch", p1=(0, 1, 2)),
    ]
    assert tree(devices, 0).parents == {1: (2,), 2: (0,), 3: (2,)}


_LINKS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 5)), max_size=20), _LINKS)
def test_tables_that_lie_never_make_a_circle(entries: list[tuple[int, int, int]], links: list[tuple[int, int]]) -> None:
    devices = []
    for at in range(6):
        ports: dict[str, list[int]] = {}
        for one, port, other in entries:
            if one == at:
                ports.setdefault(f"p{port}", []).append(other)
        devices.append(device(at, "unknown", heard=[other for one, other in links if one == at], **ports))
    found = tree(devices, 0)
    order = TopologicalSorter(found.parents)
    order.prepare()  # CycleError otherwise
    assert 0 not in found.parents
    assert all(set(below) <= set(found.parents) for below in found.shared.values())


def test_where_no_table_knows_the_way_out_only_a_port_of_one_machine_leads_down() -> None:
    """The gateway, 0, is in no table: which of both switches is above the other, nobody can say."""
    devices = [
        device(0),
        device(1, "switch", p1=(2, 3), p2=(4,), p3=(5, 9)),
        device(2, "switch", p1=(1, 4), p2=(3,)),
        *(device(at, "pc") for at in (3, 4, 5)),
    ]
    found = tree(devices, 0)
    assert found.parents == {3: (2,), 4: (1,)}
    assert not found.shared
