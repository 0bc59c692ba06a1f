"""When things run: a timing wheel for polls, APScheduler for its tick and for the calendar jobs.

The only room that imports APScheduler (contract E); why it does not drive every poll: docs/adr/0002.
"""

from mppmon.schedule.meter import Meter
from mppmon.schedule.poller import CAPS, Poller
from mppmon.schedule.scheduler import Scheduler
from mppmon.schedule.wheel import Wheel

__all__ = ["CAPS", "Meter", "Poller", "Scheduler", "Wheel"]
