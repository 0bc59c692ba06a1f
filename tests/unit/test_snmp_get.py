"""GET against agents that answer with an error, or with something else."""

import pytest

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.errors import ErrorStatus, Invalid
from collectors.snmp.wire.transport import Wire
from tests.unit.snmp_agents import Agent, Send, agent, honest, response
from tests.unit.snmp_asking import MIB, NAMES, ask, ask_briefly, asked, run, values


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


def test_other_oids_than_asked_are_invalid() -> None:
    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        send(response(message.header, list(reversed(message.varbinds))))

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            with pytest.raises(Invalid, match="other OIDs"):
                await ask_briefly(wire, peer.port)

    run(story)
