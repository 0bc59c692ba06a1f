"""`mppmon`, of which a part fails when it is told to: by SIGUSR1 its engine hangs, by SIGUSR2 its poll loop releases
nothing any more.
"""

import asyncio
import signal
import threading

from mppmon.cli import main
from mppmon.engine.core import Engine
from mppmon.schedule.scheduler import Scheduler

_begun: list[Scheduler] = []
_hang = threading.Event()
_decide, _begin = Engine.turn, Scheduler.start


def _turn(engine: Engine, items: object) -> None:
    if _hang.is_set():
        threading.Event().wait()  # for ever
    _decide(engine, items)  # type: ignore[arg-type]  # passed on as it came


def _shut(*_: object) -> None:
    for one in _begun:
        one.shutdown()


def _start(scheduler: Scheduler, loop: asyncio.AbstractEventLoop) -> None:
    _begun.append(scheduler)
    _begin(scheduler, loop)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda *_: _hang.set())
    signal.signal(signal.SIGUSR2, _shut)
    Engine.turn, Scheduler.start = _turn, _start  # type: ignore[method-assign,assignment]  # a part that fails
    main()
