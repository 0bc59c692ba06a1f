"""Taking over a changed configuration while everything goes on; a bad one changes nothing (promise 6)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import date

from mppmon.config import ConfigErrors, Loaded, Problem
from mppmon.config.plan import Plan, compare
from mppmon.config.renaming import names
from mppmon.engine.core import Engine
from mppmon.engine.renaming import as_renamed
from mppmon.engine.watching import changed, unwatched
from mppmon.mall.rename import Names
from mppmon.store import StoreError
from mppmon.store.renamed import renamed

_log = logging.getLogger(__name__)
_PATIENCE = 30.0
"""Seconds a reload waits for its commit. It is not taken back then: the engine keeps it until the database takes it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reload did, or would do. `problems`: why nothing was changed. `closes`: numbers of the incidents that end
    because nothing watches their cause any more. `note`: what went wrong beside the configuration.
    """

    done: bool
    plan: Plan | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    closes: tuple[int, ...] = ()
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """Return what the API answers."""
        return {
            "done": self.done,
            "plan": self.plan.as_json() if self.plan else None,
            "problems": [asdict(one) for one in self.problems],
            "warnings": [asdict(one) for one in self.warnings],
            "closes": list(self.closes),
            "note": self.note,
        }


class Reloader:
    """Lives in the poll loop; one reload at a time.

    `read` loads the configuration from disk (in a thread), `take_over` lets every part of the daemon follow after the
    engine's commit. `on_begin`, `on_end`: told when one is under way.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        read: Callable[[date], Loaded],
        today: Callable[[], date],
        take_over: Callable[[Loaded], Awaitable[None]],
        on_begin: Callable[[], None] = lambda: None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine, self._read, self._today, self._take_over = engine, read, today, take_over
        self._on_begin, self._on_end = on_begin, on_end
        self._one_at_a_time = asyncio.Lock()
        self._later: asyncio.Task[None] | None = None

    async def plan(self) -> Outcome:
        """Say what a reload would do; changes nothing."""
        try:
            loaded = await self._load()
            self._names(loaded)
        except ConfigErrors as errors:
            return Outcome(done=False, problems=errors.problems)
        return self._outcome(loaded, done=False)

    async def reload(self, author: str) -> Outcome:
        """Take over what is on disk. That something is wrong there is shown to readers until a reload succeeds."""
        async with self._one_at_a_time:
            self._on_begin()
            try:
                return await self._reload(author)
            finally:
                self._on_end()

    async def _reload(self, author: str) -> Outcome:
        try:
            loaded = await self._load()
            self._names(loaded)
        except ConfigErrors as errors:
            self._engine.rejected(len(errors.problems))
            _log.error("reload by %s: nothing was changed, %d problems", author, len(errors.problems))
            for one in errors.problems:  # a record each: every line of the log begins as a line of ours
                _log.error("reload by %s: %s", author, one)
            return Outcome(done=False, problems=errors.problems)
        outcome = self._outcome(loaded, done=True)
        adopted = asyncio.wrap_future(self._engine.adopt(loaded, author=author))
        try:
            await asyncio.wait_for(asyncio.shield(adopted), _PATIENCE)
        except (StoreError, TimeoutError) as error:
            return self._waiting(author, outcome, error, adopted, loaded)
        await self._take_over(loaded)
        self._engine.rejected(0)
        _log.info("reload by %s: revision %s, %d changes", author, loaded.revision, len(_lines(outcome)))
        return outcome

    def _waiting(
        self, author: str, outcome: Outcome, error: Exception, adopted: "asyncio.Future[None]", loaded: Loaded
    ) -> Outcome:
        """Say that the database refused, or has not taken it yet; then it is taken over as soon as that happens."""
        if isinstance(error, StoreError):
            note = f"the database refused, nothing was changed: {error}"
        else:
            note = "the database has not taken it yet; it is taken over as soon as it does"
            self._later = asyncio.create_task(self._when(adopted, loaded), name="reload, late")
        _log.error("reload by %s: %s", author, note)
        return Outcome(done=False, plan=outcome.plan, note=note)

    async def _when(self, adopted: "asyncio.Future[None]", loaded: Loaded) -> None:
        await adopted
        await self._take_over(loaded)

    async def _load(self) -> Loaded:
        """Read what is on disk. ConfigErrors: what is wrong with it, or that we cannot judge it (our own fault)."""
        try:
            return await asyncio.to_thread(self._read, self._today())
        except ConfigErrors:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it was, the old configuration keeps running
            _log.exception("the configuration could not be judged")
            found = f"what mppmon cannot judge, by a fault of its own ({type(error).__name__})"
            raise ConfigErrors(
                [Problem("", 0, 0, "", found, "what was changed last taken back, and a report")]
            ) from None

    def _names(self, loaded: Loaded) -> Names:
        """Return what would be renamed. ConfigErrors where two histories would be joined."""
        return names(self._engine.snapshot.loaded, loaded)

    def _outcome(self, loaded: Loaded, *, done: bool) -> Outcome:
        snapshot, called = self._engine.snapshot, self._names(loaded)
        before, alerts = as_renamed(snapshot.loaded, called), [renamed(one, called) for one in snapshot.alerts]
        gone = unwatched(loaded, alerts) | changed(before, loaded, alerts)
        stay = {one.incident for one in alerts if one.id not in gone}
        closes = tuple(one.number for one in snapshot.incidents if one.id not in stay)
        return Outcome(done, compare(snapshot.loaded, loaded), warnings=loaded.warnings, closes=closes)


def _lines(outcome: Outcome) -> tuple[object, ...]:
    return outcome.plan.lines if outcome.plan else ()
