"""The faults that the page offers: few, each with another lesson, in plain words."""

from dataclasses import dataclass

from mppmon.i18n import Speech


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault of the simulator at one thing. `lesson`: what to look for while it lasts."""

    fault: str
    device: str
    title: str
    lesson: str

    @property
    def key(self) -> str:
        """Return its name in the page's addresses."""
        return f"{self.fault}@{self.device}"


def troubles(speak: Speech) -> tuple[Trouble, ...]:
    """Return what can be broken by a button, worded for this reader."""
    _ = speak._
    return (
        Trouble(
            "jam",
            "a3-card-printer",
            _("Card stuck at counter A3"),
            _("One service stops at one counter; two others still issue cards."),
        ),
        Trouble(
            "no-paper",
            "printer-imigrasi",
            _("The Immigration printer is out of paper"),
            _("Passports go on, with limits: nothing has stopped, but somebody must come."),
        ),
        Trouble(
            "power-off",
            "b1-pc",
            _("The PC of counter B1 is off"),
            _("Its fingerprint reader is silent too: it is listed, not paged."),
        ),
        Trouble(
            "unplug",
            "b3-fingerprint",
            _("Fingerprint reader pulled out at counter B3"),
            _("The PC still answers; what hangs on it is missing."),
        ),
        Trouble(
            "spooler-stopped",
            "c3-pc",
            _("Print service stopped at counter C3"),
            _("Believed only if it lasts: a service that restarts is no fault."),
        ),
        Trouble(
            "system-error",
            "samsat-online",
            _("The central system of Samsat returns errors"),
            _("Every counter of that agency stops, for one cause outside the mall."),
        ),
        Trouble(
            "power-off",
            "sw-core",
            _("The core switch is off"),
            _("Dozens of devices fall silent: one message, which names the root cause."),
        ),
        Trouble(
            "uplink-off",
            "internet",
            _("The mall's internet line is cut"),
            _("Our own eye is cut: unknown, nobody's downtime. Telegram is out of reach, mail in the mall is not."),
        ),
    )
