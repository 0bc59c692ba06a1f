"""Counter PCs through PcCollector: our real agent, Debian's real node_exporter, and bad ones."""

import asyncio
import contextlib
import gzip
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.online.reason import Reason
from collectors.pc.collector import PcCollector
from collectors.settings import AgentSettings
from mppmon.clock import Clock
from tests.servers import online_fakes as fakes
from tests.servers.online_fakes import Behaviour, serving
from tests.servers.pc_programs import agent, node_exporter

pytestmark = pytest.mark.server

T = TypeVar("T")
TIMEOUT = 0.6
LATE = 0.4  # what a busy test machine may add


def target(port: int, *parts: str, name: str = "a3-pc", **settings: Any) -> Target:  # noqa: ANN401  # AgentSettings checks them
    given = AgentSettings(port=port, **{"timeout": 5.0, **settings})
    return Target(f"{name}:telemetry", name, Kind.TELEMETRY, Way.AGENT, "127.0.0.1", 60.0, given, parts)


def run(story: Callable[[PcCollector], Awaitable[T]], *, workers: int = 16) -> T:
    """Run a story with a collector that is closed at its end."""

    async def whole() -> T:
        collector = PcCollector(now=Clock().now, workers=workers)
        try:
            return await story(collector)
        finally:
            await collector.close()

    return asyncio.run(whole())


def values(observation: Observation) -> dict[str, float]:
    return {",".join((name, *(text for _, text in labels))): value for name, labels, value in observation.samples()}


def test_our_agent_and_a_peripheral_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    config = f'usb_root = "{tmp_path}/usb"\n[peripherals.a3-finger]\nusb = "1c7a:0570"\n'
    token = tmp_path / "token"
    token.write_text("s3cret\n", encoding="utf-8")
    with agent(tmp_path, config, "--token-file", str(token)) as running:
        told = target(running.port, "a3-finger", "a3-card", token_file=token)
        seen = run(lambda collector: collector.poll(told))
        assert (seen.outcome, seen.detail) == (Outcome.OK, "")
        assert values(seen)["mppmon_pc_memory_size_bytes"] == psutil.virtual_memory().total
        assert dict(seen.texts)["agent"].startswith("mppmon-agent ")
        finger, card = seen.parts
        assert (finger.check, finger.outcome) == ("a3-finger:telemetry", Outcome.ABSENT)
        assert (card.device, card.outcome) == ("a3-card", Outcome.LOCAL)

        stranger = run(lambda collector: collector.poll(target(running.port, "a3-finger")))
        assert (stranger.outcome, stranger.reason) == (Outcome.DENIED, Reason.TOKEN)
        assert {part.outcome for part in stranger.parts} == {Outcome.LOCAL}


def test_a_token_file_that_cannot_be_read_is_our_fault(tmp_path: Path) -> None:
    seen = run(lambda collector: collector.poll(target(1, token_file=tmp_path / "none")))
    assert (seen.outcome, seen.detail) == (Outcome.LOCAL, f"token file {tmp_path}/none: No such file or directory")
    (tmp_path / "two").write_text("a\r\nb: c\n", encoding="utf-8")
    seen = run(lambda collector: collector.poll(target(1, token_file=tmp_path / "two")))
    assert "expected one line of ASCII" in seen.detail


def test_node_exporter_of_debian(tmp_path: Path) -> None:
    with node_exporter(tmp_path) as running:

        async def story(collector: PcCollector) -> list[Observation]:
            return [await collector.poll(target(running.port)) for _ in range(3)]

        first, _, last = run(story)
    assert {first.outcome, last.outcome} == {Outcome.OK}
    seen = values(last)
    assert seen["mppmon_pc_memory_size_bytes"] == psutil.virtual_memory().total
    assert seen["mppmon_pc_boot_time_seconds"] == pytest.approx(psutil.boot_time(), abs=2)
    root = psutil.disk_usage("/")
    assert seen["mppmon_pc_disk_size_bytes,0"] == root.total
    assert seen["mppmon_pc_disk_free_ratio,0"] == pytest.approx(root.free / root.total, abs=0.02)
    assert "mppmon_pc_cpu_ratio" not in values(first)
    assert dict(last.texts)["agent"].startswith("node_exporter 1.")


OPEN = "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8"
INFO = b'mppmon_pc_info{os="",release="",machine_id="%s",agent=""} 1\n'


