"""The threads of a channel are there before anything has to be said."""

import asyncio
import threading

import pytest

from alerts.channels.pool import Pool


def _no_more(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_channel_speaks_though_no_thread_can_be_begun_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(2, "test")
    monkeypatch.setattr(threading.Thread, "start", _no_more)

    async def both() -> list[str]:
        together = threading.Barrier(2)  # each waits for the other: so there are two

        def work(_: object) -> str:
            together.wait()
            return "said"

        return list(await asyncio.gather(pool.call(work, deadline=5), pool.call(work, deadline=5)))

    try:
        assert asyncio.run(both()) == ["said", "said"]
    finally:
        pool.close()


def test_where_threads_cannot_be_had_at_all_the_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = threading.Thread.start
    begun: list[threading.Thread] = []

    def one(thread: threading.Thread) -> None:
        if begun:
            _no_more(thread)
        begun.append(thread)
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", one)
    with pytest.raises(RuntimeError):
        Pool(2, "test")
    begun[0].join(5)
    assert not begun[0].is_alive(), "the one that was begun is let go"
