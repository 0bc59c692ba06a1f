"""What is remembered of one device between polls: its identity, what it has, and how it is asked."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from collectors.collector import Target
from collectors.snmp import decode, derive, plan, rates
from collectors.snmp.asking import Asking, MutableRows
from collectors.snmp.decode import SCALARS, Sample
from collectors.snmp.identify import Identity, identify
from collectors.snmp.library import Profiles
from collectors.snmp.plan import Plan
from collectors.snmp.v3.wire import Peer
from collectors.snmp.wire.exchange import Endpoint
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.walk import Credentials

IDENTIFY_EVERY = 1800.0  # seconds
INFO = "mppmon_device_info"
_INFO_LABELS = ("vendor", "model", "serial")


@dataclass(slots=True)
class Device:
    """One target's state. `rows` are a poll's, until `let_go`; fixed columns stay from the last identification."""

    target: Target
    used: float = 0.0
    silent: int = 0  # polls in a row without any answer
    doubted: bool = False  # the last poll failed: its name may lead elsewhere now, and its community be another
    manners: Manners = field(default_factory=Manners)
    endpoint: Endpoint | None = None
    peer: Peer | None = None  # by SNMPv3
    credentials: Credentials | None = None
    liveness: Request | None = None
    texts: tuple[tuple[str, str], ...] = ()
    _identity: Identity | None = None
    _identified: float = 0.0
    _plan: Plan | None = None
    _fixed: MutableRows = field(default_factory=dict)
    _rows: MutableRows = field(default_factory=dict)
    _ran: tuple[int, float] = (0, 0.0)  # uptime, and when the poll began that read it
    _counted: rates.Reading | None = None
    _rates: tuple[Sample, ...] = ()

    async def read(self, session: Asking, profiles: Profiles, profile: str | None) -> None:
        """Read the device: everything when it is new, changed or long not identified, else what changes.

        Raises what the wire raises; what came before is in `samples` and `texts`.
        """
        now = asyncio.get_running_loop().time()
        self._rows, self._rates = {}, ()
        stale = now - self._identified > IDENTIFY_EVERY
        if stale:
            self.manners.forget()
        if self._plan is None or self._identity is None or stale:
            await self._read_all(session, profiles, profile, now)
            return
        for table, rows in self._fixed.items():
            self._rows[table] = {index: dict(row) for index, row in rows.items()}
        await session.run(self._plan, self._rows)
        if self._restarted(now):
            # Its indexes may mean other things now: what was fixed would lend them wrong names, units and kinds.
            self._rows = {}
            await self._read_all(session, profiles, profile, now)
            return
        if session.incomplete:
            self._plan = None  # it has changed: learn anew at the next poll
        elif session.lost:
            self._plan = plan.apart(self._plan)
        self._count()
        self._describe(self._identity)

    def believe(self, endpoint: Endpoint, credentials: Credentials) -> None:
        """Take over where and with what it is asked; what was made ready with another community is made anew."""
        self.doubted = False
        self.endpoint = endpoint
        if credentials != self.credentials:
            self.credentials = credentials
            self.liveness = None
            self._plan = None

    def meet(self, peer: Peer) -> None:
        """Take over whom it is asked as by SNMPv3; one who stays the same is not met anew."""
        self.doubted = False
        if self.peer is None or peer.hello() != self.peer.hello():
            self.peer = peer

    def answered(self) -> None:
        """Note that it is there."""
        self.silent = 0

    def failed(self, *, silent: bool) -> None:
        """Read community and name anew at the next poll: either may be what changed."""
        self.silent = self.silent + 1 if silent else 0
        self.doubted = True

    def samples(self, now: datetime | None = None) -> list[Sample]:
        """Return the samples of the last poll, which was at `now` (aware)."""
        if self._identity is None or not self._rows:
            return []
        info = dict(self._identity.texts)
        labels = tuple((label, info.get(label, "")) for label in _INFO_LABELS)
        profile = self._identity.profile
        return [
            ((INFO, labels), 1.0),
            *decode.samples(profile, self._rows, now),
            *derive.samples(profile, self._rows),
            *self._rates,
        ]

    def let_go(self) -> None:
        """Let go of the answers of the last poll: nothing reads them until the next one begins with none. Those of a
        hundred switches are 5 MB.
        """
        self._rows, self._rates = {}, ()

    async def _read_all(self, session: Asking, profiles: Profiles, profile: str | None, now: float) -> None:
        self._plan = None
        identity = self._identity = await identify(session, profiles, profile)
        self.texts = identity.texts
        everything = plan.everything(identity.profile, session.credentials)
        await session.run(everything, self._rows)
        await session.run(plan.later(identity.profile, self._rows, session.credentials), self._rows)
        if SCALARS not in session.lost:  # else everything anew at the next poll
            self._plan = plan.steady(identity.profile, self._rows, session.credentials, session.lost)
        self._identified = now
        self._fixed = _fixed(identity, self._rows)
        self._ran = (self._uptime(self._rows), now)
        self._count()
        self._describe(identity)

    def _describe(self, identity: Identity) -> None:
        self.texts = (*identity.texts, *decode.words(identity.profile, self._rows))

    def _count(self) -> None:
        """Compare the counters with those of the poll before; the answers are all in by now."""
        ports = self._rows.get(rates.TABLE)
        if not ports:
            return
        counted = rates.reading(asyncio.get_running_loop().time(), self._uptime(self._rows), ports)
        self._rates = tuple(rates.samples(self._counted, counted, ports))
        self._counted = counted

    def _restarted(self, now: float) -> bool:
        """Return whether its uptime says that it is not the run that was read last, and note it for the next poll."""
        before, then = self._ran
        uptime = self._uptime(self._rows)
        self._ran = (uptime, now)
        return rates.continued(before, uptime, now - then) is False

    @staticmethod
    def _uptime(rows: MutableRows) -> int:
        value = rows.get(SCALARS, {}).get("", {}).get("uptime")
        return value if isinstance(value, int) else 0


def _fixed(identity: Identity, rows: MutableRows) -> MutableRows:
    """Return the fixed cells of `rows`, and the uptime at which they were read."""
    out: MutableRows = {}
    for name, table in identity.profile.tables.items():
        names = {key for key, column in table.columns.items() if column.fixed}
        kept = {index: {key: row[key] for key in names & set(row)} for index, row in rows.get(name, {}).items()}
        out[name] = {index: row for index, row in kept.items() if row}
    uptime = rows.get(SCALARS, {}).get("", {}).get("uptime")
    out[SCALARS] = {"": {"uptime": uptime}} if uptime is not None else {}
    return out
