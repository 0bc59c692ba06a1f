"""A fault of our own while a configuration is read: the old one keeps running, and the next reload is obeyed."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, cast

from mppmon.config import Loaded
from mppmon.daemon.reload import Reloader

if TYPE_CHECKING:
    from mppmon.engine.core import Engine


@dataclass
class _Engine:
    """As much of the engine as a reload that fails speaks to."""

    refused: list[int] = field(default_factory=list)

    def rejected(self, problems: int) -> None:
        self.refused.append(problems)


def test_a_configuration_that_we_cannot_judge_is_refused_in_words() -> None:
    engine = _Engine()

    def read(today: date) -> Loaded:
        raise IndexError(today)

    async def take_over(loaded: Loaded) -> None:
        raise AssertionError(loaded)

    reloader = Reloader(cast("Engine", engine), read=read, today=lambda: date(2026, 11, 24), take_over=take_over)
    outcome = asyncio.run(reloader.reload("SIGHUP"))
    assert (outcome.done, engine.refused) == (False, [1])
    assert "a fault of its own (IndexError)" in str(outcome.problems[0])
    assert asyncio.run(reloader.plan()).problems == outcome.problems
