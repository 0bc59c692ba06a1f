"""What the page works with, and the watch over the demo's processes."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mppmon.clock import Clock
from mppmon.demo.page.monitor import Monitor
from mppmon.demo.simulator.launch import Control
from mppmon.demo.workplace import Workplace
from mppmon.i18n import Speech, speech

_LOOK = 0.5
"""Seconds between two looks at the children."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A child that must live as long as the demo. `ended`: its exit status, None while it runs; `log`: its words."""

    ended: Callable[[], int | None]
    log: Path


@dataclass
class Stage:
    """One demo under way. `clock`: the demo's own, moved to its Monday morning; `dead`: child -> how it ended."""

    place: Workplace
    clock: Clock
    control: Control
    monitor: Monitor
    watched: Mapping[str, Watched]
    dead: dict[str, str] = field(default_factory=dict)

    def speak(self, language: str) -> Speech:
        """Return how to speak to a reader, in mall time."""
        return speech(self.place.loaded.mall.site.timezone)(language)

    async def watch(self, tell: Callable[[str], None]) -> None:
        """Say once of each child that it died, until cancelled."""
        while True:
            for name, one in self.watched.items():
                code = one.ended()
                if code is not None and name not in self.dead:
                    self.dead[name] = f"{name} ended (exit status {code}), see {one.log}"
                    tell(self.dead[name])
            if self.monitor.look():
                tell(f"daemon ended by itself, see {self.monitor.log}")
            await asyncio.sleep(_LOOK)
