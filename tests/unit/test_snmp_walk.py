"""Walks end, whatever the agent answers, and keep what is true."""

import asyncio
import socket
from collections.abc import Sequence

import pytest

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.errors import ErrorStatus, NoAnswer
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.transport import Wire
from collectors.snmp.wire.walk import Caps, Column, Credentials, walk
from tests.unit.snmp_agents import Agent, Answer, Mib, Send, agent, honest, response

TABLE = "1.3.6.1.2.1.2.2.1"
MIB: Mib = {
    **{f"{TABLE}.2.{row}": (ber.OCTETS, f"port {row}".encode()) for row in (1, 2, 3, 300, 16383, 16384)},
    **{f"{TABLE}.8.{row}": (ber.INTEGER, row) for row in (1, 3, 16384)},
    "1.3.6.1.2.1.3.1.0": (ber.INTEGER, 99),
}
COLUMNS = (f"{TABLE}.2", f"{TABLE}.8")


def read(
    mib: Mib,
    columns: Sequence[str] = COLUMNS,
    *,
    answer: Answer | None = None,
    version: int = codec.V2C,
    caps: Caps | None = None,
    deadline: float = 10.0,
    timeout: float = 2.0,
    manners: Manners | None = None,
) -> tuple[list[Column], Agent]:
    async def main() -> tuple[list[Column], Agent]:
        wire = Wire()
        try:
            async with agent(mib, answer) as peer:
                found = await walk(
                    wire,
                    wire.endpoint(socket.AF_INET, ("127.0.0.1", peer.port)),
                    Credentials(version, b"public"),
                    [oid.encode(name) for name in columns],
                    timeout=min(timeout, deadline),
                    deadline=asyncio.get_running_loop().time() + deadline,
                    caps=caps,
                    manners=manners,
                )
                return found, peer
        finally:
            wire.close()

    return asyncio.run(main())


def rows(column: Column) -> list[str]:
    return [oid.index_text(index) for index in column.cells]


@pytest.mark.parametrize("version", [codec.V1, codec.V2C])
@pytest.mark.parametrize("repetitions", [1, 2, 10, 50])
def test_columns_with_holes(version: int, repetitions: int) -> None:
    (names, states), _ = read(MIB, version=version, caps=Caps(repetitions=repetitions))
    assert rows(names) == ["1", "2", "3", "300", "16383", "16384"]
    assert rows(states) == ["1", "3", "16384"]
    assert [value for _, value in states.cells.values()] == [1, 3, 16384]
    assert (names.trouble, states.trouble) == ("", "")


def test_an_empty_table_and_the_end_of_the_mib() -> None:
    (empty, last), _ = read(MIB, ("1.3.6.1.2.1.2.9", "1.3.6.1.2.1.3.1"))
    assert (empty.cells, rows(last)) == ({}, ["0"])


def test_a_few_requests_are_enough() -> None:
    table: Mib = {f"{TABLE}.{column}.{row}": (ber.INTEGER, row) for column in range(1, 11) for row in range(1, 25)}
    found, peer = read(table, [f"{TABLE}.{column}" for column in range(1, 11)])
    assert all(len(column.cells) == 24 for column in found)
    assert len(peer.asked) == 3


def test_an_agent_that_repeats_itself_is_stopped() -> None:
    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        send(response(message.header, [(oid.encode(f"{TABLE}.2.7"), ber.INTEGER, 1)] * 10))

    (column,), peer = read({}, COLUMNS[:1], answer=answer)
    assert rows(column) == ["7"]
    assert "increase" in column.trouble
    assert len(peer.asked) == 1


def test_the_end_of_the_view_does_not_overwrite_the_last_value() -> None:
    """As snmpsim does: the last real OID again, with endOfMibView."""

    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        last = oid.encode(f"{TABLE}.2.7")
        send(response(codec.decode(data).header, [(last, ber.INTEGER, 1), (last, ber.END_OF_MIB_VIEW, None)]))

    (column,), _ = read({}, COLUMNS[:1], answer=answer)
    assert list(column.cells.values()) == [(ber.INTEGER, 1)]
    assert not column.trouble


def test_an_endless_agent_meets_the_cap_of_rows() -> None:
    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        last = oid.arcs_of(message.varbinds[0][0])[-1]
        base = oid.encode(f"{TABLE}.2")
        new = [
            (base + oid.encode_arcs([last + 1 + step]), ber.INTEGER, 1) for step in range(message.header.error_index)
        ]
        send(response(message.header, new))

    (column,), peer = read({}, COLUMNS[:1], answer=answer, caps=Caps(rows=95))
    assert len(column.cells) == 95
    assert "95" in column.trouble
    assert len(peer.asked) == 10


def test_an_endless_slow_agent_meets_the_deadline() -> None:
    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        last = oid.arcs_of(message.varbinds[0][0])[-1]
        new = oid.encode(f"{TABLE}.2") + oid.encode_arcs([last + 1])
        reply = response(message.header, [(new, ber.INTEGER, 1)])
        asyncio.get_running_loop().call_later(0.02, send, reply)

    with pytest.raises(NoAnswer):
        read({}, COLUMNS[:1], answer=answer, deadline=0.3)


