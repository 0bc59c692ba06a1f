"""Which way asks whether a device answers: ICMP where we may, else TCP, else SNMP. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from collectors.collector import Kind, Target, Way
from collectors.settings import AgentSettings, LivenessSettings, NutSettings, SnmpSettings


def choose(targets: Iterable[Target], *, icmp: bool) -> tuple[Target, ...]:
    """Return the targets with a way for every liveness check that `auto` left open.

    `icmp`: whether this process may send echo requests. Without it a known port is tried by TCP (the agent's, upsd's or
    that of the settings), and what only speaks SNMP is asked for its uptime. A device with none of these keeps ICMP,
    whose outcome then says why it cannot be asked.
    """
    known = tuple(targets)
    telemetry = {one.device: one for one in known if one.kind is Kind.TELEMETRY}
    return tuple(_chosen(one, telemetry.get(one.device), icmp=icmp) for one in known)


def _chosen(target: Target, other: Target | None, *, icmp: bool) -> Target:
    settings = target.settings
    open_question = isinstance(settings, LivenessSettings) and settings.way == "auto" and target.way is Way.ICMP
    if not open_question or icmp or not isinstance(settings, LivenessSettings):
        return target
    its = other.settings if other else None
    port = settings.port or (its.port if isinstance(its, AgentSettings | NutSettings) else None)
    if port is not None:
        return replace(target, way=Way.TCP, settings=settings.model_copy(update={"port": port}))
    if other is not None and isinstance(other.settings, SnmpSettings):
        quick = other.settings.model_copy(update={"timeout": settings.timeout, "retries": 0})
        return replace(target, way=Way.SNMP, settings=quick)
    return target
