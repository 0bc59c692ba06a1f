"""Names: the last good addresses are used while the resolver thinks or fails; no poll waits for it a second time."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

from collectors.observation import Outcome
from collectors.online.failure import Failed
from collectors.online.names import Names
from collectors.snmp.wire import resolve as snmp
from collectors.snmp.wire.errors import Local

HOST, PORT = "pc-a1.mall.test", 9182


class Resolver:
    """Stands for the system's: answers `address`, or fails with `error`; while `silent`, not before `over`."""

    def __init__(self) -> None:
        self.address, self.error, self.silent, self.asked = "192.0.2.1", 0, False, 0
        self.over = threading.Event()

    def __call__(self, _host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        self.asked += 1
        if self.silent:
            self.over.wait(20)
        if self.error:
            raise socket.gaierror(self.error, "no")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.address, port))]


@contextmanager
def resolving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Resolver]:
    made = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", made)
    try:
        yield made
    finally:
        made.over.set()


async def settled(names: Names) -> None:
    """Let the look-up behind a poll end."""
    await asyncio.gather(*names._asking.values(), return_exceptions=True)  # noqa: SLF001  # no other way to see it
    await asyncio.sleep(0)  # its callbacks


def played(story: Callable[[Names], Awaitable[None]]) -> None:
    async def main() -> None:
        names = Names(1, "test")
        try:
            await story(names)
        finally:
            names.close()

    asyncio.run(main())


async def ask(names: Names, within: float = 5.0) -> str:
    """Return the address, or how the look-up failed."""
    try:
        (found,) = await names.resolve(HOST, PORT, deadline=asyncio.get_running_loop().time() + within)
    except Failed as failed:
        return failed.outcome.value
    return found[1][0]


@pytest.mark.parametrize("silent", [True, False])
def test_the_last_good_address_is_used_while_the_resolver_fails(
    monkeypatch: pytest.MonkeyPatch, *, silent: bool
) -> None:
    with resolving(monkeypatch) as resolver:

        async def story(names: Names) -> None:
            assert await ask(names) == "192.0.2.1"
            resolver.silent, resolver.error = silent, socket.EAI_AGAIN
            for _ in range(5):
                assert await ask(names, within=0.0) == "192.0.2.1"  # not one instant is waited
                await asyncio.sleep(0.005)
            resolver.over.set()

        played(story)
        assert resolver.asked == 2 if silent else resolver.asked > 2  # one look-up at a time


def test_a_name_never_known_is_our_fault_while_the_resolver_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    with resolving(monkeypatch) as resolver:

        async def story(names: Names) -> None:
            resolver.silent = True
            assert await ask(names, within=0.01) == Outcome.LOCAL
            resolver.over.set()
            await settled(names)
            assert await ask(names, within=0.0) == "192.0.2.1", "what came late is kept"

        played(story)


def test_a_changed_address_is_followed_by_the_next_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    with resolving(monkeypatch) as resolver:

        async def story(names: Names) -> None:
            await ask(names)
            resolver.address = "192.0.2.2"
            assert await ask(names) == "192.0.2.1"
            await settled(names)
            assert await ask(names) == "192.0.2.2"

        played(story)


def test_a_name_that_is_gone_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with resolving(monkeypatch) as resolver:

        async def story(names: Names) -> None:
            await ask(names)
            resolver.error = socket.EAI_NONAME
            await ask(names)
            await settled(names)
            assert await ask(names) == Outcome.UNREACHABLE

        played(story)


def test_snmp_keeps_time_to_ask_the_device_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snmp, "KEEP", 0.0)
    with resolving(monkeypatch) as resolver:

        async def main() -> None:
            names, loop = snmp.Resolver(), asyncio.get_running_loop()
            try:
                first = await names.resolve(HOST, 161, deadline=loop.time() + 5)
                resolver.silent = True
                begun = loop.time()
                assert await names.resolve(HOST, 161, deadline=begun + 5) == first
                assert loop.time() - begun < 1
                with pytest.raises(Local):
                    await names.resolve("other.mall.test", 161, deadline=loop.time() + 0.01)
            finally:
                resolver.over.set()
                names.close()

        asyncio.run(main())
