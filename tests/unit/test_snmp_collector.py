"""The collector against an agent of our own: outcomes, few requests, what is remembered and what is learnt anew."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.settings import LivenessSettings, SnmpSettings
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.plan import FEW
from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.codec import Pdu
from tests.unit.snmp_agents import Agent, Answer, Mib, Send, agent, honest, response

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
PRINTER: Mib = {
    "1.3.6.1.2.1.1.1.0": (ber.OCTETS, b"Brother NC-6800h"),
    "1.3.6.1.2.1.1.2.0": (ber.OBJECT_ID, oid.encode("1.3.6.1.4.1.2435.2.3.9.1")),
    "1.3.6.1.2.1.1.3.0": (ber.TIME_TICKS, 360_000),
    "1.3.6.1.2.1.25.3.2.1.3.1": (ber.OCTETS, b"Brother HL-5370DW"),
    "1.3.6.1.2.1.25.3.5.1.1.1": (ber.INTEGER, 3),
    "1.3.6.1.2.1.25.3.5.1.2.1": (ber.OCTETS, b"\x04"),
    "1.3.6.1.2.1.43.5.1.1.17.1": (ber.OCTETS, b"E67890"),
    "1.3.6.1.2.1.43.8.2.1.9.1.1": (ber.INTEGER, 250),
    "1.3.6.1.2.1.43.8.2.1.10.1.1": (ber.INTEGER, -3),
    "1.3.6.1.2.1.43.8.2.1.13.1.1": (ber.OCTETS, b"TRAY1"),
    "1.3.6.1.2.1.43.10.2.1.4.1.1": (ber.COUNTER32, 7792),
    "1.3.6.1.2.1.43.11.1.1.5.1.1": (ber.INTEGER, 3),
    "1.3.6.1.2.1.43.11.1.1.6.1.1": (ber.OCTETS, b"Black Toner"),
    "1.3.6.1.2.1.43.11.1.1.8.1.1": (ber.INTEGER, 100),
    "1.3.6.1.2.1.43.11.1.1.9.1.1": (ber.INTEGER, 40),
    "1.3.6.1.2.1.43.16.5.1.2.1.1": (ber.OCTETS, b"Jam Tray 1\r\n"),
}
UPTIME = oid.encode("1.3.6.1.2.1.1.3.0")
LEVEL = oid.encode("1.3.6.1.2.1.43.11.1.1.9.1.1")


def target(port: int, *, kind: Kind = Kind.TELEMETRY, settings: SnmpSettings | None = None) -> Target:
    chosen = settings or SnmpSettings(timeout=2.0)
    chosen = chosen.model_copy(update={"port": port})
    return Target(f"a1:{kind}", "a1", kind, Way.SNMP, "127.0.0.1", 60.0, chosen)


def told(
    story: Callable[[SnmpCollector, Agent], Awaitable[None]], mib: Mib = PRINTER, answer: Answer | None = None
) -> None:
    async def main() -> None:
        collector = SnmpCollector(now=lambda: AT)
        await collector.start()
        try:
            async with agent(mib, answer) as peer:
                await story(collector, peer)
        finally:
            await collector.close()

    asyncio.run(main())


def value(observation: Observation, name: str, **labels: str) -> float | None:
    return next(
        (v for n, found, v in observation.samples() if n == name and labels.items() <= dict(found).items()), None
    )


def silent(_peer: Agent, _data: bytes, _send: Send) -> None:
    """Answer nothing."""


def test_a_printer_is_identified_and_read() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        seen = await collector.poll(target(peer.port))
        assert (seen.outcome, seen.at, seen.check, seen.device) == (Outcome.OK, AT, "a1:telemetry", "a1")
        assert value(seen, "mppmon_printer_error", error="jammed") == 1.0
        assert value(seen, "mppmon_printer_supply_ratio", supply="1.1", type="toner") == 0.4
        assert value(seen, "mppmon_printer_tray_ratio") is None
        assert value(seen, "mppmon_printer_pages_total") == 7792.0
        info = {"vendor": "Brother", "model": "Brother HL-5370DW", "serial": "E67890"}
        assert value(seen, "mppmon_device_info", **info) == 1.0
        assert dict(seen.texts) | info | {"kind": "printer", "profile": "brother"} == dict(seen.texts)

    told(story)


def test_a_steady_poll_is_one_request_and_one_for_alerts_and_sees_what_changes() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        first = await collector.poll(target(peer.port))
        peer.asked.clear()
        peer.mib[LEVEL] = (ber.INTEGER, 39)
        second = await collector.poll(target(peer.port))
        assert [message.header.pdu for message in peer.asked] == [Pdu.GET, Pdu.GETBULK]
        # max-repetitions: an empty table is not answered with what is behind it
        assert peer.asked[1].header.error_index == FEW
        assert value(second, "mppmon_printer_supply_ratio", type="toner") == 0.39
        assert second.schema is first.schema
        assert second.texts == first.texts

    told(story)


def test_an_alert_that_comes_and_goes_is_seen_at_once() -> None:
    row = {2: 3, 4: 11, 5: 1, 7: 1104}  # critical, of supply 1: its toner is almost empty
    names = {oid.encode(f"1.3.6.1.2.1.43.18.1.1.{column}.1.9"): value for column, value in row.items()}

    async def story(collector: SnmpCollector, peer: Agent) -> None:
        await collector.poll(target(peer.port))
        peer.mib |= {name: (ber.INTEGER, value) for name, value in names.items()}
        alerted = await collector.poll(target(peer.port))
        assert value(alerted, "mppmon_printer_alert", code="supply-low", severity="critical") == 1.0
        assert value(alerted, "mppmon_printer_supply_low", supply="1.1") == 1.0
        for name in names:
            del peer.mib[name]
        assert value(await collector.poll(target(peer.port)), "mppmon_printer_alert") is None

    told(story)


def test_a_restart_or_a_vanished_part_is_learnt_anew() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        await collector.poll(target(peer.port))
        peer.asked.clear()
        peer.mib[UPTIME] = (ber.TIME_TICKS, 100)
        await collector.poll(target(peer.port))
        assert len(peer.asked) > 2  # at once: its indexes may mean other things now
        await collector.poll(target(peer.port))
        del peer.mib[LEVEL]
        gone = await collector.poll(target(peer.port))
        assert gone.outcome is Outcome.OK
        assert value(gone, "mppmon_printer_supply_ratio") is None
        peer.asked.clear()
        await collector.poll(target(peer.port))
        assert len(peer.asked) > 1

    told(story)


def test_a_large_table_is_walked() -> None:
    ports: Mib = {
        **{f"1.3.6.1.2.1.2.2.1.{column}.{row}": (ber.INTEGER, 1) for column in (7, 8) for row in range(1, 49)},
        **{f"1.3.6.1.2.1.31.1.1.1.{column}.{row}": (ber.COUNTER64, row) for column in (6, 10) for row in range(1, 49)},
        **{f"1.3.6.1.2.1.2.2.1.{column}.{row}": (ber.COUNTER32, 9) for column in (10, 16) for row in range(1, 49)},
        "1.3.6.1.2.1.1.2.0": (ber.OBJECT_ID, oid.encode("1.3.6.1.4.1.171.10.119.1")),
    }

    async def story(collector: SnmpCollector, peer: Agent) -> None:
        await collector.poll(target(peer.port))
        peer.asked.clear()
        seen = await collector.poll(target(peer.port))
        assert len(peer.asked) == 5  # 48 rows of 4 columns, 10 at a time; no 32-bit counters beside 64-bit ones
        assert value(seen, "mppmon_interface_receive_bytes_total", interface="48") == 48.0
        assert dict(seen.texts)["kind"] == "switch"

    told(story, ports)


@pytest.mark.parametrize("version", ["1", "2c"])
def test_an_agent_with_nothing_is_up_and_unknown(version: str) -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        settings = SnmpSettings.model_validate({"version": version, "timeout": 2.0})
        alive = await collector.poll(target(peer.port, kind=Kind.LIVENESS, settings=settings))
        assert alive.outcome is Outcome.OK
        seen = await collector.poll(target(peer.port, settings=settings))
        assert seen.outcome is Outcome.OK
        assert dict(seen.texts)["kind"] == "unknown"

    told(story, {"1.3.6.1.4.1.1.1.0": (ber.INTEGER, 1)})


def test_liveness_is_one_small_request() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        for _ in range(3):
            seen = await collector.poll(target(peer.port, kind=Kind.LIVENESS))
            assert (seen.outcome, seen.values) == (Outcome.OK, ())
        assert [len(message.varbinds) for message in peer.asked] == [1, 1, 1]

    told(story)


@pytest.mark.parametrize("kind", list(Kind))
def test_silence_is_a_timeout_within_the_total_deadline(kind: Kind) -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        settings = SnmpSettings(timeout=0.1, retries=2)
        seen = await collector.poll(target(peer.port, kind=kind, settings=settings))
        assert (seen.outcome, seen.outcome.reached) == (Outcome.TIMEOUT, False)
        assert 0.3 <= seen.seconds < 0.6

    told(story, answer=silent)


def test_what_has_been_silent_for_long_is_asked_once_per_poll() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        settings = SnmpSettings(timeout=0.05, retries=2)
        wanted = target(peer.port, kind=Kind.LIVENESS, settings=settings)
        asked = []
        for _ in range(7):
            peer.asked.clear()
            await collector.poll(wanted)
            asked.append(len(peer.asked))
        assert asked == [3, 3, 3, 3, 3, 1, 1]
        peer.answer = honest
        assert (await collector.poll(wanted)).outcome is Outcome.OK
        peer.answer = silent
        peer.asked.clear()
        await collector.poll(wanted)
        assert len(peer.asked) == 3

    told(story, answer=silent)


@pytest.mark.parametrize("profile", ["system", None])
def test_what_falls_silent_is_silent_however_little_it_is_asked(profile: str | None) -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        wanted = target(peer.port, settings=SnmpSettings(timeout=0.05, retries=0, profile=profile))
        assert (await collector.poll(wanted)).outcome is Outcome.OK
        peer.answer = silent
        found = [(await collector.poll(wanted)).outcome for _ in range(3)]
        assert found == [Outcome.TIMEOUT] * 3

    told(story)


def test_a_slow_device_is_read_whole_and_a_dripping_one_ends() -> None:
    def slow(peer: Agent, data: bytes, send: Send) -> None:
        asyncio.get_running_loop().call_later(0.08, honest, peer, data, send)

    async def story(collector: SnmpCollector, peer: Agent) -> None:
        settings = SnmpSettings(timeout=0.2, retries=0, max_repetitions=1)
        seen = await collector.poll(target(peer.port, settings=settings))
        assert (seen.outcome, seen.detail) == (Outcome.OK, "")
        assert len(peer.asked) * 0.08 > 0.2
        wanted = dataclasses.replace(target(peer.port, settings=settings), interval=0.8, check="other")
        dripped = await collector.poll(wanted)
        assert dripped.outcome is Outcome.UNEXPECTED
        assert 0.4 <= dripped.seconds < 0.6

    told(story, answer=slow)


def test_a_changed_community_is_read_after_a_failure(tmp_path: Path) -> None:
    secret = tmp_path / "community"
    secret.write_text("lama\n")

    def picky(peer: Agent, data: bytes, send: Send) -> None:
        if codec.decode(data).header.community == b"baru":
            honest(peer, data, send)

    async def story(collector: SnmpCollector, peer: Agent) -> None:
        settings = SnmpSettings(community_file=secret, timeout=0.4, retries=0)
        for kind in Kind:
            wanted = target(peer.port, kind=kind, settings=settings)
            secret.write_text("lama\n")
            assert (await collector.poll(wanted)).outcome is Outcome.TIMEOUT
            secret.write_text("baru\n")
            assert (await collector.poll(wanted)).outcome is Outcome.OK

    told(story, answer=picky)


def test_what_falls_silent_half_way_was_reached() -> None:
    def answer(peer: Agent, data: bytes, send: Send) -> None:
        if codec.decode(data).header.pdu == Pdu.GET:
            honest(peer, data, send)

    async def story(collector: SnmpCollector, peer: Agent) -> None:
        seen = await collector.poll(target(peer.port, settings=SnmpSettings(timeout=0.3, retries=0)))
        assert (seen.outcome, seen.outcome.reached) == (Outcome.UNEXPECTED, True)
        assert "in part" in seen.detail

    told(story, answer=answer)


@pytest.mark.parametrize(("status", "outcome"), [(16, Outcome.DENIED), (6, Outcome.DENIED), (5, Outcome.UNEXPECTED)])
def test_error_status(status: int, outcome: Outcome) -> None:
    def answer(_peer: Agent, data: bytes, send: Send) -> None:
        message = codec.decode(data)
        send(response(message.header, message.varbinds, status=status, index=1))

    async def story(collector: SnmpCollector, peer: Agent) -> None:
        seen = await collector.poll(target(peer.port, kind=Kind.LIVENESS))
        assert (seen.outcome, seen.outcome.reached) == (outcome, True)

    told(story, answer=answer)


def test_a_closed_port_is_refused_and_noise_is_invalid() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        noise = await collector.poll(target(peer.port, settings=SnmpSettings(timeout=0.2, retries=0)))
        assert noise.outcome is Outcome.INVALID
        port = peer.port
        assert peer.transport is not None
        peer.transport.close()
        await asyncio.sleep(0)
        closed = await collector.poll(target(port))
        assert (closed.outcome, closed.detail) == (Outcome.REFUSED, "port is closed")

    told(story, answer=lambda _peer, _data, send: send(b"HTTP/1.1 400 Bad Request\r\n\r\n"))


def test_our_own_faults_are_local_and_name_no_secret(tmp_path: Path) -> None:
    secret = tmp_path / "community"

    async def story(collector: SnmpCollector, peer: Agent) -> None:
        wanted = target(peer.port, settings=SnmpSettings(community_file=secret))
        missing = await collector.poll(wanted)
        assert (missing.outcome, missing.outcome.reached) == (Outcome.LOCAL, None)
        assert "No such file" in missing.detail
        secret.write_text("rahasia\nkedua\n")
        two = await collector.poll(wanted)
        assert two.outcome is Outcome.LOCAL
        assert "rahasia" not in two.detail
        secret.write_text("rahasia\n")
        good = await collector.poll(wanted)
        assert good.outcome is Outcome.OK
        assert {message.header.community for message in peer.asked} == {b"rahasia"}
        strange = await collector.poll(target(peer.port, settings=SnmpSettings(profile="prnter")))
        assert strange.outcome is Outcome.LOCAL
        assert "no profile 'prnter'" in strange.detail
        other = Target("a1:l", "a1", Kind.LIVENESS, Way.SNMP, "127.0.0.1", 10.0, LivenessSettings())
        assert (await collector.poll(other)).outcome is Outcome.LOCAL

    told(story)


def test_a_name_is_resolved_and_one_that_cannot_be_is_local() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        settings = SnmpSettings(port=peer.port, timeout=2.0)
        for _ in range(2):
            named = Target("b:liveness", "b", Kind.LIVENESS, Way.SNMP, "localhost", 10.0, settings)
            assert (await collector.poll(named)).outcome in {Outcome.OK, Outcome.REFUSED}  # ::1 may come first
        nowhere = Target("c:liveness", "c", Kind.LIVENESS, Way.SNMP, "no-such-name.invalid", 10.0, settings)
        assert (await collector.poll(nowhere)).outcome is Outcome.LOCAL

    told(story)


def test_a_changed_target_is_learnt_anew() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        await collector.poll(target(peer.port, settings=SnmpSettings(community=SecretStr("satu"))))
        await collector.poll(target(peer.port, settings=SnmpSettings(community=SecretStr("dua"))))
        assert peer.asked[-1].header.community == b"dua"

    told(story)


def test_a_device_that_falls_silent_during_a_poll_has_proved_nothing_since_its_last_answer() -> None:
    brief = SnmpSettings(timeout=0.2, retries=1)

    async def story(collector: SnmpCollector, peer: Agent) -> None:
        await collector.poll(target(peer.port, settings=brief))
        peer.answer = until_the_second_question()
        seen = await collector.poll(target(peer.port, settings=brief))
        assert (seen.outcome, seen.outcome.reached) == (Outcome.UNEXPECTED, True)
        assert seen.seconds >= 0.4
        assert seen.evidence_at - AT < timedelta(seconds=0.2)

    told(story)


def until_the_second_question() -> Answer:
    asked: list[bytes] = []

    def answer(peer: Agent, data: bytes, send: Send) -> None:
        asked.append(data)
        if len(asked) == 1:
            honest(peer, data, send)

    return answer
