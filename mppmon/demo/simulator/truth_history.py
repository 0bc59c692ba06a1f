"""The history of every device, from the truth log and where things stand: causes before what hangs on them. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mppmon.demo.simulator import truth_log
from mppmon.demo.simulator.truth_log import Heard, Log, Span

UP, DOWN, UNKNOWN = "up", "down", "unknown"
Key = tuple[str, str]
"""A service and a counter."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a device stands. `groups`: of each, one must work. `mute`: nothing can ask it, so it neither works nor
    fails for us.
    """

    groups: tuple[tuple[str, ...], ...] = ()
    via: str | None = None
    outside: bool = False
    mute: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """What a service at a counter needs and uses: of each group, one device must work."""

    needs: tuple[tuple[str, ...], ...]
    uses: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The mall, as far as the truth needs it. `served`: the devices and peripherals the simulator answers for; the
    others are taken to work.
    """

    spots: Mapping[str, Spot]
    services: Mapping[Key, Needs]
    served: Collection[str]
    anchors: tuple[str, ...] = ()


@dataclass(slots=True)
class Line:
    """One device's history: spans of DOWN and UNKNOWN; up otherwise, once `first` is over."""

    first: datetime | None
    down: list[Span] = field(default_factory=list)
    unknown: list[Span] = field(default_factory=list)
    blocked: list[Span] = field(default_factory=list)

    def state(self, at: datetime) -> str:
        """Return what it was at a time."""
        if _covers(self.down, at):
            return DOWN
        if _covers(self.unknown, at) or self.first is None or at < self.first:
            return UNKNOWN
        return DOWN if _covers(self.blocked, at) else UP

    def edges(self) -> Iterator[datetime]:
        """Yield the times at which its state may change."""
        for span in (*self.down, *self.unknown, *self.blocked):
            yield from (at for at in span if at is not None)
        if self.first is not None:
            yield self.first


class Histories:
    """Works out the history of every served device, once, when it is made: see `lines`."""

    def __init__(
        self,
        log: Log,
        plan: Plan,
        confirm: timedelta,
        blocking: Mapping[str, float],
        outages: Sequence[tuple[datetime, datetime]],
    ) -> None:
        self._plan, self._log = plan, log
        self._silent = {
            name: truth_log.silences(self._heard(name), confirm=confirm, outages=outages) for name in plan.served
        }
        self._blind = self._line_cuts()
        self.lines = {name: Line(self._first(name)) for name in plan.served}
        for name, line in self.lines.items():
            line.blocked = truth_log.conditions(self._heard(name), blocking)
            for span in self._silent[name]:
                self._judge(name, line, span)
            self._beyond(name, line)
            for seen, back in outages:
                line.unknown.append((seen, self._next(name, back)))

    def _heard(self, name: str) -> Heard:
        return self._log.heard.get(name, Heard())

    def _first(self, name: str) -> datetime | None:
        return next((at for at, given in self._heard(name).answers if given), None)

    def _next(self, name: str, after: datetime) -> datetime | None:
        """Return when something is known of a device again."""
        answer = truth_log.next_given(self._heard(name), after)
        silent = next((first for first, _ in self._silent[name] if first > after), None)
        return min((one for one in (answer, silent) if one is not None), default=None)

    def _judge(self, name: str, line: Line, span: Span) -> None:
        """Place one silence: its own fault, or that of what stands above (then it counts from the cause on)."""
        spot = self._plan.spots[name]
        if spot.outside and any(_overlap(span, cut) for cut in self._blind):
            line.unknown.append(span)
            return
        cause = self._cause(name, span, frozenset((name,)))
        if cause is None:
            line.down.append(span)
            self._lose_parts(name, span, span[1])
            return
        if span[0] < cause[0]:
            line.unknown.append((span[0], cause[0]))
        line.down.append((cause[0], _earlier(cause[1], span[1])))
        if cause[1] is not None:
            line.unknown.append((cause[1], span[1]))
        self._lose_parts(name, (cause[0], span[1]), cause[1])

    def _lose_parts(self, name: str, span: Span, known: datetime | None) -> None:
        """Take the peripherals with their PC: gone with it, unknown until it shows them again."""
        for part in (one for one, spot in self._plan.spots.items() if spot.via == name and one in self.lines):
            end = _earlier(known, span[1])
            self.lines[part].down.append((span[0], end))
            if end is not None:
                self.lines[part].unknown.append((end, truth_log.next_given(self._heard(part), end)))

    def _cause(self, name: str, span: Span, passed: frozenset[str]) -> Span | None:
        """Return the silence of the nearest thing above that failed by itself, if a whole group above is silent."""
        for group in self._plan.spots[name].groups:
            above = [self._failed(one, span, passed) for one in group if one not in passed]
            if above and all(above):
                return above[0]
        return None

    def _failed(self, name: str, span: Span, passed: frozenset[str]) -> Span | None:
        if self._plan.spots[name].mute:
            return self._cause(name, span, passed | {name})
        for silence in self._silent.get(name, ()):
            if _overlap(silence, span):
                return self._cause(name, silence, passed | {name}) or silence
        return None

    def _line_cuts(self) -> list[Span]:
        """Return when our own line was cut: every anchor silent, counted from the first of them."""
        if not self._plan.anchors:
            return []
        first, *others = (self._silent.get(anchor, []) for anchor in self._plan.anchors)
        cuts: list[Span] = list(first)
        for spans in others:
            cuts = [
                (min(one[0], other[0]), _earlier(one[1], other[1]))
                for one in cuts
                for other in spans
                if _overlap(one, other)
            ]
        return cuts

    def _beyond(self, name: str, line: Line) -> None:
        if self._plan.spots[name].outside:
            for began, ended in self._blind:
                known = truth_log.next_given(self._heard(name), began)  # an answer is one, also before the anchors'
                line.unknown.append((began, known if ended is not None else None))


def _covers(spans: Iterable[Span], at: datetime) -> bool:
    return any(begin <= at and (end is None or at < end) for begin, end in spans)


def _overlap(one: Span, other: Span) -> bool:
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)
