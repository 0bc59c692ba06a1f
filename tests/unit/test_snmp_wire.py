"""The wire against peers that misbehave, on real UDP sockets."""

import asyncio
import socket

import pytest

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.ask import get
from collectors.snmp.wire.errors import Invalid, Local, NoAnswer, Refused, Unreachable
from collectors.snmp.wire.transport import Limits, Wire
from tests.unit.snmp_agents import Agent, Mib, Send, agent, honest, response
from tests.unit.snmp_asking import DEADLINE, MIB, NAMES, TIMEOUT, ask, ask_briefly, asked, endpoint, run, values


def test_an_honest_agent() -> None:
    async def story(wire: Wire) -> None:
        async with agent(MIB) as peer:
            assert values(await ask(wire, peer.port)) == [b"a printer", 4711, b"its name"]
            assert (wire.counts.sent, wire.counts.received, wire.counts.repeated) == (1, 1, 0)

    run(story)


def test_replies_of_one_shape_and_of_others_are_read_alike() -> None:
    changing = [(4711, b"its name"), (4712, b"its name"), (2**32 - 1, b"other :)"), (5, b"x"), (7, b"y"), (9, b"")]

    async def story(wire: Wire) -> None:
        request = asked()
        async with agent(MIB) as peer:
            for _ in range(2):
                for ticks, name in changing:
                    peer.mib[oid.encode(NAMES[1])] = (ber.TIME_TICKS, ticks)
                    peer.mib[oid.encode(NAMES[2])] = (ber.OCTETS, name)
                    assert values(await ask(wire, peer.port, request)) == [b"a printer", ticks, name]
            assert request.layout is not None
            del peer.mib[oid.encode(NAMES[2])]
            assert (await ask(wire, peer.port, request))[2][1:] == (ber.NO_SUCH_INSTANCE, None)

    run(story)


def test_many_in_flight_all_get_their_own_answer() -> None:
    many: Mib = {f"1.3.6.1.4.1.1.{number}": (ber.INTEGER, number) for number in range(200)}

    async def story(wire: Wire) -> None:
        async with agent(many) as peer:
            found = await asyncio.gather(*(ask(wire, peer.port, asked([name])) for name in many))
            assert [values(each) for each in found] == [[number] for number in range(200)]

    run(story, Limits(per_device=100))


def test_a_missing_object_is_told_from_a_value() -> None:
    async def story(wire: Wire) -> None:
        async with agent(MIB) as peer:
            found = await ask(wire, peer.port, asked([NAMES[0], "1.3.6.1.2.1.1.9.0"]))
            assert [tag for _, tag, _ in found] == [ber.OCTETS, ber.NO_SUCH_INSTANCE]

    run(story)


def test_a_lost_request_is_repeated_and_a_late_answer_to_the_first_counts() -> None:
    kept: list[bytes] = []

    def answer(peer: Agent, data: bytes, send: Send) -> None:
        kept.append(data)
        if len(kept) == 2:
            send(peer.reply(codec.decode(kept[0])))

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            assert values(await ask_briefly(wire, peer.port))[1] == 4711
            assert kept[0] == kept[1]
            assert wire.counts.repeated == 1

    run(story)