def test_an_empty_reply_ends_the_walk() -> None:
    (names, states), _ = read({}, answer=lambda _peer, data, send: send(response(codec.decode(data).header, [])))
    assert (names.cells, states.cells) == ({}, {})
    assert "no variable" in names.trouble


def test_a_bulk_that_stops_early_is_continued() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        whole = codec.decode(peer.reply(codec.decode(data)))
        send(response(whole.header, whole.varbinds[:3]))

    (names, states), _ = read(MIB, answer=answer)
    assert len(names.cells) == 6
    assert len(states.cells) == 3


def test_too_big_asks_for_less() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        if message.header.error_index * len(message.varbinds) > 1:
            send(response(message.header, message.varbinds, status=1))
        else:
            honest(peer, data, send)

    (names, states), _ = read(MIB, answer=answer)
    assert len(names.cells) == 6
    assert len(states.cells) == 3


def test_a_device_that_is_silent_when_asked_for_much_is_asked_for_less_and_that_is_remembered() -> None:
    """As one recorded device: it answers up to five repetitions, and to more not at all."""
    table: Mib = {f"{TABLE}.2.{row}": (ber.INTEGER, row) for row in range(1, 25)}
    manners = Manners()

    def answer(peer: Agent, data: bytes, send: Send) -> None:
        if codec.decode(data).header.error_index <= 5:
            honest(peer, data, send)

    (first,), peer = read(table, COLUMNS[:1], answer=answer, timeout=0.1, manners=manners)
    assert [message.header.error_index for message in peer.asked] == [10, 5, 5, 5, 5, 5]
    (second,), peer = read(table, COLUMNS[:1], answer=answer, timeout=0.1, manners=manners)
    assert [message.header.error_index for message in peer.asked] == [5, 5, 5, 5, 5]
    assert first.cells == second.cells
    assert len(first.cells) == 24
    manners.forget()
    assert manners == Manners()


def test_too_big_is_remembered() -> None:
    manners = Manners()

    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        if message.header.error_index * len(message.varbinds) > 4:
            send(response(message.header, message.varbinds, status=1))
        else:
            honest(peer, data, send)

    assert [len(column.cells) for column in read(MIB, answer=answer, manners=manners)[0]] == [6, 3]
    _, peer = read(MIB, answer=answer, manners=manners)
    assert {message.header.error_index * len(message.varbinds) for message in peer.asked} <= {2, 4}


def test_an_answer_that_is_cut_off_asks_for_less_at_once() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        send(peer.reply(codec.decode(data))[:90])

    (names, states), peer = read(MIB, answer=answer)
    assert (len(names.cells), len(states.cells)) == (6, 3)
    assert len({message.header.request_id for message in peer.asked}) == len(peer.asked)  # nothing was waited for


def test_too_big_for_one_variable_ends_that_column_and_says_so() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        if any(oid.decode(name).startswith(COLUMNS[0]) for name, _, _ in message.varbinds):
            send(response(message.header, message.varbinds, status=1))
        else:
            honest(peer, data, send)

    (names, states), _ = read(MIB, answer=answer)
    assert (names.cells, names.trouble) == ({}, "agent answered tooBig for one variable")
    assert rows(states) == ["1", "3", "16384"]


def test_a_walk_ends_at_its_cap_of_octets() -> None:
    table: Mib = {f"{TABLE}.2.{row}": (ber.OCTETS, b"x" * 1000) for row in range(1, 200)}
    (column,), _ = read(table, COLUMNS[:1], caps=Caps(octets=50_000))
    assert 40 <= len(column.cells) <= 60
    assert "50000 octets" in column.trouble


def test_very_many_columns_are_asked_in_turn() -> None:
    table: Mib = {f"1.3.6.1.4.1.9.{column}.1": (ber.INTEGER, column) for column in range(1, 80)}
    found, peer = read(table, [f"1.3.6.1.4.1.9.{column}" for column in range(1, 80)])
    assert [list(column.cells.values()) for column in found] == [[(ber.INTEGER, number)] for number in range(1, 80)]
    assert max(len(message.varbinds) for message in peer.asked) <= 30


def test_gen_err_ends_its_column_alone() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        if len(message.varbinds) > 1:
            send(response(message.header, message.varbinds, status=5, index=1))
        else:
            honest(peer, data, send)

    (names, states), _ = read(MIB, answer=answer)
    assert "genErr" in names.trouble
    assert rows(states) == ["1", "3", "16384"]


def test_another_error_is_told() -> None:
    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        send(response(message.header, message.varbinds, status=16, index=1))

    with pytest.raises(ErrorStatus, match="authorizationError"):
        read(MIB, answer=answer)


def test_an_agent_that_falls_silent_half_way_gives_no_half_table() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        if len(peer.asked) == 1:
            honest(peer, data, send)

    with pytest.raises(NoAnswer):
        read(MIB, answer=answer, caps=Caps(repetitions=1), deadline=0.3)
