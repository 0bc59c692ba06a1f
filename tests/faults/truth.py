"""What a daemon believed of the services, held against what really happened: the simulator's log of answers given and
withheld, worked out by the oracle of `mppmon demo --check`, which knows nothing of the faults that a row began.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mppmon.clock import Clock
from mppmon.config import load
from mppmon.demo import ledger
from mppmon.demo.simulator.from_mall import plan_of
from mppmon.demo.simulator.things import Things
from mppmon.demo.simulator.truth import intervals
from mppmon.store.paths import database_url
from tests.simulator.small_mall import small_mall

if TYPE_CHECKING:
    from tests.faults.trial import Trial

Key = tuple[str, str]
SLIVER = timedelta(seconds=1)
_SETTLED = timedelta(seconds=2)
"""What has just begun may not be believed yet."""


def apart(here: "Trial", outages: Sequence[tuple[datetime, datetime]] = ()) -> float:
    """Return the most seconds by which belief and truth are apart, of any service at any instant; inf where a state
    was believed that never was, or never believed that was.

    From the first instant at which everything was known. `outages`: of the daemon, as in `intervals`.
    """
    now = Clock().now() - _SETTLED
    loaded = load(here.config, today=now.date())
    known = loaded.mall.devices
    plan = plan_of(loaded.mall, Things.of(one for one in small_mall().by_id.values() if one.id in known))
    begin, database = now - timedelta(hours=12), database_url(here.state)
    believed = ledger.believed_by(database, plan.services, start=begin, now=now)
    start = max(rows[0].end if rows[0].state == "unknown" else rows[0].start for rows in believed.values())
    lines = (here.folder / "truth.jsonl").read_text("utf-8").splitlines()
    confirm = max(one.confirm[-1] for one in loaded.timings.values())
    true = intervals(lines, plan, start=start, end=now, confirm=confirm, outages=outages)
    worst = timedelta()
    for key, wanted in true.items():
        found = ledger.clip(believed[key], start)
        worst = max(worst, ledger.apart(found, wanted, sliver=SLIVER), ledger.apart(wanted, found, sliver=SLIVER))
    return worst.total_seconds() if worst < timedelta.max else float("inf")
