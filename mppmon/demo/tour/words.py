"""What the tour says: each step's title, button, what to look at, and where other tools go wrong."""

from dataclasses import dataclass

from mppmon.demo.tour.step import Step, Wait
from mppmon.i18n import Speech


@dataclass(frozen=True, slots=True)
class Words:
    """One step in words. `deed`: on its button; `look`: what to look at; `others`: where other tools go wrong."""

    step: Step
    title: str
    deed: str
    look: str
    others: str


def words(speak: Speech) -> tuple[Words, ...]:
    """Return the six steps in the words of this reader."""
    _ = speak._
    return (
        Words(
            Step.HEALTHY,
            _("A healthy mall"),
            _("See the healthy mall"),
            _(
                "More than sixty devices are asked all the time: the phone is silent, the mall is green, and the "
                "report counts every second of service. Before 08.30 nobody watched, so the report says unknown."
            ),
            _("Many tools count time that nobody watched as good time. Here nothing is good that was not seen."),
        ),
        Words(
            Step.JAM,
            _("A card gets stuck"),
            _("Jam the card printer"),
            _(
                "The message begins with the service that has stopped, then says where, how many citizens it costs, "
                "which counters still serve, and what to do first. Only one service at one counter is red."
            ),
            _(
                "PC and network are fine, so a tool that only asks “does it answer?” sees nothing. One that reads the "
                "printer reports a broken printer, not a service that stands still."
            ),
        ),
        Words(
            Step.TAKE,
            _("Somebody takes it on"),
            _("Take it on"),
            _(
                "The button below the message was pressed for real. The mall's page now says who is handling it, and "
                "nobody else is called any more."
            ),
            _("A message to a group asks everybody and nobody: either two people run, or none."),
        ),
        Words(
            Step.MEND,
            _("It is mended"),
            _("Mend it"),
            _(
                "Whoever was called hears that it is over, and after how long. In the agency's report the interruption "
                "stands with beginning, end and cause, at this one counter only."
            ),
            _("The uptime of a printer is no answer to an agency: it asks how long citizens could not be served."),
        ),
        Words(
            Step.CORE,
            _("The core switch fails"),
            _("Switch the core switch off"),
            _(
                "Dozens of devices fall silent, and one message comes: it names the switch and lists what hangs on it. "
                "The way to Telegram is gone too, so it comes by mail inside the mall."
            ),
            _(
                "A tool that does not know what hangs on what calls once per device: "
                "the cause drowns among its consequences."
            ),
        ),
        Words(
            Step.LINE,
            _("The mall's internet is cut"),
            _("Cut the mall's internet"),
            _(
                "What needs the outside is unknown now, not stopped: one message, about the line itself. In the report "
                "this time is unknown; it does not lower the agency's uptime."
            ),
            _(
                "Seen from inside, every agency's system looks dead. "
                "Many tools write that down as the agency's downtime."
            ),
        ),
    )


def waiting(waits: Wait, speak: Speech) -> str:
    """Return what is waited for, in the words of this reader."""
    _ = speak._
    return {
        Wait.TURN: _("It begins …"),
        Wait.MONITOR: _("The monitor is starting …"),
        Wait.CALM: _("First everything is put in order again …"),
        Wait.CONFIRM: _("The fault is there. The monitor asks again, up to three times, before it believes it …"),
        Wait.MESSAGE: _("The monitor has decided; the message is on its way …"),
        Wait.SETTLED: _("The message is there. What hangs on it is judged, one by one …"),
        Wait.TAKEN: _("The button is pressed; the monitor writes it down …"),
        Wait.TOLD: _("Mended. The good news is on its way …"),
    }[waits]
