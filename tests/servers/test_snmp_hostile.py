"""Hostile agents on real UDP sockets: each poll ends by its deadline in a clear outcome, and harms no other device."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.settings import SnmpSettings
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.codec import Message, Pdu
from tests.unit.snmp_agents import Agent, Answer, Mib, Send, agent, honest, response

pytestmark = pytest.mark.server

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
SETTINGS = SnmpSettings(timeout=0.3, retries=1)
PATIENCE = 0.6  # of one question, as those settings say
INTERVAL = 4.0
WHOLE = INTERVAL / 2  # of a telemetry poll that is answered
GRACE = 0.75  # for a busy machine
TABLE = "1.3.6.1.2.1.2.2.1"
SWITCH: Mib = {
    "1.3.6.1.2.1.1.1.0": (ber.OCTETS, b"DGS-3420 Gigabit Ethernet Switch"),
    "1.3.6.1.2.1.1.2.0": (ber.OBJECT_ID, oid.encode("1.3.6.1.4.1.171.10.119.1")),
    "1.3.6.1.2.1.1.3.0": (ber.TIME_TICKS, 360_000),
    **{f"{TABLE}.2.{row}": (ber.OCTETS, f"port {row}".encode()) for row in range(1, 41)},
    **{f"{TABLE}.{column}.{row}": (ber.INTEGER, 1) for column in (7, 8) for row in range(1, 41)},
    **{f"{TABLE}.{column}.{row}": (ber.COUNTER32, row) for column in (10, 14, 16, 20) for row in range(1, 41)},
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A poll of the hostile device, one of an honest device at the same time, and what the hostile one was asked."""

    hostile: Observation
    honest: Observation
    asked: list[Message]

    def values(self, metric: str) -> list[float]:
        return [value for name, _, value in self.hostile.samples() if name == metric]


def meet(answer: Answer, *, mib: Mib = SWITCH, settings: SnmpSettings = SETTINGS) -> Seen:
    """Poll a hostile agent, and an honest one over the same wire."""

    async def main() -> Seen:
        collector = SnmpCollector(now=lambda: AT)
        await collector.start()
        try:
            async with agent(mib, answer) as bad, agent(SWITCH) as good:
                first, second = await asyncio.gather(
                    collector.poll(_target("bad", bad.port, Kind.TELEMETRY, settings)),
                    collector.poll(_target("good", good.port, Kind.LIVENESS, SnmpSettings(timeout=5.0))),
                )
                return Seen(first, second, list(bad.asked))
        finally:
            await collector.close()

    return asyncio.run(main())


def _target(device: str, port: int, kind: Kind, settings: SnmpSettings) -> Target:
    chosen = settings.model_copy(update={"port": port})
    return Target(f"{device}:{kind}", device, kind, Way.SNMP, "127.0.0.1", INTERVAL, chosen)


def bent(change: Callable[[bytes], bytes]) -> Answer:
    """Answer with an honest answer's octets, changed."""
    return lambda peer, data, send: send(change(peer.reply(codec.decode(data))))


def after(seconds: float) -> Answer:
    """Answer late."""
    return lambda peer, data, send: _later(seconds, lambda: honest(peer, data, send))


