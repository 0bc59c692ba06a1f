"""Without memory the process ends and is started anew; any other trouble of a callback is logged as ever."""

import asyncio
from collections.abc import Callable

import pytest

from collectors.collector import Target, Way
from collectors.observation import Observation
from mppmon.clock import Clock
from mppmon.daemon.memory import end_without_memory
from mppmon.schedule import Poller, Wheel
from tests.unit.test_schedule_poller import Fake, Told, target
from tests.unit.virtual_loop import run


def ends(work: Callable[[], None]) -> int:
    """Return how often the process would have ended by `work` in its loop."""
    ended: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        end_without_memory(loop, lambda: ended.append("end"))
        loop.call_soon(work)
        await asyncio.sleep(1.0)

    run(main())
    return len(ended)


@pytest.mark.parametrize(("error", "times"), [(MemoryError, 1), (ValueError, 0)])
def test_a_loop_without_memory_ends_the_process(error: type[Exception], times: int) -> None:
    def fail() -> None:
        raise error

    assert ends(fail) == times


class Greedy(Fake):
    """A collector that finds no memory."""

    async def poll(self, target: Target) -> Observation:
        await super().poll(target)
        raise MemoryError


def test_a_poll_without_memory_ends_the_process() -> None:
    told = Told()

    def poll() -> None:
        poller = Poller(
            Wheel(), {Way.SNMP: Greedy()}, [target("a")], emit=told.seen.append, clock=Clock(), metrics=told
        )
        poller.start(asyncio.get_running_loop())
        poller.expedite("a:liveness")

    assert ends(poll) == 1
    assert not told.seen, "nothing is said of a device that could not be asked"
