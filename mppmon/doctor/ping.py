"""May the daemon ping? Judged for the daemon's user, who need not be the one who asks."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, fine, skipped, warn

_NAME = "ping"
_RANGE = Path("/proc/sys/net/ipv4/ping_group_range")
_NET_RAW = 1 << 13  # capabilities(7)


async def check_ping(case: Case) -> Sequence[Finding]:
    """Read what the kernel allows the daemon's process, or without one the daemon's user."""
    return await in_thread(lambda: [_ask(case)])


def _ask(case: Case) -> Finding:
    try:
        lowest, highest = map(int, _RANGE.read_text("utf-8").split())
    except (OSError, ValueError):
        return skipped(_NAME, f"{_RANGE} cannot be read: not told by this kernel")
    process = _process(case.lock) if case.lock is not None else None
    if process is not None:
        raw, groups = process
    elif case.owner is not None:
        raw, groups = case.owner.uid == 0, case.owner.groups
    else:
        raw, groups = _process("self") or (False, frozenset())
    return judge_ping(lowest, highest, groups, raw=raw)


def _process(pid: int | str) -> tuple[bool, frozenset[int]] | None:
    """Return whether a process holds CAP_NET_RAW, and its groups; None when it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text("utf-8", "replace")
    except OSError:
        return None
    capabilities = re.search(r"^CapEff:\s*([0-9a-f]+)", text, re.MULTILINE)
    groups = re.findall(r"^(?:Gid|Groups):([\d\t ]*)", text, re.MULTILINE)
    raw = capabilities is not None and bool(int(capabilities[1], 16) & _NET_RAW)
    return raw, frozenset(int(one) for line in groups for one in line.split())


def judge_ping(lowest: int, highest: int, groups: Collection[int], *, raw: bool) -> Finding:
    """Return which way of pinging is in use. `lowest`, `highest`: net.ipv4.ping_group_range (1 0: nobody)."""
    member = next((one for one in sorted(groups) if lowest <= one <= highest), None)
    if member is not None:
        return fine(_NAME, f"datagram sockets: group {member} is in net.ipv4.ping_group_range")
    if raw:
        return fine(_NAME, "raw sockets: the daemon has CAP_NET_RAW")
    said = "the kernel lets the daemon send no ICMP: devices are asked by TCP or SNMP, others stay unknown"
    group = min(groups, default=0)
    return warn(
        _NAME, said, f"sudo sysctl -w net.ipv4.ping_group_range='{group} {group}'   (to stay: deploy/README.md)"
    )
