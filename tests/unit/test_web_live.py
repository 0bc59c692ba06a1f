"""The broadcast to open pages, and things made once for all of them."""

import asyncio
import threading
from contextlib import aclosing
from dataclasses import replace

import pytest

from mppmon.engine.snapshot import Snapshot
from mppmon.web import live
from mppmon.web.live import Broadcast, Word
from mppmon.web.once import Once
from tests.stories.house import MONDAY, small_config

EMPTY = Snapshot(0, MONDAY, small_config())


def version(number: int, *changed: str) -> Snapshot:
    return replace(EMPTY, version=number, changed=frozenset(changed))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PACE", 0.0)


def test_a_new_viewer_hears_the_newest_version_at_once() -> None:
    async def scene() -> Word:
        broadcast = Broadcast()
        broadcast.published(version(7, "a"))
        async with aclosing(broadcast.words()) as words:
            return await anext(words)

    assert asyncio.run(scene()) == Word(7, frozenset())


def test_a_slow_viewer_hears_one_word_of_all_that_it_missed() -> None:
    async def scene() -> list[Word]:
        broadcast = Broadcast()
        async with aclosing(broadcast.words()) as words:
            await anext(words)
            for number in range(1, 10_001):
                broadcast.published(version(number, f"device-{number % 3}"))
            await asyncio.sleep(0)
            late = await anext(words)
        async with aclosing(broadcast.words()) as words:
            return [late, await anext(words)]

    late, fresh = asyncio.run(scene())
    assert late == Word(10_000, frozenset({"device-0", "device-1", "device-2"}))
    assert fresh == Word(10_000, frozenset())


def test_silence_is_broken_by_a_beat() -> None:
    async def scene() -> list[Word]:
        broadcast = Broadcast()
        async with aclosing(broadcast.words(beat=0.001)) as words:
            return [await anext(words) for _ in range(3)]

    assert asyncio.run(scene()) == [Word(0, frozenset())] * 3


def test_who_leaves_is_forgotten() -> None:
    async def scene() -> list[int]:
        broadcast = Broadcast()
        words = broadcast.words()
        await anext(words)
        counts = [broadcast.viewers]
        await words.aclose()
        return [*counts, broadcast.viewers]

    assert asyncio.run(scene()) == [1, 0]


def test_publishing_after_the_web_has_stopped_is_no_error() -> None:
    broadcast = Broadcast()

    async def look() -> None:
        async with aclosing(broadcast.words()) as words:
            await anext(words)

    asyncio.run(look())
    broadcast.published(version(3, "a"))


def test_two_lives_have_two_names() -> None:
    assert Broadcast().life != Broadcast().life


def test_made_once_for_all_who_ask_together() -> None:
    made: list[str] = []
    go = threading.Event()

    def make(key: str) -> str:
        go.wait()
        made.append(key)
        return key.upper()

    async def scene() -> list[str]:
        once = Once(make, keep=2)
        asking = [asyncio.create_task(once.get("a")) for _ in range(50)]
        await asyncio.sleep(0)
        asking[0].cancel()  # who leaves takes nothing from the others
        go.set()
        return list(await asyncio.gather(*asking[1:]))

    assert asyncio.run(scene()) == ["A"] * 49
    assert made == ["a"]


def test_only_the_newest_are_kept() -> None:
    made: list[str] = []

    async def scene() -> None:
        once = Once(made.append, keep=2)
        for key in ("a", "b", "a", "c", "b", "a"):
            await once.get(key)

    asyncio.run(scene())
    assert made == ["a", "b", "c", "a"]


def test_what_failed_is_tried_again() -> None:
    tries: list[int] = []

    def make(key: int) -> int:
        tries.append(key)
        if len(tries) == 1:
            raise ValueError("not yet")
        return key

    async def scene() -> int:
        once = Once(make, keep=2)
        with pytest.raises(ValueError, match="not yet"):
            await once.get(1)
        return await once.get(1)

    assert asyncio.run(scene()) == 1
