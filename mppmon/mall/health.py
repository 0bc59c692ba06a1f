"""Reach and function of one device: what observations say about it, and how a verdict is applied.

A failure is first a suspicion; after `needed` failures in a row it is confirmed, and `mppmon.mall.topology` judges
whose fault it is. Only then does the device go down (its own fault) or unknown (a parent's, or our own blindness).
An answer takes an unknown device up at once; one that was down is up after `recover` answers in a row, since the first
of them. See docs/adr/0008-health-and-unknown.md and 0020-recovery-and-root-cause.md.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from mppmon.mall.model import State


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a device answers. Times are aware UTC instants of observations (when the request was sent).

    `failures`: failed observations in a row; `first_failed_at` the first of them, `confirmed_at` the one that made them
    `needed` in a row. `last_answered_at`: when the newest answer came, `last_asked_at`: when that was asked for; what a
    device proves, it proves from the asking on. `last_seen_at`: newest observation of any outcome that says something
    about the device. `answers`: answers in a row of a device that is down, `answered_at` the first of them.
    `booting_until`: its power is back; it may take until then to start.
    """

    state: State
    since: datetime
    failures: int = 0
    first_failed_at: datetime | None = None
    last_answered_at: datetime | None = None
    last_seen_at: datetime | None = None
    confirmed_at: datetime | None = None
    last_asked_at: datetime | None = None
    answers: int = 0
    answered_at: datetime | None = None
    booting_until: datetime | None = None

    @property
    def proven_at(self) -> datetime | None:
        """Return from when its newest answer proves that it works: an answer may have lain unread for a while."""
        return self.last_asked_at or self.last_answered_at

    @property
    def suspected(self) -> bool:
        """Whether it fails and is not (yet) held to be down."""
        return self.failures > 0 and self.state is not State.DOWN


@dataclass(frozen=True, slots=True)
class Step:
    """What one observation did.

    `suspicion`: the first failure, so re-polls are to be started and parents polled. `confirmed`: enough failures in a
    row and not yet down, so the topology is to judge (said at every further failure until it is down). `recovered`: it
    was not up and now is. `recovering`: the first answer of a device that is down and needs more of them, so re-polls
    are to be started. `answered`: UP it answered, DOWN it did not, None nothing was learnt.
    """

    reach: Reach
    suspicion: bool = False
    confirmed: bool = False
    recovered: bool = False
    recovering: bool = False
    answered: State | None = None


def observe(
    reach: Reach,
    *,
    reached: bool | None,
    at: datetime,
    needed: int,
    recover: int = 1,
    asked: datetime | None = None,
) -> Step:
    """Fold one observation in. `reached` None (our own fault) and observations older than the newest change nothing.

    `needed` is how many failures in a row confirm: the first one and its re-polls; `recover` how many answers in a row
    take a device that is down up. `asked`: when an answer that came `at` was asked for, where that is known.
    """
    if reached is None or (reach.last_seen_at is not None and at < reach.last_seen_at):
        return Step(reach)
    if reached and reach.state is State.DOWN and reach.answers + 1 < recover:
        began = reach.answered_at or at
        heard = replace(reach, answers=reach.answers + 1, answered_at=began, last_answered_at=at, last_seen_at=at)
        return Step(replace(heard, last_asked_at=asked), recovering=not reach.answers, answered=State.UP)
    if reached:
        up = reach.state is State.UP
        began = reach.answered_at or at
        since = reach.since if up else max(reach.since, began)  # asked before we went blind, answered after
        answered = Reach(
            State.UP,
            since,
            last_answered_at=at,
            last_seen_at=at,
            last_asked_at=asked,
            booting_until=reach.booting_until,
        )
        return Step(answered, recovered=not up, answered=State.UP)
    failures = reach.failures + 1
    confirmed = failures >= needed
    failing = replace(
        reach,
        failures=failures,
        first_failed_at=reach.first_failed_at or at,
        last_seen_at=at,
        confirmed_at=reach.confirmed_at or (at if confirmed else None),
        answers=0,
        answered_at=None,
    )
    alive = reach.state is not State.DOWN
    return Step(failing, suspicion=alive and failures == 1, confirmed=alive and confirmed, answered=State.DOWN)


def down(reach: Reach, *, at: datetime) -> Reach:
    """Apply the verdict that the fault is its own: down since its first failure (`at` where none was seen)."""
    return _turned(reach, State.DOWN, at)


def unknown(reach: Reach, *, at: datetime) -> Reach:
    """Apply the verdict that we cannot know (a parent is down, our own line is cut, we were off): unknown since its
    first failure, or since `at` when it was not failing.
    """
    return _turned(reach, State.UNKNOWN, at)


def afresh(reach: Reach) -> Reach:
    """Forget the failures of an unknown device: what stood above it works again, and explained them.

    Its next failure is a new suspicion with its own re-polls, so that a switch that comes back does not make everything
    behind it down at the first missed poll. Anything that is not unknown stays as it is.
    """
    if reach.state is not State.UNKNOWN:
        return reach
    return replace(reach, failures=0, first_failed_at=None, confirmed_at=None)


def function(reach: State, blocked: bool) -> State:  # noqa: FBT001  # as the engine and its tests call it
    """Whether it can do its job: what does not answer cannot be judged better than its reach; what answers is down
    while a blocking rule fires.
    """
    return State.DOWN if blocked and reach is State.UP else reach


def _turned(reach: Reach, state: State, at: datetime) -> Reach:
    """Never earlier than the present state began, so that the transitions of one subject stay in order."""
    if reach.state is state:
        return reach
    return replace(reach, answers=0, answered_at=None, state=state, since=max(reach.since, reach.first_failed_at or at))
