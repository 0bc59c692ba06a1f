"""The six steps of the tour, and what must be done next until a step's moment is there. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, IntEnum

from mppmon.demo.tour.facts import Facts, Received, View
from mppmon.demo.workplace import REAL_PC

JAM, JAMMED = "jam", "a3-card-printer"
SWITCH_OFF, CORE = "power-off", "sw-core"
CUT, LINE = "uplink-off", "internet"
COUNTER = "a3"
"""Where the jammed printer stands: messages name it."""
AGENCY = "disdukcapil"
"""Whose report is shown: the printer, the counter and the system behind it are this agency's."""


class Step(IntEnum):
    """A step, as numbered in the page's address."""

    HEALTHY = 1
    JAM = 2
    TAKE = 3
    MEND = 4
    CORE = 5
    LINE = 6


_FAULT = {
    Step.JAM: (JAM, JAMMED),
    Step.TAKE: (JAM, JAMMED),
    Step.MEND: (JAM, JAMMED),
    Step.CORE: (SWITCH_OFF, CORE),
    Step.LINE: (CUT, LINE),
}


class Wait(Enum):
    """What is waited for."""

    TURN = "turn"  # the first look
    MONITOR = "monitor"  # the daemon to answer
    CALM = "calm"  # everything up again, everything delivered
    CONFIRM = "confirm"  # the daemon to believe the fault
    MESSAGE = "message"  # the message about it
    SETTLED = "settled"  # every device behind it to be judged
    TAKEN = "taken"  # the incident to be taken
    TOLD = "told"  # the message that it is over


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin this fault."""

    fault: str
    device: str


@dataclass(frozen=True, slots=True)
class Mend:
    """Mend this fault."""

    fault: str
    device: str


@dataclass(frozen=True, slots=True)
class Press:
    """Press this button of this message."""

    message: int
    data: str


class Start(Enum):
    """Start the daemon."""

    MONITOR = "monitor"


class There(Enum):
    """The step's moment is there: nothing to do."""

    NOW = "now"


Act = Begin | Mend | Press | Start | Wait | There


def next_act(step: Step, facts: Facts, *, pressed: Collection[int] = (), counter: str = "Loket A3") -> Act:  # noqa: PLR0911  # one return per state of the mall
    """Return what to do now on the way to a step's moment, whatever state the mall is in.

    `pressed`: messages whose button has been pressed on this way; `counter`: how messages name the printer's place.
    """
    if not facts.running:
        return Start.MONITOR
    wanted = _FAULT.get(step)
    key = "@".join(wanted) if wanted else ""
    for other in sorted(facts.active - {key}):
        return Mend(*_split(other))
    if facts.view is None:
        return Wait.MONITOR
    if step is Step.MEND:
        return _mended(facts, facts.view, counter)
    if wanted is None:
        return There.NOW if facts.view.calm else Wait.CALM
    if key not in facts.active:
        return Begin(*wanted) if facts.view.calm else Wait.CALM
    return _broken(step, facts, facts.view, pressed)


def _broken(step: Step, facts: Facts, view: View, pressed: Collection[int]) -> Act:  # noqa: PLR0911  # likewise
    """Wait until the fault of this step, the only one that lasts, has been believed, told, taken."""
    incident = view.incident_of(_FAULT[step][1])
    if incident is None:
        return Wait.CONFIRM
    pages = facts.pages_of(incident.number)
    if step is Step.TAKE:
        if incident.taken_by is not None:
            return There.NOW
        button = next(filter(None, map(_take_button, reversed(pages))), None)
        if button is None:
            return Wait.MESSAGE
        return Wait.TAKEN if button.message in pressed else button
    if not pages:
        return Wait.MESSAGE
    if any(one.root != incident.root and one.root not in facts.silent for one in view.incidents):
        return Wait.CALM  # of an earlier fault, not closed yet; what is silent now belongs to this one
    return There.NOW if facts.silent - {REAL_PC} <= view.not_up else Wait.SETTLED


def _mended(facts: Facts, view: View, counter: str) -> Act:
    """Mend the jam once its message is there; where there was none, jam first, for there is nothing else to mend."""
    if f"{JAM}@{JAMMED}" in facts.active:
        waiting = _broken(Step.JAM, facts, view, ())
        return Mend(JAM, JAMMED) if waiting is There.NOW else waiting
    if not view.calm:
        return Wait.CALM
    told = [one for one in facts.phone if counter in one.text and (one.calls or one.resolves)]
    if not told:
        return Begin(JAM, JAMMED)
    return There.NOW if told[-1].resolves else Wait.TOLD


def _take_button(page: Received) -> Press | None:
    data = next((data for _, data in page.buttons if data.startswith("ack:")), None)
    return None if data is None or page.message is None else Press(page.message, data)


def _split(key: str) -> tuple[str, str]:
    fault, _, device = key.partition("@")
    return fault, device
