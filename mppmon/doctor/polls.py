"""Asks devices once, as the daemon would, all at the same time and within a deadline."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

from collectors.collector import Collector, Target, Way
from collectors.liveness.dns import DnsCollector
from collectors.liveness.icmp import IcmpCollector
from collectors.liveness.tcp import TcpCollector
from collectors.observation import Observation
from collectors.online.collector import OnlineCollector
from collectors.online.lookup import LookupCollector
from collectors.pc.collector import PcCollector
from collectors.power.collector import NutCollector
from collectors.snmp.child.process import Child
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.wire.errors import Local
from mppmon.clock import Clock

_AT_ONCE = 128
_PATIENCE = 3.0  # seconds for one request: a person waits
_STARTS = 4.0  # seconds for the process that speaks SNMPv3
_WORKERS = 64  # so many PCs may take the connection and then say nothing


async def poll_all(targets: Sequence[Target], clock: Clock, *, seconds: float) -> list[Observation | None]:
    """Return what each target said, in order; None for what was not done after `seconds`."""
    async with AsyncExitStack() as stack:
        room = asyncio.Semaphore(_AT_ONCE)

        child = await _child(targets, stack)
        collectors = await _collectors({one.way for one in targets}, clock, stack, child)

        async def ask(target: Target) -> Observation:
            async with room:
                if child is not None and getattr(target.settings, "version", "") == "3":
                    with suppress(Local):  # then its poll says so
                        await child.ready(asyncio.get_running_loop().time() + _STARTS)
                return await collectors[target.way].poll(target)

        tasks = [asyncio.ensure_future(ask(_hurried(one))) for one in targets]
        if not tasks:
            return []
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return [None if task in late else task.result() for task in tasks]


async def _child(targets: Sequence[Target], stack: AsyncExitStack) -> Child | None:
    """Return a process that speaks SNMPv3, being started, where one of the targets needs it."""
    if not any(getattr(one.settings, "version", "") == "3" for one in targets):
        return None
    child = Child()
    running = asyncio.create_task(child.run(), name="doctor-snmp-child")

    async def end() -> None:
        await child.close()
        running.cancel()  # where it has not even begun
        await asyncio.gather(running, return_exceptions=True)

    stack.push_async_callback(end)
    return child


async def _collectors(ways: set[Way], clock: Clock, stack: AsyncExitStack, child: Child | None) -> dict[Way, Collector]:
    makers: dict[Way, Callable[..., Collector]] = {
        Way.ICMP: IcmpCollector,
        Way.TCP: TcpCollector,
        Way.HTTP: OnlineCollector,
        Way.NUT: NutCollector,
        Way.DNS: DnsCollector,
        Way.LOOKUP: LookupCollector,
    }
    found: dict[Way, Collector] = {way: maker(now=clock.now) for way, maker in makers.items() if way in ways}
    if Way.AGENT in ways:
        found[Way.AGENT] = PcCollector(now=clock.now, workers=_WORKERS)
    if Way.SNMP in ways:
        snmp = found[Way.SNMP] = SnmpCollector(now=clock.now, child=child)
        await snmp.start()
    for collector in found.values():
        stack.push_async_callback(collector.close)
    return found


def _hurried(target: Target) -> Target:
    """Return the target with no more patience than the doctor has."""
    settings = target.settings
    timeout = min(settings.timeout, _PATIENCE)
    return replace(target, settings=settings.model_copy(update={"timeout": timeout}))
