"""The mall's own line: its gateway, and the anchors beyond it."""

from collections.abc import Mapping, Sequence

from collectors.collector import Kind
from collectors.liveness.choose import choose
from collectors.liveness.icmp import IcmpCollector
from collectors.observation import Observation
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, few, fine, skipped, warn
from mppmon.doctor.polls import poll_all
from mppmon.mall.model import Uplink

_NAME = "uplink"
_SECONDS = 5.0


async def check_line(case: Case) -> Sequence[Finding]:
    """Ask gateway and anchors as the daemon does."""
    if case.loaded is None:
        return [skipped(_NAME, "not known without a configuration")]
    uplink = case.loaded.mall.site.uplink
    if uplink is None:
        said = "the mall's own line is not watched: when it is cut, all that is outside looks broken"
        return [warn(_NAME, said, "name a gateway and anchors below `site: uplink:` in site.yaml (docs/config.md)")]
    asked = {*uplink.anchors, uplink.gateway}
    icmp = IcmpCollector(now=case.clock.now).available()
    chosen = choose(case.loaded.targets, icmp=icmp)
    targets = [one for one in chosen if one.device in asked and one.kind is Kind.LIVENESS]
    seen = await poll_all(targets, case.clock, seconds=_SECONDS)
    return [judge_line(uplink, {one.device: found for one, found in zip(targets, seen, strict=True)})]


def judge_line(uplink: Uplink, seen: Mapping[str, Observation | None]) -> Finding:
    """Return how the line stands. `seen`: device -> its answer, None when there was no time for one."""
    silent = [one for one in uplink.anchors if not _answers(seen.get(one))]
    gateway = uplink.gateway
    if gateway is not None and not _answers(seen.get(gateway)):
        cure = "is the router on, its cable in, its address right in devices.yaml?"
        return bad(_NAME, f"the gateway {gateway} does not answer: {_why(seen.get(gateway))}", cure)
    if silent and len(silent) == len(uplink.anchors):
        said = f"no anchor answers ({few(silent)}: {_why(seen.get(silent[0]))}): the line looks cut"
        return bad(_NAME, said, "restart the router; if that does not help, call the internet provider")
    if silent:
        said = f"{len(uplink.anchors) - len(silent)} of {len(uplink.anchors)} anchors answer, not {few(silent)}"
        return warn(_NAME, said, f"correct the address of {silent[0]} in devices.yaml, or choose another anchor")
    word = "the gateway and " if gateway is not None else ""
    return fine(_NAME, f"{word}{len(uplink.anchors)} anchors answer")


def _answers(seen: Observation | None) -> bool:
    return seen is not None and bool(seen.outcome.reached)


def _why(seen: Observation | None) -> str:
    return "no answer in time" if seen is None else seen.detail or str(seen.outcome)
