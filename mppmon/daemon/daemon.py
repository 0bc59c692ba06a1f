"""The composition root: the only place that knows all parts. It puts them together, and takes them apart in order."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry

from alerts.model import Notification
from alerts.outbox import Result, Sent
from collectors.collector import Collector, Kind, Way
from collectors.liveness.choose import choose
from collectors.liveness.dns import DnsCollector
from collectors.liveness.icmp import IcmpCollector
from collectors.liveness.tcp import TcpCollector
from collectors.observation import Observation
from collectors.online.collector import OnlineCollector
from collectors.online.lookup import LookupCollector
from collectors.pc.collector import PcCollector
from collectors.power.collector import NutCollector
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.probe import describe
from mppmon.config import Loaded, from_normalised, load
from mppmon.daemon.alive import ENGINE, WEB, Alive
from mppmon.daemon.canary import Canary
from mppmon.daemon.channels import Channels
from mppmon.daemon.heartbeat import Heart
from mppmon.daemon.host import Host
from mppmon.daemon.looks import checks_by_device, checks_for, not_asked
from mppmon.daemon.nights import next_night
from mppmon.daemon.options import Options
from mppmon.daemon.parts import Parts
from mppmon.daemon.push_door import PushDoor
from mppmon.daemon.reload import Reloader
from mppmon.daemon.selfwatch import SILENT, SelfWatch, Watched
from mppmon.daemon.settings_desk import SettingsDesk
from mppmon.daemon.showing import show
from mppmon.daemon.snmp_child import SnmpChild
from mppmon.daemon.ways import Asked, Taken
from mppmon.engine.core import Engine
from mppmon.engine.outbox import EngineInbox, EngineOutbox
from mppmon.engine.snapshot import Snapshot
from mppmon.exporter import Exporter, SelfMetrics
from mppmon.exporter.datagrams import Datagrams
from mppmon.schedule import Poller, Scheduler, Wheel
from mppmon.state import control_socket, database_file
from mppmon.store import Store, StoreError
from mppmon.store.aside import lately
from mppmon.store.errors import DatabaseDamaged, DatabaseGone
from mppmon.web.app import create_app
from mppmon.web.house import House
from mppmon.web.live import Broadcast
from mppmon.web.serve import WebServer

_log = logging.getLogger(__name__)
_TICK = 0.25
"""Seconds between looks at the time: escalations, `for`, verdicts that were waited for."""
_GONE = 90.0
"""Seconds a database file may be away: its administrators are told after 30, and somebody may put it back."""


class Daemon:
    """The parts at work. It is the engine's `Effects`: what is decided there happens here, in the poll loop."""

    def __init__(
        self,
        options: Options,
        loaded: Loaded,
        store: Store,
        url: str,
        loop: asyncio.AbstractEventLoop,
        *,
        ended: Callable[[], None],
        before: Callable[[], Loaded | None] = lambda: None,
    ) -> None:
        self._options, self._loaded, self._url, self._loop, self._ended = options, loaded, url, loop, ended
        self._clock = options.clock
        registry = CollectorRegistry()
        self._registry = registry
        self._metrics = SelfMetrics(registry)
        self._exporter = Exporter(loaded.mall.site.id, registry=registry)
        self._exporter.inventory(loaded.mall)
        self._metrics.info(version=version("mppmon"), revision=loaded.revision)
        self._engine = Engine(loaded, store, options.clock, self, before=before)
        self._parts, self._asked, self._taken = Parts(), Asked(), Taken()
        self._watch: SelfWatch | None = None
        self._arm_canary: Callable[[], None] = lambda: None
        self._canary = Canary(self._engine, lambda: self._loaded, self._clock.now)
        self._alive: Alive | None = None
        self._outbox = EngineOutbox(self._engine, loop, on_pending=self._metrics.outbox)
        inbox = EngineInbox(self._engine, self._clock.now)
        self._channels = Channels(options.channels, inbox, self._outbox, self._sent, self._parts)
        self.reloader = Reloader(
            self._engine,
            read=lambda today: load(options.config, today=today),
            today=lambda: self._clock.now().date(),
            take_over=self._take_over,
            on_begin=lambda: options.systemd.reloading(self._clock.monotonic()),
            on_end=lambda: options.systemd.ready("at work"),
        )
        self._shown = loaded
        self._renewing: asyncio.Task[None] | None = None
        self._icmp, self._pings_by = False, "none"
        self._checks = checks_by_device(loaded.targets)
        self._broadcast = Broadcast()
        self._collectors: dict[Way, Collector] = {}
        self._poller: Poller | None = None
        self._snmp: SnmpCollector | None = None
        self._snmp_child: SnmpChild | None = None
        self._push: PushDoor | None = None
        self._polled: set[str] = set()
        self.port = 0

    @property
    def durable(self) -> bool:
        """Whether all that was decided is saved."""
        return self._engine.durable

    async def start(self, stack: AsyncExitStack) -> None:
        """Bring everything up, from the engine outwards; the stack takes it down the other way round."""
        self._engine.start()
        stack.callback(self._engine.stop)
        self.published(self._engine.snapshot)
        self._channels.replace(self._loaded.channels)
        stack.push_async_callback(self._channels.close)
        await self._start_polling(stack)
        web = self._start_web(stack)
        self._start_watch(web, stack)

    async def _start_polling(self, stack: AsyncExitStack) -> None:
        icmp = IcmpCollector(now=self._clock.now)
        if not icmp.available():
            _log.warning("no ICMP, liveness falls back to TCP and SNMP: %s", icmp.why_not)
        self._snmp_child = SnmpChild(self._parts, now=self._clock.now, look=self._look_at, count=self._metrics.trap)
        stack.push_async_callback(self._snmp_child.close)
        snmp = self._snmp = SnmpCollector(
            now=self._clock.now, profiles=self._loaded.profiles, child=self._snmp_child.child
        )
        self._collectors = {
            Way.ICMP: icmp,
            Way.TCP: TcpCollector(now=self._clock.now),
            Way.SNMP: snmp,
            Way.AGENT: PcCollector(now=self._clock.now),
            Way.HTTP: OnlineCollector(now=self._clock.now),
            Way.NUT: NutCollector(now=self._clock.now),
            Way.DNS: DnsCollector(now=self._clock.now),
            Way.LOOKUP: LookupCollector(now=self._clock.now),
        }
        await snmp.start()
        self._registry.register(Datagrams(lambda: snmp.counts))
        for collector in self._collectors.values():
            stack.push_async_callback(collector.close)
        self._icmp, self._pings_by = icmp.available(), icmp.way or "none"
        self._metrics.icmp(self._pings_by)
        self._checks = checks_by_device(choose(self._loaded.targets, icmp=self._icmp))
        targets = [target for checks in self._checks.values() for target in checks.values()]
        self._asked.follow(targets, self._loop.time())
        scheduler = Scheduler(self._clock, on_missed=self._metrics.missed, on_jump=self._jumped)
        wheel = Wheel()
        self._poller = Poller(
            wheel, self._collectors, targets, emit=self._observed, clock=self._clock, metrics=self._metrics
        )
        stack.push_async_callback(self._poller.close)
        scheduler.every("wheel", wheel.tick, self._poller.tick)
        scheduler.every("engine", _TICK, self._tick)
        scheduler.cron("hours", lambda after: next_night(after, self._loaded.mall.site.timezone), self._renew)
        self._arm_canary = lambda: scheduler.cron("canary", self._canary.next_run, self._canary.send)
        self._arm_canary()
        self._snmp_child.follow(self._loaded)
        self._poller.start(self._loop)
        scheduler.start(self._loop)
        stack.callback(scheduler.shutdown)
        self._push = PushDoor(self._parts, self._options, self._observed, self._metrics.push, self._engine.door)
        stack.push_async_callback(self._push.close)
        self._push.follow(self._loaded)

    def _start_web(self, stack: AsyncExitStack) -> WebServer:
        house = House(
            icmp=self._pings_by,
            engine=self._engine,
            clock=self._clock,
            metrics=self._exporter.pieces,
            ready=self._ready,
            poll=self._poll_now,
            database=self._url,
            broadcast=self._broadcast,
            settings=SettingsDesk(self.reloader, self._loop, self._options.config),
        )
        settings = self._loaded.settings
        web = WebServer(
            create_app(house),
            host=settings.listen_host,
            port=settings.listen_port,
            control=control_socket(self._options.state),
        )
        web.start()
        stack.callback(web.stop)
        self.port = web.port
        return web

    def _start_watch(self, web: WebServer, stack: AsyncExitStack) -> None:
        doors = {ENGINE: self._engine.intake.call, WEB: web.call}
        self._alive = Alive(self._clock, doors, lambda: self._engine.refused_since)
        alive = self._alive
        heart = Heart(lambda: self._loaded.settings.heartbeat, lambda: alive.missing(SILENT), self._clock.now)
        stack.callback(heart.close)
        watched = Watched(
            self._engine,
            self._metrics,
            self._parts,
            Host(self._options.state),
            self._alive,
            self._asked,
            self._taken,
            self._options.systemd,
            self._ended,
            heart,
            self._canary,
            lambda: lately(database_file(self._options.state), now=self._clock.now()),
        )
        watch = self._watch = SelfWatch(watched, lambda: self._loaded)
        for name, work in (("self-watch", watch.run), ("heartbeat", heart.run)):
            stack.callback(asyncio.create_task(self._parts.keep(work, name), name=name).cancel)

    # --- observations in ------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._engine.tick()
        self._metrics.queue(len(self._engine.intake))
        if self._alive is not None:
            self._alive.ticked()

    def _jumped(self, seconds: float) -> None:
        self._metrics.clock_jump(seconds)
        if self._watch is not None:
            self._watch.jumped(seconds)

    async def _take_over(self, loaded: Loaded) -> None:
        """Let every part follow the engine, which has taken over a configuration."""
        self._loaded = loaded
        self._checks = checks_by_device(choose(loaded.targets, icmp=self._icmp))
        self._polled &= {target.check for checks in self._checks.values() for target in checks.values()}
        targets = [target for checks in self._checks.values() for target in checks.values()]
        self._asked.follow(targets, self._loop.time())
        if self._snmp is not None:
            self._snmp.use(loaded.profiles)
        if self._poller is not None:
            self._poller.replace(targets)
        if self._snmp_child is not None:
            self._snmp_child.follow(loaded)
        if self._push is not None:
            self._push.follow(loaded)
        self._channels.replace(loaded.channels)
        self._outbox.poke()
        self._arm_canary()  # its time may be another one
        self._metrics.info(version=version("mppmon"), revision=loaded.revision)

    async def _renew(self) -> None:
        """Resolve service hours and hand-overs anew: they are known for two months, the daemon runs for years."""
        today = self._clock.now().astimezone(ZoneInfo(self._loaded.mall.site.timezone)).date()
        renewed = await asyncio.to_thread(from_normalised, self._loaded.normalised, today=today)
        self._engine.renew(renewed)

    def _observed(self, observation: Observation) -> None:
        self._polled.add(observation.check)
        self._asked.observed(observation.check, self._loop.time())
        self._exporter.observed(observation)
        self._engine.observe(observation)

    def _ready(self) -> Mapping[str, bool]:
        return {
            "engine": self._engine.alive,
            "database": self._engine.durable,
            "polling": self._polled >= {one.check for checks in self._checks.values() for one in checks.values()},
        }

    async def _poll_now(self, device: str) -> Mapping[str, object]:
        """Poll a device outside its turn, in the poll loop (called from the web's loop)."""
        target = self._checks[device].get(Kind.TELEMETRY) or self._checks[device].get(Kind.LIVENESS)
        if target is None:
            heard = self._push.heard.get(device) if self._push is not None else None
            return not_asked(self._loaded, device, heard, self._clock.now())
        poll = self._collectors[target.way].poll(target)
        observation = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(poll, self._loop))
        self._observed(observation)
        return describe(observation)

    def _look_at(self, device: str, below: bool) -> None:  # noqa: FBT001  # a callback's order
        """Ask everything of a device now: it said that something has happened. `below`: maybe to what hangs on it."""
        if self._poller is not None:
            for check in checks_for(self._loaded.mall, self._checks, device, below=below):
                self._poller.expedite(check, afresh=True)

    # --- effects out (called from the engine's thread) ------------------------------------------------------------

    def repoll(self, check: str, delays: Sequence[float]) -> None:
        """Ask again after these delays."""
        if self._poller is not None:
            self._loop.call_soon_threadsafe(self._poller.repoll, check, delays)

    def expedite(self, device: str) -> None:
        """Ask a device at once; of the mall's own line, its anchors."""
        uplink = self._loaded.mall.site.uplink
        asked = uplink.anchors if uplink is not None and device == uplink.device else (device,)
        for one in asked:
            checks = self._checks.get(one, {})
            target = checks.get(Kind.LIVENESS) or checks.get(Kind.TELEMETRY)
            if target is not None and self._poller is not None:
                self._loop.call_soon_threadsafe(self._poller.expedite, target.check)

    def outbox_changed(self) -> None:
        """Wake the sender."""
        self._outbox.poke()

    def published(self, snapshot: Snapshot) -> None:
        """Show what changed in /metrics."""
        everything = snapshot.version == 0 or snapshot.loaded.revision != self._shown.revision
        show(self._exporter, snapshot, everything=everything)
        self._shown = snapshot.loaded if everything else self._shown
        self._broadcast.published(snapshot)

    def clock_changed(self) -> None:
        """Resolve hours and hand-overs around the day it is now."""
        self._loop.call_soon_threadsafe(self._renew_soon)

    def _renew_soon(self) -> None:
        self._renewing = asyncio.create_task(self._renew(), name="renew")

    def turned(self, seconds: float) -> None:
        """Measure a turn of the engine."""
        self._metrics.batch(seconds)

    def committed(self, seconds: float, last_seen: datetime | None) -> None:
        """Measure a transaction."""
        self._metrics.commit(seconds)
        if last_seen is not None:
            self._metrics.last_seen(last_seen.timestamp())

    def engine_ended(self) -> None:
        """End the process at once with an error: the supervisor starts it anew, and what was committed is all there."""
        self._ended()

    def commit_failed(self, error: StoreError) -> None:
        """Say it, once a turn; nothing is lost, the batch waits."""
        self._metrics.refused()
        _log.error("the database refused a transaction, it is kept and tried again: %s", error)
        if isinstance(error, DatabaseDamaged):
            _log.critical("nothing can be kept any more; the next start sets the file aside")
            self._ended()
        if isinstance(error, DatabaseGone):
            self._loop.call_soon_threadsafe(self._loop.call_later, _GONE, self._begin_anew)

    def _begin_anew(self) -> None:
        """End where the database is still not back: only a start can make do with what is there."""
        if self._engine.refused_since is not None:
            _log.critical("the database did not come back; the next start makes do with what is there")
            self._ended()

    def tell_undurably(self, notifications: Sequence[Notification]) -> None:
        """Send past the outbox."""
        self._loop.call_soon_threadsafe(self._channels.send_now, tuple(notifications))

    def _sent(self, notification: Notification, result: Result, seconds: float) -> None:
        outcome = "sent" if isinstance(result, Sent) else ("retry" if result.retry else "dead")
        reason = "" if isinstance(result, Sent) else result.reason
        self._metrics.sent(notification.channel, outcome, reason)
        self._taken.result(notification.channel, result, self._loop.time())
        _log.log(
            logging.INFO if isinstance(result, Sent) else logging.WARNING,
            "%s to %s by %s: %s %s (%.2f s)%s",
            notification.kind,
            notification.recipient,
            notification.channel,
            outcome,
            reason,
            seconds,
            "" if isinstance(result, Sent) else "".join(f"; {one}" for one in (result.detail, result.cure) if one),
        )