def test_a_silent_peer_ends_at_the_deadline() -> None:
    async def story(wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        async with agent(MIB, lambda _peer, _data, _send: None) as peer:
            begin = loop.time()
            with pytest.raises(NoAnswer):
                await ask_briefly(wire, peer.port)
            assert DEADLINE <= loop.time() - begin < DEADLINE + 0.25
            assert len(peer.asked) == 3

    run(story)


def test_strays_do_not_move_the_deadline() -> None:
    """A peer that drips replies to other requests, and pieces, for as long as it is asked."""

    async def story(wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        dripping: list[asyncio.Task[None]] = []

        def answer(peer: Agent, data: bytes, send: Send) -> None:
            async def drip() -> None:
                good = peer.reply(codec.decode(data))
                other = codec.decode(data).header._replace(request_id=12345678)
                while peer.transport is not None and not peer.transport.is_closing():
                    send(good[:20])
                    send(response(other, []))
                    await asyncio.sleep(0.02)

            dripping.append(loop.create_task(drip()))

        async with agent(MIB, answer) as peer:
            begin = loop.time()
            with pytest.raises(Invalid, match="malformed"):
                await ask_briefly(wire, peer.port)
            assert loop.time() - begin < DEADLINE + 0.25
            assert wire.counts.strays > 5
        await asyncio.gather(*dripping)

    run(story)


def test_what_the_kernel_threw_away_is_counted_and_the_buffer_it_gave_is_told() -> None:
    """A device that answers far too much, while we do not read."""

    def answer(peer: Agent, data: bytes, send: Send) -> None:
        whole = peer.reply(codec.decode(data))
        for _ in range(200):
            send(whole)

    async def story(wire: Wire) -> None:
        async with agent(MIB, answer) as peer:
            await ask(wire, peer.port)
            assert wire.counts.dropped > 0
            assert wire.counts.receive_buffer > 0

    run(story, Limits(receive_buffer=4096))


def test_sixty_four_kilobytes_are_read() -> None:
    big = {"1.3.6.1.2.1.1.1.0": (ber.OCTETS, b"x" * 65_400)}

    async def story(wire: Wire) -> None:
        async with agent(big) as peer:
            assert values(await ask(wire, peer.port, asked(list(big)))) == [b"x" * 65_400]

    run(story)


def test_a_closed_port_is_refused_at_once_and_troubles_nobody_else() -> None:
    async def story(wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.bind(("127.0.0.1", 0))
            closed = gone.getsockname()[1]
        async with agent(MIB) as peer:
            begin = loop.time()
            outcomes = await asyncio.gather(
                *(ask(wire, port, deadline=5.0) for port in (closed, peer.port, closed, peer.port)),
                return_exceptions=True,
            )
            assert [type(outcome) for outcome in outcomes] == [Refused, list, Refused, list]
            assert loop.time() - begin < 1.0

    run(story)


def test_what_the_kernel_will_not_send_ends_at_once() -> None:
    async def story(wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        where = wire.endpoint(socket.AF_INET, ("255.255.255.255", 161))  # broadcast, which this socket may not send
        until = loop.time() + 5.0
        with pytest.raises((Unreachable, Local)):
            await wire.ask(where, asked(), timeout=0.2, deadline=until)
        assert loop.time() < until - 4.0

    run(story)


def test_one_device_is_never_asked_more_than_its_limit_at_once() -> None:
    async def story(wire: Wire) -> None:
        open_ids: set[int] = set()
        most = 0

        def answer(peer: Agent, data: bytes, send: Send) -> None:
            nonlocal most
            request_id = codec.decode(data).header.request_id
            open_ids.add(request_id)
            most = max(most, len(open_ids))

            def later() -> None:
                open_ids.discard(request_id)
                honest(peer, data, send)

            asyncio.get_running_loop().call_later(0.02, later)

        async with agent(MIB, answer) as peer:
            found = await asyncio.gather(*(ask(wire, peer.port, deadline=5.0) for _ in range(6)))
            assert all(values(each)[1] == 4711 for each in found)
            assert most == 2

    run(story, Limits(per_device=2))


def test_what_cannot_be_sent_before_its_deadline_is_our_fault() -> None:
    async def story(wire: Wire) -> None:
        async with agent(MIB, lambda _peer, _data, _send: None) as silent, agent(MIB) as good:
            blocking = asyncio.ensure_future(ask(wire, silent.port, deadline=0.8))
            await asyncio.sleep(0.01)
            with pytest.raises(Local, match="in flight"):
                await ask(wire, good.port, deadline=0.1)
            assert good.asked == []
            with pytest.raises(NoAnswer):
                await blocking
            assert values(await ask(wire, good.port))[1] == 4711

    run(story, Limits(in_all=1))


def test_a_cancelled_poll_gives_its_place_back() -> None:
    async def story(wire: Wire) -> None:
        async with agent(MIB, lambda _peer, _data, _send: None) as silent, agent(MIB) as good:
            polls = [asyncio.ensure_future(ask(wire, silent.port, deadline=5.0)) for _ in range(4)]
            await asyncio.sleep(0.01)
            for poll in polls:
                poll.cancel()
            await asyncio.gather(*polls, return_exceptions=True)
            assert values(await ask(wire, good.port))[1] == 4711
            assert not wire._pending  # noqa: SLF001  # nothing may be left behind

    run(story, Limits(per_device=1, in_all=1))


def test_closing_ends_what_waits() -> None:
    async def main() -> None:
        wire = Wire()
        async with agent(MIB, lambda _peer, _data, _send: None) as silent:
            poll = asyncio.ensure_future(ask(wire, silent.port, deadline=30.0))
            await asyncio.sleep(0.01)
            wire.close()
            with pytest.raises(Local, match="closed"):
                await poll

    asyncio.run(main())


def test_ipv6() -> None:
    async def story(wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        transport, peer = await loop.create_datagram_endpoint(lambda: Agent(MIB), local_addr=("::1", 0))
        try:
            where = wire.endpoint(socket.AF_INET6, ("::1", peer.port, 0, 0))
            found = await get(wire, where, asked(), timeout=TIMEOUT, deadline=loop.time() + DEADLINE)
            assert values(found)[1] == 4711
        finally:
            transport.close()
            await asyncio.sleep(0)

    run(story)


def test_a_hundred_dead_devices_end_within_fifty_milliseconds_of_their_deadline() -> None:
    async def story(wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        async with agent(MIB, lambda _peer, _data, _send: None) as silent:

            async def one() -> float:
                until = loop.time() + 0.5
                try:
                    await get(wire, endpoint(wire, silent.port), asked(), timeout=TIMEOUT, deadline=until)
                except NoAnswer:
                    return loop.time() - until
                raise AssertionError("an answer from nobody")

            late = await asyncio.gather(*(one() for _ in range(100)))
            assert min(late) >= 0
            assert sorted(late)[90] < 0.05

    run(story, Limits(per_device=100))