@pytest.mark.parametrize(
    ("page", "outcome", "detail"),
    [
        (INFO % b"ab12", Outcome.OK, ""),
        (INFO % b"cd34", Outcome.STRANGER, "another machine answers there: machine id cd34"),
        (b"mppmon_pc_cpu_ratio 0.5\n", Outcome.STRANGER, "another machine answers there: machine id not told"),
        (b'node_uname_info{nodename="ab12",sysname="Linux"} 1\n', Outcome.OK, ""),
        (b'windows_os_hostname{hostname="ab12"} 1\nwindows_os_info{product="W"} 1\n', Outcome.OK, ""),
        (b'windows_cs_hostname{hostname="x"} 1\nwindows_os_info{product="W"} 1\n', Outcome.STRANGER, "machine id x"),
    ],
)
def test_a_pc_is_known_by_its_machine(page: bytes, outcome: Outcome, detail: str) -> None:
    async def story(collector: PcCollector) -> Observation:
        async with serving(fakes.answers(page)) as port:
            return await collector.poll(target(port, "a3-card", machine_id="ab12"))

    seen = run(story)
    assert (seen.outcome, detail in seen.detail) == (outcome, True), seen
    assert seen.outcome.reached is (True if outcome is Outcome.OK else None)
    assert seen.reason == ("" if outcome is Outcome.OK else Reason.OTHER_MACHINE)
    assert not seen.values or outcome is Outcome.OK
    assert [part.outcome for part in seen.parts] == [Outcome.LOCAL]


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.STRANGER])
def test_no_token_goes_to_a_certificate_that_is_not_the_pinned_one(tmp_path: Path, outcome: Outcome) -> None:
    good = outcome is Outcome.OK
    heard: list[bytes] = []

    async def behave(writer: asyncio.StreamWriter, head: bytes) -> None:
        heard.append(head)
        await fakes.answers(PAGE)(writer, head)

    async def story(collector: PcCollector) -> Observation:
        now = Clock().now()
        shown = fakes.certificate(tmp_path, start=now - 9 * fakes.DAY, end=now - fakes.DAY)  # the pin alone counts
        pin = hashlib.sha256(shown.der).hexdigest() if good else "0" * 64
        async with serving(behave, shown.context) as port:
            return await collector.poll(target(port, pin=pin, token_file=token))

    token = tmp_path / "token"
    token.write_text("s3cret\n", encoding="utf-8")
    seen = run(story)
    assert seen.outcome is outcome, seen
    assert [b"Bearer s3cret" in head for head in heard] == ([True] if good else [])


PAGE = b"node_boot_time_seconds 1.7e9\n"


def test_the_busy_share_of_an_exporter_comes_from_two_readings() -> None:
    counts = iter([(10, 10), (13, 11)])

    async def behave(writer: asyncio.StreamWriter, _: bytes) -> None:
        idle, user = next(counts)
        lines = f'node_cpu_seconds_total{{mode="idle"}} {idle}\nnode_cpu_seconds_total{{mode="user"}} {user}\n'
        await fakes.answers(lines.encode())(writer, b"")

    async def story(collector: PcCollector) -> list[float | None]:
        async with serving(behave) as port:
            return [values(await collector.poll(target(port))).get("mppmon_pc_cpu_ratio") for _ in range(2)]

    assert run(story) == [None, 0.25]


