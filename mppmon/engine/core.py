"""The engine: one thread that takes what is there, decides, commits once, and only then lets effects happen."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from alerts.channels.base import Reason
from alerts.group import came_to_an_end
from alerts.model import Notification
from collectors.observation import Observation
from mppmon.clock import Clock, uuid7
from mppmon.config import ConfigErrors, Loaded
from mppmon.config.renaming import names
from mppmon.engine.acting import act
from mppmon.engine.adopt import adopt
from mppmon.engine.booting import with_the_machine
from mppmon.engine.canary import send
from mppmon.engine.commands import Answer, Command
from mppmon.engine.decide import decide
from mppmon.engine.incidents import CONFIG
from mppmon.engine.intake import Intake
from mppmon.engine.itself import Figure, look
from mppmon.engine.pacing import delivered, locked_out
from mppmon.engine.pulse import Pulse, SetBack
from mppmon.engine.quiet import forget_covering
from mppmon.engine.restore import restore, resume
from mppmon.engine.snapshot import Snapshot, picture
from mppmon.engine.telling import gave_up
from mppmon.engine.turn import Turn
from mppmon.engine.undurable import PATIENCE, notices
from mppmon.engine.unwatched import set_back, stood_still
from mppmon.mall.principal import SYSTEM
from mppmon.mall.rename import Named
from mppmon.store import Batch, DatabaseBusy, DatabaseFull, Store, StoreError
from mppmon.store.errors import DatabaseGone
from mppmon.store.renamed import renamed

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Effects(Protocol):
    """What the engine asks of the rest of the daemon, after the commit. Called from the engine's thread."""

    def repoll(self, check: str, delays: Sequence[float]) -> None:
        """Ask again after these delays, in seconds from now."""

    def expedite(self, device: str) -> None:
        """Ask this device at once."""

    def outbox_changed(self) -> None:
        """Hear that new notifications are due."""

    def published(self, snapshot: Snapshot) -> None:
        """Something that people see has changed."""

    def clock_changed(self) -> None:
        """Hear that time has jumped: what was resolved around a day may be of another one. Called where it was seen."""

    def turned(self, seconds: float) -> None:
        """Say how long a turn took, commit and all."""

    def committed(self, seconds: float, last_seen: datetime | None) -> None:
        """Say how long the transaction of a turn took, and the sign of life it kept."""

    def engine_ended(self) -> None:
        """Hear that the engine's thread has ended by a fault of ours: the process must not go on without it."""

    def commit_failed(self, error: StoreError) -> None:
        """Hear that the database began to refuse; the changes are kept and tried again at every turn."""

    def tell_undurably(self, notifications: Sequence[Notification]) -> None:
        """Send these at once, past the outbox: the database that would keep them is what has failed."""


