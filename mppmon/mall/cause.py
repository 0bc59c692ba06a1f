"""Why a state changed, where no device is to blame. Reports have words for each (`mppmon.reports.text`)."""

from enum import StrEnum


class Because(StrEnum):
    """The cause of a transition that is neither `<device>/reach`, `/function` or `/telemetry` nor a rule's name.

    Recorded: never to be renamed.
    """

    ANSWERED = "answered"
    PROBES = "probes"  # it failed all of them
    MALL = "mall-network"  # likewise, and its network is the mall's own
    PROVIDER = "provider"  # likewise, and it is the internet provider's
    RESOLVER = "resolver"  # likewise, since names are not resolved
    AGENCY = "agency"  # likewise, and it is the agency's own system
    SUSPECTED = "suspected"  # it cannot be asked; all that hangs on it fell silent
    RECOVERED = "recovered"  # of a service: nothing stops it any more
    BOOT = "boot"  # it may still be starting
    STRANGER = "stranger"  # another machine answered in its place
    STALE = "stale"  # not heard of for some intervals
    SILENT = "silent"  # it sends by itself, and has sent nothing for too long
    DAEMON_OFF = "daemon-off"
    NOT_WATCHED = "not-watched"  # the process stood still
    CLOCK_SET = "clock-set"  # the clock was set back
    CONFIG = "config"  # a reload watches it no more, or otherwise