def _later(seconds: float, what: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(seconds, what)


def twice(peer: Agent, data: bytes, send: Send) -> None:
    honest(peer, data, send)
    honest(peer, data, send)
    _later(0.05, lambda: honest(peer, data, send))


def elsewhere(peer: Agent, data: bytes, _send: Send) -> None:
    """Answer from another port to where the question came from."""
    whole = peer.reply(codec.decode(data))
    assert peer.came_from is not None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendto(whole, peer.came_from)


def other_id(_peer: Agent, data: bytes, send: Send) -> None:
    message = codec.decode(data)
    send(response(message.header._replace(request_id=message.header.request_id ^ 1), message.varbinds))


def another_header(**fields: bytes | int) -> Answer:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        whole = codec.decode(peer.reply(codec.decode(data)))
        send(codec.encode(whole.header._replace(**fields), whole.varbinds))  # type: ignore[arg-type]  # several types

    return answer


def endless(step: int) -> Answer:
    """Answer a walk with `step` after what was asked: 1 for ever upwards, 0 the same for ever, -1 downwards."""

    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        if message.header.pdu == Pdu.GET:
            honest(peer, data, send)
            return
        rows = [(_moved(name, step), ber.INTEGER, 1) for name, _, _ in message.varbinds]
        send(response(message.header, rows))

    return answer


def _moved(name: bytes, step: int) -> bytes:
    arcs = list(oid.arcs_of(name))
    return oid.encode_arcs([*arcs[:-1], max(0, arcs[-1] + step)] if len(arcs) > 10 else [*arcs, 7])


def error(status: int, index: int = 1) -> Answer:
    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        send(response(message.header, message.varbinds, status=status, index=index))

    return answer


def gen_err_half_way(peer: Agent, data: bytes, send: Send) -> None:
    """Stumble over row 20 of one column."""
    message = codec.decode(data)
    stone = oid.encode(f"{TABLE}.14.20")
    rows = codec.decode(peer.reply(message)).varbinds
    at = next((position for position, (name, _, _) in enumerate(rows) if name == stone), None)
    if at is None:
        honest(peer, data, send)
    else:
        index = at % len(message.varbinds) + 1
        send(response(message.header, message.varbinds, status=5, index=index))


def drip(peer: Agent, data: bytes, send: Send) -> None:
    """Answer each question just before its end, one row at a time."""
    message = codec.decode(data)
    whole = codec.decode(peer.reply(message))
    _later(PATIENCE - 0.15, lambda: send(response(message.header, whole.varbinds[: len(message.varbinds)])))


def pieces(peer: Agent, data: bytes, send: Send) -> None:
    """Send the answer in pieces, for ever."""
    whole = peer.reply(codec.decode(data))

    def again(at: int = 0) -> None:
        if peer.transport is not None and not peer.transport.is_closing():
            send(whole[at % 60 : at % 60 + 20])
            _later(0.02, lambda: again(at + 20))

    again()


CLEAR = {
    "silent": (lambda _peer, _data, _send: None, {Outcome.TIMEOUT}),
    "too-late": (after(PATIENCE + 0.2), {Outcome.TIMEOUT}),
    "drip": (drip, {Outcome.UNEXPECTED}),
    "pieces": (pieces, {Outcome.INVALID}),
    "elsewhere": (elsewhere, {Outcome.TIMEOUT}),
    "wrong-request-id": (other_id, {Outcome.TIMEOUT}),
    "wrong-community": (another_header(community=b"lain"), {Outcome.INVALID}),
    "wrong-version": (another_header(version=codec.V1), {Outcome.INVALID}),
    "no-response": (another_header(pdu=int(Pdu.GETNEXT)), {Outcome.INVALID}),
    "truncated": (bent(lambda whole: whole[:24]), {Outcome.INVALID}),
    "noise": (bent(lambda whole: bytes(reversed(whole))), {Outcome.INVALID}),
    "one-octet": (bent(lambda _whole: b"\x30"), {Outcome.INVALID}),
    "64-kilobytes-of-nothing": (bent(lambda _whole: bytes(65_000)), {Outcome.INVALID}),
    "64-kilobytes-of-open-sequences": (bent(lambda _whole: b"\x30\x80" * 32_500), {Outcome.INVALID}),
    "too-big-always": (error(1, 0), {Outcome.UNEXPECTED}),
    "gen-err-always": (error(5), {Outcome.UNEXPECTED}),
    "no-access": (error(6), {Outcome.DENIED}),
    "error-status-of-nobody": (error(2**31 - 1, 2**31 - 1), {Outcome.UNEXPECTED}),
}


@pytest.mark.parametrize("name", CLEAR)
def test_it_ends_clearly_in_time_and_harms_nobody(name: str) -> None:
    answer, outcomes = CLEAR[name]
    seen = meet(answer)
    assert seen.hostile.outcome in outcomes
    assert seen.hostile.seconds <= WHOLE + GRACE
    assert seen.hostile.detail
    assert "public" not in seen.hostile.detail
    assert (seen.honest.outcome, seen.honest.seconds < GRACE) == (Outcome.OK, True)


@pytest.mark.parametrize("step", [1, 0, -1], ids=["upwards", "same", "downwards"])
def test_endless_walks_end(step: int) -> None:
    seen = meet(endless(step))
    assert seen.hostile.seconds <= WHOLE + GRACE
    assert seen.hostile.detail
    assert len(seen.asked) < 20_000
    assert seen.honest.outcome is Outcome.OK


def test_double_answers_are_read_once() -> None:
    seen = meet(twice, settings=SnmpSettings(timeout=2.0))
    assert (seen.hostile.outcome, seen.hostile.detail) == (Outcome.OK, "")
    assert len(seen.values("mppmon_interface_oper_up")) == 40


def test_answers_that_come_only_after_the_repeat_are_used() -> None:
    small = {name: cell for name, cell in SWITCH.items() if not name.startswith(TABLE)}
    seen = meet(after(0.15), mib=small, settings=SnmpSettings(timeout=0.1, retries=5))
    assert seen.hostile.outcome is Outcome.OK
    ids = [message.header.request_id for message in seen.asked]
    assert len(ids) > len(set(ids))  # all was asked twice


def test_a_device_with_several_addresses_is_read_whole_when_it_may_answer_from_elsewhere() -> None:
    seen = meet(elsewhere, settings=SnmpSettings(timeout=2.0, any_source=True))
    assert (seen.hostile.outcome, seen.hostile.detail) == (Outcome.OK, "")
    assert len(seen.values("mppmon_interface_oper_up")) == 40


def test_one_that_is_cut_off_above_some_size_is_read_whole() -> None:
    seen = meet(bent(lambda whole: whole[:200]), settings=SnmpSettings(timeout=2.0))
    assert (seen.hostile.outcome, seen.hostile.detail) == (Outcome.OK, "")
    assert len(seen.values("mppmon_interface_oper_up")) == 40


def test_gen_err_in_the_middle_of_a_table_costs_that_column_alone_and_is_told() -> None:
    seen = meet(gen_err_half_way, settings=SnmpSettings(timeout=2.0))
    assert seen.hostile.outcome is Outcome.OK
    assert "genErr" in seen.hostile.detail
    assert len(seen.values("mppmon_interface_oper_up")) == 40
    assert 0 < len(seen.values("mppmon_interface_receive_errors_total")) < 40


def test_a_v1_only_agent_answers_nothing_to_v2c_and_all_to_v1() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        if codec.decode(data).header.version == codec.V1:
            honest(peer, data, send)

    assert meet(answer).hostile.outcome is Outcome.TIMEOUT
    seen = meet(answer, settings=SnmpSettings(version="1", timeout=2.0))
    assert seen.hostile.outcome is Outcome.OK
    assert len(seen.values("mppmon_interface_oper_up")) == 40
    assert {message.header.pdu for message in seen.asked} <= {Pdu.GET, Pdu.GETNEXT}


def test_counters_of_wrong_type_are_absent_and_not_zero() -> None:
    wrong: Mib = {
        **SWITCH,
        f"{TABLE}.10.1": (ber.OCTETS, b"many"),
        f"{TABLE}.10.2": (ber.NULL, None),
        f"{TABLE}.10.3": (ber.OBJECT_ID, oid.encode("1.3.6.1")),
        f"{TABLE}.8.1": (ber.OCTETS, b"\x01"),
        "1.3.6.1.2.1.1.3.0": (ber.OCTETS, b"since Monday"),
        "1.3.6.1.2.1.1.1.0": (ber.INTEGER, -5),
    }
    seen = meet(honest, mib=wrong, settings=SnmpSettings(timeout=2.0))
    assert seen.hostile.outcome is Outcome.OK
    assert sorted(seen.values("mppmon_interface_receive_bytes_total")) == [float(row) for row in range(4, 41)]
    assert len(seen.values("mppmon_interface_oper_up")) == 39
    assert seen.values("mppmon_device_uptime_seconds") == []


def test_sixty_four_kilobytes_of_words_are_read_and_kept_short() -> None:
    long: Mib = {**SWITCH, "1.3.6.1.2.1.1.1.0": (ber.OCTETS, b"x" * 65_000)}

    def answer(peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        whole = peer.reply(message)
        send(whole if len(whole) <= 65_400 else response(message.header, message.varbinds, status=1))

    seen = meet(answer, mib=long, settings=SnmpSettings(timeout=2.0))
    assert seen.hostile.outcome is Outcome.OK
    assert max(len(text) for _, text in seen.hostile.texts) <= 64
