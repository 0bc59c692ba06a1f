"""The daemon as the page sees it: started, killed on purpose, or dead by itself."""

import asyncio
from enum import StrEnum

from mppmon.demo.children import ChildFailed, DaemonChild


class Condition(StrEnum):
    """How the daemon is."""

    STARTING = "starting"
    RUNNING = "running"
    KILLED = "killed"  # by the button
    DIED = "died"  # by itself


class Monitor:
    """One deed at a time; the child's own calls wait, so they run in a thread."""

    def __init__(self, child: DaemonChild) -> None:
        self._child = child
        self._busy = asyncio.Lock()
        self.condition = Condition.STARTING

    @property
    def pid(self) -> int | None:
        """Return its process id while it runs."""
        return self._child.pid

    @property
    def log(self) -> str:
        """Return where its words are."""
        return str(self._child.log_file)

    async def start(self) -> None:
        """Start it, unless it runs. That it cannot is a condition, not an error."""
        async with self._busy:
            if self._child.pid is not None:
                return
            self.condition = Condition.STARTING
            try:
                await asyncio.to_thread(self._again)
            except (ChildFailed, OSError):
                self.condition = Condition.DIED
            else:
                self.condition = Condition.RUNNING

    async def kill(self) -> None:
        """Kill it with SIGKILL, as a power cut would."""
        async with self._busy:
            self.condition = Condition.KILLED
            await asyncio.to_thread(self._child.kill)

    def end(self) -> None:
        """Stop it for good, also while it starts. Blocks."""
        self._child.stop()

    def look(self) -> bool:
        """Notice a death that nobody ordered; return whether it is news."""
        if self.condition is Condition.RUNNING and self._child.pid is None:
            self.condition = Condition.DIED
            return True
        return False

    def _again(self) -> None:
        self._child.kill()  # lets go of one that ended by itself
        self._child.start()
