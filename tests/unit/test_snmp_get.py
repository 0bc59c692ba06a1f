"""GET against agents that answer with an error, or with something else."""

import asyncio

import pytest

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.ask import get
from collectors.snmp.wire.errors import ErrorStatus, Invalid
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.transport import Wire
from tests.unit.snmp_agents import Agent, Send, agent, honest, response
from tests.unit.snmp_asking import MIB, NAMES, ask, ask_briefly, asked, endpoint, run, values


def test_too_big_splits_the_request() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        if len(message.varbinds) > 1:
            send(response(message.header, message.varbinds, status=1))
        else:
            honest(peer, data, send)

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            assert values(await ask(wire, peer.port)) == [b"a printer", 4711, b"its name"]

    run(story)


def test_v1_no_such_name_drops_that_oid_and_asks_again() -> None:
    async def story(wire: Wire) -> None:
        async with agent(MIB) as peer:
            names = ["1.3.6.1.9.1", NAMES[0], "1.3.6.1.9.2", NAMES[1], "1.3.6.1.9.3"]
            found = await ask(wire, peer.port, asked(names, codec.V1))
            assert [tag for _, tag, _ in found] == [0x81, ber.OCTETS, 0x81, ber.TIME_TICKS, 0x81]
            assert [oid.decode(name) for name, _, _ in found] == names

    run(story)


@pytest.mark.parametrize(("status", "name"), [(5, "genErr"), (16, "authorizationError"), (1, "tooBig"), (99, "99")])
def test_error_status_is_told_with_its_index(status: int, name: str) -> None:
    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        send(response(message.header, message.varbinds, status=status, index=1))

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            with pytest.raises(ErrorStatus, match=name) as caught:
                await ask(wire, peer.port, asked(NAMES[:1]))
            assert (caught.value.status, caught.value.index) == (status, 1)

    run(story)


@pytest.mark.parametrize(("status", "name"), [(5, "genErr"), (1, "tooBig")])
def test_an_oid_that_an_agent_stumbles_over_is_left_out_and_told(status: int, name: str) -> None:
    bad = oid.encode(NAMES[1])

    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        named = [asked for asked, _, _ in message.varbinds]
        if bad in named:
            index = named.index(bad) + 1 if status != 1 else 0
            send(response(message.header, message.varbinds, status=status, index=index))
        else:
            honest(peer, data, send)

    async def story(wire: Wire) -> None:
        troubles: list[str] = []
        async with agent(MIB, answer) as peer:
            found = await get(
                wire, endpoint(wire, peer.port), asked(), timeout=2.0, deadline=_until(), troubles=troubles
            )
        assert [tag for _, tag, _ in found] == [ber.OCTETS, ber.NO_SUCH_INSTANCE, ber.OCTETS]
        assert len(troubles) == 1
        assert name in troubles[0]
        assert NAMES[1] in troubles[0]

    run(story)


def test_no_such_name_of_a_v2c_agent_is_read_as_that_of_v1() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        if len(message.varbinds) > 1:
            send(response(message.header, message.varbinds, status=2, index=2))
        else:
            honest(peer, data, send)

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            assert values(await ask(wire, peer.port, asked(NAMES[:2]))) == [b"a printer", None]

    run(story)


def test_how_much_fits_is_remembered() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        if len(message.varbinds) > 2:
            send(response(message.header, message.varbinds, status=1))
        else:
            honest(peer, data, send)

    async def story(wire: Wire) -> None:
        manners = Manners()
        async with agent(MIB, answer) as peer:
            for _ in range(2):
                found = await get(
                    wire, endpoint(wire, peer.port), asked(), timeout=2.0, deadline=_until(), manners=manners
                )
                assert values(found) == [b"a printer", 4711, b"its name"]
            assert sorted(len(message.varbinds) for message in peer.asked) == [1, 1, 2, 2, 3]

    run(story)


def test_errors_without_end_end() -> None:
    """An agent that blames another OID each time, and all of them in the end."""

    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        send(response(message.header, message.varbinds, status=5, index=1))

    async def story(wire: Wire) -> None:
        names = [f"1.3.6.1.4.1.9.{number}" for number in range(30)]
        async with agent({}, answer) as peer:
            with pytest.raises(ErrorStatus, match="genErr"):
                await ask(wire, peer.port, asked(names))
            assert len(peer.asked) == 30

    run(story)


def _until() -> float:
    return asyncio.get_running_loop().time() + 10.0


def test_other_oids_than_asked_are_invalid() -> None:
    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        send(response(message.header, list(reversed(message.varbinds))))

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            with pytest.raises(Invalid, match="other OIDs"):
                await ask_briefly(wire, peer.port)

    run(story)
