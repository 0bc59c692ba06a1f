"""What hangs on what: trees whose truth is known, drawn by Hypothesis, told by forwarding tables or by LLDP."""

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
    assert found.parents == parents
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


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 4)), max_size=20))
def test_tables_that_lie_never_make_a_circle(entries: list[tuple[int, int, int]]) -> None:
    tables: dict[int, dict[str, set[str]]] = {}
    for at, port, other in entries:
        tables.setdefault(at, {}).setdefault(str(port), set()).add(mac(other))
    devices = [
        (
            Sighting(
                f"10.0.0.{at}",
                macs=frozenset({mac(at)}),
                forwarding={p: frozenset(m) for p, m in tables.get(at, {}).items()},
            ),
        )
        for at in range(5)
    ]
    parents = tree(devices, 0).parents
    for start in parents:
        at, steps = start, 0
        while at in parents:
            at, steps = parents[at], steps + 1
            assert steps <= 5