def _begun() -> "Future[T]":
    """Return a future that its waiter can no longer cancel: what was queued is done, and answered into it."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()
    return future


class Engine:
    """Sole writer of the database. `submit` and `observe` may be called from any thread."""

    def __init__(
        self,
        loaded: Loaded,
        store: Store,
        clock: Clock,
        effects: Effects,
        *,
        intake: Intake | None = None,
        before: Callable[[], Loaded | None] = lambda: None,
    ) -> None:
        """`before` returns the configuration that was in use when the daemon ended, where that was another one."""
        self.intake = intake or Intake()
        self._store = store
        self._busy = DatabaseBusy("the database refuses; nothing is asked of it until it takes what waits")
        self._clock = clock
        self._effects = effects
        saved = store.saved(SYSTEM)
        now = clock.now()
        former = before() if saved.alerts else None
        self._world = restore(loaded, saved, now, before=former)
        self._turn = self._new_turn(now)
        reopen = timedelta(seconds=loaded.settings.reopen_seconds)
        lately = store.incidents(SYSTEM, start=now - reopen, end=now)
        self._world.closed = {(one.root, one.team): one for one in reversed(lately) if came_to_an_end(one)}
        resume(self._turn, saved, before=former)
        booted = clock.booted()
        if booted is not None:
            with_the_machine(self._world, booted, now)
        for dead in store.orphaned(SYSTEM, channels=loaded.channels):
            gave_up(self._turn, dead, reason=Reason.CHANNEL)
        self._pulse = Pulse(now)
        self._pulse_lock = threading.Lock()
        self._waiting: list[Callable[[], None]] = []  # answers that are given after the commit
        self._version = 0
        self.snapshot: Snapshot = picture(self._world, 0, now, frozenset())
        self._stopping = False
        self._refused_since: datetime | None = None
        self._told_refused = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Begin to decide."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, commit, end the thread."""
        self.intake.call(self._stop)
        self._thread.join()
        if not self.durable:
            unsaved = self._turn.batch
            _log.critical(
                "stopped while the database refuses: %d transitions and %d messages are lost",
                len(unsaved.transitions),
                len(unsaved.notifications),
            )

    @property
    def alive(self) -> bool:
        """Whether its thread is at work."""
        return self._thread.is_alive()

    @property
    def refused_since(self) -> datetime | None:
        """Since when the database refuses; None: it does not."""
        return self._refused_since

    @property
    def durable(self) -> bool:
        """Whether the database took the newest turn."""
        return self._refused_since is None

    def observe(self, observation: Observation) -> None:
        """Take an observation; returns at once."""
        self._beat()
        self.intake.observe(observation)

    def door(self, open_: bool) -> None:  # noqa: FBT001  # a callback's one word
        """Hear whether pushes are taken now: where they are not, nobody's silence says anything."""
        self.intake.call(lambda: setattr(self._world, "door", self._clock.now() if open_ else None))

    def tick(self) -> None:
        """Let the engine look at the time. The poll loop ticks several times a second: a long silence of it means that
        nobody watched.
        """
        self._beat()
        self.intake.tick()

    def _beat(self) -> None:
        with self._pulse_lock:
            found = self._pulse.beat(self._clock.now())
        if found is not None:
            self._effects.clock_changed()
        if isinstance(found, SetBack):
            self.intake.call(lambda: set_back(self._turn, found))
        elif found is not None:
            self.intake.call(lambda: stood_still(self._turn, found))

    def delivered(self, key: str) -> None:
        """Hear, in a piece of store work, that a message was taken."""
        delivered(self._turn, key)

    def locked_out(self, key: str) -> None:
        """Hear, in a piece of store work, that a channel takes nothing from us until a person mends its credentials: a
        page takes another way at once. The row stays, and is tried again.
        """
        locked_out(self._turn, key)

    def undeliverable(self, notification: Notification, reason: Reason) -> None:
        """Hear, in a piece of store work, that a channel will never take this message: another way is found, and the
        row ends in the same transaction.
        """
        gave_up(self._turn, notification, reason=reason)

    def look_at_itself(self, figures: Sequence[Figure], *, host: str) -> None:
        """Take figures of the daemon about itself; returns at once. `host`: the machine's name."""
        self.intake.call(lambda: look(self._turn, figures, host=host))

    def send_canary(self, day: date) -> None:
        """Send the test messages of this day (the mall's)."""
        self.intake.call(lambda: send(self._turn, day))

    def submit(self, command: Command) -> "Future[Answer]":
        """Take a command; the future is done after the commit."""
        future: Future[Answer] = _begun()
        self.intake.call(lambda: self._command(command, future))
        return future

    def rejected(self, problems: int) -> None:
        """Show readers that a changed configuration was refused for so many problems (0: it was taken over)."""

        def note() -> None:
            self._world.rejected = problems
            self._turn.shown |= {CONFIG}

        self.intake.call(note)

    def renew(self, loaded: Loaded) -> None:
        """Take over service hours and hand-overs that were resolved anew from the same configuration."""

        def take() -> None:
            if loaded.revision != self._world.loaded.revision:
                return  # a new configuration came first, with hours of its own
            mall = replace(self._world.loaded.mall, hours=loaded.mall.hours)
            self._world.loaded = replace(
                self._world.loaded, mall=mall, rotations=loaded.rotations, windows=loaded.windows
            )
            forget_covering(self._world)
            self._world.off_at = None

        self.intake.call(take)

    def adopt(self, loaded: Loaded, *, author: str) -> "Future[None]":
        """Take over another configuration; the future is done after the commit."""
        future: Future[None] = _begun()

        def take() -> None:
            try:
                called = names(self._world.loaded, loaded)
                # what waits is still kept under the old names: those are channels too
                channels = loaded.channels.keys() | {one.old for one in called.said if one.what is Named.CHANNEL}
                dead = self._store.orphaned(SYSTEM, channels=channels)
            except (StoreError, ConfigErrors) as error:
                future.set_exception(error)
                return
            self._world = adopt(self._turn, loaded, called, author=author)
            for one in dead:
                gave_up(self._turn, renamed(one, called), reason=Reason.CHANNEL)
            self._waiting.append(partial(future.set_result, None))

        self.intake.call(take)
        return future

    def call(self, work: Callable[[Store, datetime], T]) -> "Future[T]":
        """Run a piece of store work in the engine's thread (the outbox leases and marks there)."""
        future: Future[T] = _begun()

        def run() -> None:
            if self._refused_since is not None:
                future.set_exception(self._busy)  # each would wait for the same lock, one after the other
                return
            try:
                found = work(self._store, self._clock.now())
            except Exception as error:  # noqa: BLE001  # whoever asked gets it; the engine goes on
                if isinstance(error, DatabaseBusy | DatabaseFull | DatabaseGone):
                    self._refuse(self._turn, error)
                future.set_exception(error)
            else:
                future.set_result(found)

        self.intake.call(run)
        return future

    def _stop(self) -> None:
        self._stopping = True

    def _run(self) -> None:
        try:
            while not self._stopping:
                self.turn(self.intake.take())
        except BaseException:  # noqa: BLE001  # the last word of the thread
            # Without its engine the daemon would look alive and call nobody: whoever supervises it starts it anew.
            _log.critical("the engine ended", exc_info=True)
            self._effects.engine_ended()

    def turn(self, items: Sequence[Observation | Callable[[], None] | None]) -> None:
        """Decide on these items at the present time, commit, and let effects happen."""
        started = self._clock.monotonic()
        turn = self._turn
        turn.now = self._clock.now()
        observations = [item for item in items if isinstance(item, Observation)]
        for item in items:
            if callable(item):
                item()
        decide(turn, observations, last_seen_every=timedelta(seconds=self._world.loaded.settings.last_seen_seconds))
        self._ask(turn)
        if self._commit(turn):
            self._turn = self._new_turn(turn.now)
            self._publish(turn)
        if observations:
            self._effects.turned(self._clock.monotonic() - started)

    def _ask(self, turn: Turn) -> None:
        """Ask again at once, whether or not the database takes the turn: a probe needs no memory."""
        for check, delays in turn.repolls:
            self._effects.repoll(check, delays)
        for device in turn.expedites:
            self._effects.expedite(device)
        turn.repolls.clear()
        turn.expedites.clear()

    def _command(self, command: Command, future: "Future[Answer]") -> None:
        if self._refused_since is not None:
            future.set_exception(self._busy)
            return
        try:
            waiting = (answer for key, _, answer in self._turn.batch.commands if key == command.key)
            known = next(waiting, None) or self._store.answered(SYSTEM, command.key)
        except StoreError as error:  # nothing was done: whoever asked may ask again, under the same id
            future.set_exception(error)
            return
        if known is not None:
            self._waiting.append(partial(future.set_result, Answer.again(known, command)))  # not before what it repeats
            return
        try:
            answer = act(self._turn, command)
        except Exception as error:  # noqa: BLE001  # whoever asked gets it; the engine goes on
            _log.exception("command %s could not be carried out", command.deed)
            future.set_exception(error)
            return
        self._turn.batch.commands.append((command.key, self._turn.now, answer.kept(command)))
        self._waiting.append(partial(future.set_result, answer))

    def _commit(self, turn: Turn) -> bool:
        if turn.batch.empty:
            return True
        started = self._clock.monotonic()
        try:
            self._store.commit(SYSTEM, turn.batch)
        except StoreError as error:
            self._refuse(turn, error)
            return False
        self._refused_since, self._told_refused = None, False
        self._effects.committed(self._clock.monotonic() - started, turn.batch.last_seen)
        return True

    def _refuse(self, turn: Turn, error: StoreError) -> None:
        """Note that the database refused: it is said at once, and after a while to people."""
        if self._refused_since is None:
            self._refused_since = turn.now
            self._effects.commit_failed(error)
        elif not self._told_refused and self._clock.now() - self._refused_since >= PATIENCE:
            self._told_refused = True
            self._effects.tell_undurably(notices(turn, since=self._refused_since, error=error))

    def _publish(self, turn: Turn) -> None:
        if turn.batch.notifications or turn.batch.due:
            self._effects.outbox_changed()
        changed = turn.touched()
        if changed:
            self._version += 1
            self.snapshot = picture(self._world, self._version, turn.now, changed)
            self._effects.published(self.snapshot)
        waiting, self._waiting = self._waiting, []
        for answer in waiting:
            answer()

    def _new_turn(self, now: datetime) -> Turn:
        recall = partial(self._store.incident, SYSTEM)
        return Turn(self._world, now, lambda: uuid7(self._clock.now()), Batch(), recall)
