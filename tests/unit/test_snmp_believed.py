"""Which replies the wire believes, on real UDP sockets."""

import itertools
import socket

import pytest

from collectors.snmp.wire import codec
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.errors import Invalid, NoAnswer
from collectors.snmp.wire.transport import Wire
from tests.unit.snmp_agents import Agent, Answer, Send, agent, honest
from tests.unit.snmp_asking import MIB, ask, ask_briefly, endpoint, run, values


def test_a_second_answer_is_a_stray() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        honest(peer, data, send)
        honest(peer, data, send)

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            for _ in range(3):
                assert values(await ask(wire, peer.port))[1] == 4711
            assert wire.counts.sent == 3

    run(story)


def _elsewhere(other: socket.socket, wire: Wire) -> Answer:
    """Answer honestly, but from another port."""

    def answer(peer: Agent, data: bytes, _send: Send) -> None:
        port = wire._sockets[socket.AF_INET]._socket.getsockname()[1]  # noqa: SLF001  # where a forger would aim
        other.sendto(peer.reply(codec.decode(data)), ("127.0.0.1", port))

    return answer


def test_an_answer_from_another_port_is_not_believed() -> None:
    async def story(wire: Wire) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))

            async with agent(MIB, _elsewhere(other, wire)) as peer:
                with pytest.raises(NoAnswer):
                    await ask_briefly(wire, peer.port)
                assert wire.counts.misdirected == 3

    run(story)


def test_an_answer_from_elsewhere_is_believed_of_a_device_that_may_and_never_from_another_device() -> None:
    async def story(wire: Wire) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            async with agent(MIB, _elsewhere(other, wire)) as peer:
                where = endpoint(wire, peer.port)
                where.any_source = True
                assert values(await ask_briefly(wire, peer.port))[1] == 4711
                known = endpoint(wire, other.getsockname()[1])
                with pytest.raises(NoAnswer):
                    await ask_briefly(wire, peer.port)
                assert wire.counts.misdirected == 3
                del known
                where.any_source = False
                with pytest.raises(NoAnswer):
                    await ask_briefly(wire, peer.port)

    run(story)


def test_no_device_can_foretell_the_request_id_of_another() -> None:
    async def story(wire: Wire) -> None:
        async with agent(MIB) as peer:
            for _ in range(300):
                await ask(wire, peer.port)
            ids = [message.header.request_id for message in peer.asked]
        steps = {later - earlier for earlier, later in itertools.pairwise(ids)}
        assert len(steps) > 290
        assert max(ids) - min(ids) > 2**30

    run(story)


@pytest.mark.parametrize(
    "bend",
    [{"community": b"lain"}, {"version": codec.V1}, {"pdu": int(Pdu.GETNEXT)}],
    ids=["community", "version", "pdu"],
)
def test_an_answer_to_something_else_is_invalid(bend: dict[str, bytes | int]) -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        whole = codec.decode(peer.reply(codec.decode(data)))
        send(codec.encode(whole.header._replace(**bend), whole.varbinds))  # type: ignore[arg-type]  # several types

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            with pytest.raises(Invalid, match="malformed"):
                await ask_briefly(wire, peer.port)

    run(story)


@pytest.mark.parametrize("size", [1, 2, 30])
def test_truncated_answers_are_invalid(size: int) -> None:
    async def story(wire: Wire) -> None:
        async with agent(MIB, lambda peer, data, send: send(peer.reply(codec.decode(data))[:size])) as peer:
            with pytest.raises(Invalid):
                await ask_briefly(wire, peer.port)

    run(story)


def test_an_agent_that_cuts_its_answers_off_is_asked_for_less() -> None:
    async def story(wire: Wire) -> None:
        async with agent(MIB, lambda peer, data, send: send(peer.reply(codec.decode(data))[:60])) as peer:
            assert values(await ask_briefly(wire, peer.port)) == [b"a printer", 4711, b"its name"]
            assert wire.counts.repeated == 0

    run(story)


def test_a_good_answer_after_a_damaged_one_is_taken() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        whole = peer.reply(codec.decode(data))
        send(whole[:-3])
        send(whole)

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            assert values(await ask(wire, peer.port))[1] == 4711

    run(story)


def test_an_echo_of_the_request_is_no_answer() -> None:
    async def story(wire: Wire) -> None:
        async with agent(MIB, lambda _peer, data, send: send(data)) as peer:
            with pytest.raises(Invalid):
                await ask_briefly(wire, peer.port)

    run(story)
