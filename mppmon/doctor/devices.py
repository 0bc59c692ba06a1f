"""Counter PCs and SNMP devices: how many answer as the inventory says, and the worst by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from packaging.version import InvalidVersion, Version

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.pc.agent import __version__ as agent_version
from collectors.settings import SnmpSettings
from mppmon.config import Loaded
from mppmon.doctor import snmp_users
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, few, fine, skipped, warn
from mppmon.doctor.polls import poll_all
from mppmon.mall.calendar import open_at
from mppmon.mall.model import ExpectedOn

_AGENTS, _SNMP, _V3, _NUT = "agents of counter PCs", "SNMP devices", "SNMPv3 devices", "UPSes by NUT"
_SECONDS = 9.0
_FAR_OFF = timedelta(seconds=60)
_OURS = "mppmon-agent "
_WHY = {
    Outcome.TIMEOUT: "no answer",
    Outcome.REFUSED: "the port is closed",
    Outcome.UNREACHABLE: "not reachable",
    Outcome.DENIED: "refuses our token",
    Outcome.INVALID: "no agent answers there",
    Outcome.UNEXPECTED: "no agent answers there",
    Outcome.STRANGER: "another computer answers there",
    Outcome.LOCAL: "could not be asked",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One device and what it said; None: nothing in time. `off`: it need not be on now."""

    device: str
    seen: Observation | None
    off: bool = False

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return self.seen.outcome if self.seen is not None else Outcome.TIMEOUT


Judge = Callable[[Sequence[Asked], Mapping[str, Target]], Sequence[Finding]]


async def check_agents(case: Case) -> Sequence[Finding]:
    """Ask every counter PC that has an agent."""
    return await _check(case, Way.AGENT, _AGENTS, judge_agents)


async def check_snmp(case: Case) -> Sequence[Finding]:
    """Ask every SNMP device how long it has been up, with its community."""
    return await _check(case, Way.SNMP, _SNMP, judge_snmp, lambda target: not _by_v3(target))


async def check_snmp_v3(case: Case) -> Sequence[Finding]:
    """Ask those of SNMPv3 as their users, by a process as the daemon's; nothing is said where there are none."""
    if case.loaded is None or not any(_by_v3(one) for one in case.loaded.targets):
        return []
    return await _check(case, Way.SNMP, _V3, judge_snmp_v3, _by_v3)


def _by_v3(target: Target) -> bool:
    return isinstance(target.settings, SnmpSettings) and target.settings.version == "3"


async def check_nut(case: Case) -> Sequence[Finding]:
    """Ask every `upsd` for its UPS."""
    return await _check(case, Way.NUT, _NUT, judge_nut)


async def _check(
    case: Case, way: Way, name: str, judge: Judge, chosen: Callable[[Target], bool] = lambda _: True
) -> Sequence[Finding]:
    if case.loaded is None:
        return [skipped(name, "not known without a configuration")]
    targets = [one for one in case.loaded.targets if one.kind is Kind.TELEMETRY and one.way is way and chosen(one)]
    if not targets:
        return [skipped(name, "the inventory has none")]
    asked = [replace(one, kind=Kind.LIVENESS) for one in targets] if way is Way.SNMP else targets
    seen = await poll_all(asked, case.clock, seconds=_SECONDS)
    found = [
        Asked(target.device, one, off=_may_be_off(case.loaded, target.device, case.clock.now()))
        for target, one in zip(targets, seen, strict=True)
    ]
    return judge(found, {one.device: one for one in targets})


def _may_be_off(loaded: Loaded, name: str, at: datetime) -> bool:
    device, hours = loaded.mall.devices[name], loaded.mall.hours
    if device.expected_on is not ExpectedOn.SERVICE_HOURS:
        return False
    spans = hours.get(device.agency or "") or hours.get(loaded.mall.site.id)
    return spans is not None and not open_at(spans, at)


def judge_agents(asked: Sequence[Asked], targets: Mapping[str, Target]) -> Sequence[Finding]:
    """Return how many answer; then, if need be, what is wrong with those that do."""
    return [_summary(_AGENTS, asked, targets), *_versions(asked), *_clocks(asked)]


def judge_snmp(asked: Sequence[Asked], targets: Mapping[str, Target]) -> Sequence[Finding]:
    """Return how many answer with the community they are asked with."""
    return [_summary(_SNMP, asked, targets)]


def judge_snmp_v3(asked: Sequence[Asked], targets: Mapping[str, Target]) -> Sequence[Finding]:
    """Return how many answer the user they are asked as."""
    return [_summary(_V3, asked, targets)]


def judge_nut(asked: Sequence[Asked], targets: Mapping[str, Target]) -> Sequence[Finding]:
    """Return how many UPSes tell their state."""
    return [_summary(_NUT, asked, targets)]