@pytest.mark.parametrize(
    ("behave", "outcome", "detail"),
    [
        (fakes.answers(PAGE), Outcome.OK, ""),
        (fakes.answers(b"\xef\xbb\xbf" + PAGE.replace(b"\n", b"\r\n"), "Content-Type: text/plain"), Outcome.OK, ""),
        (fakes.answers(PAGE + b"# EOF\n", OPEN), Outcome.OK, ""),
        (fakes.answers(gzip.compress(PAGE), "Content-Encoding: gzip"), Outcome.OK, ""),  # unasked for, and harmless
        (fakes.answers(b"x_total 1\n" * 6000 + PAGE), Outcome.OK, ""),
        (fakes.answers(b'{"status": "ok"}\n', "Content-Type: application/json"), Outcome.INVALID, "another document"),
        (fakes.answers(PAGE, "Content-Type: text/html"), Outcome.INVALID, "another document"),
        (fakes.answers(PAGE.decode().encode("utf-16")), Outcome.INVALID, "UTF-16"),
        (fakes.answers(b""), Outcome.INVALID, "an empty answer"),
        (fakes.hangs, Outcome.TIMEOUT, "connected, but no answer came"),
        (fakes.drips(b"HTTP/1.1 200 OK\r\n\r\n" + PAGE), Outcome.TIMEOUT, "too slow"),
        (fakes.answers(PAGE, status="500 Oops"), Outcome.UNEXPECTED, "status 500, expected 200"),
        (fakes.answers(b"", status="403 Forbidden"), Outcome.DENIED, "status 403"),
        (fakes.answers(b"<html>login</html>\n"), Outcome.INVALID, "a web page"),
        (fakes.answers(PAGE + b"node_time_se"), Outcome.INVALID, "the answer breaks off in line 2"),
        (fakes.says(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + PAGE), Outcome.INVALID, "it is shorter than"),
        (fakes.answers(b"go_goroutines 1\n"), Outcome.INVALID, "no metric of our agent"),
        (fakes.answers(PAGE * 9999), Outcome.INVALID, "more than 65536 bytes of metrics"),
        (fakes.bomb(9_000_000), Outcome.INVALID, "a compression bomb"),
    ],
)
def test_bad_agents_are_told_apart_within_the_deadline(behave: Behaviour, outcome: Outcome, detail: str) -> None:
    async def story(collector: PcCollector) -> tuple[Observation, float]:
        loop = asyncio.get_running_loop()
        async with serving(behave) as port:
            began = loop.time()
            told = target(port, "a3-card", timeout=TIMEOUT, max_bytes=65_536)
            return await collector.poll(told), loop.time() - began

    seen, took = run(story)
    assert (seen.outcome, detail in seen.detail) == (outcome, True), seen
    assert took < TIMEOUT + LATE
    assert [part.device for part in seen.parts] == ["a3-card"]


def test_five_megabytes_of_others_lines_are_read_in_time_and_one_byte_more_is_refused() -> None:
    async def story(collector: PcCollector) -> tuple[Observation, Observation]:
        whole = (b"go_gc_duration_seconds 1\n" * 200_000)[len(PAGE) :] + PAGE
        assert len(whole) == 5_000_000
        async with serving(fakes.answers(whole)) as port, serving(fakes.answers(whole + b"\n")) as more:
            return await collector.poll(target(port)), await collector.poll(target(more, name="more"))

    read, refused = run(story)
    assert (read.outcome, "mppmon_pc_boot_time_seconds" in values(read)) == (Outcome.OK, True), read
    assert (refused.outcome, refused.detail) == (Outcome.INVALID, "more than 5000000 bytes of metrics")


def test_slow_pcs_do_not_delay_the_others() -> None:
    """Three of four workers are held by PCs that hang; fifty others answer through the fourth, long before."""

    async def story(collector: PcCollector) -> tuple[float, set[Outcome], set[Outcome]]:
        loop = asyncio.get_running_loop()
        async with serving(fakes.hangs) as bad, serving(fakes.answers(PAGE)) as good:
            hanging = [asyncio.ensure_future(collector.poll(target(bad, name=f"bad-{n}"))) for n in range(3)]
            await asyncio.sleep(0.1)
            began = loop.time()
            answered = await asyncio.gather(*(collector.poll(target(good, name=f"pc-{n}")) for n in range(50)))
            took = loop.time() - began
            for one in hanging:
                one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*hanging)
        return took, {one.outcome for one in answered}, {Outcome.OK}

    took, outcomes, wanted = run(story, workers=4)
    assert outcomes == wanted
    assert took < 2.5  # the hanging ones have 5 s


def test_pcs_that_are_off_take_no_worker() -> None:
    """A listening socket whose queue is full drops what comes: as a PC that is off does. One worker, twenty of them."""

    async def story(collector: PcCollector) -> tuple[set[Outcome], Outcome, float]:
        loop = asyncio.get_running_loop()
        with contextlib.ExitStack() as open_sockets:
            port = fakes.black_hole(open_sockets)
            async with serving(fakes.answers(PAGE)) as good:
                off = [
                    asyncio.ensure_future(collector.poll(target(port, timeout=TIMEOUT, name=f"off-{n}")))
                    for n in range(20)
                ]
                began = loop.time()
                answered = await collector.poll(target(good, timeout=TIMEOUT))
                took = loop.time() - began
                return {one.outcome for one in await asyncio.gather(*off)}, answered.outcome, took

    off, answered, took = run(story, workers=1)
    assert (off, answered) == ({Outcome.TIMEOUT}, Outcome.OK)
    assert took < TIMEOUT
