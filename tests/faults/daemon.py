"""A composition root for faults: the daemon as `mppmon run` starts it, with ports that can die. `CONFIG STATE`."""

import asyncio
import logging
import sys
from functools import wraps
from pathlib import Path

from collectors.observation import Observation, Outcome
from mppmon.daemon import Options, leave, serve
from mppmon.engine.core import Engine
from tests.faults.points import Trap, TrappedStore, trapped_channels


def trap_observations(trap: Trap) -> None:
    """Let the engine's queue be a point: what disagrees has just been put into it."""
    taken = Engine.observe

    @wraps(taken)
    def observe(self: Engine, observation: Observation) -> None:
        taken(self, observation)
        jammed = any(value == 1.0 and "error" in str(series) for series, value in _samples(observation))
        if observation.outcome is not Outcome.OK or jammed:
            trap.pass_("observed")

    Engine.observe = observe  # type: ignore[method-assign]  # the test's own process


def _samples(observation: Observation) -> list[tuple[object, float]]:
    return list(zip(observation.schema.series, observation.values, strict=False))


def work(config: Path, state: Path) -> None:
    """Run it until it is told to stop, or kills itself."""
    trap = TrappedStore.trap = Trap.from_environment()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("apscheduler", "asyncio", "urllib3", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    trap_observations(trap)
    saved = asyncio.run(serve(Options(config, state, open_store=TrappedStore.open, channels=trapped_channels)))
    leave(0 if saved else 1)


if __name__ == "__main__":
    work(*map(Path, sys.argv[1:3]))