def _summary(name: str, asked: Sequence[Asked], targets: Mapping[str, Target]) -> Finding:
    answered = sum(one.outcome is Outcome.OK for one in asked)
    off = [one for one in asked if one.off and one.outcome.reached is False]
    failed = sorted((one for one in asked if one.outcome is not Outcome.OK and one not in off), key=_worst)
    said = f"{answered} of {len(asked)} answer"
    rest = f"; {len(off)} off, as they may be outside service hours" if off else ""
    if not failed and not answered:
        return skipped(
            name, f"none of {len(asked)} answers, as they may outside service hours: ask again when they begin"
        )
    if not failed:
        return fine(name, said + rest)
    worst = failed[0]
    reasons = few(f"{one.device}: {_why(name, one)}" for one in failed)
    return bad(name, f"{said}{rest}; {reasons}", _cure(name, worst, targets[worst.device]))


def _worst(one: Asked) -> tuple[bool, str]:
    """Return a sort key that puts first what answers wrongly: it is ours to mend, and will not mend itself."""
    return one.outcome in {Outcome.TIMEOUT, Outcome.UNREACHABLE}, one.device


def _why(name: str, one: Asked) -> str:
    if one.outcome is Outcome.LOCAL and one.seen is not None:
        return one.seen.detail
    if name in {_SNMP, _V3, _NUT} and one.outcome in {Outcome.INVALID, Outcome.UNEXPECTED, Outcome.DENIED}:
        return f"{one.outcome} ({one.seen.detail if one.seen else ''})"
    return _WHY.get(one.outcome, str(one.outcome))


def _cure(name: str, worst: Asked, target: Target) -> str:
    port, token = getattr(target.settings, "port", 0), getattr(target.settings, "token_file", None)
    device, address = worst.device, f"{target.address}:{port}"
    if name == _V3 and isinstance(target.settings, SnmpSettings):
        return snmp_users.cure(
            device, address, target.settings, worst.outcome, worst.seen.detail if worst.seen is not None else ""
        )
    if worst.outcome is Outcome.LOCAL:
        return f"correct devices.{device}, or the file it names (docs/config.md)"
    if name == _SNMP:
        same = "is it on, SNMP switched on, the community the same on both sides?"
        return f"{device}: {same} try: mppmon poll {address} --community NAME"
    if name == _NUT:
        return f"{device}: {_nut_cure(worst.seen.detail if worst.seen is not None else '')}"
    cures = {
        Outcome.DENIED: f"put the token of its agent into {token or 'a file, and name it as agent: token_file'}",
        Outcome.STRANGER: f"is {target.address} its address? else correct pin and machine_id of its agent",
        Outcome.REFUSED: f"start the agent there (docs/agent.md), or correct agent: port ({port})",
        Outcome.TIMEOUT: f"is it on, and TCP port {port} open to us in its firewall? (docs/agent.md)",
        Outcome.UNREACHABLE: f"is it on, and {target.address} its address?",
    }
    return f"{device}: {cures.get(worst.outcome, f'look at http://{address}/ (docs/agent.md)')}"


def _nut_cure(said: str) -> str:
    if "offers no encryption" in said:
        return "give upsd a certificate (docs/inventory.md, UPSes on USB), or leave out nut: starttls"
    if "certificate" in said:
        return "correct nut: ca_file or pin (docs/inventory.md, UPSes on USB)"
    return "does it run upsd, and LISTEN to us (upsd.conf)? try there: upsc -l, and upsdrvctl start"


def _versions(asked: Sequence[Asked]) -> list[Finding]:
    old = [f"{one.device} ({_version(one)})" for one in asked if _is_old(_version(one))]
    if not old:
        return []
    said = f"older than {agent_version}: {few(old)}"
    return [warn("versions of agents", said, "install the agent of this release on them (docs/agent.md)")]


def _version(one: Asked) -> str:
    word = dict(one.seen.texts).get("agent", "") if one.seen is not None else ""
    return word.removeprefix(_OURS) if word.startswith(_OURS) else ""


def _is_old(version: str) -> bool:
    try:
        return bool(version) and Version(version) < Version(agent_version)
    except InvalidVersion:
        return True


def _clocks(asked: Sequence[Asked]) -> list[Finding]:
    wrong = {one.device: apart for one in asked if abs(apart := _apart(one)) > _FAR_OFF}
    if not wrong:
        return []
    shown = few(
        f"{name} ({abs(apart).total_seconds():.0f} s {'ahead' if apart > timedelta() else 'behind'})"
        for name, apart in wrong.items()
    )
    said = f"more than {_FAR_OFF.total_seconds():.0f} s from this machine's: {shown}"
    return [
        warn("clocks of counter PCs", said, "on these PCs, as administrator: w32tm /resync (Linux: chronyc makestep)")
    ]


def _apart(one: Asked) -> timedelta:
    """Return how far ahead of ours a PC's clock is; nothing when it does not say."""
    if one.seen is None:
        return timedelta()
    for name, _, value in one.seen.samples():
        if name == "mppmon_pc_time_seconds" and abs(value) < 1e11:  # noqa: PLR2004  # Unix time of the next millennia
            return timedelta(seconds=value - one.seen.evidence_at.timestamp())
    return timedelta()
