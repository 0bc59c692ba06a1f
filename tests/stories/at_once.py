"""Commands that the engine carries out where they are submitted: a story has no engine thread."""

from typing import TYPE_CHECKING

import pytest

from mppmon.engine.commands import Answer, Command
from tests.stories.house import House

if TYPE_CHECKING:
    from concurrent.futures import Future


def at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever is submitted be done, and its answer be there, when `submit` returns."""
    submit = house.engine.submit

    def done(command: Command) -> "Future[Answer]":
        future = submit(command)
        house.engine.turn(house.engine.intake.take())
        return future

    monkeypatch.setattr(house.engine, "submit", done)
