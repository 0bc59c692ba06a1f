"""A table that is walked again and again is read by the shapes of its replies, and so as a first walk reads it."""

import asyncio
import socket
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.transport import Wire
from collectors.snmp.wire.walk import Caps, Cell, Column, Credentials, walk
from tests.unit.snmp_agents import Agent, Mib, agent

TABLE = "1.3.6.1.2.1.2.2.1"
INDEXES = (1, 2, 3, 9, 127, 128, 300, 16384)
WALKS = 4  # the shape of a reply is known from the third on


def mib(cells: Mapping[tuple[int, int], int], added: int) -> Mib:
    """Return a table whose values differ by `added` and keep their length."""
    return {f"{TABLE}.{column}.{index}": (ber.COUNTER32, value + added) for (column, index), value in cells.items()}


def walked(
    tables: Sequence[Mib], columns: Sequence[int], caps: Sequence[Caps], manners: Manners | None
) -> list[list[Column]]:
    """Walk each of the tables at one agent; by one's manners, or each as a stranger."""

    async def main() -> list[list[Column]]:
        wire = Wire()
        try:
            async with agent({}) as peer:
                device = wire.endpoint(socket.AF_INET, ("127.0.0.1", peer.port))
                found = []
                for table, each in zip(tables, caps, strict=True):
                    peer.mib = Agent(table).mib
                    found.append(
                        await walk(
                            wire,
                            device,
                            Credentials(codec.V2C, b"public"),
                            [oid.encode(f"{TABLE}.{column}") for column in columns],
                            timeout=2.0,
                            deadline=asyncio.get_running_loop().time() + 10.0,
                            caps=each,
                            manners=manners or Manners(),
                        )
                    )
                return found
        finally:
            wire.close()

    return asyncio.run(main())


@given(
    st.dictionaries(st.tuples(st.integers(1, 4), st.sampled_from(INDEXES)), st.integers(2**24, 2**30), max_size=24),
    st.sets(st.integers(1, 4), min_size=1),
    st.integers(1, 5),
    st.integers(1, 8),
)
def test_again_is_as_the_first_time(
    cells: dict[tuple[int, int], int], columns: set[int], repetitions: int, rows: int
) -> None:
    tables = [mib(cells, added) for added in range(WALKS)]
    caps = [*[Caps(repetitions=repetitions)] * (WALKS - 1), Caps(rows=rows, repetitions=repetitions)]
    assert walked(tables, sorted(columns), caps, Manners()) == walked(tables, sorted(columns), caps, None)


@pytest.mark.parametrize("changed", [{(1, 300): 2**24}, {(2, 2): 2**24}])
def test_a_row_that_comes_or_goes_is_seen(changed: dict[tuple[int, int], int]) -> None:
    cells = {(column, index): 2**25 for column in (1, 2) for index in (1, 2, 3, 9)}
    tables = [mib(cells, added) for added in range(WALKS)] + [mib(cells | changed, 0), mib(cells, 7)]
    *_, last, again = walked(tables, (1, 2), [Caps()] * len(tables), Manners())
    assert values(last) == {(column, index): (cells | changed)[column, index] for column, index in cells | changed}
    assert values(again) == {key: value + 7 for key, value in cells.items()}


def values(columns: Sequence[Column]) -> dict[tuple[int, int], ber.Value]:
    found: dict[tuple[int, int], Cell] = {
        (number, oid.arcs_of(index)[0]): cell
        for number, each in enumerate(columns, 1)
        for index, cell in each.cells.items()
    }
    return {key: value for key, (_, value) in found.items()}
